"""What the ledger holds of each source's last weeks, as health needs it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from articles.urls import masked, origin
from pipeline.configuration.sections import SourceSection
from pipeline.health.baseline import FORMAT, NOTHING_YET, Baseline, learn, packed, unpacked
from pipeline.health.looks import Look
from store.feed_records import FeedHealth
from store.ledger import feed_table
from store.ledger.database import Ledger
from store.ledger.queries import failed_pages
from store.ledger.queries.failed_pages import Failure
from store.ledger.watch import arrival_table, baseline_table, robots_table
from store.ledger.watch.baseline_table import Derived
from store.ledger.watch.robots_table import RobotsChange
from store.records import FetchReason

WINDOW = timedelta(days=60)
_LATELY, _FEWEST = (
    timedelta(days=14),
    60,
)  # of articles of these days, and of so many, it is read what their pages gave
_NOTHING = Derived(changes=0, packed=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A source's last weeks: its lists as they are; what its articles tell; its pages without an article, by when they
    were asked for first; and how the robots.txt of its sites changed. The latter two are oldest first. `looked_at` is when
    its front page was last looked at.
    """

    source: str
    lists: tuple[FeedHealth, ...] = ()
    articles: Baseline = NOTHING_YET
    failures: tuple[Failure, ...] = ()
    robots: tuple[RobotsChange, ...] = ()
    looked_at: datetime | None = None


def histories(ledger: Ledger, sources: Sequence[SourceSection], now: datetime) -> list[History]:
    """The history of each of these sources until now. What is derived from their articles is kept in the ledger."""
    with ledger.reading() as conn:
        lists = defaultdict(list)
        for each in feed_table.health(conn):
            lists[each.source].append(each)
        failed = failed_pages.since(conn, now - WINDOW)
        changes = defaultdict(list)
        for change in robots_table.changes(conn):
            changes[change.site].append(change)
        articles, derived = _baselines(conn, [source.name for source in sources])
    if derived:
        with ledger.transaction() as conn:
            baseline_table.keep(conn, FORMAT, derived)
    found = []
    for source in sources:
        named = {masked(url) for url in source.ways}
        failures = tuple(failed.get(source.name, ()))
        found.append(
            History(
                source=source.name,
                lists=tuple([each for each in lists[source.name] if each.url in named]),
                articles=articles[source.name],
                failures=failures,
                robots=tuple(_of_sites(source, failures, changes)) if changes else (),
                looked_at=max(
                    (each.at for each in lists[source.name] if each.is_section and each.url not in named),
                    default=None,
                ),
            )
        )
    return found


def keep_looks(ledger: Ledger, looks: Mapping[str, Look]) -> None:
    """Keep what looks at these sources showed, until their next article comes; nothing of those to which one has come meanwhile."""
    with ledger.transaction() as conn:
        known = baseline_table.known(conn, FORMAT)
        seen = []
        for name, look in looks.items():
            derived = known.get(name, _NOTHING)
            if derived.packed is not None:
                baseline = replace(unpacked(derived.packed), look=look)
                seen.append((name, replace(derived, packed=packed(baseline))))
        baseline_table.keep(conn, FORMAT, seen)


def _baselines(
    conn: Connection, names: Sequence[str]
) -> tuple[Mapping[str, Baseline], list[tuple[str, Derived]]]:
    """The baseline of each source, and those that were derived for this."""
    kept = baseline_table.known(conn, FORMAT)
    found, derived = {}, []
    for name in names:
        known = kept.get(name, _NOTHING)
        if known.packed is not None:
            found[name] = unpacked(known.packed)
            continue
        found[name] = _learned(conn, name)
        derived.append((name, Derived(changes=known.changes, packed=packed(found[name]))))
    return found, derived


def _learned(conn: Connection, name: str) -> Baseline:
    newest = arrival_table.newest(conn, name)
    if newest is None:
        return NOTHING_YET
    timings = arrival_table.timings(conn, name, newest - WINDOW)
    lately = min(newest - _LATELY, timings[max(0, len(timings) - _FEWEST)][0])
    return learn(timings, arrival_table.of_source(conn, name, lately))


def _of_sites(
    source: SourceSection, failures: Sequence[Failure], changes: Mapping[str, Sequence[RobotsChange]]
) -> Iterator[RobotsChange]:
    """The changes at the sites of its lists, and of pages that were refused."""
    urls = [
        *source.lists,
        *filter(None, [source.site]),
        *(each.url for each in failures if each.reason == FetchReason.ROBOTS),
    ]
    sites = {origin(url) for url in urls}
    yield from sorted((each for site in sites for each in changes.get(site, ())), key=lambda each: each.at)
