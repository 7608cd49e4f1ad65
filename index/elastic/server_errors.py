"""What failed requests to Elasticsearch mean, and what to do about them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from elasticsearch import ApiError, TransportError

from articles.errors import IndexUnavailableError, SearchIndexError
from index.elastic.shape import PartialAnswerError, StrangeAnswerError, cause

_BUSY = (429, 502, 503, 504)
_BLOCKED = ("cluster_block_exception", "index_closed_exception")
_NO_WRITE_INDEX = (
    "no write index is defined"  # the reason is the only sign; poisoned items have the same type
)
_NO_PIPELINE = re.compile(r"pipeline with id \[(.*)\] does not exist")
_KEYS = "BROADSHEET_ELASTICSEARCH_API_KEY, or BROADSHEET_ELASTICSEARCH_USERNAME and BROADSHEET_ELASTICSEARCH_PASSWORD"


@contextmanager
def explained(alias: str) -> Iterator[None]:
    """Turns what the client raises into SearchIndexError and IndexUnavailableError."""
    try:
        yield
    except (TransportError, ApiError) as error:
        raise meaning(error, alias) from error


def meaning(error: TransportError | ApiError, alias: str) -> SearchIndexError:
    """What a failed request means; an IndexUnavailableError if the same request may succeed later."""
    if isinstance(error, ApiError):
        return explanation(error.status_code, *cause(error.body), alias)
    if isinstance(error, StrangeAnswerError | PartialAnswerError):
        return IndexUnavailableError(str(error))
    return IndexUnavailableError(
        f"Elasticsearch cannot be reached ({str(error)[:300]}): see that it runs at [index] url and, for https, that "
        "BROADSHEET_ELASTICSEARCH_CA names the file of its certificate authority"
    )


def passes(status: int, kind: str) -> bool:
    """Whether the refusal may pass, by itself or once someone frees space: busy, full, read-only, closed."""
    return status in _BUSY or kind in _BLOCKED


def poisoned(status: int, kind: str, reason: str) -> bool:
    """Whether an item is refused for its content, so that other items may be accepted."""
    layout = _NO_WRITE_INDEX in reason or _NO_PIPELINE.search(reason)
    return status == 400 and not passes(status, kind) and not layout


def explanation(status: int, kind: str, reason: str, alias: str) -> SearchIndexError:
    """What a refusal means, from its HTTP status and the type and reason of the error."""
    if passes(status, kind):
        return IndexUnavailableError(f"Elasticsearch is not available: {kind or status}: {reason}")
    return SearchIndexError(_remedy(status, kind, reason, alias))


def _remedy(status: int, kind: str, reason: str, alias: str) -> str:
    gone = _NO_PIPELINE.search(reason)
    if status == 401:
        detail = f" ({reason})" if reason else ""
        return f"Elasticsearch, or a proxy in front of it, needs credentials{detail}: set {_KEYS}"
    if kind == "security_exception":
        return f"Elasticsearch does not allow this ({reason}); docs/how-to.md lists the privileges that are needed"
    if status == 404 and kind in ("index_not_found_exception", "alias_missing_exception", ""):
        return str(no_index(alias))
    if kind == "media_type_header_exception":
        return f"Elasticsearch does not understand this client ({reason}): a server 8.x needs the package `elasticsearch<9`"
    if _NO_WRITE_INDEX in reason:
        return (
            f"Elasticsearch cannot write through the alias `{alias}`, whose index has is_write_index=false: set it to "
            "true, or make a new index with `broadsheet rebuild`"
        )
    return (
        no_pipeline(gone[1]) if gone else f"Elasticsearch refused a request with {status}: {kind}: {reason}"
    )


def no_pipeline(name: str) -> str:
    """What to do about an ingest pipeline that is not there."""
    return f"Elasticsearch has no ingest pipeline `{name}`: make it there (PUT _ingest/pipeline/{name}), or correct [index] pipeline"


def no_index(alias: str) -> SearchIndexError:
    """What to do about an alias that names nothing."""
    return SearchIndexError(
        f"Elasticsearch has no index with the alias `{alias}`: `broadsheet index create` makes an empty one, "
        "`broadsheet index rebuild` one with every archived article"
    )
