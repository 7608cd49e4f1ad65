"""CPU of the crawl process per page, against a bare Scrapy spider that fetches the same URLs and keeps nothing.

    python bench/crawl_cpu.py [--sources 1000] [--pages 20] [--bytes 18000] [--rounds 3]

A server on loopback has a host for each source, with a robots.txt, a feed and its pages. The two take turns. Printed for
each: CPU seconds of the process and its children (start-up included), milliseconds per page, most memory.
"""

import argparse
import resource
import sys
import tempfile
from pathlib import Path
from statistics import median

import sites
from crawl_process import Spent, plan, spent
from sites import Asked

from crawlers.plan import decode_report, encode

HERE = Path(__file__).parent


def answers(pages: int, size: int) -> sites.Answers:
    page = sites.answer(b"<html><title>Note</title><p>" + b"Long enough to be a page. " * (size // 26))
    others = {
        "/robots.txt": sites.answer(sites.ROBOTS, "text/plain"),
        "/feed": sites.answer(sites.feed(pages), sites.RSS),
    }

    def answer(asked: Asked) -> tuple[bytes]:
        return others.get(asked.path, page)

    return answer


def _ours(feeds: list[str]) -> tuple[Spent, int]:
    with tempfile.TemporaryDirectory() as folder:
        done = spent([sys.executable, "-m", "crawlers.child"], encode(plan(folder, feeds)))
    return done, decode_report(done.printed.splitlines()[-1]).fetched


def _bare(feeds: list[str]) -> tuple[Spent, int]:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
        listed.write("\n".join(feeds))
        listed.flush()
        done = spent([sys.executable, str(HERE / "bare_spider.py"), listed.name])
    return done, int(done.printed)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sources", type=int, default=1000)
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--bytes", type=int, default=18_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    ratios = []
    with sites.serve(answers(options.pages, options.bytes)) as (port, _):
        feeds = [f"http://{host}:{port}/feed" for host in sites.hosts(options.sources)]
        for number in range(1, options.rounds + 1):
            figures = {"crawl process": _ours(feeds), "bare spider": _bare(feeds)}
            for name, (done, pages) in figures.items():
                each = 1000 * done.cpu / max(pages, 1)
                print(
                    f"round {number}: {name}: {done.cpu:.1f} s CPU, {each:.2f} ms a page of {pages}, "
                    f"{done.wall:.1f} s, {done.memory} MB"
                )
            ratios.append(figures["crawl process"][0].cpu / figures["bare spider"][0].cpu)
    print(f"ratio of CPU: {median(ratios):.2f} ({', '.join(f'{each:.2f}' for each in ratios)})")


if __name__ == "__main__":
    main()
