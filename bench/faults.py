"""Kill a run at random times, let the next one finish, and compare the result with an undisturbed run.

    python bench/faults.py FEED_LIST_URL [--times 10] [--seed 1] [--only VICTIM]

FEED_LIST_URL returns feed URLs of a server on this machine, one per line. SIGKILL goes, in turn, to the run's process
while it crawls, to its crawl process, to the run's process while it loads, and to a cleaning worker. Each time, no process
of the run may be left after five seconds. After one more run, `export` must give the same as after an undisturbed run,
except `fetched_at`, `first_seen_at` and `archive`, and warcio must be able to read all of the archive. Exit code 1 if not.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import requests
from folders import State, command, configure, export
from warcio.archiveiterator import ArchiveIterator

GRACE = 5.0
Run = subprocess.Popen[bytes]


def start(folder: Path) -> Run:
    return subprocess.Popen(command(folder, "run"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def descendants(pid: int) -> Iterator[tuple[int, str]]:
    """The descendants of process `pid`: ids and command lines."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            command_line = (stat.parent / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
        if parent == pid:
            child = int(stat.parent.name)
            yield child, command_line
            yield from descendants(child)


def alive(pids: list[int]) -> list[int]:
    """Those of the processes that are still running; zombies do not count."""
    found = []
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state != "Z":
            found.append(pid)
    return found


def crawling(run: Run) -> bool:
    return any("crawlers.child" in command_line for _, command_line in descendants(run.pid))


def crawler(run: Run) -> int:
    return next((pid for pid, command_line in descendants(run.pid) if "crawlers.child" in command_line), 0)


def worker(run: Run) -> int:
    """A cleaning worker: a process in the pool of the run itself, not of its crawl process."""
    crawl = crawler(run)
    below = {pid for pid, _ in descendants(crawl)} if crawl else set()
    workers = [
        pid for pid, command_line in descendants(run.pid) if "spawn_main" in command_line and pid not in below
    ]
    return random.choice(workers) if workers else 0


def kill_victim(run: Run, victim: str, moment: float) -> list[int]:
    """Wait until `moment` (seconds), and until the victim is working; kill it.

    Returns the process ids of the run just before that; empty if the run was already over.
    """
    find: dict[str, Callable[[], int]] = {
        "run, crawling": lambda: run.pid if crawling(run) else 0,
        "crawl process": lambda: crawler(run),
        "run, loading": lambda: run.pid if not crawling(run) else 0,
        "cleaning worker": lambda: worker(run),
    }
    if victim == "run, loading":
        while run.poll() is None and not crawling(run):
            time.sleep(0.01)
        while run.poll() is None and crawling(run):
            time.sleep(0.01)
    time.sleep(moment)
    while run.poll() is None:
        if pid := find[victim]():
            family = [run.pid, *(child for child, _ in descendants(run.pid))]
            os.kill(pid, signal.SIGKILL)
            return family
        time.sleep(0.01)
    return []


def one(folder: Path, victim: str, moment: float, expected: list[State]) -> list[str]:
    """What was wrong after one kill; empty if nothing was."""
    run = start(folder)
    family = kill_victim(run, victim, moment)
    if not family:
        return ["over before it could be killed"]
    run.wait(120)
    time.sleep(GRACE)
    wrong = [f"{len(left)} processes left"] if (left := alive(family)) else []
    again = subprocess.run(command(folder, "run"), capture_output=True, check=False)
    if again.returncode:
        wrong.append(f"the next run failed: {again.stderr.decode()[-300:]}")
    if export(folder) != expected:
        wrong.append("other articles than after an undisturbed run")
    doctor = subprocess.run(command(folder, "doctor"), capture_output=True, check=False)
    if doctor.returncode:
        wrong.append(f"doctor: {doctor.stdout.decode()[-300:]}")
    for segment in sorted((folder / "data" / "archive").glob("*.warc.gz")):
        with segment.open("rb") as stream:
            for record in ArchiveIterator(stream, check_digests="raise"):
                record.content_stream().read()
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("feeds")
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="one of the four, such as 'crawl process'")
    options = parser.parse_args()
    random.seed(options.seed)
    feeds = requests.get(options.feeds, timeout=30).text.split()
    with tempfile.TemporaryDirectory() as folder:
        configure(Path(folder), feeds)
        run, began, crawled = start(Path(folder)), time.monotonic(), 0.0
        while run.poll() is None:
            crawled = time.monotonic() - began if crawling(run) else crawled
            time.sleep(0.05)
        total = time.monotonic() - began
        expected = export(Path(folder))
    print(
        f"undisturbed: {len(expected)} articles in {total:.1f} s, of which {crawled:.1f} s crawling",
        flush=True,
    )
    latest = {
        "run, crawling": crawled,
        "crawl process": crawled,
        "run, loading": total - crawled,
        "cleaning worker": total,
    }
    failed = 0
    for victim, until in latest.items():
        for _ in range(options.times if options.only in ("", victim) else 0):
            moment = random.uniform(0, 0.7 * until)
            with tempfile.TemporaryDirectory() as folder:
                configure(Path(folder), feeds)
                wrong = one(Path(folder), victim, moment, expected)
            failed += bool(wrong)
            print(f"{victim}, {moment:5.2f} s: {'; '.join(wrong) or 'as undisturbed'}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
