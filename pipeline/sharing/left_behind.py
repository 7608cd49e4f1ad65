"""What a worker archived and did not load before it died: loaded by others where they can read it, or given up."""

from contextlib import suppress

from articles.errors import ArchiveUnavailableError
from pipeline.batches import Cleaners, Pending
from pipeline.configuration.config import Config
from pipeline.load import load_all
from pipeline.settling import Settler
from store.archive.reader import is_there
from store.ledger.database import Ledger
from store.ledger.engines.worker_locks import Worker
from store.ledger.queries import tallies


def load_left_behind(
    config: Config, ledger: Ledger, worker: Worker, cleaners: Cleaners, settler: Settler
) -> None:
    """Load what is pending of workers that are not at work, if all of that is in the bucket.

    What is in their data folders alone is loaded once they are back. Raises as `load_all`.
    """
    with ledger.reading() as conn:
        waiting = tallies.waiting_of(conn)
    for owner in sorted(waiting.keys() - {worker.name}):
        with worker.instead_of(owner) as is_away, suppress(ArchiveUnavailableError):
            if is_away and all(is_there(config.archive, name) for name in waiting[owner]):
                load_all(Pending(config.archive, ledger, cleaners, owner), settler)
