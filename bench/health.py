"""The CPU time to tell the health of many sources, and to start a run of them, from a made-up ledger.

    python bench/health.py SOURCES [--days 60] [--seed 1] [--folder FOLDER]

The sources are those of the invented newsroom (`invented.py`), over and over with other chances: 4.4 articles a day on
average, some pages that are none. Their last weeks are written into the tables of the ledger in one go; a folder that
already has a ledger is read as it is. Printed: CPU seconds of reading broadsheet.toml, of finding what is due, of the
plan of a run, and of `examine`: where nothing was derived from the arrivals yet, where none are new since, and where a sixth of
the sources has news, as after an hour. Each in a process that has everything loaded, the least of three times.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path

import invented
from folders import configure
from sqlalchemy import Connection

from articles.urls import article_id
from pipeline.configuration.config import Config, load
from pipeline.crawl import plan
from pipeline.due import due_sources
from pipeline.health.checkup import examine
from store.feed_records import FeedResult
from store.ledger import feed_table
from store.ledger.capture_table import CAPTURES
from store.ledger.database import Ledger
from store.ledger.segment_table import SEGMENTS
from store.ledger.url_table import URLS
from store.ledger.watch import baseline_table
from store.ledger.watch.arrival_table import ARRIVALS
from store.records import Outcome, UrlState

AT_ONCE = 20_000
HOUR = timedelta(hours=1)
Rows = tuple[dict[str, object], dict[str, object], dict[str, object] | None]


def publishers(count: int, seed: int) -> list[invented.Publisher]:
    """So many publishers: newsrooms of 166, one after the other."""
    rooms = (invented.newsroom(seed + n) for n in range(count // 166 + 1))
    every = islice((each for room in rooms for each in room), count)
    return [replace(each, name=f"s{n}") for n, each in enumerate(every)]


def rows(publisher: invented.Publisher, feed: str, days: int, seed: int) -> Iterator[Rows]:
    """The rows of a publisher's pages: URL, capture, and arrival of those that are articles."""
    for story in invented.stories(publisher, days, seed):
        at = story.at + timedelta(minutes=20)
        page = f"{feed.removesuffix('feed')}story-{story.number}"
        url = {"url": page, "source": publisher.name, "state": UrlState.FETCHED, "entry": "{}", "attempts": 0}
        capture: dict[str, object] = {
            "url": page,
            "final_url": page,
            "article_id": article_id(page),
            "source": publisher.name,
            "status": 200,
            "fetched_at": at,
            "segment": "segment-0",
            "length": 1000,
            "outcome": Outcome.REJECTED if story.is_other else Outcome.INDEXED,
            "reason": "no_article" if story.is_other else "",
            "settled_at": at,
        }
        arrival = {
            "article_id": capture["article_id"],
            "source": publisher.name,
            "at": at,
            "words": int(publisher.paragraphs * story.length * 50),
            "dated": True,
            "signed": story.is_signed,
            "paid": False,
            "confidence": 0.96,
            "delay": 1200.0,
        }
        yield url | {"first_seen_at": at, "last_error": ""}, capture, None if story.is_other else arrival


def fill(conn: Connection, found: list[Rows], first: int) -> None:
    """Write rows; the captures are the `first` and the next of their segment."""
    conn.execute(URLS.insert(), [url for url, _, _ in found])
    conn.execute(CAPTURES.insert(), [each | {"offset": first + n} for n, (_, each, _) in enumerate(found)])
    conn.execute(ARRIVALS.insert(), [arrival for _, _, arrival in found if arrival])


def made(config: Config, count: int, days: int, seed: int) -> None:
    """Write the ledger of so many sources and days, in the order of time."""
    feeds = {source.name: source.feeds[0] for source in config.sources}
    whole = [
        row
        for each in publishers(count, seed)
        for row in rows(each, feeds[each.name], days - invented.BEFORE.days, seed)
    ]
    whole.sort(key=lambda row: str(row[1]["fetched_at"]))
    end = invented.START + timedelta(days=days) - invented.BEFORE
    with Ledger.open(config.ledger) as ledger, ledger.transaction() as conn:
        conn.execute(SEGMENTS.insert().values(name="segment-0", length=1 << 30))
        for start in range(0, len(whole), AT_ONCE):
            fill(conn, whole[start : start + AT_ONCE], start)
        for name, feed in feeds.items():
            for at in (end - 12 * HOUR, end - 6 * HOUR):
                result = FeedResult(source=name, url=feed, at=at, status=200, entries=20, etag=f'"{at}"')
                feed_table.record(conn, result, 1)


def arrive(config: Config, every: int) -> None:
    """As if every such source had news, so that what was derived from the arrivals before is dropped; 0: none has."""
    if every:
        with Ledger.open(config.ledger) as ledger, ledger.transaction() as conn:
            baseline_table.change(conn, [source.name for source in config.sources[::every]])


def least(what: Callable[[], object], before: Callable[[], None]) -> float:
    """The least CPU seconds of three times, without what is done before each."""
    taken = []
    for _ in range(3):
        before()
        began = time.process_time()
        what()
        taken.append(time.process_time() - began)
    return min(taken)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sources", type=int)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "broadsheet.toml"
        if not path.exists():
            feeds = [f"https://s{n}.example/feed" for n in range(options.sources)]
            configure(folder, feeds)
        config = load(path)
        if not config.ledger.exists():
            made(config, options.sources, options.days, options.seed)
        now = invented.START + timedelta(days=options.days) - invented.BEFORE
        for what, call, every in (
            ("reading broadsheet.toml", lambda: load(path), 0),
            ("what is due", lambda: due_sources(config, now), 0),
            ("the plan of a run", lambda: plan(config, config.sources, now), 0),
            ("health, of all anew", lambda: examine(config, config.sources, now), 1),
            ("health, nothing new", lambda: examine(config, config.sources, now), 0),
            ("health, news of a sixth", lambda: examine(config, config.sources, now), 6),
        ):
            print(f"{what}: {least(call, partial(arrive, config, every)):.2f} s", flush=True)


if __name__ == "__main__":
    main()
