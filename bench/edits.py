"""Versions of articles that are edited 0 to 5 times, really and cosmetically, against what was made.

    python -m bench.edits [ARTICLES] [FOLDER]

Pages are made here from a seed, archived in no order, loaded, and their versions compared with the edits that were made;
then ledger and index are made again from the archive, and compared again. Prints figures; exits with 1 at any difference.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache, partial
from pathlib import Path

from articles.model import Page, Part
from articles.urls import article_id
from pipeline import indexes
from pipeline.batches import cleaners
from pipeline.configuration.config import Config
from pipeline.maintenance.rebuild import rebuild
from tests.collected_pages import collected, configured
from tests.desk import STORIES
from tests.edited_pages import HOME, page, versions

Draft = dict[str, object]
_RUNS = 7


def _cosmetic(draft: Draft, chance: random.Random) -> Draft:
    """The draft, set in another way."""
    body = tuple(str(line) for line in draft["body"])  # type: ignore[attr-defined]
    ways: tuple[Callable[[], Draft], ...] = (
        lambda: draft | {"footer": f"<p>{chance.randrange(9_999):,} views</p>"},
        lambda: draft | {"footer": f"<p>Updated {chance.randrange(2, 59)} minutes ago</p>"},
        lambda: draft | {"body": tuple(line.replace("’", "'").replace(" ", "\u00a0 ") for line in body)},
        lambda: draft | {"body": tuple(line.replace(" — ", " - ").replace("“", '"') for line in body)},
    )
    return chance.choice(ways)()


def _real(draft: Draft, number: int, chance: random.Random) -> tuple[Draft, tuple[Part, ...]]:
    """The draft with an edit, and what that changed."""
    body = tuple(str(line) for line in draft["body"])  # type: ignore[attr-defined]
    ways: tuple[tuple[Callable[[], Draft], tuple[Part, ...]], ...] = (
        (lambda: draft | {"title": f"{draft['title']}, {number} hurt"}, ("title",)),
        (lambda: draft | {"body": (*body, f"By the evening {number} witnesses had been heard in town.")}, ("body",)),
        (lambda: draft | {"body": (body[0].replace(" ", f" {number}th ", 1), *body[1:])}, ("body",)),
    )  # fmt: skip
    way, changed = chance.choice(ways)
    return way(), changed


def made(count: int, chance: random.Random) -> Iterator[tuple[str, list[Page], list[tuple[Part, ...]]]]:
    """Each article's name, its captures, and what each of its edits changed."""
    for number in range(count):
        name = f"story-{number}"
        lines = chance.sample(STORIES["en"], 4)
        draft: Draft = {
            "title": f"The {number}th report of the day from Holm and Vesting",
            "body": (*lines, f"“It is the story number {number} — no more,” said the town’s clerk, who counts them all."),
        }  # fmt: skip
        pages, edits = [page(name, 0, **draft)], []  # type: ignore[arg-type]
        for edit in range(chance.randrange(6)):
            if chance.random() < 0.5:
                draft = _cosmetic(draft, chance)
            else:
                draft, changed = _real(draft, 2 + edit, chance)
                edits.append(changed)
            pages.append(page(name, edit + 1, **draft))  # type: ignore[arg-type]
        yield name, pages, edits


def wrong(config: Config, expected: dict[str, list[tuple[Part, ...]]]) -> list[str]:
    """What ledger and index say otherwise than what was made, a line each."""
    found = []
    with closing(cache(partial(indexes.reader, config))()) as reader:
        articles = reader.get_many([article_id(f"{HOME}/{name}") for name in expected])
    for name, edits in expected.items():
        told = [one.changed for one in versions(config, name)]
        if told != [(), *edits]:
            found.append(f"{name}: {told}, not {[(), *edits]}")
        article = articles.get(article_id(f"{HOME}/{name}"))
        if article is None or article.versions != 1 + len(edits):
            found.append(f"{name}: the index says {article and article.versions}, not {1 + len(edits)}")
    return found


def main() -> None:
    """Make, load, compare, rebuild, compare."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    chance = random.Random(20261126)
    stories = list(made(count, chance))
    expected = {name: edits for name, _, edits in stories}
    pages = [each for _, captures, _ in stories for each in captures]
    chance.shuffle(pages)
    with tempfile.TemporaryDirectory() as temporary:
        config = configured(Path(sys.argv[2] if len(sys.argv) > 2 else temporary))
        started = time.process_time()
        with cleaners(config) as pool:
            collected(config, pool, *(pages[start::_RUNS] for start in range(_RUNS)))
        loaded = time.process_time() - started
        edits = sum(map(len, expected.values()))
        print(
            f"{count} articles, {len(pages)} captures in {_RUNS} runs, {edits} edits; {loaded:.1f} s CPU without cleaning"
        )
        found = wrong(config, expected)
        print(f"differences after the runs: {len(found)}")
        config.ledger.unlink()
        rebuild(config)
        again = wrong(config, expected)
        print(f"differences after the rebuild: {len(again)}")
    for line in (*found, *again):
        print(line)
    sys.exit(bool(found or again))


if __name__ == "__main__":
    main()
