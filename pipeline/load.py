"""From pending captures to searchable articles, until nothing is pending and the crawl has ended."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field

from articles.errors import IndexUnavailableError
from crawlers.plan import CrawlReport
from pipeline.batches import Batch, Pending
from pipeline.crawl import Crawl
from pipeline.report import RunReport
from pipeline.settling import Settler
from store.ledger import capture_table
from store.ledger.database import Ledger
from store.records import Outcome, Settled

_PAUSE = 0.2  # seconds between two looks for pending captures
# What was cleaned is settled together, as each settling is a commit, and of the index every eighth merges thousands of documents.
_AT_ONCE = 500  # captures
_SECONDS = 10.0  # an article waits no longer for others


@dataclass(slots=True)
class _Tally:
    """What was settled so far; `progress` is called with each report."""

    progress: Callable[[RunReport], None]
    crawl: Crawl | None
    outcomes: Counter[str] = field(default_factory=Counter)
    rejections: Counter[str] = field(default_factory=Counter)
    parts: set[int] = field(default_factory=set)

    def report(self, settled: Iterable[Settled] = ()) -> RunReport:
        """Count these too; the report with them."""
        for each in settled:
            self.outcomes[each.outcome.value] += 1
            if each.capture_id in self.parts:  # and so it is none, as its article shows
                self.parts.discard(each.capture_id)
                self.outcomes[Outcome.PART.value] -= 1
            if each.outcome is Outcome.PART:
                self.parts.add(each.capture_id)
            if each.outcome is Outcome.REJECTED:
                self.rejections[each.reason] += 1
        so_far = RunReport(
            crawl=self.crawl.report if self.crawl else CrawlReport(),
            outcomes=dict(+self.outcomes),
            rejections=dict(self.rejections),
        )
        self.progress(so_far)
        return so_far


@dataclass(slots=True)
class _Settling:
    """Settles what was cleaned in the background; `batches` wait for others since that time."""

    settler: Settler
    background: ThreadPoolExecutor
    tally: _Tally
    batches: list[Batch] = field(default_factory=list)
    since: float = 0.0
    under_way: Future[list[Settled]] | None = None

    def add(self, batch: Batch) -> None:
        if not self.batches:
            self.since = time.monotonic()
        self.batches.append(batch)

    def is_due(self) -> bool:
        count = sum(len(batch.cleaned) for batch in self.batches)
        return count >= _AT_ONCE or (count > 0 and time.monotonic() - self.since >= _SECONDS)

    def begin(self) -> None:
        """Settle what waits, once that before is settled."""
        self.end()
        some, self.batches = self.batches, []
        self.under_way = self.background.submit(
            self.settler.settle,
            [pair for batch in some for pair in batch.cleaned],
            {key: row for batch in some for key, row in batch.rows.items()},
            {key: marks for batch in some for key, marks in batch.marks.items()},
        )

    def fold(self) -> None:
        """Compare stand-ins with their originals, as some of these may have come."""
        self.end()
        self.under_way = self.background.submit(self.settler.fold)

    def end(self) -> None:
        """Wait for what is under way. Raises its error, and then nothing waits any more."""
        under_way, self.under_way = self.under_way, None
        if under_way is not None:
            try:
                self.tally.report(under_way.result())
            except BaseException:
                self.batches = []
                raise


def load_all(
    pending: Pending,
    settler: Settler,
    progress: Callable[[RunReport], None] = lambda _: None,
    crawl: Crawl | None = None,
) -> RunReport:
    """Load what is pending, and what a crawl adds meanwhile, until nothing is and the crawl, if there is one, has ended.

    No call leads from a crawl to here: the ledger is asked for pending captures again and again. An index that
    is not available is tried again as long as the crawl goes on. Raises IndexUnavailableError after that: what is
    pending stays so, for the next run.
    """
    tally = _Tally(progress, crawl)
    with ThreadPoolExecutor(1, "settle") as background:
        settling = _Settling(settler, background, tally)
        fold = True  # stand-ins of earlier runs
        while True:
            more_to_come = crawl is not None and crawl.running
            try:
                any_settled = _load_pending(pending, settling, fold=fold, last=not more_to_come)
            except IndexUnavailableError as error:
                if not more_to_come:
                    raise _waiting(error, settler.ledger) from error
                pending.take_again()  # the crawl goes on meanwhile: what it fetches now may be gone later
                fold = True
                continue
            fold = any_settled
            if not more_to_come:
                pending.begin_again()  # all is settled, and may have made something pending that was taken before
            report = tally.report()
            if not (any_settled or more_to_come):
                return report
            time.sleep(_PAUSE)


def _load_pending(pending: Pending, settling: _Settling, *, fold: bool, last: bool) -> bool:
    """Clean what is pending now, one batch while the one before is settled; whether any was settled.

    What is not due yet waits on, unless this is to be the `last` of it. `fold`: stand-ins are compared with their originals
    before, as some may have come since that was last done.
    """
    any_settled = False
    if fold:
        settling.fold()
    with closing(pending.batches()) as batches:
        for batch in batches:
            settling.add(batch)
            if settling.is_due():
                settling.begin()
                any_settled = True
    if settling.is_due() or (last and settling.batches):
        settling.begin()
        any_settled = True
    settling.end()
    return any_settled


def _waiting(error: IndexUnavailableError, ledger: Ledger) -> IndexUnavailableError:
    with ledger.reading() as conn:
        pending = capture_table.counts(conn)[Outcome.PENDING.value]
    return IndexUnavailableError(f"{error}. {pending} captures stay pending; the next run loads them")
