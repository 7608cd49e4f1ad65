"""Keep `broadsheet schedule` busy, disturb it, and check that every run and every article is accounted for.

    python bench/schedule.py FEED_LIST_URL FOLDER [--minutes 20] [--port 4210] [--elasticsearch URL]

FEED_LIST_URL returns feed URLs of a server on this machine, one per line. All but the last become sources in FOLDER, which is
kept, with a run every minute. The worker is killed (SIGKILL) while the first run loads, and the server after half of the
time; the last source is added after a third, and the first one removed after two thirds. At the end the schedule is
stopped (SIGINT). Then no process may be left, and no run late, pending or running; `doctor` must find nothing, and the
articles must be those of an undisturbed run of the same sources. Exit code 1 if not.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests
from faults import alive, descendants, export
from folders import command, configure

from pipeline.configuration.config_file import add_sources, remove_sources
from pipeline.configuration.sections import SourceSection

ENDED = {"COMPLETED", "CANCELLED", "CRASHED", "FAILED"}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("feed_list")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--port", type=int, default=4210)
    parser.add_argument("--elasticsearch", default="")
    options = parser.parse_args()
    feeds = requests.get(options.feed_list, timeout=60).text.split()
    options.folder.mkdir(parents=True)
    prepare(options.folder, feeds[:-1], options.elasticsearch)
    schedule = subprocess.Popen(command(options.folder, "schedule", "--port", str(options.port)))
    below: set[int] = set()
    try:
        disturb(options, schedule.pid, SourceSection(name=f"s{len(feeds) - 1}", feeds=(feeds[-1],)), below)
        runs = flow_runs(options.port)
    finally:
        below |= {pid for pid, _ in descendants(schedule.pid)}
        schedule.send_signal(signal.SIGINT)
        schedule.wait(90)
    time.sleep(5)
    sys.exit(bool(report(options, feeds, runs, alive(sorted(below)))))


def prepare(folder: Path, feeds: list[str], elasticsearch: str) -> None:
    path = configure(folder, feeds)
    text = path.read_text(encoding="utf-8").replace('every = "1h"', 'every = "1m"')
    if elasticsearch:
        text = text.replace('backend = "embedded"', 'backend = "elasticsearch"')
        text = text.replace('url = "http://127.0.0.1:9200"', f'url = "{elasticsearch}"')
        text = text.replace('alias = "articles"', f'alias = "bench-{uuid4().hex[:8]}"')
    path.write_text(text, encoding="utf-8")


def disturb(options: argparse.Namespace, pid: int, last: SourceSection, below: set[int]) -> None:
    path, begun = options.folder / "broadsheet.toml", time.monotonic()
    wait_for_load(options.folder)
    kill(pid, "prefect worker start", begun)
    steps = [
        (
            1 / 3,
            "a source is added",
            lambda: add_sources(path, [last]),
        ),
        (1 / 2, "", lambda: kill(pid, "prefect server start", begun)),
        (2 / 3, "a source is removed", lambda: remove_sources(path, {"s0"})),
        (1, "the end", lambda: None),
    ]
    for share, event, act in steps:
        while time.monotonic() < begun + share * options.minutes * 60:
            below |= {child for child, _ in descendants(pid)}
            time.sleep(2)
        if event:
            print(f"{time.monotonic() - begun:6.0f} s: {event}", flush=True)
        act()


def wait_for_load(folder: Path) -> None:
    """Waits until the first run has loaded an article."""
    while True:
        done = subprocess.run(command(folder, "status", "--json"), check=False, capture_output=True)
        if not done.returncode and json.loads(done.stdout)["captures"]["indexed"]:
            return
        time.sleep(0.2)


def kill(pid: int, words: str, begun: float) -> None:
    victims = [child for child, command_line in descendants(pid) if words in command_line]
    print(f"{time.monotonic() - begun:6.0f} s: SIGKILL to {words} ({len(victims)} processes)", flush=True)
    for victim in victims:
        os.kill(victim, signal.SIGKILL)


def flow_runs(port: int) -> list[dict[str, Any]]:
    """Every flow run that has started or is late."""
    api, client = f"http://127.0.0.1:{port}/api", uuid4().hex
    token = requests.get(f"{api}/csrf-token", {"client": client}, timeout=60).json()["token"]
    headers = {"Prefect-Csrf-Token": token, "Prefect-Csrf-Client": client}
    runs: list[dict[str, Any]] = []
    while True:
        wanted = {"limit": 200, "offset": len(runs), "sort": "EXPECTED_START_TIME_ASC"}
        page = requests.post(f"{api}/flow_runs/filter", json=wanted, headers=headers, timeout=60).json()
        runs += page
        if len(page) < 200:
            return [run for run in runs if run["state_type"] != "SCHEDULED" or run["state_name"] == "Late"]


def report(options: argparse.Namespace, feeds: list[str], runs: list[dict[str, Any]], left: list[int]) -> int:
    """Prints the results; returns the number of failed checks."""
    states = Counter(run["state_name"] for run in runs)
    print(f"{len(runs)} runs: {dict(states)}")
    for run in runs:
        print(f"  {run['expected_start_time'][11:19]} {run['state_name']:<10} {run['total_run_time']:5.0f} s")
    open_ones = [run for run in runs if run["state_type"] not in ENDED and run is not runs[-1]]
    status = json.loads(subprocess.check_output(command(options.folder, "status", "--json")))
    print(f"status: {status}")
    doctor = subprocess.run(command(options.folder, "doctor"), check=False)
    with tempfile.TemporaryDirectory() as made:
        configure(Path(made), feeds)
        subprocess.run(command(Path(made), "run"), check=True, stdout=subprocess.DEVNULL)
        same = export(options.folder) == export(Path(made))
    checks = {
        "no process left": not left,
        "no run open": not open_ones,
        "nothing pending": not status["captures"]["pending"],
        "index as the ledger says": status["index"]["documents"] == status["captures"]["indexed"],
        "doctor finds nothing": not doctor.returncode,
        "articles as undisturbed": same,
    }
    for check, holds in checks.items():
        print(f"{check}: {'yes' if holds else 'NO'}")
    return sum(not holds for holds in checks.values())


if __name__ == "__main__":
    main()
