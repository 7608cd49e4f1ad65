"""The crawl process as the benchmarks start it: what it is told, and what it costs."""

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from crawlers.plan import CrawlPlan, CrawlSettings, SourceFeeds
from pipeline.configuration.sections import CrawlSection


@dataclass(frozen=True, slots=True)
class Spent:
    """CPU and wall seconds of a command with its children, the most memory of a process (MB), and what it printed."""

    cpu: float
    wall: float
    memory: int
    printed: bytes


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
    printed = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command} ended with {status}: {printed[-300:]!r}")
    return Spent(used.ru_utime + used.ru_stime, time.monotonic() - started, used.ru_maxrss // 1024, printed)
