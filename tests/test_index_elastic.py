"""The index in Elasticsearch: the contract of every index on a real server, and what only a server can suffer."""

from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest
from elasticsearch import Elasticsearch

from index import elastic_layout
from index.elastic import ElasticReader, ElasticWriter
from index.elastic_bulk import Patience
from tests import elastic
from tests.index_contract import IndexContract, NewIndex, OpenIndex

QUICK = Patience(seconds=0.2)


@pytest.fixture(scope="module")
def connection() -> Iterator[Elasticsearch]:
    with elastic.server() as url, closing(elastic.client(url)) as client:
        yield client


@pytest.fixture(scope="module")
def new_index(connection: Elasticsearch) -> Iterator[NewIndex]:
    with ExitStack() as stack:

        def new() -> OpenIndex:
            alias = stack.enter_context(elastic.fresh_alias(connection))
            elastic_layout.create(connection, alias)
            reader = ElasticReader(connection, alias)
            return OpenIndex(
                ElasticWriter(connection, alias, QUICK), reader, lambda: ElasticReader(connection, alias)
            )

        yield new


class TestElastic(IndexContract):
    """The contract, on a server."""
