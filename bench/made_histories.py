"""What the ledger would hold of the invented newsroom after each run, made up without a crawl: a month in a minute."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from invented import Publisher, Story
from invented_sites import Newsroom, Trouble

from pipeline.health.baseline import learn
from pipeline.health.looks import Look, Seen, some, weighed
from pipeline.health.record import History
from pipeline.health.verdicts import Doubt, doubt
from store import list_sizes, pace
from store.feed_records import FeedHealth, FeedResult
from store.ledger.queries.failed_pages import Failure
from store.ledger.watch.arrival_table import Arrival
from store.ledger.watch.robots_table import Meaning, RobotsChange
from store.list_sizes import Size
from store.pace import NOT_MODIFIED, Pace

_A_WHILE = timedelta(minutes=5)  # a run takes
_A_PAGE = timedelta(seconds=1)  # takes as long
_LIST_FAILS, _PAGE_FAILS = 0.002, 0.01  # by chance, until the next run
_WHY = {
    Trouble.FORBIDDEN: ("http_status", "HTTP 403"),
    Trouble.SHELL: ("no_article", "no running text found"),
    Trouble.CONSENT: ("consent_page", "it asks for consent"),
}


@dataclass(slots=True)
class _Known:
    """What is known of a source. `waiting` are the stories whose pages gave nothing, and may."""

    pace: Pace = field(default_factory=Pace)
    size: Size = field(default_factory=Size)
    entries: int = 0
    tag: str = ""
    error: str = ""
    succeeded_at: datetime | None = None
    seen: set[int] = field(default_factory=set)
    waiting: dict[int, Story] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    arrivals: list[Arrival] = field(default_factory=list)
    robots: list[RobotsChange] = field(default_factory=list)
    look: Look | None = None
    looked_at: datetime | None = None


def made(room: Newsroom, moments: Sequence[datetime], seed: int) -> Iterator[tuple[datetime, list[History]]]:
    """The histories after runs at these moments."""
    draw = random.Random(seed)
    known = {publisher.name: _Known() for publisher in room.publishers}
    for moment in moments:
        room.now = moment
        found = []
        for publisher in room.publishers:
            of = known[publisher.name]
            _ask(room, publisher, of, draw)
            history = _history(publisher.name, of, moment)
            if (silence := doubt(history, moment)) is not None:
                _look(room, publisher, of, silence)
                articles = replace(history.articles, look=of.look)
                history = replace(history, articles=articles, looked_at=of.looked_at)
            found.append(history)
        yield moment, found


def _ask(room: Newsroom, publisher: Publisher, of: _Known, draw: random.Random) -> None:
    spell, now = room.trouble_of(publisher), room.now
    trouble = spell.trouble if spell else None
    of.error = ""
    refused = bool(of.robots) and of.robots[-1].meaning is Meaning.REFUSED
    if refused != (trouble is Trouble.ROBOTS):
        meaning = Meaning.ALLOWED if refused else Meaning.REFUSED
        of.robots.append(RobotsChange(site="", at=now, meaning=meaning))
    if trouble is Trouble.ROBOTS:
        of.error = "robots: /robots.txt disallows it"
    elif trouble is Trouble.SLOW or draw.random() < _LIST_FAILS:
        of.error = "timeout: no answer within 30 s"
    result = FeedResult(source=publisher.name, url="/feed", at=now, status=0, error=of.error)
    if of.error:
        of.pace = pace.after(of.pace, result, 0)
        return
    listing = room.listing(publisher)
    of.succeeded_at = now
    if listing.tag == of.tag and not pace.is_asked_whole(of.pace, now):
        result = FeedResult(source=publisher.name, url="/feed", at=now, status=NOT_MODIFIED, etag=of.tag)
        of.size = list_sizes.after(of.size, None, now)
        of.pace = pace.after(of.pace, result, 0)
    else:
        of.tag, of.entries = listing.tag, len(listing.stories)
        new = [story for story in listing.stories if story.number not in of.seen]
        result = FeedResult(source=publisher.name, url="/feed", at=now, status=200, etag=of.tag)
        of.size = list_sizes.after(of.size, of.entries, now)
        of.pace = pace.after(of.pace, result, len(new))
        of.waiting |= {story.number: story for story in new}
        of.seen |= {story.number for story in new}
        for story in listing.stories:
            for copy in range(listing.copies):
                of.failures.setdefault(
                    f"/{story.number}?copy={copy}",
                    Failure(url=f"/{story.number}?copy={copy}", at=now, reason="duplicate"),
                )
    for number, story in enumerate(list(of.waiting.values())):
        _fetch(publisher, story, of, (now + number * _A_PAGE, trouble), draw)


def _fetch(
    publisher: Publisher, story: Story, of: _Known, when: tuple[datetime, Trouble | None], draw: random.Random
) -> None:
    now, trouble = when
    url = f"/{story.number}"
    why = _WHY.get(trouble) if trouble else None
    if why is None and draw.random() < _PAGE_FAILS:
        why = ("http_status", "HTTP 503")
    if why is None and story.is_other:
        why = ("no_article", "no running text found")
        of.waiting.pop(story.number)
    if why:
        first = of.failures[url].at if url in of.failures else now
        of.failures[url] = Failure(url=url, at=first, reason=why[0], detail=why[1])
        return
    of.waiting.pop(story.number)
    of.failures.pop(url, None)
    of.look = None
    is_new = trouble is Trouble.TEMPLATE
    of.arrivals.append(
        Arrival(
            at=now,
            words=40 if is_new else int(publisher.paragraphs * story.length * 50),
            dated=not is_new and trouble is not Trouble.DATES,
            signed=story.is_signed and not is_new,
            paid=False,
            confidence=0.96,
            delay=now - story.at if now - story.at < timedelta(days=1) else None,
        )
    )


def _look(room: Newsroom, publisher: Publisher, of: _Known, silence: Doubt) -> None:
    """A look at the front page of a source that is silent for longer than usual, as `pipeline.coverage.second_look` does it."""
    now = of.looked_at = room.now
    if any(story.number not in of.seen for story in room.listing(publisher).stories):
        of.pace = replace(of.pace, whole_at=None)
        return
    named = {f"/{story.number}": story for story in reversed(room.front(publisher))}
    unknown = [url for url, story in named.items() if story.number not in of.seen]
    read = [url for url in some(unknown) if not named[url].is_other]
    newer = tuple(url for url in read if silence.since < named[url].at <= silence.due)
    seen = Seen(
        at=now + _A_WHILE,
        page="/",
        known=len(named) - len(unknown),
        unknown=len(unknown),
        newer=newer,
        older=sum(named[url].at <= silence.since for url in read),
    )
    of.look = weighed(seen, silence.usual)


def _history(name: str, of: _Known, now: datetime) -> History:
    feed = FeedHealth(
        source=name,
        url="/feed",
        at=now,
        status=0 if of.error else 200,
        entries=of.entries,
        error=of.error,
        failures=of.pace.failures,
        succeeded_at=of.succeeded_at,
        least=of.size.least,
        short=of.size.short,
        short_since=of.size.short_since,
        is_called_unchanged=of.pace.distrusted,
    )
    timings = [(each.at, each.delay and each.delay.total_seconds()) for each in of.arrivals]
    return History(
        source=name,
        lists=(feed,),
        articles=replace(learn(timings, of.arrivals), look=of.look),
        failures=tuple(sorted(of.failures.values(), key=lambda each: (each.at, each.url))),
        robots=tuple(of.robots),
        looked_at=of.looked_at,
    )
