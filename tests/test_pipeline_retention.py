"""Raw pages that go after a time: nothing that users see is lost, wherever upkeep is killed at it."""

import itertools
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner
from warcio.archiveiterator import ArchiveIterator

import pipeline.maintenance.retention
import store.archive.warc
from articles.errors import ArchiveError
from articles.model import Extractors, Rejection, to_json
from broadsheet.cli import app
from broadsheet.newsroom import Newsroom
from index.embedded.local_reader import EmbeddedReader
from index.embedded.local_writer import EmbeddedWriter
from pipeline.clean_capture import CleanTask, clean_capture
from pipeline.configuration.config import Config, load
from pipeline.explain import explain
from pipeline.maintenance.doctor import examine
from pipeline.maintenance.rebuild import rebuild
from pipeline.maintenance.upkeep import Upkeep, maintain
from pipeline.run import data_folder, run
from pipeline.status import status
from store.archive.reader import read, recall, scan
from store.archive.writer import ArchiveWriter
from store.archived import Remains
from store.ledger import segment_table
from store.ledger.database import Ledger
from store.ledger.queries import expiry
from store.records import ArchiveRef
from tests.lost_index import lose_index

FIRST, SECOND, THIRD = (f"segment-00000{n}.warc.gz" for n in (1, 2, 3))


def in_days(days: float) -> Callable[[], datetime]:
    at = datetime.now(UTC) + timedelta(days=days)
    return lambda: at


def keeping(config: Config, retention: str) -> Config:
    """The same data folder with a retention."""
    text = config.path.read_text(encoding="utf-8")
    config.path.write_text(text.replace('retention = ""', f'retention = "{retention}"', 1), encoding="utf-8")
    return load(config.path)


def articles(config: Config) -> dict[str, bytes]:
    """Every field of every article, but the number of the snapshot that it was judged by."""
    found = EmbeddedReader(config.index_folder).all()
    return {article.id: to_json(replace(article, snapshot=0)) for article in found}


def rows(config: Config, columns: str) -> list[tuple[Any, ...]]:
    """These columns of every capture."""
    ledger = Ledger.open(config.ledger)
    with ledger.reading() as conn:
        query = f"SELECT {columns} FROM captures ORDER BY url, fetched_at"  # noqa: S608  our own words
        found = [tuple(row) for row in conn.exec_driver_sql(query)]
    ledger.close()
    return found


def account(config: Config) -> list[tuple[Any, ...]]:
    """What users are told of every capture."""
    return rows(config, "url, final_url, source, status, fetched_at, outcome, reason, detail, related")


def refs(config: Config) -> list[ArchiveRef]:
    found = rows(config, '"segment", "offset", "length"')
    return [ArchiveRef(segment=row[0], offset=row[1], length=row[2]) for row in found]


def dropped(config: Config) -> list[str]:
    ledger = Ledger.open(config.ledger)
    with ledger.reading() as conn:
        found = list(segment_table.dropped(conn))
    ledger.close()
    return found


def problems(config: Config) -> list[str]:
    return [f"{finding.part}: {finding.text}" for finding in examine(config) if not finding.ok]


def lose(config: Config) -> None:
    """All but the archive."""
    lose_index(config.index_folder)
    for path in config.folder.glob("ledger.sqlite*"):
        path.unlink()


def nothing_damaged(message: str) -> None:
    raise AssertionError(message)


def test_raw_pages_go_and_nothing_that_users_see_is_lost(config: Config, newsroom: Newsroom) -> None:
    run(config)
    assert maintain(config, in_days(1.5)).done[0].startswith(f"closed {FIRST}")
    newsroom.publish_update()
    run(config)
    before, told, counted = articles(config), account(config), status(config)
    assert counted["captures"]["superseded"] == 1
    size = (config.archive / FIRST).stat().st_size

    config = keeping(config, "1d")
    upkeep = maintain(config, in_days(2))
    assert upkeep.done == (
        f"dropped 1 segment ({size:,} bytes) with 29 raw pages: older than [store] retention; "
        f"{len(before) - 1} of their articles are kept.",
    )
    assert upkeep.ok, upkeep.findings
    assert sorted(path.name for path in config.archive.iterdir()) == [SECOND, THIRD]
    assert (articles(config), account(config), status(config)) == (before, told, counted)
    assert problems(config) == []
    assert run(config).crawl.fetched == 0

    lose(config)
    rebuilt = rebuild(config)
    assert (rebuilt.captures, rebuilt.damages) == (30, ())
    assert rebuilt.outcomes == {name: count for name, count in counted["captures"].items() if count}
    assert (articles(config), account(config)) == (before, told)
    assert status(config)["captures"] == counted["captures"]
    assert dropped(config) == [FIRST]
    assert problems(config) == []
    assert run(config).crawl.fetched == 0

    done = maintain(config, in_days(5)).done[-1]
    assert "dropped 1 segment" in done
    assert "with 1 raw page: older than [store] retention; 1 of their articles is kept." in done
    lose(config)
    rebuild(config)
    assert (articles(config), account(config)) == (before, told)
    assert problems(config) == []


def test_a_newer_page_wins_over_an_article_that_was_kept(config: Config, newsroom: Newsroom) -> None:
    run(config)
    maintain(config, in_days(1))
    config = keeping(config, "1d")
    assert maintain(config, in_days(1.5)).ok
    newsroom.publish_update()
    assert run(config).outcomes == {"indexed": 1}
    before, told = articles(config), rows(config, "url, fetched_at, outcome, related")
    (updated,) = [a for a in EmbeddedReader(config.index_folder).all() if a.archive.startswith(f"{THIRD}:")]
    assert updated.first_seen_at < updated.fetched_at
    assert problems(config) == []
    lose(config)
    rebuild(config)
    assert (articles(config), rows(config, "url, fetched_at, outcome, related")) == (before, told)
    assert problems(config) == []


@pytest.fixture(scope="module")
def collected(crawled_once: Config, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """A data folder whose first segment holds the newsroom, and is closed; not to be changed."""
    folder = tmp_path_factory.mktemp("collected") / "copy"
    shutil.copytree(crawled_once.path.parent, folder)
    config = keeping(load(folder / "broadsheet.toml"), "90d")
    maintain(config, in_days(80))
    return config


@pytest.fixture
def copy(collected: Config, tmp_path: Path) -> Config:
    shutil.copytree(collected.path.parent, tmp_path / "copy")
    return load(tmp_path / "copy" / "broadsheet.toml")


def test_what_is_not_old_enough_stays(copy: Config) -> None:
    assert maintain(copy, in_days(89)).done == ()
    assert (copy.archive / FIRST).exists()
    assert dropped(copy) == []


def test_pages_stay_for_ever_where_no_retention_is_set(copy: Config) -> None:
    text = copy.path.read_text(encoding="utf-8")
    copy.path.write_text(text.replace('retention = "90d"', 'retention = ""'), encoding="utf-8")
    before = {path.name: path.read_bytes() for path in copy.archive.iterdir()}
    assert maintain(load(copy.path), in_days(4000)).ok
    assert {path.name: path.read_bytes() for path in copy.archive.iterdir()} == before


def test_a_segment_with_pending_captures_stays(copy: Config) -> None:
    pending = "UPDATE captures SET outcome = 'pending', settled_at = NULL WHERE outcome = 'rejected'"
    with data_folder(copy) as (_, ledger), ledger.transaction() as conn:
        conn.exec_driver_sql(pending)
    upkeep = maintain(copy, in_days(100))
    assert (upkeep.done, upkeep.ok) == ((), True)
    assert any(finding.part == "loading" for finding in upkeep.findings)
    assert (copy.archive / FIRST).exists()


def obstacle(upkeep: Upkeep) -> str:
    (found,) = (finding.text for finding in upkeep.findings if finding.part == "retention")
    assert not upkeep.ok
    return found


def untouched(config: Config) -> bool:
    """Whether nothing was dropped, and nothing was written for it."""
    names = sorted(path.name for path in config.archive.iterdir())
    return names == [FIRST, SECOND] and dropped(config) == [] and {r.segment for r in refs(config)} == {FIRST}


def test_without_the_index_everything_stays(copy: Config) -> None:
    aside = copy.index_folder.rename(copy.folder / "aside")
    assert f"{FIRST} is older than [store] retention, but stays" in obstacle(maintain(copy, in_days(100)))
    assert untouched(copy)
    aside.rename(copy.index_folder)
    assert "29 raw pages" in maintain(copy, in_days(100)).done[0]


def test_while_elasticsearch_is_away_everything_stays(copy: Config) -> None:
    text = copy.path.read_text(encoding="utf-8").replace("http://127.0.0.1:9200", "http://127.0.0.1:9")
    copy.path.write_text(text.replace('backend = "embedded"', 'backend = "elasticsearch"'), encoding="utf-8")
    upkeep = maintain(load(copy.path), in_days(100))
    assert "stays" in obstacle(upkeep)
    assert all(finding.passing for finding in upkeep.findings if not finding.ok)
    assert untouched(copy)


def test_an_article_that_the_index_lacks_keeps_its_segment(copy: Config) -> None:
    writer = EmbeddedWriter(copy.index_folder)
    writer.delete([next(iter(articles(copy)))])
    writer.close()
    assert "the index lacks the article of http://127" in obstacle(maintain(copy, in_days(100)))
    assert untouched(copy)


def test_the_article_of_a_page_that_was_damaged_meanwhile_is_saved(copy: Config) -> None:
    before, told = articles(copy), account(copy)
    damage(copy.archive / FIRST, refs(copy)[3].offset + 60)
    (problem,) = problems(copy)
    assert "is damaged" in problem
    upkeep = maintain(copy, in_days(100))
    assert f"{FIRST}: the record at byte {refs(copy)[3].offset}" not in problem
    assert re.search(
        rf"{FIRST}: the record at byte \d+ is damaged.*what the ledger knows of the page is kept",
        upkeep.done[-1],
    )
    assert upkeep.ok
    lose(copy)
    rebuild(copy)
    assert (articles(copy), account(copy)) == (before, told)


def test_a_page_of_a_newer_version_keeps_its_segment(copy: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store.archive.warc, "SCHEMA", 0)
    assert "upgrade Broadsheet" in obstacle(maintain(copy, in_days(100)))
    assert untouched(copy)


def damage(path: Path, offset: int) -> None:
    data = bytearray(path.read_bytes())
    data[offset] ^= 0xFF
    path.write_bytes(data)


@pytest.fixture(scope="module")
def retained(collected: Config, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """The same without its raw pages; not to be changed."""
    folder = tmp_path_factory.mktemp("retained") / "copy"
    shutil.copytree(collected.path.parent, folder)
    config = load(folder / "broadsheet.toml")
    assert "29 raw pages" in maintain(config, in_days(91)).done[0]
    return config


def test_whoever_asks_for_a_raw_page_is_told_since_when_it_is_gone(retained: Config) -> None:
    day = f"{in_days(91)():%Y-%m-%d}"
    gone = f"its raw page was dropped on {day} by [store] retention"
    outcomes = set()
    for ref, (url, outcome) in zip(refs(retained), rows(retained, "url, outcome"), strict=True):
        with pytest.raises(
            ArchiveError, match=rf"^http://127.*: its raw page was dropped on {day} by \[store\]"
        ):
            read(retained.archive, ref)
        steps = explain(retained, url)
        assert any(gone in step.what for step in steps if step.step == "fetched")
        assert outcome in {step.step for step in steps}
        outcomes.add(outcome)
    assert outcomes == {"indexed", "rejected"}
    shown = CliRunner().invoke(app, ["-c", str(retained.path), "show", next(iter(articles(retained)))])
    assert shown.exit_code == 0
    assert gone in shown.stdout


def test_a_capture_without_an_article_cannot_be_cleaned_again(retained: Config) -> None:
    (ref, *_) = (
        ref
        for ref, (outcome,) in zip(refs(retained), rows(retained, "outcome"), strict=True)
        if outcome == "rejected"
    )
    result = clean_capture(Extractors(), CleanTask(1, "one", retained.archive, ref))
    assert isinstance(result, Rejection)
    assert result.reason == "archive_damaged"
    assert "its raw page was dropped on" in result.detail


def test_explain_says_of_the_article_what_it_said_before(collected: Config, retained: Config) -> None:
    for (url,) in rows(retained, "url"):
        before, now = (
            [step for step in explain(config, url) if step.step != "fetched"]
            for config in (collected, retained)
        )
        assert now == before


def test_other_tools_read_what_is_left(retained: Config) -> None:
    (path,) = (retained.archive / name for name in {ref.segment for ref in refs(retained)})
    with path.open("rb") as stream:
        records = list(ArchiveIterator(stream, check_digests="raise"))
        kinds = [record.rec_type for record in records]
    assert kinds.count("conversion") == len(articles(retained))
    assert kinds.count("metadata") == 29
    assert "response" not in kinds
    found = [record for _, record in scan(retained.archive, nothing_damaged)]
    assert all(isinstance(record, Remains) for record in found)
    assert len(found) == 29


STEPS = (
    (ArchiveWriter, "append"),
    (ArchiveWriter, "sync"),
    (segment_table, "commit"),
    (expiry, "move"),
    (segment_table, "drop"),
    (pipeline.maintenance.retention, "remove"),
)


class Killed(BaseException):
    """What nothing catches."""


def kill_at(patch: pytest.MonkeyPatch, count: int, *, behind: bool) -> None:
    """Raise at the step of this number, before it is taken or behind it."""
    taken = 0

    def killing(step: Callable[..., Any]) -> Callable[..., Any]:
        def taking(*args: Any, **named: Any) -> Any:
            nonlocal taken
            taken += 1
            reached = taken == count
            if reached and not behind:
                raise Killed
            answer = step(*args, **named)
            if reached:
                raise Killed
            return answer

        return taking

    for owner, name in STEPS:
        patch.setattr(owner, name, killing(getattr(owner, name)))


def killed(config: Config, count: int, *, behind: bool) -> bool:
    """Upkeep, killed at the step of this number; False when it has fewer steps."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline.maintenance.retention, "LARGEST_GROUP", 8)
        kill_at(patch, count, behind=behind)
        try:
            maintain(config, in_days(91))
        except Killed:
            return True
    return False


@pytest.mark.parametrize("behind", [False, True], ids=["before", "behind"])
def test_upkeep_that_is_killed_at_any_step_is_made_good_by_the_next(
    collected: Config, tmp_path: Path, behind: bool
) -> None:
    before, told = articles(collected), account(collected)
    # What is behind a step is before the next one, save for what the code does between them: every second one is enough.
    for count in itertools.count(2 if behind else 1, 2):
        config = fresh(collected, tmp_path)
        if not killed(config, count, behind=behind):
            break
        with data_folder(config):
            pass
        assert problems(config) == [], count
        assert (articles(config), account(config)) == (before, told), count
        assert all(recall(config.archive, ref) for ref in refs(config))
        assert maintain(config, in_days(92)).ok, count
        assert not (config.archive / FIRST).exists()
        assert dropped(config) == [FIRST]
        assert (articles(config), account(config)) == (before, told), count
        left = [record for _, record in scan(config.archive, nothing_damaged)]
        assert len(left) == 29, count
    assert count > 29 + 4 * 3


def fresh(config: Config, folder: Path) -> Config:
    shutil.rmtree(folder / "fresh", ignore_errors=True)
    shutil.copytree(config.path.parent, folder / "fresh")
    return load(folder / "fresh" / "broadsheet.toml")


@pytest.mark.parametrize(
    ("count", "behind"),
    [(13, True), (43, True), (44, False)],
    ids=["some captures moved", "the last ones not committed", "dropped, and the file there"],
)
def test_the_archive_alone_is_enough_after_a_kill(
    collected: Config, tmp_path: Path, count: int, behind: bool
) -> None:
    before, told = articles(collected), account(collected)
    config = fresh(collected, tmp_path)
    assert killed(config, count, behind=behind)
    assert (config.archive / FIRST).exists()
    assert dropped(config) == ([FIRST] if count == 44 else [])
    lose(config)
    rebuild(config)
    assert (articles(config), account(config)) == (before, told)
    assert problems(config) == []
    maintain(config, in_days(92))
    lose(config)
    rebuild(config)
    assert (articles(config), account(config)) == (before, told)
    assert problems(config) == []
    assert not (config.archive / FIRST).exists()
