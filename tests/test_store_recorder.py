"""The recorder: what a resolved future promised is there, after any fault."""

import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from warcio.archiveiterator import ArchiveIterator

import store.recorder
from articles.errors import StorageError
from articles.model import FeedEntry, Page
from store.archive.reader import check, scan
from store.archive.writer import ArchiveWriter, repair
from store.feed_records import FeedResult, FeedTarget
from store.ledger import capture_table, feed_table, segment_table, url_table
from store.ledger.database import Ledger
from store.ledger.engines.places import LedgerPlace
from store.ledger.queries import soundness
from store.recorder import Recorder
from store.records import FetchReason, Miss, UrlState
from tests.patience import PATIENCE

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
FEED = "https://harbour.example/feed"


class Crawl:
    """An open store and its recorder."""

    def __init__(
        self, folder: Path, clock: Callable[[], datetime] = lambda: NOON, place: LedgerPlace | None = None
    ) -> None:
        self.archive = folder / "archive"
        self.ledger = Ledger.open(place or folder / "ledger.sqlite")
        with self.ledger.reading() as conn:
            committed = segment_table.lengths(conn)
        self.cuts = repair(self.archive, committed)
        self.writer = ArchiveWriter(self.archive, committed, clock)
        self.recorder = Recorder(self.ledger, self.writer, clock)

    def close(self) -> None:
        """Close all, the recorder first."""
        try:
            self.recorder.close()
        finally:
            self.writer.close()
            self.ledger.close()


@pytest.fixture
def crawl(tmp_path: Path, ledger_place: LedgerPlace) -> Iterator[Crawl]:
    opened = Crawl(tmp_path, place=ledger_place)
    yield opened
    opened.close()


def entry(name: object, updated_at: datetime | None = None) -> FeedEntry:
    return FeedEntry(url=f"https://harbour.example/{name}", source="harbour", updated_at=updated_at)


def page(name: object, body: bytes = b"<p>Ferry</p>") -> Page:
    url = entry(name).url
    return Page(url=url, final_url=url, status=200, headers=(), body=body, fetched_at=NOON, entry=entry(name))


def feed(count: int = 1) -> FeedResult:
    return FeedResult(source="harbour", url=FEED, at=NOON, status=200, entries=count, etag='"v1"')


def accounted(folder: Path) -> dict[str, Page]:
    """Check that archive and ledger add up and agree; the archived pages by URL."""
    ledger = Ledger.open(folder / "ledger.sqlite")
    with ledger.reading() as conn:
        committed = segment_table.lengths(conn)
        assert soundness.problems(conn) == []
        pending = capture_table.pending(conn, 100_000)
    assert ledger.check() == []
    ledger.close()
    repair(folder / "archive", committed)
    assert check(folder / "archive", committed) == []
    damages: list[str] = []
    archived = list(scan(folder / "archive", damages.append))
    assert damages == []
    assert [ref for ref, _ in archived] == [capture.ref for capture in pending]
    for path in (folder / "archive").iterdir():
        with path.open("rb") as file:
            types = [record.rec_type for record in ArchiveIterator(file, check_digests="raise")]
        assert types == ["warcinfo"] + ["response", "metadata"] * (len(types) // 2)
    return {found.url: found for _, found in archived}


def test_feeds_without_entries_are_committed_together(crawl: Crawl) -> None:
    """And what has a result takes along what waits."""
    commits: list[object] = []
    event.listen(crawl.ledger._engine._engine, "commit", commits.append)
    held = crawl.recorder.targets([], {})
    urls = [f"{FEED}/{n}" for n in range(60)]
    quiet = [crawl.recorder.feed(replace(feed(), url=url, status=304), ()) for url in urls]
    told = crawl.recorder.feed(feed(), [entry("a")])
    assert len(told.result(PATIENCE).due) == 1
    assert held.result(PATIENCE) == []
    assert all(future.result(PATIENCE).due == () for future in quiet)
    assert len(commits) < 20
    with crawl.ledger.reading() as conn:
        assert len(feed_table.health(conn)) == 61


def test_feeds_without_entries_are_recorded_as_if_each_came_alone(crawl: Crawl) -> None:
    """Known ones, new ones, and one that is fetched twice before it is committed."""
    crawl.recorder.feed(feed(), [entry("a")]).result(PATIENCE)
    crawl.recorder.targets([], {})  # has the others wait for one another
    new = [replace(feed(), url=f"{FEED}/{n}", status=404, error="HTTP 404") for n in range(5)]
    again = [replace(feed(), status=304, at=NOON + timedelta(hours=n), etag="") for n in (1, 2)]
    for result in [*new, again[0], new[0], again[1]]:
        crawl.recorder.feed(result, ())
    crawl.recorder.targets([]).result(PATIENCE)
    with crawl.ledger.reading() as conn:
        known, *others = feed_table.health(conn)
        (target,) = feed_table.targets(conn, [("harbour", [FEED])])
    assert (target.etag, known.status, known.entries, known.at) == ('"v1"', 304, 1, again[1].at)
    assert [(each.url, each.failures) for each in others] == [
        (result.url, 1 + (result is new[0])) for result in new
    ]


def test_quiet_feeds_are_committed_by_number(crawl: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store.recorder, "GROUP_SECONDS", 2 * PATIENCE)
    urls = [f"{FEED}/{n}" for n in range(103)]
    stored = [crawl.recorder.feed(replace(feed(), url=url, status=304), ()) for url in urls]
    wait(stored[:100], timeout=PATIENCE)
    assert [future.done() for future in stored] == [True] * 100 + [False] * 3
    crawl.recorder.targets([]).result(PATIENCE)
    assert all(future.done() for future in stored)


def test_a_group_does_not_grow_with_the_entries_of_its_lists(crawl: Crawl) -> None:
    commits: list[object] = []
    event.listen(crawl.ledger._engine._engine, "commit", commits.append)
    lists = [
        crawl.recorder.feed(replace(feed(), url=f"{FEED}/{n}"), [entry(f"{n}/{m}") for m in range(500)])
        for n in range(10)
    ]
    assert all(len(each.result(PATIENCE).due) == 500 for each in lists)
    assert len(commits) >= 5


def test_a_feed_answers_what_is_due(crawl: Crawl) -> None:
    found = crawl.recorder.feed(feed(2), [entry(1), entry(2)]).result(PATIENCE)
    assert ([due.entry for due in found.due], found.new, found.seen) == ([entry(1), entry(2)], 2, 0)
    assert crawl.recorder.targets([("harbour", [FEED])]).result(PATIENCE) == [
        FeedTarget(source="harbour", url=FEED, etag='"v1"')
    ]


def test_validators_and_entries_are_committed_together_or_not_at_all(
    crawl: Crawl, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StorageError("disk full")

    monkeypatch.setattr(url_table, "discover", fail)
    with pytest.raises(StorageError):
        crawl.recorder.feed(feed(), [entry(1)]).result(PATIENCE)
    with crawl.ledger.reading() as conn:
        assert feed_table.targets(conn, [("harbour", [FEED])])[0].etag == ""
    with pytest.raises(StorageError):
        crawl.recorder.close()
    crawl.recorder = Recorder(crawl.ledger, crawl.writer, lambda: NOON)


def test_a_url_is_given_out_once_in_a_run(crawl: Crawl) -> None:
    assert len(crawl.recorder.feed(feed(), [entry(1)]).result(PATIENCE).due) == 1
    again = crawl.recorder.feed(feed(), [entry(1), entry(2)]).result(PATIENCE)
    assert ([due.entry for due in again.due], again.new, again.seen) == ([entry(2)], 1, 1)
    assert crawl.recorder.queued([entry(1)], ["harbour"]).result(PATIENCE) == ()


def test_named_pages_and_what_earlier_runs_left(tmp_path: Path) -> None:
    first = Crawl(tmp_path)
    first.recorder.feed(feed(), [entry("left"), entry("done")]).result(PATIENCE)
    first.recorder.page(page("done"))
    first.close()
    second = Crawl(tmp_path)
    named = FeedEntry(url="https://named.example/", source="by hand")
    due = second.recorder.queued([named], ["harbour"]).result(PATIENCE)
    assert [found.entry for found in due] == [named, entry("left")]
    second.close()


def test_a_group_is_committed_by_time(crawl: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store.recorder, "GROUP_SECONDS", 0.3)
    start = time.monotonic()
    crawl.recorder.page(page(1)).result(PATIENCE)
    assert time.monotonic() - start >= 0.3
    with crawl.ledger.reading() as conn:
        assert capture_table.counts(conn)["pending"] == 1


def test_a_group_is_committed_by_number_or_when_an_answer_is_due(
    crawl: Crawl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store.recorder, "GROUP_SECONDS", 2 * PATIENCE)
    stored = [crawl.recorder.page(page(n)) for n in range(103)]
    wait(stored[:100], timeout=PATIENCE)
    assert [future.done() for future in stored] == [True] * 100 + [False] * 3
    crawl.recorder.targets([]).result(PATIENCE)
    assert all(future.done() for future in stored)


def test_closing_records_what_is_waiting(tmp_path: Path) -> None:
    crawl = Crawl(tmp_path)
    crawl.recorder.feed(feed(), [entry("missed")]).result(PATIENCE)
    stored = [crawl.recorder.page(page(n)) for n in range(7)]
    miss = crawl.recorder.miss(
        Miss(url=entry("missed").url, at=NOON, state=UrlState.REFUSED, reason=FetchReason.ROBOTS)
    )
    crawl.close()
    assert all(future.result(0) is None for future in [*stored, miss])
    assert accounted(tmp_path) == {page(n).url: page(n) for n in range(7)}
    with pytest.raises(RuntimeError, match="closed"):
        crawl.recorder.page(page(8))


def test_a_future_cannot_be_cancelled(crawl: Crawl) -> None:
    future = crawl.recorder.page(page(1))
    assert not future.cancel()
    crawl.recorder.targets([]).result(PATIENCE)
    assert future.result(0) is None


def test_after_a_failure_nothing_more_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store.recorder, "GROUP_SECONDS", PATIENCE)
    crawl = Crawl(tmp_path)
    stored = crawl.recorder.page(page(1))
    crawl.recorder.targets([]).result(PATIENCE)
    with crawl.ledger.transaction() as conn:
        conn.exec_driver_sql("DROP TABLE feeds")
    lost = crawl.recorder.page(page(2))
    with pytest.raises(OperationalError):
        crawl.recorder.targets([]).result(PATIENCE)
    later = crawl.recorder.page(page(3))
    with pytest.raises(OperationalError):
        crawl.close()
    assert stored.exception() is None
    assert lost.exception() is later.exception() is not None
    assert accounted(tmp_path) == {page(1).url: page(1)}


WRITE_FOR_EVER = """
import sys
sys.path[:0] = sys.argv[2:]
import test_store_recorder as t
t.write_for_ever(t.Path(sys.argv[1]))
"""

FILL_UP = """
import sys
sys.path[:0] = sys.argv[2:]
import test_store_recorder as t
t.fill_up(t.Path(sys.argv[1]))
"""


def write_for_ever(folder: Path) -> None:
    """Crawl without end, printing each URL whose future resolved (run in a process that is killed)."""
    crawl = Crawl(folder)
    with crawl.ledger.reading() as conn:
        number = sum(url_table.counts(conn).values())

    def promise(url: str) -> Callable[[Future[None]], None]:
        return lambda _: print(url, flush=True)

    while True:
        names = range(number, number + 20)
        number += 20
        futures: list[Future[Any]] = []
        for due in crawl.recorder.feed(feed(), [entry(name) for name in names]).result().due:
            body = os.urandom(2000) * 3
            futures.append(crawl.recorder.page(page(due.url.rsplit("/", 1)[1], body)))
            futures[-1].add_done_callback(promise(due.url))


def fill_up(folder: Path) -> None:
    """Crawl until the disk is full, printing each URL whose future resolved, then the error."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
    store.recorder.GROUP_SECONDS = PATIENCE  # a batch is a group
    crawl = Crawl(folder)
    for number in range(40):
        batch = [crawl.recorder.page(page(f"{number}-{n}", os.urandom(4000))) for n in range(10)]
        try:
            crawl.recorder.targets([]).result()
        except StorageError:
            assert all(future.exception() for future in batch)
        else:
            for n, future in enumerate(batch):
                future.result(0)
                print(entry(f"{number}-{n}").url)
    try:
        crawl.close()
    except StorageError as error:
        print(error)


def command(script: str, folder: Path) -> list[str]:
    here = Path(__file__).parent
    return [sys.executable, "-c", script, str(folder), str(here), str(here.parent)]


def test_kill_9_loses_nothing_that_was_promised(tmp_path: Path) -> None:
    promised: list[str] = []
    chance = random.Random(4)
    for _ in range(6):
        with subprocess.Popen(command(WRITE_FOR_EVER, tmp_path), stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            promised += [child.stdout.readline().strip() for _ in range(20)]
            time.sleep(chance.uniform(0.0, 0.25))
            child.kill()
            promised += child.stdout.read().split("\n")[:-1]
        kept = accounted(tmp_path)
        assert set(promised) <= kept.keys()
    assert len(kept) > 100
    ledger = Ledger.open(tmp_path / "ledger.sqlite")
    with ledger.reading() as conn:
        assert url_table.counts(conn)["fetched"] == len(kept)
        left = url_table.due(conn, ["harbour"], NOON)
        assert url_table.counts(conn)["due"] == len(left)
    ledger.close()


def test_a_full_disk_fails_what_is_not_on_it(tmp_path: Path) -> None:
    lines = subprocess.run(
        command(FILL_UP, tmp_path), check=True, capture_output=True, text=True
    ).stdout.splitlines()
    promised, error = lines[:-1], lines[-1]
    assert "cannot be written" in error
    assert accounted(tmp_path).keys() == set(promised)
    assert 10 < len(promised) < 400
    again = Crawl(tmp_path)
    again.recorder.page(page("after"))
    again.close()
    assert accounted(tmp_path).keys() == {*promised, page("after").url}
