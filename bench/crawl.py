"""Compare Broadsheet's first run over a list of feeds with the thirty-line script, in alternation.

    python bench/crawl.py FEED_LIST_URL [--rounds 3]

FEED_LIST_URL returns feed URLs of a server on this machine, one per line. The delay per host is 0. Prints the
seconds and articles of each for every round, including start-up but not the time of `add`.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from folders import configure

HERE = Path(__file__).parent


def broadsheet(folder: Path, feeds: list[str]) -> tuple[float, int]:
    """Seconds of the first run, and the number of articles indexed."""
    path = configure(folder, feeds)
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "broadsheet", "-c", str(path), "run", "--json"],
        check=True,
        capture_output=True,
    )
    return time.monotonic() - started, json.loads(done.stdout)["outcomes"]["indexed"]


def script(folder: Path, feeds: str) -> tuple[float, str]:
    """Seconds of the script, and its output."""
    started = time.monotonic()
    command = [sys.executable, str(HERE / "thirty_lines.py"), feeds, str(folder / "index")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return time.monotonic() - started, done.stdout.strip()


def main() -> None:
    import requests

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("feeds")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    listed = requests.get(options.feeds, timeout=30).text.split()
    for number in range(options.rounds):
        with tempfile.TemporaryDirectory() as ours, tempfile.TemporaryDirectory() as theirs:
            seconds, indexed = broadsheet(Path(ours), listed)
            other, output = script(Path(theirs), options.feeds)
        print(
            f"round {number + 1}: broadsheet {seconds:.1f} s ({indexed} indexed), script {other:.1f} s ({output}), ratio {other / seconds:.2f}"
        )


main()
