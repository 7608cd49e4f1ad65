"""The crawl process as the benchmarks start it: what it is told, and what it costs."""

import os
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from crawlers.plan import CrawlPlan, CrawlSettings, SourceFeeds
from pipeline.configuration.sections import CrawlSection


@dataclass(frozen=True, slots=True)
class Spent:
    """CPU and wall seconds of a command with its children, the most memory of a process (MB), and what it printed.

    `parts` are the CPU seconds of the command itself (main), of its crawl processes and of their workers, as sampled.
    """

    cpu: float
    wall: float
    memory: int
    printed: bytes
    parts: dict[str, float]


_SAMPLE = 0.2


def plan(folder: str, feeds: Sequence[str]) -> CrawlPlan:
    """A source for each feed, without delay."""
    quick = CrawlSection().model_dump() | {"delay": 0.0, "allow_addresses": ["127.0.0.0/8"]}
    return CrawlPlan(
        folder=folder,
        settings=msgspec.convert(quick, CrawlSettings),
        sources=tuple(SourceFeeds(name=f"s{n}", feeds=(feed,)) for n, feed in enumerate(feeds)),
    )


def spent(command: Sequence[str], given: bytes = b"") -> Spent:
    """What a command costs that reads `given`, and whose standard input stays open. Ends this process if it fails."""
    started = time.monotonic()
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parent.parent
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write(given)
    process.stdin.flush()
    used: dict[int, tuple[str, float]] = {}
    ended = threading.Event()
    watching = threading.Thread(target=_watch, args=(process.pid, used, ended), daemon=True)
    watching.start()
    printed = process.stdout.read()
    _, status, total = os.wait4(process.pid, 0)
    wall = time.monotonic() - started
    ended.set()
    watching.join()
    if status:
        raise SystemExit(f"{command} ended with {status}: {printed[-300:]!r}")
    parts: dict[str, float] = {}
    for kind, seconds in used.values():
        parts[kind] = parts.get(kind, 0.0) + seconds
    return Spent(total.ru_utime + total.ru_stime, wall, total.ru_maxrss // 1024, printed, parts)


def _watch(root: int, used: dict[int, tuple[str, float]], ended: threading.Event) -> None:
    """Notes the CPU seconds of a process and all that descend from it, by process, until it has ended."""
    ticks = os.sysconf("SC_CLK_TCK")
    while not ended.wait(_SAMPLE):
        tree = [root]
        for pid in tree:
            try:
                line = Path(f"/proc/{pid}/cmdline").read_bytes()
                stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                for children in Path(f"/proc/{pid}/task").glob("*/children"):
                    tree += map(int, children.read_text().split())
            except (OSError, ProcessLookupError):
                continue  # it has ended
            if line:  # else it has ended, and waits to be waited for
                kind = "main" if pid == root else "crawl" if b"crawlers.child" in line else "workers"
                used[pid] = kind, (int(stat[11]) + int(stat[12])) / ticks
