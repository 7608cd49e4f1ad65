"""Compare cleaning with trafilatura's extraction with metadata: CPU time per page, and pages per second with two processes.

    python bench/speed_clean.py FOLDER... [--rounds 3] [--processes 2]

FOLDERs are as for bench/quality.py. The fastest round counts for each page; the two alternate within every round, so that
a busy machine slows both.
"""

import argparse
import time
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from typing import Any

from quality import Extractor, ours, pages, trafilatura

Pages = list[dict[str, Any]]
BOTH: dict[str, Extractor] = {"Broadsheet": ours, "trafilatura": trafilatura}


def seconds(extractor: Extractor, page: dict[str, Any]) -> float:
    start = time.process_time()
    extractor(page["html"], page["url"])
    return time.process_time() - start


def alone(given: Pages, rounds: int) -> dict[str, float]:
    """Seconds for all pages in one process."""
    best = {name: [float("inf")] * len(given) for name in BOTH}
    for at, page in enumerate(given):
        for _ in range(rounds):
            for name, extractor in BOTH.items():
                best[name][at] = min(best[name][at], seconds(extractor, page))
    return {name: sum(times) for name, times in best.items()}


def together(given: Pages, extractor: Extractor, processes: int) -> float:
    """Wall time in seconds for all pages, after the processes were started and warmed up."""
    work = partial(seconds, extractor)
    with Pool(processes) as pool:
        pool.map(work, given[: 4 * processes], chunksize=1)
        start = time.monotonic()
        pool.map(work, given, chunksize=4)
        return time.monotonic() - start


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    given = [page for folder in options.folders for page in pages(folder)]
    for extractor in BOTH.values():
        extractor(given[0]["html"], given[0]["url"])
    for name, taken in alone(given, options.rounds).items():
        print(
            f"{name}: {1000 * taken / len(given):.1f} ms per page, {len(given) / taken:.1f} pages/s, one process (CPU time)"
        )
    for name, extractor in BOTH.items():
        one, many = together(given, extractor, 1), together(given, extractor, options.processes)
        rate = len(given) / many
        print(
            f"{name}: {rate:.1f} pages/s with {options.processes} processes (clock), {one / many:.2f} times one process"
        )


if __name__ == "__main__":
    main()
