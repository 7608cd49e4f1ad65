"""Compare loading articles into Elasticsearch with the client's own helper and prepared documents.

    python bench/load.py ARTICLES.jsonl URL [--first 2500] [--rounds 3] [--batch 500]

ARTICLES.jsonl is the output of `broadsheet export`. For Broadsheet, the time is from `Article` records to the last
acknowledgement and refresh, once as a run writes (behind an alias, searchable after each batch) and once as a rebuild does (into
an index that nobody searches yet, searchable in the end). `helpers.streaming_bulk` sends documents that were prepared before, with the
same versions, to an index with the same template, followed by a refresh. They take turns in going first. Printed: articles a second, ms of
CPU an article of this process and of the server (which others must leave alone), and how often the index was refreshed. Credentials as for
Broadsheet.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

from elasticsearch import Elasticsearch, helpers

from articles.model import Article, from_json
from index.backend_record import Sharding
from index.documents import milliseconds
from index.elastic import generations
from index.elastic.client import connect
from index.elastic.cluster_writer import ElasticWriter
from index.elastic.stored import document

_PROBE = 1.1  # seconds
Load = Callable[[Elasticsearch, str, str, list[Any]], None]


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one loading: seconds, CPU ms an article of client and server, refreshes."""

    seconds: float
    client: float
    server: float
    refreshes: int


def as_a_run(batch: int) -> Load:
    def load(client: Elasticsearch, alias: str, _: str, articles: list[Article]) -> None:
        _add(ElasticWriter(client, alias), articles, batch)

    return load


def as_a_rebuild(batch: int) -> Load:
    def load(client: Elasticsearch, alias: str, base: str, articles: list[Article]) -> None:
        writer = ElasticWriter(client, alias, base=base)
        _add(writer, articles, batch)
        writer.make_searchable()

    return load


def _add(writer: ElasticWriter, articles: list[Article], batch: int) -> None:
    for start in range(0, len(articles), batch):
        acks = writer.add(articles[start : start + batch])
        assert {ack.status for ack in acks} == {"indexed"}


def helper(client: Elasticsearch, _: str, index: str, actions: list[dict[str, Any]]) -> None:
    for done, _ in helpers.streaming_bulk(
        client, actions, index=index, chunk_size=500, max_chunk_bytes=5_000_000
    ):
        assert done
    client.indices.refresh(index=index)


def measured(load: Load, client: Elasticsearch, what: list[Any]) -> Cost:
    """What it costs to load into a new index, which is then removed."""
    alias = f"bench-{uuid4().hex[:8]}"
    try:
        index = generations.create(client, alias, Sharding(), datetime.now(UTC)).base
        before = _server(client)
        started, own = time.monotonic(), time.process_time()
        load(client, alias, index, what)
        seconds, own = time.monotonic() - started, time.process_time() - own
        server = _server(client) - before
        assert client.count(index=index)["count"] == len(what)
        refreshed = client.indices.stats(index=index, metric="refresh").body["_all"]["total"]["refresh"]
        each = 1e3 / len(what)
        return Cost(seconds, own * each, server * each, refreshed["total"])
    finally:
        generations.drop(client, alias)


def _server(client: Elasticsearch) -> float:
    """CPU seconds of the node so far, which it finds out once a second."""
    time.sleep(_PROBE)
    (node,) = client.nodes.stats(metric="process").body["nodes"].values()
    return float(node["process"]["cpu"]["total_in_millis"]) / 1e3


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("articles", type=Path)
    parser.add_argument("url")
    parser.add_argument("--first", type=int)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch", type=int, default=500, help="articles of one call, as a run settles them")
    options = parser.parse_args()
    with options.articles.open(encoding="utf-8") as lines:
        some = map(from_json, islice(lines, options.first))
        articles = list({article.id: article for article in some}.values())
    ready = [
        {
            "_id": article.id,
            "_version": milliseconds(article.fetched_at),
            "_version_type": "external_gte",
            "_source": json.loads(document(article)),
        }
        for article in articles
    ]
    client = connect(options.url, os.environ)
    turns: list[tuple[str, Load, list[Any]]] = [
        ("as a run", as_a_run(options.batch), articles),
        ("as a rebuild", as_a_rebuild(options.batch), articles),
        ("streaming_bulk", helper, ready),
    ]
    found: dict[str, list[Cost]] = {name: [] for name, _, _ in turns}
    for number in range(options.rounds):
        for name, load, what in turns[:: -1 if number % 2 else 1]:
            cost = measured(load, client, what)
            found[name].append(cost)
            print(
                f"round {number + 1}, {name}: {len(what) / cost.seconds:.0f}/s, CPU {cost.client:.2f} ms here, "
                f"{cost.server:.2f} ms in the server, {cost.refreshes} refreshes",
                flush=True,
            )
    print(f"medians of {len(articles)} articles")
    for name, costs in found.items():
        ratio = statistics.median(
            theirs.seconds / one.seconds for one, theirs in zip(costs, found["streaming_bulk"], strict=True)
        )
        here, server = (
            statistics.median(getattr(one, what) for one in costs) for what in ("client", "server")
        )
        rate = statistics.median(len(articles) / one.seconds for one in costs)
        print(f"| {name} | {rate:.0f} | {ratio:.2f} | {here:.2f} | {server:.2f} |")


main()
