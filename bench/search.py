"""Known-item search: is the article that a query was made from among the first ten hits, and how long does a search take?

    python bench/search.py ARTICLES.jsonl --url URL|--folder FOLDER [--keep NAME] [--queries 400] [--seed 5]

ARTICLES.jsonl is the output of `broadsheet export`. All of it is loaded into a new index: with a new alias in the
Elasticsearch at URL, or embedded in FOLDER. Queries are the whole title of a random article (among those with a unique
title; without punctuation that has a meaning in queries), and three words of its body that few articles have. Prints the
mean reciprocal rank of the article in ten hits, and the time and CPU time of `IndexReader.search` in ms, one query at a time, after
fifty warm-up queries. With --keep, an existing index of that name is searched as it is, and the index is kept.
"""

import argparse
import os
import random
import re
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from uuid import uuid4

from articles.errors import QueryError
from articles.model import Article, from_json
from index.backend_record import Sharding
from index.elastic import generations
from index.elastic.client import connect
from index.elastic.cluster_reader import ElasticReader
from index.elastic.cluster_writer import ElasticWriter
from index.embedded.local_reader import EmbeddedReader
from index.embedded.local_writer import EmbeddedWriter
from index.protocols import IndexReader, IndexWriter
from index.query import Query

_BATCH = 2_000
_RARE = 0.002  # maximum share of articles with such a word
_SYNTAX = re.compile(r'["“”„‟()]|\B-|[*&|!^~]')  # has a meaning in a query
_WORD = re.compile(r"[^\W\d_]{4,}")


def read(path: Path) -> Iterator[Article]:
    with path.open(encoding="utf-8") as lines:
        yield from map(from_json, lines)


def load(writer: IndexWriter, path: Path) -> None:
    articles = read(path)
    started = time.monotonic()
    count = 0
    while batch := list(islice(articles, _BATCH)):
        writer.add(batch)
        count += len(batch)
    print(f"loaded {count} articles, {count / (time.monotonic() - started):.0f}/s", flush=True)


@contextmanager
def filled(options: argparse.Namespace) -> Iterator[IndexReader]:
    if options.folder:
        folder = options.folder / (options.keep or uuid4().hex)
        if not folder.exists():
            load(EmbeddedWriter(folder), options.articles)
        yield EmbeddedReader(folder)
        return
    client = connect(options.url, os.environ)
    alias = options.keep or f"bench-{uuid4().hex[:8]}"
    try:
        if not generations.published(client, alias):
            generations.create(client, alias, Sharding(), datetime.now(UTC))
            load(ElasticWriter(client, alias), options.articles)
        yield ElasticReader(client, alias)
    finally:
        if not options.keep:
            generations.drop(client, alias)


def words(article: Article) -> set[str]:
    return {word.lower() for paragraph in article.body for word in _WORD.findall(paragraph)}


def queries(path: Path, count: int, seed: int) -> dict[str, list[tuple[str, str]]]:
    """By kind: pairs of a query and the id of the article that it was made from."""
    frequencies: Counter[str] = Counter()
    titled: dict[str, list[int]] = {}
    for number, article in enumerate(read(path)):
        frequencies.update(words(article))
        if article.title:
            titled.setdefault(article.title, []).append(number)
    once = [numbers[0] for numbers in titled.values() if len(numbers) == 1]
    rng = random.Random(seed)
    chosen = set(rng.sample(once, min(count, len(once))))
    made: dict[str, list[tuple[str, str]]] = {"whole title": [], "three words of the body": []}
    most = _RARE * (number + 1)
    for number, article in enumerate(read(path)):
        if number not in chosen:
            continue
        made["whole title"].append((_SYNTAX.sub(" ", article.title), article.id))
        rare = sorted(word for word in words(article) if 1 < frequencies[word] <= most)
        if len(rare) >= 3:
            made["three words of the body"].append((" ".join(rng.sample(rare, 3)), article.id))
    return made


def measure(reader: IndexReader, kind: str, asked: list[tuple[str, str]]) -> None:
    ranks, times, used, refused = [], [], [], 0
    for text, _ in asked[:50]:
        try:
            reader.search(Query(text=text))
        except QueryError:
            refused += 1
    for text, article_id in asked:
        started, cpu = time.perf_counter(), time.process_time()
        try:
            hits = reader.search(Query(text=text)).hits
        except QueryError:
            hits = ()
        times.append((time.perf_counter() - started) * 1000)
        used.append((time.process_time() - cpu) * 1000)
        found = [hit.article.id for hit in hits]
        ranks.append(1 / (found.index(article_id) + 1) if article_id in found else 0.0)
    p50, p95 = (statistics.quantiles(times, n=100)[percent - 1] for percent in (50, 95))
    print(
        f"{kind}: {len(asked)} queries, MRR@10 {statistics.mean(ranks):.3f}, p50 {p50:.1f} ms, p95 {p95:.1f} ms, "
        f"CPU of this process p50 {statistics.median(used):.1f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("articles", type=Path)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--url")
    where.add_argument("--folder", type=Path)
    parser.add_argument("--keep", default="")
    parser.add_argument("--queries", type=int, default=400)
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    made = queries(options.articles, options.queries, options.seed)
    with filled(options) as reader:
        for kind, asked in made.items():
            measure(reader, kind, asked)


if __name__ == "__main__":
    main()
