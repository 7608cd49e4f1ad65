"""What a search costs in an index for each month: the same articles in one index, in 12 and in 36.

    python bench/months.py ARTICLES.jsonl URL [--months 1 12 36] [--queries 100] [--seed 5]

ARTICLES.jsonl is the output of `broadsheet export`; its articles are spread evenly over the months, and are merged to one segment for each
index, as months are that are over. Queries are whole titles of random articles, and three words of one's body. Each is asked by the server's
own search (the same words, without the texts of what it finds), by `IndexReader.search`, and by the same with `dfs_query_then_fetch`. Printed for each: ms
of CPU in the server and here, median ms, and, against one index, how often the first hit and how many of the first ten are the same.
Others must leave the server alone. Credentials as for Broadsheet.
"""

import argparse
import os
import random
import re
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from elasticsearch import Elasticsearch

from articles.errors import QueryError
from articles.model import Article, from_json
from index.backend_record import Sharding
from index.elastic import generations
from index.elastic.client import connect
from index.elastic.cluster_reader import ElasticReader
from index.elastic.cluster_writer import ElasticWriter
from index.elastic.query_dsl import compile_query
from index.query import Query
from index.query_language import parse

_BATCH = 1_000
_WARM = 20
_PROBE = 1.1  # seconds
_END = datetime(2026, 11, 20, tzinfo=UTC)
_SYNTAX = re.compile(r'["“”„‟()]|\B-|[*&|!^~:]')  # has a meaning in a query
_WORD = re.compile(r"[^\W\d_]{4,}")
Ranks = list[list[str]]


@dataclass(frozen=True, slots=True)
class Cost:
    """Of a search: ms of CPU in the server and here, ms until the answer."""

    server: float
    here: float
    wall: float


class Global:
    """A client that asks for the statistics of all shards before it searches."""

    def __init__(self, client: Elasticsearch) -> None:
        self._client = client

    def search(self, **request: object) -> object:
        return self._client.search(search_type="dfs_query_then_fetch", **request)  # type: ignore[arg-type]  # passed on as given


def spread(articles: list[Article], months: int) -> Iterator[Article]:
    """The articles, with times of first sight in so many months; they are dated as they were."""
    for number, article in enumerate(articles):
        month = _END - timedelta(days=30.4 * (number % months))
        yield replace(article, first_seen_at=month, fetched_at=max(article.fetched_at, _END))


@contextmanager
def filled(client: Elasticsearch, articles: list[Article], months: int) -> Iterator[str]:
    alias = f"bench-{uuid4().hex[:8]}"
    try:
        sharding = Sharding(split="month" if months > 1 else "never")
        generations.create(client, alias, sharding, _END)
        writer = ElasticWriter(client, alias)
        there = list(spread(articles, months))
        for start in range(0, len(there), _BATCH):
            writer.add(there[start : start + _BATCH])
        client.options(request_timeout=600).indices.forcemerge(index=alias, max_num_segments=1)
        client.indices.refresh(index=alias)
        yield alias
    finally:
        generations.drop(client, alias)


def queries(articles: list[Article], count: int, seed: int) -> list[str]:
    draw = random.Random(seed)
    found: list[str] = []
    while len(found) < count:
        article = draw.choice(articles)
        words = sorted(set(_WORD.findall(" ".join(article.body))))
        text = article.title if len(found) % 2 else " ".join(draw.sample(words, 3)) if len(words) > 3 else ""
        text = _SYNTAX.sub(" ", text).strip()
        try:
            parse(text)
        except QueryError:
            continue
        if text:
            found.append(text)
    return found


def measured(client: Elasticsearch, ask: Callable[[str], list[str]], texts: list[str]) -> tuple[Cost, Ranks]:
    for text in texts[:_WARM]:
        ask(text)
    ranks, walls = [], []
    server, here = _server(client), time.process_time()
    for text in texts:
        began = time.monotonic()
        ranks.append(ask(text))
        walls.append(time.monotonic() - began)
    each = 1e3 / len(texts)
    cost = Cost(
        (_server(client) - server) * each,
        (time.process_time() - here) * each,
        statistics.median(walls) * 1e3,
    )
    return cost, ranks


def _server(client: Elasticsearch) -> float:
    """CPU seconds of the node so far, which it finds out once a second."""
    time.sleep(_PROBE)
    (node,) = client.nodes.stats(metric="process").body["nodes"].values()
    return float(node["process"]["cpu"]["total_in_millis"]) / 1e3


def asking(client: Elasticsearch, alias: str) -> dict[str, Callable[[str], list[str]]]:
    def by(reader: ElasticReader) -> Callable[[str], list[str]]:
        return lambda text: [hit.article.id for hit in reader.search(Query(text=text, limit=10))]

    def raw(text: str) -> list[str]:
        compiled = compile_query(Query(text=text), parse(text))
        found = client.search(index=alias, query=compiled, size=10, source=["id"], track_total_hits=True)
        return [hit["_id"] for hit in found["hits"]["hits"]]

    return {
        "the server's own query": raw,
        "our page of hits": by(ElasticReader(client, alias)),
        "our page, by dfs": by(ElasticReader(Global(client), alias)),  # type: ignore[arg-type]  # it is asked for nothing but searches
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("articles", type=Path)
    parser.add_argument("url")
    parser.add_argument("--months", type=int, nargs="+", default=[1, 12, 36])
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    with options.articles.open(encoding="utf-8") as lines:
        articles = list(map(from_json, lines))
    texts = queries(articles, options.queries, options.seed)
    client = connect(options.url, os.environ)
    one: dict[str, Ranks] = {}
    for months in options.months:
        with filled(client, articles, months) as alias:
            for name, ask in asking(client, alias).items():
                cost, ranks = measured(client, ask, texts)
                same = one.setdefault(name, ranks)
                first = sum(a[:1] == b[:1] for a, b in zip(ranks, same, strict=True)) / len(texts)
                ten = statistics.mean(
                    len(set(a) & set(b)) / max(1, len(b)) for a, b in zip(ranks, same, strict=True)
                )
                print(
                    f"| {months} | {name} | {cost.server:.1f} | {cost.here:.1f} | {cost.wall:.1f} | {first:.2f} | {ten:.2f} |",
                    flush=True,
                )


main()
