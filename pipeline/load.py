"""From pending captures to searchable articles, until nothing is pending and the crawl has ended."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field

from articles.errors import IndexUnavailableError
from crawlers.plan import CrawlReport
from pipeline.batches import Pending
from pipeline.crawl import Crawl
from pipeline.report import RunReport
from pipeline.settling import Settler
from store.ledger import capture_table
from store.ledger.database import Ledger
from store.records import Outcome, Settled

_PAUSE = 0.2  # seconds between two looks for pending captures


@dataclass(slots=True)
class _Tally:
    """What was settled so far; `progress` is called with each report."""

    progress: Callable[[RunReport], None]
    crawl: Crawl | None
    outcomes: Counter[str] = field(default_factory=Counter)
    rejections: Counter[str] = field(default_factory=Counter)

    def report(self, settled: Iterable[Settled] = ()) -> RunReport:
        """Count these too; the report with them."""
        for each in settled:
            self.outcomes[each.outcome.value] += 1
            if each.outcome is Outcome.REJECTED:
                self.rejections[each.reason] += 1
        so_far = RunReport(
            crawl=self.crawl.report if self.crawl else CrawlReport(),
            outcomes=dict(self.outcomes),
            rejections=dict(self.rejections),
        )
        self.progress(so_far)
        return so_far


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
    fold = True  # stand-ins of earlier runs
    with ThreadPoolExecutor(1, "settle") as background:
        while True:
            more_to_come = crawl is not None and crawl.running
            try:
                any_loaded = _load_pending(pending, settler, background, tally, fold=fold)
            except IndexUnavailableError as error:
                if not more_to_come:
                    raise _waiting(error, settler.ledger) from error
                pending.take_again()  # the crawl goes on meanwhile: what it fetches now may be gone later
                fold = True
                continue
            fold = any_loaded
            report = tally.report()
            if not (any_loaded or more_to_come):
                return report
            time.sleep(_PAUSE)


def _load_pending(
    pending: Pending, settler: Settler, background: ThreadPoolExecutor, tally: _Tally, *, fold: bool
) -> bool:
    """Load what is pending now, cleaning one batch while the one before is settled; whether there was any.

    `fold`: stand-ins are compared with their originals before, as some may have come since that was last done.
    """
    settling = background.submit(settler.fold if fold else list)
    any_loaded = False
    with closing(pending.batches()) as batches:
        for batch in batches:
            tally.report(settling.result())
            settling = background.submit(settler.settle, batch.cleaned, batch.rows, batch.marks)
            any_loaded = True
        tally.report(settling.result())
    return any_loaded


def _waiting(error: IndexUnavailableError, ledger: Ledger) -> IndexUnavailableError:
    with ledger.reading() as conn:
        pending = capture_table.counts(conn)[Outcome.PENDING.value]
    return IndexUnavailableError(f"{error}. {pending} captures stay pending; the next run loads them")
