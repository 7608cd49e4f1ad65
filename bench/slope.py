"""How the cost of each question grows with the collection: 10,000, 100,000 and 1,000,000 articles on one machine.

    python bench/slope.py fill FOLDER [PAGES...] [--articles 100000] [--sources 1000]
    python bench/slope.py ask FOLDER [--only NAME...]
    python bench/slope.py run FOLDER [--new 500]

`fill` makes a data folder with so many articles of three years (`bench/filled.py` says how, and what of it is not real), from those of
PAGES (folders as for bench/quality.py), or invented ones. `ask` puts each question of `QUESTIONS` as a user does, in a process of its
own, then those that are asked in a process that stays (search, the articles of a day), and what changes the folder at last. `run` serves new articles
on loopback, two a source, and runs `broadsheet run` for these sources. Both leave what they change. Printed: CPU and wall seconds of the command with its
children, and the most memory of a process (MB).
"""

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from statistics import quantiles

import sites
from filled import fill
from folders import command, configure
from history import articles, measured
from import_warc import Press
from made_articles import PORT, Made, invented_material, material_of
from sites import Asked

from articles.model import Article
from articles.urls import article_id
from index.embedded.local_reader import EmbeddedReader
from index.query import Query
from pipeline.configuration.config import load

_MADE = "made.json"
_LISTED, _OF_A_SOURCE = 25, 2
_ROUNDS = 5
_WELL = (0, 1, 2)  # exit codes: 1 and 2 say that something is wrong with the collection


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU and wall seconds, and the most memory of a process (MB)."""

    cpu: float
    wall: float
    memory: int

    def __str__(self) -> str:
        return f"{self.cpu:8.2f} CPU s {self.wall:8.2f} s wall {self.memory:6} MB"


def made_of(folder: Path) -> Made:
    """The collection that a folder was filled with; its texts are in the index alone."""
    known = json.loads((folder / _MADE).read_text("utf-8"))
    until = datetime.fromisoformat(known["until"])
    return Made(sites.hosts(known["sources"]), known["articles"], until, material_of(()))


def make(folder: Path, pages: Sequence[Path], count: int, sources: int) -> None:
    """Fill a new folder, and have its health looked at once, as each run does: that keeps what it derives."""
    folder.mkdir(parents=True)
    until, hosts = datetime.now(UTC), sites.hosts(sources)
    material = material_of(list(articles(pages))) if pages else invented_material()
    path = configure(folder, [f"http://{host}:{PORT}/feed" for host in hosts])
    known = {"articles": count, "sources": sources, "until": until.isoformat()}
    (folder / _MADE).write_text(json.dumps(known), encoding="utf-8")
    fill(load(path), Made(hosts, count, until, material))
    subprocess.run(command(folder, "health"), check=False, stdout=subprocess.DEVNULL)


def questions(made: Made) -> Mapping[str, Sequence[str]]:
    """The words of each command that only asks, by its name."""
    url = made.url(made.count - 7)
    return {
        "status": ("status",),
        "sources": ("sources",),
        "health": ("health",),
        "show": ("show", article_id(url)),
        "show, six characters": ("show", article_id(url)[:12]),
        "explain": ("explain", url),
        "history": ("history", url),
        "search": ("search", "budget bridge"),
        "search, newest": ("search", "river", "--sort", "newest"),
        "search, by day": ("search", "river", "--by", "day"),
        "dead-letters": ("dead-letters",),
        "sites": ("sites",),
        "coverage": ("coverage", "s7"),
        "metrics": ("metrics",),
        "delete, dry": ("delete", url, "--reason", "bench", "--dry-run"),
    }


CHANGES: Mapping[str, Sequence[str]] = {"doctor": ("doctor",), "maintain": ("maintain",)}


def asked(words: Sequence[str]) -> Cost:
    """What a command costs, its children included. Ends this process if it fails."""
    started = time.monotonic()
    with tempfile.TemporaryFile() as printed:
        process = subprocess.Popen(words, stdout=printed, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in _WELL:
            printed.seek(0)
            raise SystemExit(f"{list(words)} ended with {process.returncode}: {printed.read()[-500:]!r}")
    return Cost(used.ru_utime + used.ru_stime, time.monotonic() - started, used.ru_maxrss // 1024)


def kinds(article: Article) -> Iterator[tuple[str, Query]]:
    """Twenty kinds of queries, by the words of an article and by words that are everywhere."""
    words = [word.strip(".,").lower() for word in article.body[0].split()]
    long = sorted(set(words), key=len)[-3:]
    day = article.first_seen_at.replace(hour=0, minute=0, second=0, microsecond=0)
    texts = {
        "a long word": long[-1],
        "a word of the text": words[4],
        "a common word": "the",
        "two common words": "council bridge",
        "three words": " ".join(long),
        "a title": article.title,
        "a phrase": f'"{" ".join(words[2:5])}"',
        "a common phrase": '"the council"',
        "or": f"{words[3]} OR {words[7]}",
        "not": f"{words[3]} NOT {words[9]}",
        "letters and *": f"{long[-1][:5]}*",
        "in titles": "title:river",
        "of a source": f"source:{article.source} {words[4]}",
        "of a site": f"site:{article.url.split('/')[2].split(':')[0]}",
        "of an author": f'author:"{article.authors[0]}"' if article.authors else "author:nobody",
        "low confidence": "bridge confidence<0.7",
        "caption": f"caption:{words[5]}",
    }
    for name, text in texts.items():
        yield name, Query(text=text)
    yield "of a day", Query(text="river", since=day, until=day + timedelta(days=1))
    yield "a common word, newest", Query(text="the", sort="newest")
    yield "everything, newest", Query()
    yield "a far page", Query(text="river", offset=1_000)


def searches(folder: Path, made: Made) -> None:
    """Print what searches cost in a process that stays: each kind for five articles, after one of each to warm up."""
    reader = EmbeddedReader(load(folder / "broadsheet.toml").index_folder)
    numbers = [made.count * place // (_ROUNDS + 1) for place in range(1, _ROUNDS + 1)]
    found = reader.get_many([article_id(made.url(number)) for number in numbers])
    by_kind: dict[str, list[float]] = {}
    for warm in (True, False):
        for article in list(found.values())[: 1 if warm else None]:
            for name, query in kinds(article):
                started = time.process_time()
                reader.search(query)
                if not warm:
                    by_kind.setdefault(name, []).append(1000 * (time.process_time() - started))
    for name, times in by_kind.items():
        print(f"  {name:<24} {min(times):8.1f} to {max(times):8.1f} CPU ms")
    percentiles = quantiles([one for times in by_kind.values() for one in times], n=100)
    print(f"search, {len(by_kind)} kinds: p50 {percentiles[49]:.1f}, p95 {percentiles[94]:.1f} CPU ms")
    started, cpu = time.monotonic(), time.process_time()
    day = made.until - timedelta(days=30)
    count = sum(1 for _ in reader.scan(Query(since=day, until=day + timedelta(days=1))))
    wall, cpu = time.monotonic() - started, time.process_time() - cpu
    print(f"the articles of a day ({count}): {cpu:.2f} CPU s {wall:.2f} s wall")


def sizes(folder: Path) -> None:
    """Print what is on the disk."""
    data = folder / "data"
    parts = {"ledger": data.glob("ledger.sqlite*")} | {
        name: (data / name).rglob("*") for name in ("index", "archive")
    }
    for name, files in parts.items():
        print(f"{name}: {sum(file.stat().st_size for file in files) / 1e6:.0f} MB")
    print(f"segments of the index: {len(list((data / 'index').glob('*.store')))}")


def ask(folder: Path, only: Sequence[str]) -> None:
    """Print what each question costs; those named in `only`, or all."""
    made = made_of(folder)
    if not only:
        sizes(folder)
    for name, words in questions(made).items():
        if not only or name in only:
            print(f"{name:<22} {asked(command(folder, *words))}", flush=True)
    if not only or "searches" in only:
        searches(folder, made)
    gone = made.url(made.count - 11)
    for name, words in {**CHANGES, "delete": ("delete", gone, "--reason", "bench", "--yes")}.items():
        if not only or name in only:
            print(f"{name:<22} {asked(command(folder, *words))}", flush=True)


def answers(made: Made, new: int, kind: str) -> tuple[sites.Answers, int]:
    """Feeds and pages of so many new articles, two a source, and of how many sources; the same at each size."""
    sources, press = new // _OF_A_SOURCE, Press(1)
    served: dict[tuple[str, str], tuple[bytes]] = {}
    for source, host in enumerate(made.hosts[:sources]):
        links = [f"http://{host}:{PORT}/{kind}/{n}" for n in range(_OF_A_SOURCE)]
        for n, link in enumerate(links):
            page = press.page(link, source * _OF_A_SOURCE + n, made.until)
            served[host, f"/{kind}/{n}"] = sites.answer(page)
        known = reversed(made.newest(source, _LISTED - _OF_A_SOURCE))
        date = format_datetime(made.until)
        items = "".join(
            f"<item><title>Note</title><link>{link}</link><pubDate>{date}</pubDate></item>"
            for link in (*links, *known)
        )
        feed = f'<rss version="2.0"><channel><title>N</title>{items}</channel></rss>'
        served[host, "/feed"] = sites.answer(feed.encode(), sites.RSS)
    robots = sites.answer(sites.ROBOTS, "text/plain")

    def answer(asked: Asked) -> tuple[bytes]:
        return robots if asked.path == "/robots.txt" else served.get((asked.host, asked.path), sites.MISSING)

    return answer, sources


def run(folder: Path, new: int) -> None:
    """Print what a run costs that finds so many new articles."""
    made = made_of(folder)
    answer, sources = answers(made, new, f"new{int(time.time())}")
    with sites.serve(answer, PORT):
        words = command(folder, "run", *(f"s{n}" for n in range(sources)), "--json")
        by_kind, wall, memory, printed = measured(words, _WELL)
    report = json.loads(printed)
    kinds = ", ".join(f"{kind} {seconds:.1f}" for kind, seconds in sorted(by_kind.items()))
    print(
        f"run: {kinds}; all {sum(by_kind.values()):.1f} CPU s; {wall:.0f} s wall; {memory} MB; "
        f"outcomes {report['outcomes']}, judged {report['judged']}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("fill", "ask", "run"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("pages", type=Path, nargs="*")
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--sources", type=int, default=1_000)
    parser.add_argument("--new", type=int, default=500)
    parser.add_argument("--only", nargs="+", default=[])
    options = parser.parse_args()
    if options.what == "fill":
        make(options.folder, options.pages, options.articles, options.sources)
    elif options.what == "ask":
        ask(options.folder, options.only)
    else:
        run(options.folder, options.new)


if __name__ == "__main__":
    main()
