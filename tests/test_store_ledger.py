"""The ledger's file: versions, damage, a full disk; feeds and segments in it."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError, OperationalError

import store.ledger.database
import store.ledger.engines.sqlite_file
from articles.errors import LedgerError, LockedError, StorageError
from articles.model import FeedEntry, Page
from articles.source import minhash
from articles.source.features import Features
from articles.source.knowledge import WINDOW
from articles.urls import article_id
from store.feed_records import FeedHealth, FeedResult, FeedTarget
from store.ledger import (
    caption_table,
    capture_table,
    feed_table,
    knowledge_table,
    lastmod_table,
    rename_table,
    segment_table,
    tombstone_table,
    url_table,
    version_table,
)
from store.ledger.caption_table import Verdicts
from store.ledger.catches import catch_table
from store.ledger.database import Ledger
from store.ledger.engines.places import LedgerPlace
from store.ledger.knowledge_table import Remembered
from store.ledger.parts import part_table
from store.ledger.parts.part_table import NamedParts
from store.ledger.queries import erasure
from store.ledger.schema import portions
from store.ledger.tombstone_table import Tombstone
from store.ledger.watch import arrival_table, run_table, told_table
from store.ledger.watch.arrival_table import Arrival
from store.ledger.watch.told_table import Telling, Told
from store.policy import Terms
from store.records import ArchiveRef, Outcome, UrlState

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)
FEED = "https://harbour.example/feed"
KRAIT = Features(
    article_id="krait",
    source="post",
    language="en",
    day=NOON.date(),
    packed_lines=b"",
    packed_tokens=b"",
    shingles=0,
    signature=b"",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


def entries(count: int) -> list[FeedEntry]:
    return [
        FeedEntry(url=f"https://harbour.example/{n}", source="harbour", title="x" * 500) for n in range(count)
    ]


def test_a_new_ledger_is_whole_and_opens_again(ledger_place: LedgerPlace) -> None:
    first = Ledger.open(ledger_place)
    with first.transaction() as conn:
        url_table.discover(conn, entries(3), NOON)
    first.close()
    again = Ledger.open(ledger_place)
    with again.reading() as conn:
        assert url_table.counts(conn)["due"] == 3
    assert again.check() == []
    again.close()


def test_a_ledger_is_closed_at_the_end_of_its_context(path: Path) -> None:
    with Ledger.open(path) as ledger:
        assert ledger.check() == []
        assert ledger._engine._engine.pool.checkedin() == 1
    assert ledger._engine._engine.pool.checkedin() == 0


def test_where_a_ledger_is_needed_none_is_made(path: Path) -> None:
    with pytest.raises(LedgerError, match=f"There is no ledger at {path} yet"):
        Ledger.existing(path)
    assert not path.exists()
    Ledger.open(path).close()
    with Ledger.existing(path) as ledger:
        assert ledger.check() == []


def test_a_commit_is_durable_and_readers_do_not_wait(path: Path) -> None:
    ledger = Ledger.open(path)
    with ledger.transaction() as conn:
        assert conn.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert conn.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
        url_table.discover(conn, entries(1), NOON)
        with ledger.reading() as other:
            assert url_table.counts(other)["due"] == 0
    ledger.close()


def test_a_reader_sees_one_moment(ledger_place: LedgerPlace) -> None:
    ledger = Ledger.open(ledger_place)
    with ledger.reading() as reader:
        assert url_table.counts(reader)["due"] == 0
        with ledger.transaction() as conn:
            url_table.discover(conn, entries(1), NOON)
        assert url_table.counts(reader)["due"] == 0
    ledger.close()


def test_a_failed_transaction_leaves_nothing(ledger_place: LedgerPlace) -> None:
    ledger = Ledger.open(ledger_place)

    def stumble() -> None:
        with ledger.transaction() as conn:
            url_table.discover(conn, entries(1), NOON)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stumble()
    with ledger.reading() as conn:
        assert url_table.counts(conn)["due"] == 0
    ledger.close()


def test_what_refers_to_nothing_is_refused(path: Path) -> None:
    ledger = Ledger.open(path)
    with pytest.raises(IntegrityError), ledger.transaction() as conn:
        conn.exec_driver_sql(
            "INSERT INTO misses (url, at, state, reason, detail) VALUES ('https://nowhere.example/', '', 'due', '', '')"
        )
    ledger.close()


def test_another_schema_is_refused_with_what_to_do(path: Path) -> None:
    Ledger.open(path).close()
    with sqlite3.connect(path) as conn:
        conn.execute("UPDATE schema SET version = 99")
    conn.close()
    with pytest.raises(LedgerError, match=r"schema 99.*upgrade Broadsheet.*broadsheet rebuild"):
        Ledger.open(path)


NEW_IN_FEEDS = ("moved_to", "watched", "found", "distrusted", "due_at", "whole_at", "passed_at", "kind")


def columns(path: Path) -> dict[str, set[tuple[str, str, int]]]:
    """Of each table: name, type and whether it must be given, of each column."""
    with sqlite3.connect(path) as conn:
        tables = [row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {table: set() for table in tables}
        for table in tables:
            found[table] = {tuple(row[1:4]) for row in conn.execute(f"PRAGMA table_info({table})")}
    conn.close()
    return found


def forget_parts(conn: sqlite3.Connection) -> None:
    """The ledger as it was before version 14."""
    conn.execute("DROP TABLE article_parts")
    conn.execute("DROP TABLE joins")
    conn.execute("PRAGMA writable_schema = ON")
    conn.execute("UPDATE sqlite_master SET sql = replace(sql, ?, '')", (", 'part'",))
    conn.execute("PRAGMA writable_schema = RESET")


def test_a_ledger_of_version_13_learns_of_further_pages(ledger_place: LedgerPlace) -> None:
    known = "'pending', 'indexed', 'deleted'"
    with Ledger.open(ledger_place) as ledger, ledger.transaction() as conn:
        conn.exec_driver_sql("DROP TABLE article_parts")
        conn.exec_driver_sql("DROP TABLE joins")
        if isinstance(ledger_place, Path):
            conn.exec_driver_sql("PRAGMA writable_schema = ON")
            conn.exec_driver_sql("UPDATE sqlite_master SET sql = replace(sql, ?, '')", (", 'part'",))
            conn.exec_driver_sql("PRAGMA writable_schema = RESET")
        else:
            conn.exec_driver_sql("ALTER TABLE captures DROP CONSTRAINT outcome")
            check = f"ADD CONSTRAINT outcome CHECK (outcome IN ({known}))"
            conn.exec_driver_sql(f"ALTER TABLE captures {check}")
        conn.exec_driver_sql("UPDATE schema SET version = 13")
    entry = entries(1)[0]
    page = Page(
        url=entry.url, final_url=entry.url, status=200, headers=(), body=b"", fetched_at=NOON, entry=entry
    )
    with Ledger.open(ledger_place) as ledger:
        with ledger.transaction() as conn:
            segment_table.commit(conn, {"segment-000001.warc.gz": 9})
            ref = ArchiveRef(segment="segment-000001.warc.gz", offset=0, length=9)
            capture_table.add(conn, [(page, ref)])
            conn.exec_driver_sql("UPDATE captures SET outcome = 'part', related = 'a'")
            (capture,) = capture_table.of_url(conn, entry.url)
            assert capture.outcome is Outcome.PART
            part_table.name(conn, [NamedParts(capture_id=capture.id, article_id="a", urls=(entry.url,))])
        with ledger.reading() as conn:
            assert part_table.among_parts(conn, [entry.url, FEED]) == {entry.url}
        assert ledger.check() == []
        with pytest.raises(IntegrityError), ledger.transaction() as conn:
            conn.exec_driver_sql("UPDATE captures SET outcome = 'other'")


def forget_workers(conn: sqlite3.Connection) -> None:
    """The ledger as it was before version 13."""
    forget_parts(conn)
    conn.execute("ALTER TABLE segments DROP COLUMN owner")
    conn.execute("DROP TABLE leases")
    conn.execute("DROP TABLE workers")


def forget_deletions(conn: sqlite3.Connection) -> None:
    """The ledger as it was before version 11."""
    forget_workers(conn)
    conn.execute("DROP INDEX captures_unremoved")
    conn.execute("ALTER TABLE captures DROP COLUMN removed_at")
    conn.execute("DROP TABLE buried")
    conn.execute("DROP TABLE tombstones")
    conn.execute("PRAGMA writable_schema = ON")
    conn.execute("UPDATE sqlite_master SET sql = replace(sql, ?, '')", (", 'deleted'",))


def test_a_ledger_of_version_10_learns_to_delete(path: Path) -> None:
    with Ledger.open(path) as ledger, ledger.transaction() as conn:
        url_table.discover(conn, entries(1), NOON)
    new = columns(path)
    with sqlite3.connect(path) as conn:
        forget_deletions(conn)
        conn.execute("UPDATE schema SET version = 10")
    conn.close()
    url = entries(1)[0].url
    stone = Tombstone(
        id=article_id(url), url=url, urls=(url,), source="harbour", reason="asked", asked_at=NOON
    )
    with Ledger.open(path) as ledger:
        with ledger.transaction() as conn:
            tombstone_table.ask(conn, [stone])
            assert tombstone_table.asked(conn) == [stone]
            erasure.erase(conn, [stone], NOON)
        with ledger.transaction() as conn:
            tombstone_table.finish(conn, [stone.id], NOON)
        ledger.scrub()
        assert ledger.check() == []
    assert columns(path) == new
    with Ledger.open(path) as ledger, ledger.transaction() as conn:
        assert url_table.counts(conn)["deleted"] == 1
        assert url_table.discover(conn, entries(1), NOON + timedelta(days=9)).due == ()
        assert tombstone_table.among(conn, [url, FEED]) == {url}
        assert b"x" * 100 not in path.read_bytes()


def test_a_ledger_of_version_1_is_migrated_with_what_is_in_it(path: Path) -> None:
    ledger = Ledger.open(path)
    with ledger.transaction() as conn:
        segment_table.commit(conn, {"segment-000001.warc.gz": 700})
        url_table.discover(conn, entries(3), NOON)
    ledger.close()
    new = columns(path)
    with sqlite3.connect(path) as conn:
        conn.execute("ALTER TABLE segments DROP COLUMN dropped_at")
        conn.execute("ALTER TABLE captures DROP COLUMN dropped_at")
        conn.execute("DROP TABLE hosts")
        for table in ("imports", "claims", "proofs"):
            conn.execute(f"DROP TABLE {table}")
        conn.execute("DROP INDEX urls_revisits")
        for column in ("rejections", "etag", "last_modified"):
            conn.execute(f"ALTER TABLE urls DROP COLUMN {column}")
        for column in NEW_IN_FEEDS:
            conn.execute(f"ALTER TABLE feeds DROP COLUMN {column}")
        forget_deletions(conn)
        conn.execute("UPDATE schema SET version = 1")
    conn.close()
    assert columns(path) != new

    migrated = Ledger.open(path)
    assert columns(path) == new
    with migrated.transaction() as conn:
        assert segment_table.lengths(conn) == {"segment-000001.warc.gz": 700}
        assert url_table.counts(conn)["due"] == 3
        segment_table.drop(conn, "segment-000001.warc.gz", NOON)
    migrated.close()
    again = Ledger.open(path)
    with again.reading() as conn:
        assert segment_table.dropped(conn) == {"segment-000001.warc.gz": NOON}
        assert segment_table.lengths(conn) == {}
    assert again.check() == []
    again.close()


def test_a_ledger_of_version_5_learns_the_state_backlog(path: Path) -> None:
    Ledger.open(path).close()
    with sqlite3.connect(path) as conn:
        conn.execute("ALTER TABLE feeds DROP COLUMN kind")
        conn.execute("PRAGMA writable_schema = ON")
        conn.execute("UPDATE sqlite_master SET sql = replace(sql, ?, '')", (", 'backlog', 'deleted'",))
        forget_deletions(conn)
        conn.execute("UPDATE schema SET version = 5")
    conn.close()
    with Ledger.open(path) as migrated, migrated.transaction() as conn:
        found = url_table.discover(conn, entries(3), NOON, Terms(since=NOON, undated=1))
        assert found.backlog == 2
    with Ledger.open(path) as again:
        assert again.check() == []
        with pytest.raises(IntegrityError), again.transaction() as conn:
            conn.exec_driver_sql("UPDATE urls SET state = 'nowhere'")


def test_a_ledger_of_version_4_keeps_its_feeds_and_asks_them_whole(path: Path) -> None:
    """What was fetched before is not looked at again all at once."""
    url = "https://harbour.example/0"
    with Ledger.open(path) as ledger, ledger.transaction() as conn:
        feed_table.record(conn, result(etag="one", count=20), 20)
        url_table.discover(conn, [FeedEntry(url=url, source="harbour")], NOON)
        conn.execute(url_table.URLS.update().values(state=UrlState.FETCHED, due_at=None, tried_at=NOON))
    with sqlite3.connect(path) as conn:
        conn.execute("DROP INDEX urls_revisits")
        for column in ("etag", "last_modified"):
            conn.execute(f"ALTER TABLE urls DROP COLUMN {column}")
        for column in NEW_IN_FEEDS:
            conn.execute(f"ALTER TABLE feeds DROP COLUMN {column}")
        forget_deletions(conn)
        conn.execute("UPDATE schema SET version = 4")
    conn.close()
    with Ledger.open(path) as ledger, ledger.transaction() as conn:
        (known,) = feed_table.health(conn)
        assert (known.entries, known.succeeded_at, known.moved_to) == (20, NOON, "")
        sources, later = [("harbour", [FEED])], NOON + timedelta(hours=1)
        assert feed_table.targets(conn, sources)[0].etag == "one"
        assert [each.etag for each in feed_table.to_ask(conn, sources, later, {"harbour": later})] == [""]
        assert url_table.due(conn, ["harbour"], NOON + timedelta(days=99), revisiting=True) == ()
    with Ledger.open(path) as ledger:
        assert ledger.check() == []


def test_a_ledger_of_version_7_believes_no_lastmod_and_knows_no_kinds_yet(path: Path) -> None:
    with Ledger.open(path) as ledger, ledger.transaction() as conn:
        url_table.discover(conn, entries(1), NOON)
        feed_table.record(conn, result(), 1)
    new = columns(path)
    with sqlite3.connect(path) as conn:
        for table in ("claims", "proofs"):
            conn.execute(f"DROP TABLE {table}")
        conn.execute("ALTER TABLE feeds DROP COLUMN kind")
        forget_deletions(conn)
        conn.execute("UPDATE schema SET version = 7")
    conn.close()
    with Ledger.open(path) as ledger, ledger.transaction() as conn:
        assert lastmod_table.believed(conn, "harbour", entries(1)) == frozenset()
        assert lastmod_table.proofs(conn, "harbour") == ""
        assert feed_table.kind(conn, FEED) == ""
        feed_table.record(conn, replace(result(), kind="sitemap"), 1)
        feed_table.record(conn, result(), 1)
        assert feed_table.kind(conn, FEED) == "sitemap"
        assert url_table.counts(conn)["due"] == 1
    assert columns(path) == new
    with Ledger.open(path) as ledger:
        assert ledger.check() == []


def test_a_ledger_of_version_8_knows_by_what_no_caption_was_judged(path: Path) -> None:
    Ledger.open(path).close()
    new = columns(path)
    with sqlite3.connect(path) as conn:
        conn.execute("DROP TABLE captions")
        forget_deletions(conn)
        conn.execute("UPDATE schema SET version = 8")
    conn.close()
    with Ledger.open(path) as ledger, ledger.reading() as conn:
        assert caption_table.known(conn, "krait") is None
        assert caption_table.again(conn, "post", {"en": 500}) == []
    assert columns(path) == new


def test_a_ledger_of_version_9_knows_when_articles_arrived_and_no_more(path: Path) -> None:
    with Ledger.open(path) as ledger, ledger.transaction() as conn:
        for hours in (3, 1):
            seen = NOON + timedelta(hours=hours)
            knowledge_table.remember(conn, [Remembered(features=KRAIT, first_seen_at=seen)])
            knowledge_table.close(conn, knowledge_table.present(conn) + 1, NOON)
    new = columns(path)
    with sqlite3.connect(path) as conn:
        conn.execute("DROP TABLE arrivals")
        for index in ("captures_source", "ix_misses_at"):
            conn.execute(f"DROP INDEX {index}")
        forget_deletions(conn)
        conn.execute("UPDATE schema SET version = 9")
    conn.close()
    with Ledger.open(path) as ledger, ledger.reading() as conn:
        assert arrival_table.of_source(conn, "post", NOON) == (Arrival(at=NOON + timedelta(hours=1)),)
        indexes = {name for (name,) in conn.exec_driver_sql("SELECT name FROM sqlite_master")}
    assert indexes >= {"captures_source", "ix_misses_at", "arrivals_source"}
    assert columns(path) == new


def test_a_ledger_of_version_10_gets_the_new_tables(path: Path) -> None:
    Ledger.open(path).close()
    new = columns(path)
    with sqlite3.connect(path) as conn:
        for table in (
            "runs",
            "told",
            "told_attempts",
            "catches",
            "sightings",
            "wordings",
            "renames",
            "list_sizes",
        ):
            conn.execute(f"DROP TABLE {table}")
        forget_deletions(conn)
        conn.execute("UPDATE schema SET version = 10")
    conn.close()
    with Ledger.open(path) as ledger, ledger.reading() as conn:
        assert run_table.latest(conn, 1) == []
        assert told_table.since(conn, NOON) == []
        assert catch_table.of_source(conn, "post") == ()
        assert version_table.versions(conn, "krait") == ()
        assert version_table.all_edits(conn, ["krait"]) == {}
        assert rename_table.unfinished(conn) == []
    assert columns(path) == new


def test_a_ledger_of_version_11_gets_the_indexes_and_loses_those_that_they_replace(path: Path) -> None:
    def indexes() -> dict[str, str]:
        with closing(sqlite3.connect(path)) as conn:
            return dict(conn.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql > ''"))

    with Ledger.open(path) as ledger, ledger.transaction() as conn:
        knowledge_table.remember(conn, [Remembered(features=KRAIT, first_seen_at=NOON)])
    new = indexes()
    with closing(sqlite3.connect(path)) as conn, conn:
        for name in ("features_of_source", "features_seen", "captions_undecided", "captures_outcome"):
            conn.execute(f"DROP INDEX {name}")
        for name in ("captures_settled", "captures_fetched"):
            conn.execute(f"DROP INDEX {name}")
        conn.execute("CREATE INDEX features_source ON features (source, first_seen_at)")
        conn.execute("CREATE INDEX ix_features_first_seen_at ON features (first_seen_at)")
        conn.execute("CREATE INDEX ix_captions_source ON captions (source)")
        forget_workers(conn)
        conn.execute("UPDATE schema SET version = 11")
    with Ledger.open(path) as ledger, ledger.reading() as conn:
        assert knowledge_table.newest(conn, ["krait", "none"]).keys() == {"krait"}
    assert {name: " ".join(sql.split()) for name, sql in indexes().items()} == {
        name: " ".join(sql.split()) for name, sql in new.items()
    }


def test_closing_a_snapshot_forgets_what_is_too_old_for_each_use(ledger_place: LedgerPlace) -> None:
    def bands_of(conn: Connection) -> set[str]:
        return set(conn.exec_driver_sql("SELECT DISTINCT article_id FROM bands").scalars())

    signed = replace(KRAIT, signature=minhash.sign({1, 2, 3}))
    days = {"new": 1, "month": 30, "older": 31, "window": 60, "gone": 61}
    with Ledger.open(ledger_place) as ledger, ledger.transaction() as conn:
        for name, age in days.items():
            row = replace(signed, article_id=name)
            knowledge_table.remember(conn, [Remembered(features=row, first_seen_at=NOON - age * DAY)])
        assert [name for name, _ in knowledge_table.unjudged(conn)] == list(days)[::-1]
        knowledge_table.close(conn, 1, NOON)
        assert knowledge_table.newest(conn, days).keys() == days.keys() - {"gone"}
        assert bands_of(conn) == {"new", "month"}
        assert knowledge_table.unjudged(conn) == []
        changed = Remembered(
            features=replace(signed, article_id="older", language="de"), first_seen_at=NOON - 31 * DAY
        )
        knowledge_table.remember(conn, [changed])
        assert bands_of(conn) == {"new", "month", "older"}
        knowledge_table.close(conn, 2, NOON + DAY)
        assert knowledge_table.newest(conn, days).keys() == {"new", "month", "older"}
        assert knowledge_table.newest(conn, ["older"])["older"].features.language == "de"
        assert conn.exec_driver_sql("SELECT count(*) FROM features").scalar_one() == 3
        assert bands_of(conn) == {"new"}


def test_an_article_that_was_seen_earlier_after_all_has_that_day(ledger_place: LedgerPlace) -> None:
    with Ledger.open(ledger_place) as ledger, ledger.transaction() as conn:
        knowledge_table.remember(conn, [Remembered(features=KRAIT, first_seen_at=NOON - 3 * DAY)])
        assert knowledge_table.newest(conn, ["krait"])["krait"].features.day == (NOON - 3 * DAY).date()


def test_what_was_told_long_ago_is_forgotten_but_not_what_still_stands(ledger_place: LedgerPlace) -> None:
    def line(subject: str, at: datetime, *, well: bool = False) -> Told:
        return Told(target="DESK", subject=subject, at=at, text=subject, well=well)

    later = NOON + timedelta(days=61)
    with Ledger.open(ledger_place) as ledger, ledger.transaction() as conn:
        old = [line("index", NOON), line("disk", NOON), line("disk", NOON, well=True)]
        told_table.note(conn, Telling(target="DESK", at=NOON), old)
        assert told_table.standing(conn, "DESK").keys() == {"index"}
        assert told_table.standing(conn, "MAST") == {}
        told_table.note(conn, Telling(target="DESK", at=later, error="away"))
        assert told_table.since(conn, NOON) == [line("index", NOON)]
        assert told_table.attempts(conn)["DESK"].error == "away"
        told_table.forget(conn, "DESK", ["index"])
        assert told_table.since(conn, NOON) == []


def test_undecided_captions_wait_for_twice_the_knowledge_until_their_article_is_too_old(
    ledger_place: LedgerPlace,
) -> None:
    def verdicts(name: str, known: int, *, captions: int = 1, undecided: bool = True) -> Verdicts:
        return Verdicts(
            article_id=name,
            source="post",
            language="en",
            known=known,
            captions=captions,
            undecided=undecided,
        )

    names = ("none", "six", "seven", "clear")
    rows = [replace(KRAIT, article_id=name) for name in names]
    seen = NOON - WINDOW
    with Ledger.open(ledger_place) as ledger, ledger.transaction() as conn:
        knowledge_table.remember(conn, [Remembered(features=row, first_seen_at=seen) for row in rows])
        several = [verdicts("none", 0), verdicts("six", 6), verdicts("seven", 7)]
        caption_table.note(
            conn, [*several, verdicts("bare", 1, captions=0), verdicts("clear", 1, undecided=False)]
        )
        assert caption_table.again(conn, "post", {"en": 13}) == ["none", "six"]
        assert caption_table.again(conn, "post", {"de": 13}) == []
        assert caption_table.again(conn, "herald", {"en": 13}) == []
        assert caption_table.again(conn, "post", {"en": 0}) == []
        caption_table.note(conn, [verdicts("six", 13)])
        assert caption_table.again(conn, "post", {"en": 13}) == ["none"]
        assert [caption_table.known(conn, name) for name in ("six", "clear", "bare")] == [13, 1, None]
        knowledge_table.disregard(conn, ["six"])
        assert caption_table.known(conn, "six") is None
        knowledge_table.close(conn, 1, NOON)
        assert caption_table.again(conn, "post", {"en": 500}) == ["none", "seven"]
        knowledge_table.close(conn, 2, NOON + timedelta(seconds=1))
        assert caption_table.again(conn, "post", {"en": 500}) == []
        assert caption_table.known(conn, "seven") == 7


def test_a_migration_that_fails_leaves_the_old_version(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Ledger.open(path).close()
    with sqlite3.connect(path) as conn:
        forget_deletions(conn)
        conn.execute("UPDATE schema SET version = 1")
    conn.close()
    before = columns(path)
    broken = {
        1: ("ALTER TABLE segments ADD COLUMN first INTEGER", "ALTER TABLE nowhere ADD COLUMN x INTEGER")
    }
    monkeypatch.setattr(store.ledger.database, "MIGRATIONS", broken)
    with pytest.raises(OperationalError, match="nowhere"):
        Ledger.open(path)
    assert columns(path) == before


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(LedgerError, match="broadsheet rebuild"):
        Ledger.open(path)
    assert path.read_bytes().startswith(b"not a database")


def test_the_database_of_another_program_is_left_alone(path: Path) -> None:
    with sqlite3.connect(path) as conn:
        conn.execute("CREATE TABLE recipes (name TEXT)")
    conn.close()
    with pytest.raises(LedgerError, match="no ledger of Broadsheet"):
        Ledger.open(path)
    with sqlite3.connect(path) as conn:
        assert conn.execute("SELECT name FROM sqlite_master").fetchall() == [("recipes",)]
    conn.close()


def test_a_lost_ledger_is_not_begun_anew_beside_an_archive(path: Path) -> None:
    (path.parent / "archive").mkdir()
    Ledger.open(path).close()
    path.unlink()
    (path.parent / "archive" / "segment-000001.warc.gz").touch()
    with pytest.raises(LedgerError, match=r"missing or empty.*broadsheet rebuild"):
        Ledger.open(path)
    assert not path.exists()
    path.touch()
    with pytest.raises(LedgerError, match=r"missing or empty.*broadsheet rebuild"):
        Ledger.open(path)


def test_damage_within_the_file_is_found(path: Path) -> None:
    ledger = Ledger.open(path)
    with ledger.transaction() as conn:
        url_table.discover(conn, entries(200), NOON)
    ledger.close()
    data = bytearray(path.read_bytes())
    page = data.index(b"x" * 500) // 4096 * 4096  # of the entries' table
    for offset in range(page, page + 4096):
        data[offset] ^= 0xFF
    path.write_bytes(data)
    ledger = Ledger.open(path)
    assert ledger.check() != []
    with pytest.raises(LedgerError, match="damaged"), ledger.reading() as conn:
        conn.exec_driver_sql("SELECT sum(length(entry)) FROM urls").all()
    ledger.close()


def test_a_full_disk_is_a_storage_error_and_nothing_is_half_written(path: Path) -> None:
    ledger = Ledger.open(path)

    def fill() -> None:
        with ledger.transaction() as conn:
            conn.exec_driver_sql("PRAGMA max_page_count = 40")
            url_table.discover(conn, entries(1000), NOON)

    with pytest.raises(StorageError, match=r"full.*Make room"):
        fill()
    with ledger.reading() as conn:
        assert url_table.counts(conn)["due"] == 0
    assert ledger.check() == []
    ledger.close()


def test_a_folder_that_cannot_be_made_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot be made"):
        Ledger.open(tmp_path / "file" / "ledger.sqlite")


def test_a_ledger_that_cannot_be_opened_is_a_storage_error(path: Path) -> None:
    path.mkdir()
    with pytest.raises(StorageError, match="unable to open"):
        Ledger.open(path)


def test_a_ledger_locked_for_too_long_is_said_to_be(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store.ledger.engines.sqlite_file, "_BUSY_SECONDS", 0.1)
    ledger = Ledger.open(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(LockedError, match="another process"), ledger.transaction():
        pass
    other.execute("ROLLBACK")
    other.close()
    with ledger.transaction() as conn:
        assert url_table.discover(conn, entries(1), NOON).new == 1
    ledger.close()


def test_segments_remember_their_committed_length(ledger_place: LedgerPlace) -> None:
    ledger = Ledger.open(ledger_place)
    with ledger.transaction() as conn:
        segment_table.commit(conn, {"b": 10})
        segment_table.commit(conn, {"a": 5, "b": 20})
        segment_table.commit(conn, {})
        assert segment_table.lengths(conn) == {"a": 5, "b": 20}
    ledger.close()


def result(status: int = 200, hours: int = 0, error: str = "", count: int = 0, etag: str = "") -> FeedResult:
    at = NOON + timedelta(hours=hours)
    return FeedResult(source="harbour", url=FEED, at=at, status=status, entries=count, etag=etag, error=error)


def test_a_feed_is_asked_with_the_validators_of_its_last_good_answer(ledger_place: LedgerPlace) -> None:
    ledger = Ledger.open(ledger_place)
    with ledger.transaction() as conn:

        def etag() -> str:
            return feed_table.targets(conn, [("harbour", [FEED])])[0].etag

        assert feed_table.targets(conn, [("harbour", [FEED]), ("other", [])]) == [
            FeedTarget(source="harbour", url=FEED)
        ]
        feed_table.record(conn, result(0, error="timeout"))
        assert etag() == ""
        feed_table.record(conn, result(etag="one"))
        assert etag() == "one"
        feed_table.record(conn, result(304))
        assert etag() == "one"
        feed_table.record(conn, result(304, etag="weak"))
        assert etag() == "weak"
        feed_table.record(conn, result(200, etag="broken", error="no feed"))
        assert etag() == "weak"
        feed_table.record(conn, result(200))
        assert etag() == ""
    ledger.close()


def test_a_feed_of_two_sources_is_asked_for_each(ledger_place: LedgerPlace) -> None:
    ledger = Ledger.open(ledger_place)
    with ledger.transaction() as conn:
        feed_table.record(conn, result(etag="one"))
        assert [t.etag for t in feed_table.targets(conn, [("harbour", [FEED]), ("other", [FEED])])] == [
            "one",
            "",
        ]
    ledger.close()


def test_the_health_of_a_feed(ledger_place: LedgerPlace) -> None:
    ledger = Ledger.open(ledger_place)
    with ledger.transaction() as conn:
        feed_table.record(conn, result(hours=0, error="timeout", status=0))
        assert feed_table.health(conn)[0].succeeded_at is None
        feed_table.record(conn, result(hours=1, count=20))
        feed_table.record(conn, result(304, hours=2))
        feed_table.record(conn, result(500, hours=3, error="HTTP 500"))
        feed_table.record(conn, result(500, hours=4, error="HTTP 500"))
        assert feed_table.health(conn) == [
            FeedHealth(
                source="harbour",
                url=FEED,
                at=NOON + timedelta(hours=4),
                status=500,
                entries=20,
                error="HTTP 500",
                failures=2,
                succeeded_at=NOON + timedelta(hours=2),
                least=20,
            )
        ]
        feed_table.record(conn, result(hours=5, count=1))
        assert feed_table.health(conn)[0].least == 1
        assert (feed_table.health(conn)[0].failures, feed_table.health(conn)[0].error) == (0, "")
    ledger.close()


def test_a_feed_that_is_suddenly_short_says_since_when(ledger_place: LedgerPlace) -> None:
    with Ledger.open(ledger_place) as ledger, ledger.transaction() as conn:
        for hours in range(0, 240, 24):
            feed_table.record(conn, result(hours=hours, count=20))
        for hours in (240, 264):
            feed_table.record(conn, result(hours=hours, count=0))
        (health,) = feed_table.health(conn)
    assert (health.entries, health.least, health.short) == (0, 20, 2)
    assert health.short_since == NOON + timedelta(hours=240)


def test_feeds_are_passed_over_until_they_are_worth_asking(ledger_place: LedgerPlace) -> None:
    other = "https://harbour.example/new"
    sources = [("harbour", [FEED, other])]
    with Ledger.open(ledger_place) as ledger, ledger.transaction() as conn:

        def asked(hours: int, by: int | None) -> list[str]:
            due_by = {} if by is None else {"harbour": NOON + timedelta(hours=by)}
            return [
                each.url for each in feed_table.to_ask(conn, sources, NOON + timedelta(hours=hours), due_by)
            ]

        assert asked(0, 0) == [FEED, other]
        feed_table.record(conn, result(410, error="gone: HTTP 410"))
        assert asked(1, 23) == [other]
        (ask,) = feed_table.asks(conn)
        assert (ask.turn_at, ask.due_at) == (NOON + timedelta(hours=1), NOON + timedelta(hours=24))
        assert asked(2, None) == [FEED, other]
        assert asked(24, 24) == [FEED, other]


def test_a_feed_is_asked_without_validators_once_a_day(ledger_place: LedgerPlace) -> None:
    with Ledger.open(ledger_place) as ledger, ledger.transaction() as conn:

        def etag(hours: int) -> str:
            at = NOON + timedelta(hours=hours)
            return feed_table.to_ask(conn, [("harbour", [FEED])], at, {})[0].etag

        feed_table.record(conn, result(etag="one"), 20)
        assert (etag(1), etag(21)) == ("one", "")
        feed_table.record(conn, result(304, hours=19, etag="one"))
        assert (etag(21), etag(23)) == ("one", "")
        feed_table.record(conn, result(hours=21, etag="one"), 1)
        assert etag(22) == "", "it changed, and its ETag did not"
        feed_table.record(conn, result(hours=22, etag="two"), 1)
        assert etag(23) == "two"


def test_keys_are_asked_for_in_portions() -> None:
    keys = [str(number) for number in range(1201)]
    parts = list(portions(keys))
    assert [len(part) for part in parts] == [500, 500, 201]
    assert [key for part in parts for key in part] == keys
    assert list(portions([])) == []
