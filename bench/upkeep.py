"""What upkeep costs, night after night, on an archive of real pages: CPU and wall time, and how long no run can begin.

    python bench/upkeep.py FOLDER... [--pages 4000] [--segments 10]

Each FOLDER has pages as *.html.gz. They are archived again and again, with their words in another order, in as many segments of a
day as asked for, the last of which is still open. Then upkeep is done in the night after, and in another, then `doctor`.
"""

import argparse
import gzip
import random
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from folders import configure

from articles.model import FeedEntry, Page
from pipeline import run
from pipeline.configuration.config import Config, load
from pipeline.maintenance.doctor import examine
from pipeline.maintenance.upkeep import maintain
from store.archive.writer import ArchiveWriter
from store.ledger import capture_table, segment_table
from store.ledger.database import Ledger
from store.lock import RunLock

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
GROUP = 100
HELD: list[float] = []  # seconds


def pages(folders: list[Path], number: int) -> Iterator[tuple[str, bytes]]:
    """Addresses and bodies, the words of each body's texts shuffled so that no two are packed alike."""
    files = sorted(file for folder in folders for file in folder.rglob("*.html.gz"))
    chance = random.Random(1)

    def shuffled(text: re.Match[bytes]) -> bytes:
        words = text[0].split(b" ")
        chance.shuffle(words)
        return b" ".join(words)

    for n in range(number):
        body = gzip.decompress(files[n % len(files)].read_bytes())
        yield f"https://s.example/{n}", re.sub(rb"(?<=>)[^<>]{25,}(?=<)", shuffled, body)


def fill(config: Config, options: argparse.Namespace) -> datetime:
    """Archive the pages as runs of as many days would; the time of the last."""
    at = NOON
    a_day = -(-options.pages // options.segments)
    with Ledger.open(config.ledger) as ledger:
        writer = ArchiveWriter(config.archive, {}, lambda: at)
        group = []
        for n, (url, body) in enumerate(pages(options.folder, options.pages), 1):
            entry = FeedEntry(url=url, source="s0")
            page = Page(url=url, final_url=url, status=200, headers=(), body=body, fetched_at=at, entry=entry)
            group.append((page, writer.append(page)))
            if n % GROUP == 0 or n == options.pages:
                lengths = writer.sync()
                with ledger.transaction() as conn:
                    segment_table.commit(conn, lengths)
                    capture_table.add(conn, group)
                group = []
            if n % a_day == 0 and n < options.pages:
                at += timedelta(days=1)
        writer.close()
    return at


class TimedLock(RunLock):
    """A run lock that says how long it was held."""

    def __enter__(self) -> Self:
        self.since = time.monotonic()
        return super().__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        HELD.append(time.monotonic() - self.since)


def measured(what: str, work: Callable[[], object]) -> None:
    wall, cpu = time.monotonic(), time.process_time()
    HELD.clear()
    work()
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    print(f"{what:<16} {cpu:6.2f} CPU s {wall:6.2f} s wall, the run lock held for {sum(HELD):6.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", nargs="+", type=Path)
    parser.add_argument("--pages", type=int, default=4000)
    parser.add_argument("--segments", type=int, default=10)
    options = parser.parse_args()
    run.RunLock = TimedLock  # type: ignore[misc]
    with tempfile.TemporaryDirectory() as folder:
        config = load(configure(Path(folder), []))
        last = fill(config, options)
        size = sum(file.stat().st_size for file in config.archive.iterdir())
        print(f"{options.pages} pages, {size / 1e6:.0f} MB, {options.segments} segments")
        for night in range(3):
            at = last + timedelta(hours=15 + 24 * night)
            measured(f"upkeep, night {night + 1}", lambda at=at: maintain(config, lambda: at))
        measured("doctor", lambda: examine(config))


if __name__ == "__main__":
    main()
