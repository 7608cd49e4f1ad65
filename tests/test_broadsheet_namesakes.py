"""A folder of the user's with files called as our packages are: nothing of them is run by us, and the error names them."""

import subprocess
import sys
from pathlib import Path

import pytest

from broadsheet.namesakes import PACKAGES
from tests.test_layers import MAY_IMPORT

USE = """
page = "<h1>Ferry</h1><p>Short.</p>"
print(broadsheet.clean_html(page, "https://example.org/ferry").reason)
"""
LEAVES_A_MARK = "import pathlib\npathlib.Path(__file__).with_name('ran').write_text(__name__)\n"


def python(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )


def script(folder: Path, text: str, name: str = "study.py") -> subprocess.CompletedProcess[str]:
    (folder / name).write_text(text, encoding="utf-8")
    return python(folder, name)


def refused(done: subprocess.CompletedProcess[str], file: Path) -> str:
    """The one line that the error is; it names the file."""
    assert done.returncode == 1, done.stdout
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: Broadsheet has a package `")
    assert str(file.resolve()) in last
    assert "Rename yours, or run Python from another folder." in last
    return last


def test_the_list_is_whole() -> None:
    assert {*PACKAGES, "broadsheet"} == set(MAY_IMPORT)


@pytest.mark.parametrize("name", PACKAGES)
def test_broadsheet_first_is_refused_and_runs_nothing_of_the_file(tmp_path: Path, name: str) -> None:
    file = tmp_path / f"{name}.py"
    file.write_text(LEAVES_A_MARK, encoding="utf-8")
    done = script(tmp_path, f"import broadsheet\nimport {name}\n")
    assert "would be imported instead" in refused(done, file)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", PACKAGES)
def test_the_file_first_is_refused(tmp_path: Path, name: str) -> None:
    file = tmp_path / f"{name}.py"
    file.write_text(LEAVES_A_MARK, encoding="utf-8")
    done = script(tmp_path, f"import {name}\nimport broadsheet\n")
    assert "has been imported already" in refused(done, file)
    assert (tmp_path / "ran").read_text(encoding="utf-8") == name, "by the user's own import"


def test_all_of_them_at_once(tmp_path: Path) -> None:
    for name in PACKAGES:
        (tmp_path / f"{name}.py").write_text(LEAVES_A_MARK, encoding="utf-8")
    refused(python(tmp_path, "-c", "import broadsheet"), tmp_path / "articles.py")
    done = python(tmp_path, "-m", "broadsheet", "--version")
    assert done.stdout.startswith("broadsheet "), "our own program leaves the folder off its path"
    assert not (tmp_path / "ran").exists()


def test_a_script_that_bears_the_name_itself(tmp_path: Path) -> None:
    refused(script(tmp_path, f"import broadsheet\n{USE}", "articles.py"), tmp_path / "articles.py")


def test_a_package_of_that_name(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "__init__.py").write_text(LEAVES_A_MARK, encoding="utf-8")
    refused(script(tmp_path, "import broadsheet\n"), tmp_path / "store" / "__init__.py")


def test_a_folder_of_data_is_in_nobodys_way(tmp_path: Path) -> None:
    for name in PACKAGES:
        (tmp_path / name).mkdir()
        (tmp_path / name / "notes.txt").write_text("x", encoding="utf-8")
    done = script(tmp_path, f"import broadsheet\n{USE}")
    assert done.stdout == "no_article\n", done.stderr


def test_from_another_folder_it_works(tmp_path: Path) -> None:
    for name in PACKAGES:
        (tmp_path / f"{name}.py").write_text(LEAVES_A_MARK, encoding="utf-8")
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "study.py").write_text(f"import broadsheet\n{USE}", encoding="utf-8")
    done = python(tmp_path, "scripts/study.py")
    assert done.stdout == "no_article\n", done.stderr
    assert not (tmp_path / "ran").exists()


def test_a_notebook_that_changes_its_folder_later_runs_nothing_of_it(tmp_path: Path) -> None:
    """Its import path begins with the folder that it is in at the moment."""
    (tmp_path / "there").mkdir()
    for name in PACKAGES:
        (tmp_path / "there" / f"{name}.py").write_text(LEAVES_A_MARK, encoding="utf-8")
    start = f"import os, broadsheet\nos.chdir('there')\n{USE}"
    done = python(tmp_path, "-c", start)
    assert done.stdout == "no_article\n", done.stderr
    done = python(tmp_path, "-c", f"{start}\nlist(broadsheet.clean_many([(page, 'https://example.org/')]))")
    refused(done, tmp_path / "there" / "articles.py")
    assert not (tmp_path / "there" / "ran").exists()
