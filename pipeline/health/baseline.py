"""What a source's articles tell by themselves: all that health needs of them until the next one arrives. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

import msgspec

from pipeline.health import signs
from pipeline.health.lateness import Late, Timing, lateness
from pipeline.health.looks import Look
from pipeline.health.rhythm import Rhythm, rhythm
from pipeline.health.signs import Shift, Streak, Surge
from store.ledger.watch.arrival_table import Arrival

FORMAT = 2
"""The version of what is derived and how; raised with every change of these."""

_LATELY, _FEWEST = (
    timedelta(days=14),
    60,
)  # of articles of these days, and of so many, it counts what their pages gave
_WEEK = timedelta(days=7)
_MOSTLY = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """When the newest article of a source was published, of those that it had within a day, and the rhythm of these."""

    newest: datetime
    rhythm: Rhythm


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """When a source's articles arrived, oldest first, and the signs of change that the latest of them show.

    `rhythm` is None if there are too few to tell. `notice`, `copies`, `wall` and `changes` are the signs of these names.
    `delay` is the median time from publication until an article was searchable, of the week before the newest; `usual_delay`
    that of all catches; None where too little is known. `published` is when its newest was published and how often it
    publishes, None if most articles have no exact time. `look` is the last look elsewhere since the latest of them.
    """

    times: tuple[datetime, ...] = ()
    published: Published | None = None
    rhythm: Rhythm | None = None
    notice: Streak | None = None
    copies: Surge | None = None
    wall: Streak | None = None
    changes: tuple[Shift, ...] = ()
    delay: timedelta | None = None
    usual_delay: timedelta | None = None
    late: Late | None = None
    look: Look | None = None


NOTHING_YET = Baseline()
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Baseline)


def learn(timings: Sequence[Timing], latest: Sequence[Arrival]) -> Baseline:
    """What all of these articles tell by their times, and the latest by what their pages gave. Both are oldest first."""
    if not timings:
        return NOTHING_YET
    times = tuple([at for at, _ in timings])
    usual, late = lateness(timings)
    delays = [delay for at, delay in timings if delay is not None and at > times[-1] - _WEEK]
    return Baseline(
        times=times,
        published=_published(timings),
        rhythm=rhythm(times),
        notice=signs.one_notice(latest),
        copies=signs.copies(latest),
        wall=signs.walled(latest),
        changes=tuple(signs.changes(latest)),
        delay=timedelta(seconds=median(delays)) if delays else None,
        usual_delay=usual,
        late=late,
    )


def _published(timings: Sequence[Timing]) -> Published | None:
    times = sorted([at - timedelta(seconds=delay) for at, delay in timings if delay is not None])
    known = rhythm(times) if len(times) > _MOSTLY * len(timings) else None
    return None if known is None else Published(newest=times[-1], rhythm=known)


def packed(baseline: Baseline) -> bytes:
    """The baseline as bytes, for `unpacked`."""
    return _ENCODER.encode(baseline)


def unpacked(data: bytes) -> Baseline:
    """The inverse of `packed`. Raises msgspec.ValidationError for anything else."""
    return _DECODER.decode(data)
