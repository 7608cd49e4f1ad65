"""Measure the learning of templates on pages with known texts: content lost, and template lines found.

    python bench/templates.py FOLDER...

A folder has gold.jsonl, one page per line with `file`, `url`, `publisher` and `body`, and the pages themselves, gzipped. For each
publisher with several pages, every page is judged with the knowledge of all; each page counts as seen on a different day. A cut
line is content if the page's gold text has it, word for word. Gold texts include some template lines, so the loss is an upper bound.
"""

import argparse
import gzip
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from articles.clean import clean
from articles.model import Article, FeedEntry, Page, Rejection
from articles.source.features import features
from articles.source.judge import judge
from articles.source.knowledge import build
from articles.source.templates import RULE
from articles.text import count_words, key
from articles.urls import canonical

FIRST = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sample:
    """A cleaned page and its text as marked by a person, in the form given by `key`."""

    article: Article
    gold: str


def read(folder: Path) -> Iterator[Sample]:
    with (folder / "gold.jsonl").open(encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            stated = json.loads(line)
            url = canonical(stated["url"])
            page = Page(
                url=url,
                final_url=url,
                status=200,
                headers=(("content-type", "text/html"),),
                body=gzip.decompress((folder / stated["file"]).read_bytes()),
                fetched_at=FIRST + timedelta(hours=number),
                entry=FeedEntry(url=url, source=stated["publisher"]),
            )
            article = clean(page)
            if not isinstance(article, Rejection):
                yield Sample(article, f" {key(stated.get('body') or '')} ")


def on_days(samples: list[Sample]) -> list[Sample]:
    """The same samples, each a day after the previous one."""
    return [
        replace(each, article=replace(each.article, first_seen_at=FIRST + timedelta(days=day)))
        for day, each in enumerate(samples)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+")
    sites: dict[str, list[Sample]] = defaultdict(list)
    for folder in parser.parse_args().folders:
        for sample in read(folder):
            sites[sample.article.source].append(sample)
    count: Counter[str] = Counter()
    for source, samples in sites.items():
        if len(samples) > 1:
            count += measure(source, on_days(samples))
    print(json.dumps(count))
    if count["words of content"]:
        lost = count["words of content lost"] / count["words of content"]
        print(f"content lost {lost:.4%} of {count['words of content']} words")


def measure(source: str, samples: list[Sample]) -> Counter[str]:
    count: Counter[str] = Counter({"sites": 1, "pages": len(samples)})
    rows = {each.article.id: features(each.article) for each in samples}
    knowledge = build(source, 1, rows.values())
    for each in samples:
        judged = judge(each.article, rows[each.article.id], knowledge, each.article.id)
        count["words of content"] += count_words(each.gold)
        for removal in judged.removed:
            if removal.rule != RULE:
                continue
            if not removal.text:
                count["pages spared"] += 1
            elif f" {key(removal.text)} " in each.gold:
                count["content lines cut"] += 1
                count["words of content lost"] += count_words(removal.text)
                print(f"content: {source}: {removal.text[:100]}", file=sys.stderr)
            else:
                count["template lines cut"] += 1
                count["template words cut"] += count_words(removal.text)
    return count


main()
