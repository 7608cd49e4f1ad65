"""A source that gets another name keeps its history, wherever the renaming is killed at, and even if only the archive is left."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from articles.content_hash import content_hash
from articles.errors import ArchiveError, ConfigError
from articles.model import Article
from broadsheet.cli import app
from index.embedded.local_reader import EmbeddedReader
from pipeline.configuration.config import Config, load
from pipeline.health.checkup import examine as examine_health
from pipeline.maintenance.doctor import examine
from pipeline.maintenance.rebuild import rebuild
from pipeline.maintenance.renaming import rename
from pipeline.outcomes import decide
from pipeline.run import now
from store.archive import renames
from store.archived import Rename, named_now
from store.ledger import knowledge_table, rename_table
from store.ledger.capture_table import Latest
from store.ledger.database import GROUPS, Ledger
from store.ledger.queries import snapshot_rows
from store.ledger.schema import METADATA
from store.ledger.watch import told_table
from store.ledger.watch.told_table import SOURCE, Telling, Told
from store.records import ArchiveRef, Capture, Outcome
from tests import desk

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
COMMAND = "`broadsheet rename one examiner`"


class Killed(BaseException):
    """What a kill does, as far as the process that is killed can tell."""


def articles(config: Config, source: str = "") -> list[Article]:
    with closing(EmbeddedReader(config.index_folder)) as reader:
        return [article for article in reader.all() if source in ("", article.source)]


def tables(config: Config, source: str) -> dict[str, int]:
    """How many rows of each table of the ledger belong to a source."""
    with Ledger.open(config.ledger) as ledger, ledger.reading() as conn:
        named = [table for table in METADATA.sorted_tables if "source" in table.c]
        own = {table.name: select(func.count()).where(table.c.source == source) for table in named}
        found = {name: conn.execute(query).scalar_one() for name, query in own.items()}
        texts = conn.exec_driver_sql("SELECT count(*) FROM urls WHERE entry LIKE ?", (f'%"{source}"%',))
        return {name: count for name, count in found.items() if count} | {"entries": texts.scalar_one()}


def told(config: Config) -> list[str]:
    return [finding.text for finding in examine(config) if not finding.ok]


def by_hand(config: Config) -> Config:
    config.path.write_text(config.path.read_text("utf-8").replace('"one"', '"examiner"'), "utf-8")
    return load(config.path)


def test_the_history_goes_with_the_name(crawled: Config) -> None:
    assert GROUPS
    text = crawled.path.read_text("utf-8").replace('name = "one"', 'name = "one" # a quarter of the news')
    crawled.path.write_text(text, "utf-8")
    before, held = articles(crawled), tables(crawled, "one")
    own = [article for article in before if article.source == "one"]
    with Ledger.open(crawled.ledger) as ledger, ledger.transaction() as conn:
        silent = Told(target="CHAT", subject=f"{SOURCE}one", at=now(), text="one is silent")
        told_table.note(conn, Telling(target="CHAT", at=now()), [silent])
    done = rename(load(crawled.path), "one", "examiner")
    assert (done.captures, done.articles, done.in_file) == (held["captures"], len(own), True)
    assert crawled.path.read_text("utf-8") == text.replace('name = "one"', 'name = "examiner"')
    config = load(crawled.path)
    assert tables(config, "one") == {"entries": 0}
    assert tables(config, "examiner") == held
    expected = [replace(each, source="examiner") if each.source == "one" else each for each in before]
    expected = [replace(each, content_hash=content_hash(each)) for each in expected]
    assert articles(config) == expected
    assert told(config) == []
    with Ledger.open(config.ledger) as ledger, ledger.reading() as conn:
        number = knowledge_table.present(conn)
        assert snapshot_rows.of_source(conn, "examiner", number).articles
        assert told_table.standing(conn, "CHAT").keys() == {f"{SOURCE}examiner"}
    config.ledger.unlink()
    rebuild(config)
    assert {article.id: article.source for article in articles(config)} == {
        article.id: article.source for article in expected
    }
    assert tables(config, "one") == {"entries": 0}
    assert told(config) == []


@pytest.mark.parametrize(
    "place", ["rename_source", "renames.write", "moved_sources.move", "_rename_in_index"]
)
def test_a_renaming_goes_on_after_a_kill(
    crawled: Config, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """Until then, once the file has the new name, doctor and health say how."""

    def killed(*_: object) -> None:
        raise Killed

    own = {article.id for article in articles(crawled, "one")}
    with monkeypatch.context() as patch:
        patch.setattr(f"pipeline.maintenance.renaming.{place}", killed)
        with pytest.raises(Killed):
            rename(crawled, "one", "examiner")
    config = load(crawled.path)
    if place != "rename_source":
        assert any(COMMAND in text for text in told(config))
        health = examine_health(config, config.sources, now())
        assert any(COMMAND in condition.text for condition in health.conditions)
    rename(config, "one", "examiner")
    config = load(crawled.path)
    assert {article.id for article in articles(config, "examiner")} == own
    assert articles(config, "one") == []
    assert tables(config, "one") == {"entries": 0}
    assert told(config) == []


def test_a_name_changed_by_hand_is_told_and_brought_together(crawled: Config) -> None:
    """What the new name has by then stays, and a line declared to be no template remains so."""
    config = by_hand(crawled)
    with Ledger.open(config.ledger) as ledger, ledger.transaction() as conn:
        conn.exec_driver_sql(
            "INSERT INTO feeds SELECT 'examiner', url, 'new', last_modified, fetched_at, status, entries, error, failures, "
            "succeeded_at, moved_to, watched, found, distrusted, due_at, whole_at, passed_at, kind FROM feeds WHERE source = 'one'"
        )
        for source in ("one", "examiner"):
            knowledge_table.learn(conn, source, {4: "a footer"}, (), NOON)
        knowledge_table.forget(conn, "one", 4, NOON)
    assert [text for text in told(config) if COMMAND in text]
    done = rename(config, "one", "examiner")
    assert not done.in_file
    assert told(config) == []
    with Ledger.open(config.ledger) as ledger, ledger.reading() as conn:
        (template,) = knowledge_table.templates(conn, "examiner")
        assert template.forgotten_at == NOON
        assert conn.exec_driver_sql("SELECT etag FROM feeds WHERE source = 'examiner'").scalar_one() == "new"


def test_what_cannot_be_renamed(crawled: Config) -> None:
    for old, new, why in (
        ("one", "two", "has a source of that name already"),
        ("one", "one", "has a source of that name already"),
        ("nobody", "examiner", "There is no source `nobody`"),
        ("one", "an examiner", "is no name for a source"),
    ):
        with pytest.raises(ConfigError, match=why):
            rename(crawled, old, new)
    text = crawled.path.read_text("utf-8").replace('"two"', '"other"')
    crawled.path.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match="articles of an earlier source of that name"):
        rename(load(crawled.path), "one", "two")


def test_the_name_of_an_archived_page_is_told_by_its_place() -> None:
    """A source that gets a name that another one had is not taken for that."""
    made = [
        Rename(old=old, new=new, at=NOON, segment=f"segment-00000{segment}.warc.gz", length=length)
        for old, new, segment, length in (("a", "b", 1, 50), ("c", "a", 2, 10), ("b", "d", 3, 5))
    ]

    def named(source: str, segment: int, offset: int) -> str:
        ref = ArchiveRef(segment=f"segment-00000{segment}.warc.gz", offset=offset, length=1)
        return named_now(source, ref, made)

    assert [named("a", 1, 49), named("a", 1, 50), named("c", 1, 0), named("c", 2, 10)] == ["d", "a", "a", "c"]
    assert [named("b", 3, 4), named("b", 3, 5), named("z", 1, 0)] == ["d", "b", "z"]


def test_an_article_is_unchanged_under_its_new_name() -> None:
    article = desk.article("ferry", "The ferry sails again.", source="examiner")
    before = content_hash(replace(article, source="one"))
    capture = Capture(
        id=2,
        url=article.url,
        final_url=article.url,
        article_id=article.id,
        source="examiner",
        status=200,
        fetched_at=article.fetched_at,
        ref=ArchiveRef(segment="segment-000001.warc.gz", offset=0, length=1),
        outcome=Outcome.PENDING,
    )
    latest = {article.id: Latest(fetched_at=article.fetched_at, content_hash=before, capture_id=1)}
    (same,) = decide([(capture, article)], latest, {}, NOON, {"examiner": ("one",)}).settled
    assert same.outcome is Outcome.UNCHANGED
    assert decide([(capture, article)], latest, {}, NOON).to_add


def test_earlier_names_are_known_through_all_renamings(crawled: Config) -> None:
    with Ledger.open(crawled.ledger) as ledger, ledger.transaction() as conn:
        for old, new in (("a", "b"), ("x", "y"), ("b", "c")):
            rename_table.add(conn, Rename(old=old, new=new, at=NOON, segment="", length=0), finished=True)
        assert rename_table.former(conn) == {"y": ["x"], "c": ["a", "b"]}


def test_the_archives_list_is_read_or_said_to_be_damaged(crawled: Config) -> None:
    made = [Rename(old="a", new=new, at=NOON, segment="", length=0) for new in ("b", "ü")]
    renames.write(crawled.archive, made)
    assert renames.read(crawled.archive) == made
    assert told(crawled) == []
    path = crawled.archive / "renames.warc.gz"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(ArchiveError, match=r"renames\.warc\.gz: the record at byte \d+ is torn"):
        renames.read(crawled.archive)
    assert any("renames.warc.gz" in text for text in told(crawled))


def test_the_command(crawled: Config) -> None:
    result = CliRunner().invoke(app, ["--config", str(crawled.path), "rename", "one", "examiner"])
    assert result.exit_code == 0, result.output
    assert "one is called examiner now" in result.stdout
