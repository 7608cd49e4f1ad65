"""What it costs to add the same articles to an index that has grown, in many commits and in few.

    python bench/commits.py FOLDER [--articles 500] [--commits 50 10 1]

FOLDER is a data folder with an embedded index, as `bench/history.py fill` makes it, and stays as it is. Of its newest articles so many
are put into a copy of the index under other ids, in each number of commits. Printed: CPU seconds of the process, its merging threads
included, and the segments in the end.
"""

import argparse
import shutil
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path

from articles.model import Article
from articles.urls import article_id
from index.embedded.local_reader import EmbeddedReader
from index.embedded.local_writer import EmbeddedWriter
from pipeline.configuration.config import load


def added(index: Path, articles: Sequence[Article], commits: int) -> tuple[float, int]:
    """CPU seconds, and how many segments there are then."""
    with tempfile.TemporaryDirectory() as made:
        copy = Path(made) / "index"
        shutil.copytree(index, copy)
        started = time.process_time()
        with closing(EmbeddedWriter(copy)) as writer:
            size = -(-len(articles) // commits)
            for start in range(0, len(articles), size):
                writer.add(articles[start : start + size])
        seconds = time.process_time() - started
        return seconds, len(list(copy.glob("*.store")))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--articles", type=int, default=500)
    parser.add_argument("--commits", type=int, nargs="+", default=[50, 10, 1])
    options = parser.parse_args()
    index = load(options.folder / "broadsheet.toml").index_folder
    urls = (f"https://commits.example/{number}" for number in range(options.articles))
    found = islice(EmbeddedReader(index).all(), options.articles)
    articles = [replace(one, id=article_id(url), url=url) for one, url in zip(found, urls, strict=False)]
    for commits in options.commits:
        seconds, segments = added(index, articles, commits)
        print(f"{commits} commits: {seconds:.1f} s CPU, {segments} segments", flush=True)


if __name__ == "__main__":
    main()
