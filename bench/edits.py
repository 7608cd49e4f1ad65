"""Versions of articles that are edited 0 to 5 times, really and cosmetically, against what was made.

    python -m bench.edits [--articles 200] [--elasticsearch URL]

Pages are made here from a seed, archived in no order, loaded, and their versions, in the ledger and in both indexes, compared with
the edits that were made; then the indexes are filled anew, then ledger and indexes are made again from the archive, and compared
each time. Prints figures; exits with 1 at any difference.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from articles.model import Article, Page, Part
from articles.urls import article_id
from pipeline import indexes
from pipeline.batches import cleaners
from pipeline.configuration.config import Config
from pipeline.maintenance.doctor import examine
from pipeline.maintenance.new_index import reindex
from pipeline.maintenance.rebuild import rebuild
from tests.collected_pages import collected, configured
from tests.desk import STORIES
from tests.edited_pages import HOME, page, versions

_RUNS = 7


@dataclass(frozen=True)
class Draft:
    """What a page of the Post says."""

    title: str
    body: tuple[str, ...]
    footer: str = ""

    def page(self, name: str, hour: float) -> Page:
        """The page, as it stood so many hours after the morning."""
        return page(name, hour, title=self.title, body=self.body, footer=self.footer)


def _cosmetic(draft: Draft, chance: random.Random) -> Draft:
    """The draft, set in another way."""

    def reset(old: str, new: str) -> tuple[str, ...]:
        return tuple(line.replace(old, new) for line in draft.body)

    ways: tuple[Callable[[], Draft], ...] = (
        lambda: replace(draft, footer=f"<p>{chance.randrange(9_999):,} views</p>"),
        lambda: replace(draft, footer=f"<p>Updated {chance.randrange(2, 59)} minutes ago</p>"),
        lambda: replace(draft, body=tuple(line.replace("’", "'") for line in reset(" ", "\u00a0 "))),
        lambda: replace(draft, body=tuple(line.replace("“", '"') for line in reset(" — ", " - "))),
    )
    return chance.choice(ways)()


def _real(draft: Draft, number: int, chance: random.Random) -> tuple[Draft, tuple[Part, ...]]:
    """The draft with an edit, and what that changed."""
    first, *others = draft.body
    heard = f"By the evening {number} witnesses had been heard in town."
    ways: tuple[tuple[Callable[[], Draft], tuple[Part, ...]], ...] = (
        (lambda: replace(draft, title=f"{draft.title}, {number} hurt"), ("title",)),
        (lambda: replace(draft, body=(*draft.body, heard)), ("body",)),
        (lambda: replace(draft, body=(first.replace(" ", f" {number}th ", 1), *others)), ("body",)),
    )
    way, changed = chance.choice(ways)
    return way(), changed


def made(count: int, chance: random.Random) -> Iterator[tuple[str, list[Page], list[tuple[Part, ...]]]]:
    """Each article's name, its captures, and what each of its edits changed."""
    for number in range(count):
        name = f"story-{number}"
        quote = f"“It is the story number {number} — no more,” said the town’s clerk, who counts them all."
        draft = Draft(
            title=f"The {number}th report of the day from Holm and Vesting",
            body=(*chance.sample(STORIES["en"], 4), quote),
        )
        pages, edits = [draft.page(name, 0)], []
        for edit in range(chance.randrange(6)):
            if chance.random() < 0.5:
                draft = _cosmetic(draft, chance)
            else:
                draft, changed = _real(draft, 2 + edit, chance)
                edits.append(changed)
            pages.append(draft.page(name, edit + 1))
        yield name, pages, edits


def wrong(config: Config, expected: dict[str, list[tuple[Part, ...]]]) -> list[str]:
    """What ledger and indexes say otherwise than what was made, a line each."""
    found = []
    with closing(indexes.reader(config)) as reader:
        articles = reader.get_many([article_id(f"{HOME}/{name}") for name in expected])
    with closing(indexes.reader(config, older=True)) as reader:
        older: dict[str, dict[int, Article]] = defaultdict(dict)
        for each in reader.all():
            older[each.url.rpartition("/")[2]][each.versions] = each
    for name, edits in expected.items():
        known = versions(config, name)
        told = [one.changed for one in known]
        if told != [(), *edits]:
            found.append(f"{name}: {told}, not {[(), *edits]}")
        article = articles.get(article_id(f"{HOME}/{name}"))
        if article is None or article.versions != 1 + len(edits):
            found.append(f"{name}: the index says {article and article.versions}, not {1 + len(edits)}")
        texts = {one.number: (one.seen.wording.title, one.seen.wording.body) for one in known[:-1]}
        if {number: (each.title, each.body) for number, each in older[name].items()} != texts:
            found.append(f"{name}: the index of older versions has {sorted(older[name])}, or other texts")
    return found


@contextmanager
def _configuration(folder: Path, url: str) -> Iterator[Config]:
    """With the embedded index, or one of its own on the server at this URL."""
    config = configured(folder)
    if not url:
        yield config
        return
    section = {"backend": "elasticsearch", "url": url, "alias": f"bench-edits-{folder.name.lower()}"}
    config = config.model_copy(update={"index": config.index.model_copy(update=section)})
    by_hand = indexes.backend(config).by_hand
    assert by_hand
    try:
        yield config
    finally:
        by_hand.drop(indexes.place(config))


def main() -> None:
    """Make, load, compare, rebuild, compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=200)
    parser.add_argument("--elasticsearch", metavar="URL", default="")
    options = parser.parse_args()
    chance = random.Random(20261126)
    stories = list(made(options.articles, chance))
    expected = {name: edits for name, _, edits in stories}
    pages = [each for _, captures, _ in stories for each in captures]
    chance.shuffle(pages)
    with (
        tempfile.TemporaryDirectory() as temporary,
        _configuration(Path(temporary), options.elasticsearch) as config,
    ):
        started = time.process_time()
        with cleaners(config) as pool:
            collected(config, pool, *(pages[start::_RUNS] for start in range(_RUNS)))
        loaded = time.process_time() - started
        edits = sum(map(len, expected.values()))
        print(
            f"{len(stories)} articles, {len(pages)} captures in {_RUNS} runs, {edits} edits; {loaded:.1f} s CPU without cleaning"
        )
        found = wrong(config, expected)
        print(f"differences after the runs: {len(found)}", flush=True)
        reindex(config)
        anew = wrong(config, expected)
        print(f"differences after `index rebuild`: {len(anew)}", flush=True)
        config.ledger.unlink()
        rebuild(config)
        again = wrong(config, expected)
        print(f"differences after `rebuild`: {len(again)}")
        unwell = [each.text for each in examine(config) if not each.ok]
    for line in (*found, *anew, *again, *unwell):
        print(line)
    sys.exit(bool(found or anew or again or unwell))


if __name__ == "__main__":
    main()
