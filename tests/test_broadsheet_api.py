"""What `import broadsheet` offers: these names, quickly, and records that become plain dicts."""

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import broadsheet
from articles import errors
from articles.model import Image, Removal, Rule
from index.protocols import Hit, Hits
from tests.desk import article

PUBLISHED = datetime(2026, 3, 2, 8, tzinfo=UTC)
FERRY = article(
    "ferry",
    "One.",
    "Two.",
    published_at=PUBLISHED,
    published_on=date(2026, 3, 2),
    images=(Image(url="https://norland-post.example/a.jpg"),),
    removed=(Removal(text="Share", rule=Rule.BOILERPLATE, place="tail"),),
)


def test_every_name_is_there_and_nothing_else_is_listed() -> None:
    assert dir(broadsheet) == sorted(broadsheet.__all__)
    for name in broadsheet.__all__:
        assert getattr(broadsheet, name) is not None, name
    with pytest.raises(AttributeError, match="no attribute 'search'"):
        broadsheet.search  # type: ignore[attr-defined]  # noqa: B018


def test_a_type_checker_sees_every_name(tmp_path: Path) -> None:
    names = [name for name in broadsheet.__all__ if name != "__version__"]
    lines = ["import broadsheet", *(f"reveal_type(broadsheet.{name})" for name in names)]
    (tmp_path / "user.py").write_text("\n".join(lines), encoding="utf-8")
    ours = ",".join(f"{package}.*" for package in broadsheet.namesakes.PACKAGES)
    # Other packages are not analysed, which takes ten seconds; a type of theirs would show as Any.
    (tmp_path / "mypy.ini").write_text(
        f"[mypy]\nfollow_imports = skip\n[mypy-broadsheet.*,{ours}]\nfollow_imports = normal\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--cache-dir",
            str(tmp_path),
            "--config-file",
            "mypy.ini",
            "user.py",
        ],
        cwd=tmp_path,
        env={"MYPYPATH": str(Path(__file__).parent.parent), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    seen = [line for line in done.stdout.splitlines() if line.startswith("user.py")]
    assert len(seen) == len(names), done.stdout + done.stderr
    assert not [line for line in seen if "Revealed type" not in line or '"Any"' in line or '"object"' in line]


def test_every_error_that_our_code_gives_a_name_to_is_a_broadsheet_error() -> None:
    offered = [name for name in broadsheet.__all__ if name.endswith("Error")]
    assert len(offered) == 13
    for name in offered:
        assert getattr(broadsheet, name) is getattr(errors, name)
        assert issubclass(getattr(broadsheet, name), broadsheet.BroadsheetError)


def test_importing_it_imports_no_library(tmp_path: Path) -> None:
    code = (
        "import sys\nbefore = set(sys.modules)\nimport broadsheet\nprint(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    new = {name.partition(".")[0] for name in done.stdout.split()} - set(sys.stdlib_module_names)
    assert new == {"broadsheet", *broadsheet.namesakes.PACKAGES}


def test_searching_imports_neither_ledger_nor_scrapy_nor_trafilatura(tmp_path: Path) -> None:
    (tmp_path / "broadsheet.toml").write_text("", encoding="utf-8")
    code = (
        "import sys, broadsheet\n"
        "with broadsheet.Collection() as news:\n"
        "    try:\n        news.search('x')\n    except broadsheet.SearchIndexError as error:\n        print(error)\n"
        "print({'sqlalchemy', 'scrapy', 'trafilatura', 'prefect', 'elasticsearch'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "`broadsheet run` collects it" in done.stdout
    assert done.stdout.endswith("\nset()\n")


def test_the_command_knows_its_version(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "broadsheet", "--version"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == f"broadsheet {broadsheet.__version__}\n"


def test_a_record_is_a_plain_dict_with_times_as_they_are() -> None:
    plain = broadsheet.to_dict(FERRY)
    assert list(plain) == list(type(FERRY).__dataclass_fields__)
    assert plain["body"] == ["One.", "Two."]
    assert plain["published_at"] is PUBLISHED
    assert plain["published_on"] == date(2026, 3, 2)
    assert plain["modified_at"] is None
    assert plain["removed"] == [{"text": "Share", "rule": "boilerplate", "place": "tail", "evidence": ""}]
    assert type(plain["removed"][0]["rule"]) is str
    assert json.loads(json.dumps(plain, default=str))["published_at"] == "2026-03-02 08:00:00+00:00"


def test_records_within_records_are_dicts_too() -> None:
    hits = Hits(total=1, hits=(Hit(article=FERRY, score=1.5, highlights=("x",)),))
    assert broadsheet.to_dict(hits) == {
        "total": 1,
        "hits": [{"article": broadsheet.to_dict(FERRY), "score": 1.5, "highlights": ["x"]}],
    }
    assert broadsheet.to_dict(broadsheet.Rejection(reason="empty")) == {"reason": "empty", "detail": ""}


@dataclass
class Ours:
    """A record's class, which is none itself."""


@pytest.mark.parametrize("wrong", [None, "x", {}, [FERRY], Ours])
def test_what_is_no_record_is_refused(wrong: object) -> None:
    with pytest.raises(TypeError, match="to_dict takes a record"):
        broadsheet.to_dict(wrong)
