"""What a run costs in a ledger that has grown, by process.

    python bench/history.py fill FOLDER PAGES... [--articles 100000] [--sources 250] [--stand-ins 0] [--port 18081]
    python bench/history.py run FOLDER PAGES... [the same] [--new 2]
    python bench/history.py ask FOLDER [--sources 250]

PAGES are folders as for bench/quality.py. `fill` makes a data folder with so many articles, recombined from those of PAGES, of
sources on loopback. `run` copies it and runs `broadsheet run` there: each source has a feed of 25 entries, of which the first
`--new` are new: pages of PAGES with the words of each text shuffled. Printed: CPU seconds of each process, and of all with their
children, wall seconds, the most memory of the main process (MB), and what was indexed. `ask` times (CPU ms, the least of three)
what a run asks of the ledger about what is there. Linux only.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import sites
from folders import command, configure
from grown import Growth, footers, grow
from lxml import html
from quality import pages
from sites import Asked
from sqlalchemy import Connection

from articles.clean import clean
from articles.model import Article, FeedEntry, Page
from pipeline.configuration.config import load
from store.ledger import caption_table, capture_table, knowledge_table
from store.ledger.database import Ledger
from store.ledger.queries import snapshot_rows, tallies

_LISTED = 25
_TICK = os.sysconf("SC_CLK_TCK")
_SHORTEST = 25  # characters of a text whose words are shuffled


def articles(folders: Sequence[Path]) -> Iterator[Article]:
    """What is cleaned from the pages of the folders."""
    now = datetime.now(UTC)
    for page in (each for folder in folders for each in pages(folder)):
        entry = FeedEntry(url=page["url"], source="s")
        given = Page(
            url=page["url"],
            final_url=page["url"],
            status=200,
            headers=(("content-type", "text/html"),),
            body=page["html"],
            fetched_at=now,
            entry=entry,
        )
        if isinstance(article := clean(given), Article):
            yield article


def shuffled(page: bytes, rng: random.Random, lines: Sequence[str]) -> bytes:
    """The page with the words of each text in another order, and these lines at the end of its text."""
    tree = html.fromstring(page)
    paragraphs = [each for each in tree.iter("p") if len(each.text or "") >= _SHORTEST]
    for paragraph in paragraphs:
        words = str(paragraph.text).split()
        rng.shuffle(words)
        paragraph.text = " ".join(words)
    for line in reversed(lines):
        if paragraphs:
            last = html.Element("p")
            last.text = line
            paragraphs[-1].addnext(last)
    return bytes(html.tostring(tree, encoding="utf-8"))


def answers(growth: Growth, given: Sequence[bytes], new: int, seed: int) -> sites.Answers:
    """Feeds and pages of the sources."""
    rng = random.Random(seed)
    served: dict[tuple[str, str], tuple[bytes]] = {}
    date = format_datetime(growth.until)
    for source, host in enumerate(growth.hosts):
        links = [f"http://{host}:{growth.port}/new/{n}" for n in range(new)]
        for n in range(new):
            served[host, f"/new/{n}"] = sites.answer(shuffled(rng.choice(given), rng, footers(source)))
        items = "".join(
            f"<item><title>Note</title><link>{link}</link><pubDate>{date}</pubDate></item>"
            for link in (*links, *reversed(growth.newest(source, _LISTED - new)))
        )
        feed = f'<rss version="2.0"><channel><title>N</title>{items}</channel></rss>'
        served[host, "/feed"] = sites.answer(feed.encode(), sites.RSS)
    robots = sites.answer(sites.ROBOTS, "text/plain")
    missing = sites.answer(
        b"", sites.HTML, "404 Not Found"
    )  # of front pages, which are read of silent sources

    def answer(asked: Asked) -> tuple[bytes]:
        return robots if asked.path == "/robots.txt" else served.get((asked.host, asked.path), missing)

    return answer


def measured(words: Sequence[str], well: Sequence[int] = (0,)) -> tuple[Counter[str], float, int, bytes]:
    """CPU seconds of a command's processes by name, wall seconds, most memory of the first (MB), and what it printed.

    Ends this process if it ends with another code than these.
    """
    started = time.monotonic()
    seen: dict[int, tuple[str, float]] = {}
    memory = 0
    with tempfile.TemporaryFile() as printed:
        process = subprocess.Popen(words, stdout=printed)
        while process.poll() is None:
            for pid, kind in _tree(process.pid).items():
                try:
                    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                except (FileNotFoundError, ProcessLookupError):
                    continue
                before = seen.get(pid, (kind, 0.0))[0]  # of one that has ended nothing else tells
                seen[pid] = kind or before, (int(fields[11]) + int(fields[12])) / _TICK
                if pid == process.pid:
                    memory = max(memory, int(fields[21]) * os.sysconf("SC_PAGE_SIZE") >> 20)
            time.sleep(0.1)
        printed.seek(0)
        text = printed.read()
    if process.returncode not in well:
        raise SystemExit(f"{list(words)} ended with {process.returncode}")
    by_kind: Counter[str] = Counter()
    for kind, seconds in seen.values():
        by_kind[kind] += seconds
    return by_kind, time.monotonic() - started, memory, text


def _tree(pid: int, kind: str = "main") -> dict[int, str]:
    """A process and its descendants, each with what it is."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(c) for task in tasks for c in (task / "children").read_text().split()]
    except OSError:
        return {}
    found = {pid: kind}
    for child in children:
        try:
            line = Path(f"/proc/{child}/cmdline").read_bytes()
        except OSError:
            continue
        theirs = "cleaners" if kind == "main" else "parser"
        if not line:
            theirs = ""
        elif b"resource_tracker" in line:
            theirs = "others"
        elif b"crawl" in line:
            theirs = "crawl"
        found |= _tree(child, theirs)
    return found


def questions(conn: Connection, sources: int) -> Iterator[tuple[str, Callable[[], object]]]:
    """What a run asks, by names; of the sources the last one, and 20 articles of others."""
    number = knowledge_table.present(conn)
    ids = conn.exec_driver_sql("SELECT article_id FROM features ORDER BY first_seen_at DESC LIMIT 20")
    known = list(knowledge_table.newest(conn, ids.scalars().all()).values())
    yield "what is known of a source", lambda: snapshot_rows.of_source(conn, f"s{sources - 1}", number)
    yield "the newest of all", lambda: snapshot_rows.newest_of_all(conn, number)
    yield "copies of 20 articles", lambda: [snapshot_rows.sharing_bands(conn, one) for one in known]
    yield "what is not judged", lambda: knowledge_table.unjudged(conn)
    yield "captions to judge again", lambda: caption_table.again(conn, f"s{sources - 1}", {"en": 500})
    yield "captures by outcome", lambda: capture_table.counts(conn)
    yield "the last outcome", lambda: tallies.newest_settled(conn)
    yield "names of sources", lambda: tallies.sources(conn)
    yield "close", lambda: knowledge_table.close(conn, 10**6, datetime.now(UTC))


def ask(path: Path, sources: int) -> None:
    """Print the CPU time of each question."""
    best: dict[str, float] = {}
    with Ledger.open(path) as ledger:
        for _ in range(3):
            with suppress(_UndoneError), ledger.transaction() as conn:
                for name, question in questions(conn, sources):
                    started = time.process_time()
                    question()
                    best[name] = min(best.get(name, 1e9), time.process_time() - started)
                raise _UndoneError
    for name, seconds in best.items():
        print(f"{name}: {1000 * seconds:.1f} ms")


class _UndoneError(Exception):
    """Has what was written rolled back."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("fill", "run", "ask"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("pages", type=Path, nargs="*")
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--sources", type=int, default=250)
    parser.add_argument("--stand-ins", type=int, default=0)
    parser.add_argument("--port", type=int, default=18081)
    parser.add_argument("--new", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.what == "ask":
        ask(load(options.folder / "broadsheet.toml").ledger, options.sources)
        return
    hosts = sites.hosts(options.sources)
    growth = Growth(hosts, options.port, options.articles, options.stand_ins, datetime.now(UTC))
    if options.what == "fill":
        options.folder.mkdir(parents=True)
        feeds = [f"http://{host}:{options.port}/feed" for host in hosts]
        grow(load(configure(options.folder, feeds)), growth, list(articles(options.pages)), options.seed)
        return
    copy = options.folder.with_name(f"{options.folder.name}-run")
    shutil.copytree(options.folder, copy)
    given = [page["html"] for folder in options.pages for page in pages(folder)]
    try:
        with sites.serve(answers(growth, given, options.new, options.seed), options.port):
            by_kind, wall, memory, printed = measured(
                command(copy, "run", "--json"), (0, 1)
            )  # 1: a source is unwell
    finally:
        shutil.rmtree(copy)
    report = json.loads(printed)
    kinds = ", ".join(f"{kind} {seconds:.1f}" for kind, seconds in sorted(by_kind.items()))
    print(
        f"{kinds}; all {sum(by_kind.values()):.1f} CPU s; {wall:.0f} s wall; {memory} MB; "
        f"outcomes {report['outcomes']}, judged {report['judged']}"
    )


if __name__ == "__main__":
    main()
