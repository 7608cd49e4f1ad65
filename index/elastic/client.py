"""The connection to Elasticsearch."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from elasticsearch import Elasticsearch, JsonSerializer

from articles.errors import ConfigError
from index.elastic.shape import CheckedNode

_PREFIX = "BROADSHEET_ELASTICSEARCH_"
_SECONDS = 60.0
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class FastJson(JsonSerializer):
    """JSON, read in an eighth of the time that the client's own way takes."""

    def json_loads(self, data: bytes) -> Any:
        """The answer. Raises ValueError for anything else, of which the client makes its own error."""
        try:
            return msgspec.json.decode(data)
        except msgspec.DecodeError as error:
            raise ValueError(str(error)) from error


def connect(url: str, environment: Mapping[str, str], *, allow_plain_http: bool = False) -> Elasticsearch:
    """A client that sends each request once; retries are up to the caller, who knows what is safe to repeat.

    It reads from the environment, with the prefix BROADSHEET_ELASTICSEARCH_: API_KEY (encoded), or USERNAME and PASSWORD;
    CA, the file of a certificate authority. Raises ConfigError, also for credentials in the URL and for plain http to
    another machine unless that is allowed.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(f"[index] url: `{url}` is not an http(s) URL such as http://127.0.0.1:9200")
    if parts.username or parts.password:
        raise ConfigError(
            f"[index] url: no credentials in the URL of {parts.hostname}; put them into {_PREFIX}API_KEY, or "
            f"{_PREFIX}USERNAME and {_PREFIX}PASSWORD, in the environment"
        )
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK and not allow_plain_http:
        raise ConfigError(
            f"[index] url: {parts.hostname} would be reached over plain http, readable by anyone on the network: use "
            "https, or set allow_plain_http = true where the network is trusted"
        )
    key, user, password, authority = (
        environment.get(_PREFIX + name) or None for name in ("API_KEY", "USERNAME", "PASSWORD", "CA")
    )
    if bool(user) != bool(password):
        raise ConfigError(f"{_PREFIX}USERNAME and {_PREFIX}PASSWORD must both be set; one of them is not")
    if authority and not Path(authority).is_file():
        raise ConfigError(f"{_PREFIX}CA: no such file: {authority}")
    trust: dict[str, Any] = {"ca_certs": authority} if authority and parts.scheme == "https" else {}
    return Elasticsearch(
        url,
        api_key=key,
        basic_auth=(user, password) if user and password and not key else None,
        **trust,
        node_class=CheckedNode,
        serializer=FastJson(),
        request_timeout=_SECONDS,
        max_retries=0,
        retry_on_status=(),
        retry_on_timeout=False,
    )
