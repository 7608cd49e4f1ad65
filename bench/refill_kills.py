"""Kill `index rebuild` twice, let it go on, and compare the index with that of an undisturbed one.

    python bench/refill_kills.py FOLDER [--kills 2]

FOLDER has a broadsheet.toml and a collection of some thousands of articles; its index is replaced. Each SIGKILL comes when the new index has
taken in more than before, by `half-filled.sqlite`, as soon as one more slice is done. Printed: how far it was at each kill and what the next one
said, wall and CPU seconds of all attempts together and of an undisturbed one (`--restart`), and whether both gave the same export. Exit code
1 if not.
"""

import argparse
import resource
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from folders import State, command, export

from store.half_filled import HalfFilled

EVERY = 0.2  # seconds


@dataclass(frozen=True)
class Attempt:
    """A rebuild of the index that ended, or was killed: what it said, how many articles were in, seconds."""

    said: str
    added: int
    wall: float
    cpu: float


def attempt(folder: Path, *words: str, kill: bool = False) -> Attempt:
    beside = folder / "data" / "rebuild"
    before = _added(beside)
    began, used = time.monotonic(), _cpu()
    process = subprocess.Popen(command(folder, "index", "rebuild", *words), stdout=subprocess.PIPE, text=True)
    while kill and process.poll() is None and _added(beside) <= before:
        time.sleep(EVERY)
    if kill:
        process.send_signal(signal.SIGKILL)
    said, _ = process.communicate()
    if not kill and process.returncode:
        sys.exit(f"index rebuild ended with {process.returncode}")
    return Attempt(said.strip(), _added(beside), time.monotonic() - began, _cpu() - used)


def _added(beside: Path) -> int:
    begun = HalfFilled.told(beside)
    return begun.added if begun else 0


def _cpu() -> float:
    """Of children that have ended; those of a killed one are not counted."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=2)
    options = parser.parse_args()
    total = 0.0
    for number in range(options.kills + 1):
        found = attempt(options.folder, kill=number < options.kills)
        total += found.wall
        ended = "killed" if number < options.kills else "done"
        print(f"{ended} after {found.wall:.1f} s, {found.added} articles noted\n  {found.said}", flush=True)
    killed: list[State] = export(options.folder)
    once = attempt(options.folder, "--restart")
    same = killed == export(options.folder)
    print(
        f"all attempts {total:.1f} s; undisturbed {once.wall:.1f} s, CPU {once.cpu:.1f} s; {len(killed)} articles, the same: {same}"
    )
    sys.exit(not same)


main()
