"""A real Elasticsearch for the tests that claim one.

BROADSHEET_TEST_ELASTICSEARCH_URL (with credentials in it, if any, and BROADSHEET_TEST_ELASTICSEARCH_CA), else the node of
tests/elasticsearch_node.py. Without either the tests are skipped and say why; with CI=true that is a failure.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from elasticsearch import Elasticsearch

from index import elastic_layout
from index.elastic_client import connect

NODE = Path(__file__).with_name("elasticsearch_node.py")
PORT = "9272"


@contextmanager
def server() -> Iterator[str]:
    """The URL of a running server."""
    if url := os.environ.get("BROADSHEET_TEST_ELASTICSEARCH_URL"):
        yield url
        return
    started = subprocess.run(
        [sys.executable, NODE, "start", "--port", PORT], capture_output=True, text=True, check=False
    )
    if started.returncode:
        why = f"no Elasticsearch to test with: {started.stderr.strip()[-500:]}"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    try:
        yield started.stdout.strip()
    finally:
        subprocess.run([sys.executable, NODE, "stop", "--port", PORT], check=True)


def client(url: str) -> Elasticsearch:
    """A connection as Broadsheet makes it."""
    parts = urlsplit(url)
    names = {"USERNAME": parts.username, "PASSWORD": parts.password}
    names["CA"] = os.environ.get("BROADSHEET_TEST_ELASTICSEARCH_CA")
    plain = f"{parts.scheme}://{parts.hostname}:{parts.port}"
    environment = {f"BROADSHEET_ELASTICSEARCH_{name}": value for name, value in names.items() if value}
    return connect(plain, environment)


@contextmanager
def fresh_alias(connection: Elasticsearch) -> Iterator[str]:
    """A name that nothing on the server has; what is made under it is removed."""
    alias = f"test-{uuid4().hex[:12]}"
    try:
        yield alias
    finally:
        elastic_layout.drop(connection, alias)
