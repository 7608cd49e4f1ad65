"""The archive read through, a part each time: a segment when it is closed, and again every month, because disks rot.

No lock is held, so that a run may begin and go on meanwhile. What was found is noted segment by segment: killed, it goes on there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from articles.errors import ArchiveError
from pipeline.configuration.config import Config
from pipeline.sharing.own_segments import kept_by_others
from store.archive.checked import CheckedSegment, check_segment
from store.archive.reader import faults, is_away, shortage
from store.ledger import segment_table
from store.ledger.database import Ledger
from store.ledger.watch import check_table

AGAIN = timedelta(days=30)
_LEAST = (
    4 << 30
)  # bytes, some two minutes; else a tenth of the archive, so that a month has room for all of it three times
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CheckedArchive:
    """What is wrong with the archive, a sentence each; how many segments it has, how many of them are only in a bucket and were
    not read there, of how many it is not known what is in them now, and when the one that was read the longest ago was read
    (None: there is none).
    """

    problems: tuple[str, ...]
    segments: int
    elsewhere: int
    unread: int
    since: datetime | None

    @property
    def told(self) -> str:
        """That nothing is wrong, and how far that is known, in a sentence."""
        whole = f"all segments are whole ({self.segments})"
        if self.elsewhere:
            here = self.segments - self.elsewhere
            whole = (
                f"the segments that are here are whole ({here} of {self.segments}; --fetch reads the others)"
            )
        if self.since:
            whole += f", read since {self.since:%Y-%m-%d %H:%M} UTC"
        if self.unread:
            whole += f"; {self.unread} of them not read yet: upkeep reads some each time, `broadsheet doctor --all` all of them"
        return whole


def check_archive(
    config: Config,
    ledger: Ledger,
    clock: Callable[[], datetime],
    *,
    everything: bool = False,
    fetch: bool = False,
    portion: int = _LEAST,
) -> CheckedArchive:
    """Read the open segment, and of the others those that were not read for a month, or were changed since, the longest due first.

    Of these a tenth of the archive at most, or `portion` (bytes) if that is more; or `everything`, due or not. Those that are
    only in a bucket are read if told to `fetch` them. What other workers
    have in their folders alone is left to them. Raises LedgerError, LockedError, StorageError.
    """
    with ledger.reading() as conn:
        committed, known = segment_table.lengths(conn), check_table.known(conn)
    if config.store.shared:
        others = {segment for kept in kept_by_others(config, ledger).values() for segment in kept}
        committed = {segment: length for segment, length in committed.items() if segment not in others}
    if gone := known.keys() - committed.keys():
        with ledger.transaction() as conn:
            check_table.forget(conn, gone)
    checking = _Checking(config, ledger, clock, committed, known)
    room = max(portion, sum(committed.values()) // 10)
    for segment in checking.closed() if everything else checking.due():
        checking.check(segment)
        room -= committed[segment]
        if room <= 0 and not everything:
            break
    return checking.found(fetch=fetch)


class _Checking:
    def __init__(
        self,
        config: Config,
        ledger: Ledger,
        clock: Callable[[], datetime],
        committed: Mapping[str, int],
        known: Mapping[str, CheckedSegment],
    ) -> None:
        self._archive = config.archive
        self._ledger = ledger
        self._clock = clock
        self._committed = committed
        self._known = dict(known)
        self._unreadable: dict[str, str] = {}

    def closed(self) -> list[str]:
        """All segments but the newest, which may still grow, and those that are only in a bucket."""
        away = self._away()
        return [segment for segment in sorted(self._committed)[:-1] if segment not in away]

    def due(self) -> list[str]:
        """Segments that are to be read, the most urgent first: what nobody knows, then what was read the longest ago."""
        before = self._clock() - AGAIN
        last = {segment: self._read_at(segment) for segment in self.closed()}
        due = (each for each, at in last.items() if at <= before or self._known[each].problems)
        return sorted(due, key=lambda segment: last[segment])

    def check(self, segment: str) -> None:
        """Read a segment, and note what was found. Nothing is noted of one that cannot be read."""
        try:
            found = check_segment(
                self._archive, segment, self._committed[segment], self._clock(), self._known.get(segment)
            )
        except ArchiveError as error:
            self._unreadable[segment] = str(error)
            return
        self._known[segment] = found
        with self._ledger.transaction() as conn:
            check_table.note(conn, found)

    def found(self, *, fetch: bool) -> CheckedArchive:
        """What is known now; only the open segment is read for it, and what is in a bucket if that is to be fetched."""
        away = self._away()
        problems = {
            segment: tuple(faults(self._archive / segment, length, fetch=fetch))
            if segment in away
            else self._problems(segment)
            for segment, length in sorted(self._committed.items())
        }
        with self._ledger.reading() as conn:
            there = segment_table.lengths(conn)  # retention may have dropped one since
        last = [self._read_at(segment) for segment in self.closed() if segment in there]
        read = [at for at in last if at > _NEVER]
        return CheckedArchive(
            problems=tuple(one for segment in there for one in problems.get(segment, ())),
            segments=len(there),
            elsewhere=0 if fetch else len(away & there.keys()),
            unread=len(last) - len(read),
            since=min(read, default=None),
        )

    def _away(self) -> set[str]:
        """The segments that are only in a bucket."""
        return {each for each in self._committed if is_away(self._archive, each)}

    def _problems(self, segment: str) -> tuple[str, ...]:
        path, length = self._archive / segment, self._committed[segment]
        if segment == max(self._committed):
            return tuple(faults(path, length))
        if bad := self._unreadable.get(segment) or shortage(path, length):
            return (bad,)
        if self._read_at(segment) == _NEVER:
            return ()
        known = self._known[segment]
        return tuple(f"{problem} (read {known.at:%Y-%m-%d %H:%M} UTC)" for problem in known.problems)

    def _read_at(self, segment: str) -> datetime:
        """When the segment as it is now was read; the earliest time there is if it never was."""
        known = self._known.get(segment)
        as_it_was = known and known.is_as_it_was(self._archive, self._committed[segment])
        return known.at if known and as_it_was else _NEVER
