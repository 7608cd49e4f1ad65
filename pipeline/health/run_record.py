"""The record of runs: each leaves in the ledger that it began, and how it ended."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from articles.errors import BroadsheetError
from articles.urls import masked
from store.ledger.database import Ledger
from store.ledger.watch import run_table
from store.ledger.watch.run_table import RunEnd


@contextmanager
def recorded(ledger: Ledger, clock: Callable[[], datetime], worker: str = "") -> Iterator[None]:
    """A run, by whoever holds the run lock, in the ledger. Killed in this context it stays there as one without an end."""
    with ledger.transaction() as conn:
        run = run_table.begin(conn, clock(), worker)
    try:
        yield
    except BaseException as error:
        end = RunEnd.FAILED if isinstance(error, Exception) else RunEnd.STOPPED
        detail = masked(str(error)).partition("\n")[0] or type(error).__name__
        with suppress(BroadsheetError), ledger.transaction() as conn:  # the first error is the cause
            run_table.finish(conn, run, clock(), end, detail)
        raise
    with ledger.transaction() as conn:
        run_table.finish(conn, run, clock(), RunEnd.DONE)
