"""Imports point one way, and the wheel holds what it should."""

import ast
import subprocess
import sys
import tomllib
import zipfile
from collections import Counter
from importlib.metadata import distribution, packages_distributions
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
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NOT_IMPORTED = {
    "fastapi": "Prefect's server; declared for its bound alone",
    "lxml-html-clean": "trafilatura's justext imports it",
}
# bench/quality.py leaves out those of them that are not installed; bench/object_store.py imports the one that it is told
COMPARED = {"newspaper", "newsplease", "obstore", "readability", "resiliparse", "s3fs"}


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


def modules() -> list[Path]:
    return sorted(path for package in MAY_IMPORT for path in (ROOT / package).rglob("*.py"))


def test_no_module_bears_the_name_of_a_package_or_of_another_module() -> None:
    names = Counter(path.stem for path in modules() if not path.stem.startswith("__"))
    packages = {path.parent.name for path in modules() if path.name == "__init__.py"}
    assert not set(names) & packages
    assert not [name for name, number in names.items() if number > 1]


def test_no_two_public_classes_have_one_name() -> None:
    names = Counter(
        node.name
        for path in modules()
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert not [name for name, number in names.items() if number > 1]


def test_modules_and_packages_stay_small() -> None:
    long = {str(path.relative_to(ROOT)) for path in modules() if path.read_text("utf-8").count("\n") > 300}
    assert not long
    rooms = Counter(path.parent.relative_to(ROOT) for path in modules() if not path.stem.startswith("__"))
    assert not [f"{room}: {number} modules" for room, number in rooms.items() if number > 16]


def test_prefect_is_known_in_flows_alone_and_everywhere_there() -> None:
    with_prefect = {path.relative_to(ROOT) for path in modules() if "prefect" in imported(path)}
    assert {path.parts[0] for path in with_prefect} == {"flows"}
    for path in (ROOT / "flows").glob("*.py"):
        first_line = path.read_text(encoding="utf-8").partition("\n")[0]
        assert (
            path.relative_to(ROOT) in with_prefect
            or path.name == "__init__.py"
            or "free of Prefect" in first_line
        )


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


def declared(requirements: list[str]) -> set[str]:
    """Names of distributions, as canonicalize_name writes them."""
    return {canonicalize_name(Requirement(text).name) for text in requirements}


def providers(*folders: str) -> dict[str, set[str]]:
    """For each foreign package that is imported anywhere in these folders, the installed distributions that bring it."""
    found = packages_distributions()
    names = set().union(*(imported(path) for folder in folders for path in (ROOT / folder).rglob("*.py")))
    return {
        name: {canonicalize_name(each) for each in found[name]}
        for name in names - set(MAY_IMPORT)
        if name in found
    }


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    dependencies = declared(PROJECT["dependencies"])
    extras = PROJECT["optional-dependencies"]
    every = dependencies | declared(extras["browser"]) | declared(extras["s3"])
    used = providers(*MAY_IMPORT, "deploy")
    assert len(used) > 20
    undeclared = {name: owners for name, owners in used.items() if not owners & every}
    assert not undeclared, "declare them in pyproject.toml, with bounds"
    assert dependencies - set().union(*used.values()) == set(NOT_IMPORTED)


def test_what_tests_and_benchmarks_import_is_declared() -> None:
    dependencies = declared(PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"])
    used = providers("tests", "bench")
    undeclared = {name: owners for name, owners in used.items() if not owners & dependencies}
    assert undeclared.keys() <= COMPARED, "declare them in pyproject.toml, in the extra `dev`"


def installed(*, to_the_letter: bool) -> set[str]:
    """What an installer takes for our dependencies; one that compares the names of extras to the letter, or not."""
    todo = [Requirement(text) for text in PROJECT["dependencies"]]
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
