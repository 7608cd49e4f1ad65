"""Runs in the ledger: when each began and ended, and how, and of which worker the last ones were. One that began and never ended
was ended from outside.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Column, Connection, Table, func, select

from store.ledger.schema import METADATA, AnyText, BigNumber, Moment, one_of, upsert

_KEPT = timedelta(days=60)
_TOGETHER = timedelta(minutes=1)


class RunEnd(StrEnum):
    """How a run ended: `stopped` by a person, `crashed` without a word (killed, or the machine went down)."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    CRASHED = "crashed"


RUNS = Table(
    "runs",
    METADATA,
    Column("id", BigNumber, primary_key=True),
    Column("started_at", Moment, nullable=False, index=True),
    Column("ended_at", Moment),
    Column("end", one_of(RunEnd, "run_end"), nullable=False),
    Column("detail", AnyText, nullable=False),
)

WORKERS = Table(
    "workers",
    METADATA,
    Column("name", AnyText, primary_key=True),
    Column("run", BigNumber, nullable=False),
    Column("began_at", Moment, nullable=False),
)
"""Of each worker, where several share the collection, its last run."""
_NOTE_WORKER = upsert(WORKERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRun:
    """A run. `ended_at` is None while it is running, and for one that crashed; `detail` is the error of one that failed."""

    started_at: datetime
    ended_at: datetime | None
    end: RunEnd
    detail: str = ""


def begin(conn: Connection, at: datetime, worker: str = "") -> int:
    """Record a run that begins, in the name of the run lock's holder: any other of this worker that is still running has crashed."""
    conn.execute(RUNS.delete().where(RUNS.c.started_at < at - _KEPT))
    crashed = RUNS.update().where(RUNS.c.end == RunEnd.RUNNING).values(end=RunEnd.CRASHED)
    if worker:
        crashed = crashed.where(RUNS.c.id.in_(select(WORKERS.c.run).where(WORKERS.c.name == worker)))
    conn.execute(crashed)
    begun = RUNS.insert().values(started_at=at, end=RunEnd.RUNNING, detail="").returning(RUNS.c.id)
    run: int = conn.execute(begun).scalar_one()
    if worker:
        conn.execute(_NOTE_WORKER, {"name": worker, "run": run, "began_at": at})
    return run


def finish(conn: Connection, run: int, at: datetime, end: RunEnd, detail: str = "") -> None:
    """Record how the run that `begin` gave ended."""
    conn.execute(RUNS.update().where(RUNS.c.id == run).values(ended_at=at, end=end, detail=detail))


def latest(conn: Connection, limit: int, *ends: RunEnd) -> list[PastRun]:
    """The latest runs that ended in one of these ways (without any: all), the newest first."""
    query = select(RUNS.c.started_at, RUNS.c.ended_at, RUNS.c.end, RUNS.c.detail)
    if ends:
        query = query.where(RUNS.c.end.in_(ends))
    rows = conn.execute(query.order_by(RUNS.c.id.desc()).limit(limit))
    return [PastRun(**row) for row in rows.mappings()]


def workers(conn: Connection) -> frozenset[str]:
    """The workers that share the collection."""
    return frozenset(conn.scalars(select(WORKERS.c.name)))


def round_began(conn: Connection, worker: str, at: datetime) -> datetime:
    """When the round of runs began to which that of a worker belongs that begins now: workers that begin within a minute go together."""
    others = (WORKERS.c.name != worker, WORKERS.c.began_at > at - _TOGETHER)
    return min(conn.scalar(select(func.min(WORKERS.c.began_at, type_=Moment)).where(*others)) or at, at)
