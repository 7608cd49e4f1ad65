"""An invented newsroom: publishers, when they publish, and what their pages say. Pure: all is drawn by a seed."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
HOUR = timedelta(hours=1)
BEFORE = timedelta(days=10)

_NIGHT = (0.1,) * 5 + (0.6,) + (1.0,) * 14 + (0.7, 0.5, 0.3, 0.2)
_ALWAYS = (0.5,) * 5 + (0.8,) + (1.0,) * 15 + (0.8, 0.6, 0.5)
_OFFICE = (0.0,) * 7 + (1.0,) * 10 + (0.0,) * 7
_MORNING = (0.0,) * 4 + (6.0, 3.0) + (0.5,) * 14 + (0.2,) * 4
_WEEK = (1.0, 1.0, 1.0, 1.0, 1.0, 0.6, 0.5)
_WORKING = (1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0)
_AT_WORK: Mapping[str, Any] = {"hours": _OFFICE, "days": _WORKING}
_NO_SUNDAY = (1.0, 1.0, 1.0, 1.0, 1.0, 0.8, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """A source of a `kind`: how many articles it has on a working day, in groups of `group`, and how `hours` and weekdays share them.

    A `regularity` of 1 is chance alone, more is steadier. On the `holidays` (days since START) it is as on Sundays.
    `others` is the share of its pages that are no articles, `unsigned` that of articles without an author.
    """

    name: str = ""
    kind: str
    language: str = "en"
    template: int = 0
    per_day: float = 1.0
    group: int = 1
    hours: Sequence[float] = _NIGHT
    days: Sequence[float] = _WEEK
    regularity: float = 1.0
    holidays: frozenset[int] = frozenset()
    at_most: int = 100_000
    listed: int = 20
    paragraphs: int = 4
    others: float = 0.0
    unsigned: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The `number`-th page of a publisher; `is_other` if it is no article."""

    number: int
    at: datetime
    is_other: bool
    is_signed: bool
    length: float


def newsroom(seed: int) -> list[Publisher]:
    """166 publishers, from 80 articles a day to one in three days, and some that have only one or two at all."""
    draw = random.Random(seed)
    kinds = (
        [Publisher(kind="agency", per_day=rate, hours=_ALWAYS, listed=50) for rate in (80, 40)]
        + [Publisher(kind="daily", per_day=draw.uniform(15, 22), listed=40) for _ in range(6)]
        + [Publisher(kind="morning", per_day=draw.uniform(6, 10), hours=_MORNING) for _ in range(8)]
        + [Publisher(kind="regional", per_day=draw.uniform(5, 8)) for _ in range(16)]
        + [Publisher(kind="local", per_day=draw.uniform(2, 4)) for _ in range(40)]
        + [Publisher(kind="blog", per_day=draw.uniform(1, 2)) for _ in range(38)]
        + [Publisher(kind="review", per_day=draw.uniform(0.33, 0.7)) for _ in range(22)]
        + [Publisher(kind="office", per_day=draw.uniform(3, 6), **_AT_WORK) for _ in range(12)]
        + [Publisher(kind="no Sundays", per_day=draw.uniform(3, 6), days=_NO_SUNDAY) for _ in range(8)]
        + [Publisher(kind="bursts", per_day=10, group=5, **_AT_WORK) for _ in range(6)]
        + [Publisher(kind="rare", per_day=0.2, at_most=draw.choice((1, 2))) for _ in range(8)]
    )
    return [_with_habits(each, number, draw) for number, each in enumerate(kinds)]


def _with_habits(publisher: Publisher, number: int, draw: random.Random) -> Publisher:
    return replace(
        publisher,
        name=f"s{number}",
        language=draw.choice(sorted(WORDS)),
        template=draw.randrange(TEMPLATES),
        regularity=draw.choice((1.0, 1.0, 2.0, 4.0)),
        holidays=frozenset(draw.choice(((), (16,), (16, 25), (25,)))),
        paragraphs=draw.choice((3, 4, 6)),
        others=draw.choice((0.0, 0.0, 0.01, 0.02, 0.05, 0.2)),
        unsigned=draw.choice((0.0, 0.0, 0.05, 0.3, 1.0)),
    )


def stories(publisher: Publisher, days: int, seed: int) -> list[Story]:
    """What it publishes from ten days before START on, for so many days after it."""
    draw = random.Random(f"{seed} {publisher.name}")
    times = list(_times(publisher, days, draw))[: publisher.at_most]
    return [
        Story(
            number=number,
            at=at,
            is_other=draw.random() < publisher.others,
            is_signed=draw.random() >= publisher.unsigned,
            length=draw.lognormvariate(0, 0.35),
        )
        for number, at in enumerate(times)
    ]


def _times(publisher: Publisher, days: int, draw: random.Random) -> Iterator[datetime]:
    first, whole = START - BEFORE, sum(publisher.hours)
    shares = []
    for hour in range((days + BEFORE.days) * 24):
        at = first + hour * HOUR
        weekday = 6 if (at - START).days in publisher.holidays else at.weekday()
        share = publisher.per_day * publisher.days[weekday] * publisher.hours[at.hour] / whole
        shares.append(share / publisher.group)
    passed, wanted = 0.0, draw.random()
    for hour, until in enumerate(accumulate(shares)):
        while wanted < until:
            at = first + (hour + (wanted - passed) / (until - passed)) * HOUR
            yield from (at + n * timedelta(minutes=1) for n in range(publisher.group))
            wanted += draw.gammavariate(publisher.regularity, 1 / publisher.regularity)
        passed = until


WORDS = {
    "en": "the council harbour budget votes after long debate over new bridge while members of parliament asked why money was spent "
    "on roads that nobody wanted in spring and farmers near river warned about floods which damaged several houses last winter",
    "de": "der Stadtrat hat nach langer Debatte über die neue Brücke entschieden während Abgeordnete fragten warum das Geld für "
    "Straßen ausgegeben wurde die niemand im Frühjahr wollte und Bauern am Fluss warnten vor Hochwasser das Häuser beschädigte",
    "fr": "le conseil municipal a voté après un long débat sur le nouveau pont tandis que des députés demandaient pourquoi argent "
    "était dépensé pour des routes que personne ne voulait au printemps et les paysans près du fleuve craignaient des crues",
    "es": "el consejo municipal votó después de un largo debate sobre el nuevo puente mientras los diputados preguntaban por qué se "
    "gastaba dinero en carreteras que nadie quería en primavera y los agricultores cerca del río temían inundaciones graves",
}
_NAMES = ("Mara Lind", "Tomas Ek", "Irene Valk", "Jonas Brandt", "Clara Moreau", "Pilar Ruiz", "Ada North")
TEMPLATES = 4


def sentences(publisher: Publisher, story: Story, count: int) -> list[str]:
    draw = random.Random(f"{publisher.name} {story.number}")
    words = WORDS[publisher.language].split()
    return [
        f"{' '.join(draw.choices(words, k=draw.randint(9, 16))).capitalize()} {draw.randint(2, 9999)}."
        for _ in range(count)
    ]


def title(publisher: Publisher, story: Story) -> str:
    draw = random.Random(f"{publisher.name} {story.number} title")
    return " ".join(draw.choices(WORDS[publisher.language].split(), k=7)).capitalize() + f" {story.number}"


def author(publisher: Publisher, story: Story) -> str:
    return random.Random(f"{publisher.name} {story.number} author").choice(_NAMES) if story.is_signed else ""
