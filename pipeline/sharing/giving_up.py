"""What only the data folder of a worker had that will not come back is given up: what was not loaded is fetched again."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from articles.errors import ConfigError
from crawlers.clock import now
from pipeline.configuration.config import Config
from pipeline.maintenance.offloading import offload
from pipeline.maintenance.retention import drop_lost
from pipeline.sharing.own_segments import kept_by_others, learn, make_whole, opened_archive
from store.ledger import capture_table
from store.ledger.database import Ledger
from store.ledger.engines.folder_lock import locked
from store.ledger.queries import second_chances
from store.records import Outcome, Settled


@dataclass(frozen=True, slots=True)
class GivenUp:
    """The segments that were given up, and how many of their pages are fetched again."""

    segments: tuple[str, ...]
    pages: int


def give_up_lost(config: Config, clock: Callable[[], datetime] = now) -> GivenUp:
    """Give up the segments that are neither here nor in the bucket: their articles stay, as after retention; what is not loaded is due again.

    A worker that comes back after all removes them from its folder. Raises ConfigError for a collection that is not shared,
    LockedError while any worker is at work, ArchiveUnavailableError, SearchIndexError, LedgerError, StorageError.
    """
    if not config.store.shared:
        raise ConfigError(f"{config.path}: nobody shares this collection: [store] shared is not set.")
    with locked(config.folder, config.ledger), Ledger.existing(config.ledger) as ledger:
        make_whole(config, ledger)
        learn(config, ledger)
        lost = sorted(name for names in kept_by_others(config, ledger).values() for name in names)
        with ledger.transaction() as conn:
            captures = [each for name in lost for each in capture_table.of_segment(conn, name)]
            pending = [each for each in captures if each.outcome is Outcome.PENDING]
            capture_table.settle(conn, [_lost(each.id, clock()) for each in pending])
            second_chances.make_due(conn, {each.url for each in pending}, clock())
        if lost:
            with closing(opened_archive(config, ledger, clock)) as archive:
                drop_lost(config, ledger, archive, clock(), lost)
            offload(config, ledger, clock)
    return GivenUp(tuple(lost), len({each.url for each in pending}))


def _lost(capture_id: int, at: datetime) -> Settled:
    return Settled(
        capture_id=capture_id,
        outcome=Outcome.REJECTED,
        at=at,
        reason="archive_damaged",
        detail="its segment was in the data folder of a worker alone, which is gone",
    )
