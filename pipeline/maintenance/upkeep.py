"""What a data folder needs from time to time: segments closed, old ones dropped, and what is due looked at."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from crawlers.clock import now
from pipeline.configuration.config import Config
from pipeline.health.observed import forget
from pipeline.maintenance.doctor import Finding, examine_beside_runs
from pipeline.maintenance.offloading import offload
from pipeline.maintenance.retention import Retained, drop_old
from pipeline.run import data_folder
from pipeline.sharing.own_segments import opened_archive
from store.ledger import segment_table
from store.ledger.catches import catch_table


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What was done (a sentence each), and what was found."""

    done: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return all(finding.ok for finding in self.findings)


def maintain(config: Config, clock: Callable[[], datetime] = now) -> Upkeep:
    """Close what is old, drop what retention says, and move what is closed to the bucket, while no run can begin; then check archive, ledger and index.

    Raises LockedError while a run is under way, and any other BroadsheetError that keeps the folder from being opened.
    """
    with data_folder(config) as (_, ledger):
        writer = opened_archive(config, ledger, clock)
        try:
            closed = writer.close_old()
            if closed:
                with ledger.transaction() as conn:
                    segment_table.commit(conn, writer.sync())
            keep = config.retention
            retained = drop_old(config, ledger, writer, clock(), keep) if keep else Retained()
        finally:
            writer.close()
        with ledger.transaction() as conn:
            forgotten = catch_table.forget(conn, clock() - catch_table.KEPT)
        offloaded = offload(config, ledger, clock)
    done = [f"closed {closed}: what comes goes into the next segment."] if closed else []
    done += retained.told()
    done += offloaded.told()
    done += filter(None, [forget(config, clock())])
    if forgotten:
        done.append(f"forgot which lists named {forgotten} pages more than {catch_table.KEPT.days} days ago.")
    findings = examine_beside_runs(config, clock)
    if retained.obstacle:
        findings.append(Finding("retention", False, retained.obstacle, retained.passing))
    return Upkeep(tuple(done), tuple(findings))
