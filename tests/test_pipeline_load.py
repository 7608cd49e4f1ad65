"""What is cleaned while a crawl goes on is settled together, waits for others no longer than it may, and is never lost."""

import itertools
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from articles.errors import IndexUnavailableError
from articles.model import Rejection
from crawlers.plan import CrawlReport
from pipeline import load
from pipeline.batches import Batch
from pipeline.load import load_all
from store.records import Outcome, Settled

PAGES = 12


@dataclass
class Trickle:
    """A crawl of which one page is pending at each look, and goes on as long."""

    report: CrawlReport = field(default_factory=CrawlReport)
    looks: Iterator[int] = field(default_factory=itertools.count)
    given: int = 0

    @property
    def running(self) -> bool:
        return next(self.looks) < PAGES

    def batches(self) -> Generator[Batch]:
        if self.given < PAGES:
            self.given += 1
            yield Batch([(cast("Any", self.given), Rejection(reason="no_article"))], {}, {})

    def take_again(self) -> None:
        self.given = 0

    def begin_again(self) -> None:
        """Nothing has become pending again."""


@dataclass
class Book:
    """Settles captures, named by numbers, except the first `failures` times."""

    failures: int = 0
    settled: list[list[int]] = field(default_factory=list)

    def fold(self) -> list[Settled]:
        return []

    def settle(
        self, batch: Sequence[tuple[Any, Rejection]], _rows: Mapping[int, Any], _marks: Mapping[int, Any]
    ) -> list[Settled]:
        if self.failures:
            self.failures -= 1
            raise IndexUnavailableError("away")
        self.settled.append([number for number, _ in batch])
        at = datetime(2026, 3, 2, tzinfo=UTC)
        return [
            Settled(capture_id=number, outcome=Outcome.REJECTED, at=at, reason="no_article")
            for number, _ in batch
        ]


def loaded(patch: pytest.MonkeyPatch, book: Book, *, seconds: float, at_once: int = 500) -> list[list[int]]:
    patch.setattr(load, "_PAUSE", 0)
    patch.setattr(load, "_SECONDS", seconds)
    patch.setattr(load, "_AT_ONCE", at_once)
    crawl = cast("Any", Trickle())
    report = load_all(crawl, cast("Any", book), crawl=crawl)
    assert report.outcomes == {"rejected": PAGES}
    assert sorted(itertools.chain.from_iterable(book.settled)) == list(range(1, PAGES + 1))
    return book.settled


def test_pages_that_trickle_in_are_settled_together(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(loaded(monkeypatch, Book(), seconds=3600)) == 1


def test_none_waits_longer_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(loaded(monkeypatch, Book(), seconds=0)) == PAGES


def test_no_more_are_settled_at_once_than_one_batch_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [len(some) for some in loaded(monkeypatch, Book(), seconds=3600, at_once=5)] == [5, 5, 2]


def test_what_waits_while_the_index_is_away_is_taken_again_once(monkeypatch: pytest.MonkeyPatch) -> None:
    book = Book(failures=1)
    settled = loaded(monkeypatch, book, seconds=3600, at_once=3)
    assert not book.failures
    assert sum(map(len, settled)) == PAGES
