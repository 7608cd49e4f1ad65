"""Imports point one way, and the wheel holds what it should."""

import ast
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "articles": set(),
    "store": {"articles"},
    "crawlers": {"articles", "store"},
    "index": {"articles"},
    "pipeline": {"articles", "store", "crawlers", "index"},
    "flows": {"articles", "store", "crawlers", "index", "pipeline"},
    "broadsheet": {"articles", "store", "crawlers", "index", "pipeline", "flows"},
}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_imports_point_one_way(package: str) -> None:
    modules = sorted((ROOT / package).rglob("*.py"))
    assert modules
    for module in modules:
        wrong = (imported(module) & set(MAY_IMPORT)) - MAY_IMPORT[package] - {package}
        assert not wrong, f"{module.relative_to(ROOT)} imports {wrong}"


def test_no_module_is_named_after_a_package() -> None:
    names = {path.stem for package in MAY_IMPORT for path in (ROOT / package).rglob("*.py")}
    assert not names & set(MAY_IMPORT)


def test_the_packages_come_from_here() -> None:
    for package in MAY_IMPORT:
        module = __import__(package)
        assert Path(module.__file__ or "").parent == ROOT / package


def test_wheel_holds_every_module_and_data_file(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    kept = subprocess.run(
        ["git", "ls-files", *MAY_IMPORT], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert set(kept.stdout.split()) <= held
    assert {name.split("/")[0] for name in held} == set(MAY_IMPORT)


def installed(*, to_the_letter: bool) -> set[str]:
    """What an installer takes for our dependencies; one that compares the names of extras to the letter, or not."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    todo = [Requirement(text) for text in project["dependencies"]]
    seen: set[tuple[str, frozenset[str]]] = set()
    while todo:
        wanted = todo.pop()
        found = distribution(wanted.name)
        known = set(found.metadata.get_all("Provides-Extra") or ())
        extras = frozenset(wanted.extras & known if to_the_letter else wanted.extras)
        step = (canonicalize_name(wanted.name), extras)
        if step in seen:
            continue
        seen.add(step)
        todo += [
            need
            for need in map(Requirement, found.requires or ())
            if not need.marker or any(need.marker.evaluate({"extra": each}) for each in ("", *extras))
        ]
    return {name for name, _ in seen}


def test_an_older_pip_installs_the_same() -> None:
    """pip before 23.3, as it comes with Python 3.11, finds no `html_clean` among lxml's extras: it is `html-clean` there."""
    assert installed(to_the_letter=True) == installed(to_the_letter=False)
