"""Fill a new index during a run and searches, and check that nothing is lost, doubled or fails.

    python bench/reindex.py FEED_LIST_URL ELASTICSEARCH_URL

FEED_LIST_URL returns feed URLs of a server on this machine, one per line. First, a quarter of the sources is collected.
Then `broadsheet run` collects the others, slowly, so that loading continues while the alias moves. From its first loaded
article to its end, `broadsheet index rebuild` is run again and again, with a search every 50 ms. Afterwards the index must
have the same as an embedded index made from the same archive, and as many articles as the ledger has indexed. Exit code 1
if anything differs or a search failed.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from uuid import uuid4

import requests
from folders import command, configure, export

from index.query import Query
from pipeline import indexes
from pipeline.configuration.config import Config, load

EVERY = 0.05  # seconds
DELAY = 8.0  # seconds between two pages of a source, so that loading takes longer than a rebuild


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("feed_list")
    parser.add_argument("elasticsearch")
    options = parser.parse_args()
    feeds = requests.get(options.feed_list, timeout=60).text.split()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        path = configure(folder, feeds)
        alias = f"bench-{uuid4().hex[:8]}"
        text = path.read_text(encoding="utf-8").replace('backend = "embedded"', 'backend = "elasticsearch"')
        text = text.replace('url = "http://127.0.0.1:9200"', f'url = "{options.elasticsearch}"')
        path.write_text(text.replace('alias = "articles"', f'alias = "{alias}"'), encoding="utf-8")
        try:
            sound = measure(folder, load(path), len(feeds))
        finally:
            subprocess.run(command(folder, "index", "drop", "--yes"), check=True)
    sys.exit(not sound)


def measure(folder: Path, config: Config, sources: int) -> bool:
    quarter = [f"s{number}" for number in range(sources // 4)]
    subprocess.run(command(folder, "run", *quarter), check=True, stdout=subprocess.DEVNULL)
    first = status(folder)["index"]["documents"]
    print(
        f"{first} articles of {len(quarter)} sources; now the other sources, and new indices at the same time"
    )
    searches = Searches(config)
    text = config.path.read_text(encoding="utf-8")
    config.path.write_text(text.replace("delay = 0.0", f"delay = {DELAY}"), encoding="utf-8")
    run = subprocess.Popen(command(folder, "run"), stdout=subprocess.DEVNULL)
    while run.poll() is None and status(folder)["index"]["documents"] == first:
        time.sleep(EVERY)
    config.path.write_text(text, encoding="utf-8")
    failures = 0
    while run.poll() is None:
        failures += rebuild_during(folder, run)
    code = run.wait()
    searches.end()
    counts = status(folder)
    same = compare(folder, config)
    print(f"searches: {searches.count}, failed {len(searches.failed)}, totals never fell: {searches.rising}")
    print(
        f"index {counts['index']['documents']}, ledger {counts['captures']}, equal to the archive's: {same}"
    )
    fine = counts["index"]["documents"] == counts["captures"]["indexed"] and not counts["captures"]["pending"]
    return same and fine and searches.rising and not (searches.failed or code or failures)


def rebuild_during(folder: Path, run: subprocess.Popen[bytes]) -> bool:
    """Rebuilds the index during the run. Returns whether that failed."""
    begun, start = status(folder)["index"]["documents"], time.monotonic()
    done = subprocess.run(command(folder, "index", "rebuild"), check=False, stdout=subprocess.DEVNULL)
    seconds, going = time.monotonic() - start, run.poll() is None
    ended = status(folder)["index"]["documents"]
    print(f"index rebuild: {seconds:.1f} s, from {begun} to {ended} articles, run still in progress: {going}")
    return bool(done.returncode)


def status(folder: Path) -> dict[str, dict[str, int]]:
    done = subprocess.run(command(folder, "status", "--json"), check=True, capture_output=True)
    counts: dict[str, dict[str, int]] = json.loads(done.stdout)
    return counts


class Searches:
    """Searches for all articles again and again, in a thread, until `end`."""

    def __init__(self, config: Config) -> None:
        self._reader = indexes.reader(config)
        self._done = threading.Event()
        self.failed: list[Exception] = []
        self.count = 0
        self.rising = True
        self._thread = threading.Thread(target=self._search)
        self._thread.start()

    def _search(self) -> None:
        before = 0
        while not self._done.wait(EVERY):
            try:
                total = self._reader.search(Query(text="from:1990-01-01", limit=1)).total
            except Exception as error:  # noqa: BLE001  any failed search counts
                self.failed.append(error)
                continue
            self.count += 1
            self.rising = self.rising and total >= before
            before = total

    def end(self) -> None:
        self._done.set()
        self._thread.join()


def compare(folder: Path, config: Config) -> bool:
    """Whether the index has the same articles as an embedded one made from the archive."""
    other = folder / "embedded"
    other.mkdir()
    text = config.path.read_text(encoding="utf-8").replace('"elasticsearch"', '"embedded"')
    (other / "broadsheet.toml").write_text(text, encoding="utf-8")
    shutil.copytree(config.archive, other / "data" / "archive")
    subprocess.run(command(other, "rebuild"), check=True, stdout=subprocess.DEVNULL)
    return export(folder) == export(other)


if __name__ == "__main__":
    main()
