"""Broadsheet's packages have plain names (`store`, `index`, ...), which a user's files may have too.

One process cannot import two modules with the same name. If that would happen, `import broadsheet` raises an ImportError
that names the file, before any of its code is run on our behalf.
"""

import sys
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("articles", "store", "crawlers", "index", "pipeline", "flows")
_HERE = Path(__file__).resolve().parent.parent


def claim() -> None:
    """Import our packages (their `__init__` is empty), so that they own their names from now on. Raises ImportError.

    `python -m broadsheet` is our own program, not the user's: it first takes the working folder off the import path.
    """
    if _is_program() and Path(sys.path[0]) != _HERE:
        del sys.path[0]
    for name in PACKAGES:
        if name in sys.modules:
            _check(name, getattr(sys.modules[name], "__file__", None), "has been imported already, from")
        else:
            spec = find_spec(name)
            _check(name, spec.origin if spec else None, "would be imported instead, from")
            import_module(name)


def _is_program() -> bool:
    """Whether this process is `python -m broadsheet`, with the working folder first on its path."""
    words = sys.orig_argv
    return not sys.flags.safe_path and "-m" in words and words[words.index("-m") + 1] == "broadsheet"


def check_path() -> None:
    """Raises ImportError unless a process that starts now, with this one's import path, finds our packages."""
    for name in PACKAGES:
        spec = PathFinder.find_spec(name)
        _check(
            name, spec.origin if spec else None, "would be imported instead by a process that starts, from"
        )


def _check(name: str, origin: str | None, what: str) -> None:
    if origin is None or Path(origin).resolve() != _HERE / name / "__init__.py":
        raise ImportError(
            f"Broadsheet has a package `{name}`, and another module of that name {what} {origin or 'nowhere'}. "
            f"Rename yours, or run Python from another folder.",
            name=name,
            path=origin,
        )
