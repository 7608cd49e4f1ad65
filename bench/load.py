"""Compare loading articles into Elasticsearch with the client's own helper and prepared documents.

    python bench/load.py ARTICLES.jsonl URL [--rounds 3]

ARTICLES.jsonl is the output of `broadsheet export`. For Broadsheet, the time is from `Article` records to the last
acknowledgement and refresh; `helpers.streaming_bulk` sends documents that were prepared before, with the same versions, to
an index with the same template, followed by a refresh. They alternate in going first. Credentials as for Broadsheet.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
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

_BATCH = 2_000


def broadsheet(client: Elasticsearch, index: str, articles: list[Article]) -> None:
    writer = ElasticWriter(client, index, base=index)
    for start in range(0, len(articles), _BATCH):
        acks = writer.add(articles[start : start + _BATCH])
        assert {ack.status for ack in acks} == {"indexed"}


def helper(client: Elasticsearch, index: str, actions: list[dict[str, Any]]) -> None:
    for done, _ in helpers.streaming_bulk(
        client, actions, index=index, chunk_size=500, max_chunk_bytes=5_000_000
    ):
        assert done
    client.indices.refresh(index=index)


def seconds(
    load: Callable[[Elasticsearch, str, list[Any]], None], client: Elasticsearch, what: list[Any]
) -> float:
    """The seconds to load into a new index, which is then removed."""
    alias = f"bench-{uuid4().hex[:8]}"
    try:
        index = generations.make(client, alias, Sharding(), datetime.now(UTC)).base
        started = time.monotonic()
        load(client, index, what)
        taken = time.monotonic() - started
        assert client.count(index=index)["count"] == len(what)
        return taken
    finally:
        generations.drop(client, alias)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("articles", type=Path)
    parser.add_argument("url")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with options.articles.open(encoding="utf-8") as lines:
        articles = list({article.id: article for article in map(from_json, lines)}.values())
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
    ratios = []
    for number in range(options.rounds):
        turns = [("broadsheet", broadsheet, articles), ("streaming_bulk", helper, ready)]
        taken = {name: seconds(load, client, what) for name, load, what in turns[:: -1 if number % 2 else 1]}
        ratios.append(taken["streaming_bulk"] / taken["broadsheet"])
        figures = ", ".join(f"{name} {len(articles) / took:.0f}/s" for name, took in sorted(taken.items()))
        print(f"round {number + 1}: {figures}; ratio {ratios[-1]:.2f}", flush=True)
    print(f"median ratio {statistics.median(ratios):.2f} ({len(articles)} articles)")


main()
