"""What the preview of `teach` costs, next to `reclean --dry-run` of the same pages: a rule that changes every page, and one that changes few.

python -m bench.teach_cost [--pages 2000] [--rounds 3]

The pages are made: articles of one site, with the navigation, the teasers and the scripts that pages have. Both commands are run
in turns, each in a process of its own; CPU is that of all its processes.
"""

import argparse
import json
import random
import resource
import subprocess
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from articles.model import FeedEntry, Page
from bench.folders import command, configure
from bench.taught_sites import TaughtPage, pages
from pipeline.configuration.config import Config, load
from store.archive.writer import ArchiveWriter
from store.ledger import capture_table, segment_table
from store.ledger.database import Ledger

KIND = "changing wording"
MISSING = {"every page": 0.0, "few pages": 0.85}  # share of pages without the box
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
GROUP = 100


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of a command."""

    wall: float
    cpu: float


def dressed(page: TaughtPage, number: int) -> Page:
    """The page with what stands around an article on real ones, some 60 kB."""
    chance = random.Random(number)
    nav = "".join(f"<li class=nav-item><a href='/section/{n}'>Section {n}</a></li>" for n in range(60))
    teasers = "".join(
        f"<div class='teaser t{n}'><a href='/report/{chance.randrange(9_999)}'><h3>Report {n} of the coast</h3>"
        f"<span class=when>{chance.randrange(1, 23)} hours ago</span></a></div>"
        for n in range(80)
    )
    script = f"<script>window.state = {json.dumps([chance.random() for _ in range(1_500)])}</script>"
    body = page.page.body.decode()
    body = body.replace("<body>", f"<body><header><ul>{nav}</ul></header>")
    body = body.replace("</body>", f"<aside>{teasers}</aside><footer><ul>{nav}</ul></footer>{script}</body>")
    entry = FeedEntry(url=page.page.url, source="s0")
    at = NOON - timedelta(minutes=number)
    return replace(page.page, body=body.encode(), entry=entry, fetched_at=at)


def fill(config: Config, made: list[Page]) -> None:
    """Archive the pages, and let a run clean and index them."""
    with Ledger.open(config.ledger) as ledger:
        writer = ArchiveWriter(config.archive, {}, lambda: NOON)
        for start in range(0, len(made), GROUP):
            group = [(page, writer.append(page)) for page in made[start : start + GROUP]]
            lengths = writer.sync()
            with ledger.transaction() as conn:
                segment_table.commit(conn, lengths)
                capture_table.add(conn, group)
        writer.close()
    subprocess.run(command(config.path.parent, "run", "--json"), check=False, capture_output=True)


def cost(folder: Path, *words: str) -> tuple[Cost, dict[str, object]]:
    """What a command costs, and what it answers."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command(folder, *words, "--json"), check=True, stdout=subprocess.PIPE)
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, cpu), json.loads(done.stdout)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(
        f"{'rule changes':<14} {'of it':>6} {'changed':>8}   wall, s: teach reclean ratio   CPU, s: teach reclean ratio"
    )
    for name, missing in MISSING.items():
        with tempfile.TemporaryDirectory() as name_of_folder:
            folder = Path(name_of_folder)
            config = load(configure(folder, ["http://127.0.0.1:1/feed.xml"]))
            made = pages(KIND, options.pages, missing=missing)
            fill(config, [dressed(page, number) for number, page in enumerate(made)])
            teach = ("teach", made[0].page.url, "--cut", made[0].line, "--pages", str(options.pages))
            for _ in range(options.rounds):
                taught, answer = cost(folder, *teach)
                again, report = cost(folder, "reclean", "--dry-run")
                preview = answer["preview"]
                if not (
                    isinstance(preview, dict) and preview["pages"] == report["captures"] == options.pages
                ):
                    raise SystemExit(f"not the same pages: {preview}, {report}")
                print(
                    f"{name:<14} {preview['pages']:>6} {preview['changed']:>8}   "
                    f"{taught.wall:14.1f} {again.wall:7.1f} {taught.wall / again.wall:5.2f}   "
                    f"{taught.cpu:13.1f} {again.cpu:7.1f} {taught.cpu / again.cpu:5.2f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
