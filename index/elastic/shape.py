"""Checks each answer as it arrives: it must be Elasticsearch's, not a proxy's or a login page's, and from the whole index.

Elasticsearch names itself in the header X-Elastic-Product (except in some refusals, with security on), and each kind of
request has a kind of answer. Anything else counts as a server that is unavailable: it says nothing about the index.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, TypedDict

import msgspec
from elastic_transport import ApiResponseMeta, TransportError, Urllib3HttpNode
from msgspec import Meta

# A proxy may ask for credentials or refuse a large request, and Elasticsearch sends these refusals without its header:
# the status says enough.
_BY_STATUS = (401, 413)
_MIME_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")


class StrangeAnswerError(TransportError):
    """An answer that is not Elasticsearch's, or that was cut off."""


def strange(meta: ApiResponseMeta, what: str) -> StrangeAnswerError:
    """The error for an answer; `what` describes it."""
    node = meta.node
    status = "" if meta.status == 200 else f"status {meta.status} and "
    return StrangeAnswerError(
        f"{node.scheme}://{node.host}:{node.port}{node.path_prefix} answered with {status}{what}, not as Elasticsearch: "
        "check whether a proxy or a login page is in front of it"
    )


class PartialAnswerError(TransportError):
    """An answer from some shards of the index, without what the others hold."""


def _partial(shards: "_Shards") -> PartialAnswerError:
    kind, reason = cause(next(iter(shards.get("failures", ())), {}).get("reason"))
    why = " ".join(": ".join(filter(None, (kind, reason))).split()) or "no reason given"
    number, total = shards.get("failed"), shards.get("total")
    return PartialAnswerError(
        f"Elasticsearch answered from a part of the index: {number} of {total} shards failed ({why}); see the cluster's "
        "health and its log"
    )


def cause(body: Any) -> tuple[str, str]:
    """Type and reason of the error in a body, or in one item of a bulk; the reason includes those of its causes."""
    error = body.get("error", body) if isinstance(body, dict) else {}
    if not isinstance(error, dict):
        return "", str(error)[:300]
    reason = str(error.get("reason") or "")
    inner = error.get("caused_by")
    while isinstance(inner, dict):
        if inner.get("reason") and str(inner["reason"]) not in reason:
            reason = f"{reason}: {inner['reason']}"
        inner = inner.get("caused_by")
    return str(error.get("type", "")), reason[:500]


class CheckedNode(Urllib3HttpNode):
    """A connection that raises StrangeAnswerError for an answer of another shape than the request's, and
    PartialAnswerError for one that lacks shards.
    """

    def perform_request(
        self, method: str, target: str, body: bytes | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        """Meta and body of the answer. Raises TransportError."""
        answer = super().perform_request(method, target, body, *args, **kwargs)
        if answer.meta.status not in _BY_STATUS:
            _check(answer.meta, method, answer.body, _kind(method, target, body, answer.meta))
        return answer


def _check(meta: ApiResponseMeta, method: str, body: bytes, kind: Any) -> None:
    found = _MIME_TYPE.match(meta.headers.get("content-type") or "")
    mime_type = found[0] if found else "no content type"
    if not _named(meta) and (meta.status < 400 or meta.status == 404):
        raise strange(
            meta, f"{mime_type} without the header X-Elastic-Product" if "json" in mime_type else mime_type
        )
    if method == "HEAD" or kind is Any:
        return
    if "json" not in mime_type:
        raise strange(meta, mime_type)
    try:
        answer = msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, RecursionError) as error:
        raise strange(meta, f"JSON of another shape ({error})") from error
    if (shards := answer.get("_shards")) and shards.get("failed"):
        raise _partial(shards)


def _named(meta: ApiResponseMeta) -> bool:
    return meta.headers.get("x-elastic-product") == "Elasticsearch"


class _Refusal(TypedDict):
    error: str | dict[str, Any]


class _Item(TypedDict):
    _id: str
    status: int


class _Bulk(TypedDict):
    items: list[Annotated[dict[str, _Item], Meta(min_length=1, max_length=1)]]


class _Shards(TypedDict, total=False):
    total: int
    failed: int
    failures: list[dict[str, Any]]


class _Sharded(TypedDict):
    _shards: _Shards


class _Failed(TypedDict, total=False):
    _shards: _Shards


class _Document(TypedDict):
    _source: dict[str, Any]


class _Hit(_Document):
    _score: float | None


class _Total(TypedDict):
    value: int


class _Hits(TypedDict):
    total: _Total
    hits: list[_Hit]


class _Search(_Sharded):
    timed_out: bool
    hits: _Hits


class _Place(TypedDict):
    _id: str
    _index: str
    _version: int


class _Places(TypedDict):
    hits: list[_Place]


class _Placed(_Sharded):
    hits: _Places


class _SortedHit(_Document):
    sort: Annotated[list[Any], Meta(min_length=1)]


class _SortedHits(TypedDict):
    hits: list[_SortedHit]


class _Page(_Sharded):
    hits: _SortedHits


class _Bucket(TypedDict):
    key: str | float
    doc_count: int


class _Buckets(TypedDict):
    buckets: list[_Bucket]


class _Counts(TypedDict):
    counts: _Buckets


class _Aggregated(_Sharded):
    timed_out: bool
    aggregations: _Counts


class _Count(_Sharded):
    count: int


class _Deleted(TypedDict):
    deleted: int


class _Pit(TypedDict):
    id: str


class _Closed(TypedDict):
    succeeded: bool


class _Health(TypedDict):
    status: str


class _Acknowledged(TypedDict):
    acknowledged: bool


class _Aliases(TypedDict):
    aliases: dict[str, dict[str, Any]]


class _Mapped(TypedDict):
    mappings: dict[str, Any]


class _Component(TypedDict):
    component_template: dict[str, Any]


class _Components(TypedDict):
    component_templates: Annotated[list[_Component], Meta(min_length=1)]


class _Docs(TypedDict):
    docs: dict[str, int]


class _OfIndex(TypedDict):
    total: _Docs


class _Stats(_Sharded):
    _all: _OfIndex


class _Settings(TypedDict):
    index: dict[str, Any]


class _Index(_Aliases, _Mapped):
    settings: _Settings


# The requests of this package, by method and path, and what a successful answer holds at least.
_KINDS: Mapping[str, Any] = {
    "PUT /[^/]+/_bulk": _Bulk,
    "POST /[^/]+/_(refresh|flush|forcemerge)": _Sharded,
    "PUT /[^/]+/_settings": _Acknowledged,
    "GET /[^/]+/_stats/docs": _Stats,
    "POST /[^/]+/_search": _Search,
    "POST /_search": _Page,
    "POST /[^/]+/_count": _Count,
    "POST /[^/]+/_delete_by_query": _Deleted,
    "POST /[^/]+/_pit": _Pit,
    "DELETE /_pit": _Closed,
    "GET /_alias/[^/]+": Annotated[dict[str, _Aliases], Meta(min_length=1)],
    "GET /[^/]+/_alias": dict[str, _Aliases],
    "GET /_component_template/[^/]+": _Components,
    "GET /_(ingest/pipeline|ilm/policy)/[^/]+": dict[str, dict[str, Any]],
    "PUT /(_ilm/policy/[^/]+|[^/]+/_alias/[^/]+)": _Acknowledged,
    "GET /[^/]+/_mapping": dict[str, _Mapped],
    "GET /[^/_][^/]*": dict[str, _Index],
    "GET /_cluster/health/[^/]+": _Health,
    "(PUT|DELETE) /(_(component|index)_template/)?[^/_][^/]*|POST /_aliases": _Acknowledged,
}


def _kind(method: str, target: str, body: bytes | None, meta: ApiResponseMeta) -> Any:
    """The kind of the answer to a request; Any if the request is not one of this package."""
    if not 200 <= meta.status < 300:
        return _Failed if _named(meta) else _Refusal
    request = f"{method} {target.partition('?')[0]}"
    kind = next((kind for pattern, kind in _KINDS.items() if re.fullmatch(pattern, request)), Any)
    if kind is _Search and b'"aggs":{"counts":' in (body or b""):
        return _Aggregated
    return _Placed if kind is _Search and b'"version":true' in (body or b"") else kind
