"""Broadsheet's packages have plain names (`store`, `index`, ...), and so may files of the user's.

Two modules of one name cannot live in one process. Where that threatens, `import broadsheet` ends in an ImportError that
names the file, before anything of it is run on our behalf.
"""

import sys
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("articles", "store", "crawlers", "index", "pipeline", "flows")
_HERE = Path(__file__).resolve().parent.parent


def claim() -> None:
    """Import our packages, which are empty themselves, so that their names are theirs from here on. Raises ImportError."""
    for name in PACKAGES:
        if name in sys.modules:
            _check(name, getattr(sys.modules[name], "__file__", None), "has been imported already, from")
        else:
            spec = find_spec(name)
            _check(name, spec.origin if spec else None, "would be imported instead, from")
            import_module(name)


def check_path() -> None:
    """Raises ImportError unless a process that starts now, with the import path of this one, finds our packages."""
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
