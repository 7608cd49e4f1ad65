"""How often a feed is asked, by what it gave of late, and when without validators. Pure: the time is passed in."""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from store.feed_records import FeedResult
from store.records import FeedReason, FetchReason

MEMORY = timedelta(days=4)
"""The time in which what was seen fades to a third."""
EAGERNESS = 4
"""How many times a feed is asked in the time that one new entry is expected in."""
LONGEST = timedelta(days=1)
FIRST_RETRY = timedelta(minutes=15)
WHOLE = timedelta(days=1)
"""The longest time, as far as the next ask can be foreseen, between two asks without validators."""
MUCH = 8
"""New entries: where so many are expected, it is asked without validators whether there are really none."""

NOT_MODIFIED = 304

_DOUBLINGS = 7  # from FIRST_RETRY past LONGEST
_NOBODY_ASKED = (FetchReason.RETRY_AFTER, FetchReason.SILENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What a feed gave of late: `found` new entries in the time `watched`, both fading with MEMORY.

    `due_at` is when it is worth asking again (None: in the next run), `answered_at` when it was last read, whole or
    unchanged, and `whole_at` when it last came whole. A feed is `distrusted` if it changed and its validators did not.
    """

    watched: timedelta = timedelta(0)
    found: float = 0.0
    failures: int = 0
    etag: str = ""
    last_modified: str = ""
    distrusted: bool = False
    due_at: datetime | None = None
    answered_at: datetime | None = None
    whole_at: datetime | None = None


def after(pace: Pace, result: FeedResult, new: int) -> Pace:
    """After an ask that showed `new` entries, unknown before or updated."""
    word = result.error.partition(":")[0]
    if word in _NOBODY_ASKED:
        return pace
    if result.error:
        failures = pace.failures + 1
        pause = LONGEST if word == FeedReason.GONE else wait_after_failure(failures)
        return replace(pace, failures=failures, due_at=result.at + pause)
    answered = replace(_observed(pace, result.at, new), failures=0, answered_at=result.at)
    pause = timedelta(0) if new else wait(answered)
    answered = replace(answered, due_at=result.at + pause if pause else None)
    return answered if result.status == NOT_MODIFIED else _compared(answered, result, new)


def wait(pace: Pace) -> timedelta:
    """The time until a feed is worth asking again: a quarter of that in which one new entry is expected, a day at most.

    One entry more is counted than was found, so that a feed that never gave any is asked ever more seldom.
    """
    return min(LONGEST, pace.watched / (pace.found + 1) / EAGERNESS)


def wait_after_failure(failures: int) -> timedelta:
    """The time until a feed is asked again that failed so many times in a row: twice as long each time, a day at most."""
    return min(LONGEST, FIRST_RETRY * (1 << min(failures - 1, _DOUBLINGS)))


def is_asked_whole(pace: Pace, now: datetime) -> bool:
    """Whether to ask without validators: some servers call a feed unchanged for ever, whatever is new in it."""
    if pace.distrusted or pace.whole_at is None or pace.answered_at is None:
        return True
    next_ask = now + (now - pace.answered_at)
    missed = next_ask - pace.whole_at
    return missed > WHOLE or missed * pace.found > MUCH * pace.watched


def _observed(pace: Pace, at: datetime, new: int) -> Pace:
    """What a first answer holds came nobody knows when: it is not counted."""
    if pace.answered_at is None:
        return pace
    passed = max(timedelta(0), at - pace.answered_at)
    fading = math.exp(-(passed / MEMORY))
    return replace(pace, watched=pace.watched * fading + passed, found=pace.found * fading + new)


def _compared(pace: Pace, result: FeedResult, new: int) -> Pace:
    """Whether a feed that came whole has the validators of the last time, though it has something new."""
    before, now = (pace.etag, pace.last_modified), (result.etag, result.last_modified)
    same = before == now and any(now)
    return replace(
        pace,
        distrusted=same and (pace.distrusted or new > 0),
        etag=result.etag,
        last_modified=result.last_modified,
        whole_at=result.at,
    )
