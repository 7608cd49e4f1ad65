"""The examples in docs/python.md and README.md run as they stand there, and print what they say."""

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import broadsheet
from tests.command_line import call

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
# The blocks share one namespace, as in a notebook; each is told apart by what it prints.
RUN = """
import contextlib, io, json, sys
shared = {"__name__": "__main__"}
printed = []
for code in json.load(sys.stdin):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(code, "docs/python.md", "exec"), shared)
    printed.append(out.getvalue())
print(json.dumps(printed))
"""


def blocks(text: str) -> list[tuple[str, str]]:
    """Each python block with the text block right after it, "" where there is none."""
    return re.findall(
        r"^```python\n(.*?)^```\n(?:```text\n(.*?)^```\n)?", text, flags=re.MULTILINE | re.DOTALL
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo's collection in it, made by the command."""
    folder = tmp_path_factory.mktemp("docs")
    assert call(folder, "demo", "demo").returncode == 0
    return folder


def printed(folder: Path, codes: list[str]) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        cwd=folder,
        input=json.dumps(codes),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said: list[str] = json.loads(done.stdout)
    return said


def test_the_examples_print_what_the_page_says(folder: Path) -> None:
    examples = [each for each in blocks(PAGE) if "pandas" not in each[0]]
    assert len(examples) >= 12
    for (code, shown), said in zip(examples, printed(folder, [code for code, _ in examples]), strict=True):
        assert said == shown, code


@pytest.mark.skipif(
    not (find_spec("pandas") and find_spec("pyarrow")), reason="pandas or pyarrow is not installed"
)
def test_the_lines_for_pandas_and_parquet(folder: Path) -> None:
    ((code, shown),) = [each for each in blocks(PAGE) if "pandas" in each[0]]
    start = 'import broadsheet\nnews = broadsheet.Collection("demo")\n'
    assert printed(folder, [start + code]) == [shown]
    assert (folder / "articles.parquet").exists()


def test_the_readme_begins_with_lines_that_run_in_an_empty_folder(tmp_path: Path) -> None:
    ((code, shown),) = blocks(README)
    assert README.index(code) < README.index("## "), "on its first screen"
    assert (code, shown) == blocks(PAGE)[0]
    (tmp_path / "study.py").write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "study.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == shown


def test_every_public_name_is_on_the_page() -> None:
    for name in set(broadsheet.__all__) - {"__version__"}:
        assert re.search(rf"\b{name}\b", PAGE), name
    for name in vars(broadsheet.Collection):
        if not name.startswith("_"):
            assert re.search(rf"\bnews\.{name}\b", "".join(code for code, _ in blocks(PAGE))), name
