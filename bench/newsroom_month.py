"""A month of an invented newsroom with troubles in it: when health tells of each, as what, and what it tells without one.

    python bench/newsroom_month.py [--days 30] [--runs 2] [--seed 1] [--sources 166] [--spells 3] [--made] [--keep FILE] [--again FILE]

Publishers on loopback, a host each, are crawled by `pipeline.run` so many times a day, by a clock that is set before each
run. Twelve kinds of trouble, each at so many publishers of different rhythm (`--spells`), begin after two thirds of the time
and are mended some days later. Health is read after each run. Printed: for each trouble the time within which nine of ten
of its articles were found after the one before (no less than between two runs), what it was told as, after how many hours,
in those times and in its longest pause, after how many articles that it published meanwhile and runs that could see them,
and when it was over; and the false alarms. With `--made` nothing is crawled: what the ledger would hold is made up, which
takes a minute. `--keep` writes what the ledger held after each run to a file, `--again` judges that anew.
"""

import argparse
import pickle
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import invented
import sites
import told
from folders import configure
from invented_sites import Newsroom, Spell, Trouble
from made_histories import made

from pipeline.configuration.config import Config, load
from pipeline.health import record
from pipeline.health.record import History
from pipeline.run import run
from store.ledger.database import Ledger

TIMEOUT = 15.0
CRAWL = {"delay": 0.0, "timeout": TIMEOUT, "max_attempts": 1, "revisits": [], "workers": 1}
RHYTHMS = (("daily", "morning", "bursts"), ("regional", "office", "local"), ("blog", "no Sundays", "local"))


def troubles(publishers: Sequence[invented.Publisher], days: int, each: int) -> dict[str, Spell]:
    """Spells of each trouble, as many as `each`, at publishers of different rhythms, by name."""
    by_kind = defaultdict(list)
    for publisher in publishers:
        if publisher.others < 0.1 and publisher.unsigned < 0.1:
            by_kind[publisher.kind].append(publisher.name)
    spells = {}
    first = invented.START + timedelta(days=days * 2 // 3)
    for number, trouble in enumerate(Trouble):
        for group in range(number, number + each):
            kinds = RHYTHMS[group % len(RHYTHMS)]
            wanted = (*kinds[number % len(kinds) :], *kinds, "regional", "local")
            kind = next(kind for kind in wanted if by_kind[kind])
            name = by_kind[kind].pop()
            start = first + timedelta(hours=5 * number + 9 * (group % 3))
            spells[name] = Spell(
                source=name, trouble=trouble, start=start, end=start + timedelta(days=4 + 4 * (group % 3 > 1))
            )
    return spells


def ticks(days: int, runs: int) -> list[datetime]:
    """The moments of the runs."""
    pause = timedelta(days=1) / runs
    return [invented.START + timedelta(hours=6) + n * pause for n in range(days * runs)]


def histories(config: Config, now: datetime) -> list[History]:
    """What the ledger holds of each source."""
    with Ledger.existing(config.ledger) as ledger:
        return record.histories(ledger, config.sources, now)


def crawled(room: Newsroom, moments: Sequence[datetime]) -> Iterator[tuple[datetime, list[History]]]:
    """What the ledger holds after each run."""
    with sites.serve(room.answer) as (port, log), tempfile.TemporaryDirectory() as folder:
        feeds = [f"http://{host}:{port}/feed" for host in room.hosts]
        config = load(configure(Path(folder), feeds, CRAWL))
        for moment in moments:
            room.now, began = moment, time.monotonic()
            report = run(config, clock=lambda: room.now)
            found = histories(config, moment + timedelta(minutes=30))
            print(
                f"{moment:%d %H:%M} {time.monotonic() - began:.1f} s, {report.crawl.fetched} pages",
                flush=True,
            )
            yield (
                moment,
                [replace(each, source=of.name) for each, of in zip(found, room.publishers, strict=True)],
            )
        asked = Counter(each.path for each in log)
        print(
            f"{len(log)} requests, {asked['/']} of them for front pages, {asked['/feed']} for feeds",
            flush=True,
        )


def saved(runs: told.Runs, path: Path | None) -> told.Runs:
    """The same, written to a file as they come."""
    for each in runs:
        if path:
            with path.open("ab") as file:
                pickle.dump(each, file)
        yield each


def kept(file: BinaryIO) -> Iterator[tuple[datetime, list[History]]]:
    """What was written with `--keep`."""
    while True:
        try:
            yield pickle.load(file)  # noqa: S301  our own
        except EOFError:
            return


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sources", type=int, default=166)
    parser.add_argument("--spells", type=int, default=len(RHYTHMS))
    parser.add_argument("--made", action="store_true")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--again", type=Path)
    options = parser.parse_args()
    publishers = invented.newsroom(options.seed)
    spells = troubles(publishers, options.days, options.spells)
    others = [each for each in publishers if each.name not in spells]
    step = max(1, len(others) // max(1, options.sources - len(spells)))
    publishers = [each for each in publishers if each.name in spells or each in others[::step]]
    stories = {each.name: invented.stories(each, options.days, options.seed) for each in publishers}
    room = Newsroom(publishers=publishers, stories=stories, spells=spells, timeout=TIMEOUT)
    moments = ticks(options.days, options.runs)
    if options.again:
        with options.again.open("rb") as file:
            month = told.judged(kept(file))
    elif options.made:
        month = told.judged(saved(made(room, moments, options.seed), options.keep))
    else:
        month = told.judged(saved(crawled(room, moments), options.keep))
    told.show(publishers, stories, spells, month)


if __name__ == "__main__":
    main()
