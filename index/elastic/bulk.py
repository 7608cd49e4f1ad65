"""Bulk requests: of bounded size, two at a time, sent again until every item has its result.

External versions make it harmless to send an item twice: the second time it is replaced by the same content, or
refused as older than what the index holds. So whatever is in doubt (a cut connection, a timeout) is sent again.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import msgspec
from elasticsearch import ApiError, Elasticsearch, TransportError

from articles.errors import IndexUnavailableError, SearchIndexError
from index.elastic.server_errors import explained, explanation, meaning, poisoned
from index.elastic.shape import cause, strange
from index.patience import Patience
from index.protocols import Ack

_BYTES = 5_000_000  # of one request
_ITEMS = 250
_AT_ONCE = 2  # 1.4 to 1.95 times the speed of one; four are not faster


@dataclass(frozen=True, slots=True)
class Action:
    """One item of a bulk: its id, its action line, and the document unless it is a deletion."""

    id: str
    lines: tuple[bytes, ...]

    @property
    def size(self) -> int:
        """Bytes on the wire."""
        return sum(map(len, self.lines)) + len(self.lines)


def upsert(article_id: str, version: int, document: bytes, index: str = "") -> Action:
    """Replaces a document of the same or an older version, in an index or, without one, in the target of the bulk."""
    meta = {"_id": article_id, "version": version, "version_type": "external_gte"}
    return Action(article_id, (msgspec.json.encode({"index": meta | _in(index)}), document))


def deletion(document_id: str, index: str = "", version: int | None = None) -> Action:
    """Removes the document if the index holds it, in this version or an older one if one is given.

    The time in an older version's id is its version: one that was deleted with it may come back at once.
    """
    meta: dict[str, str | int] = {"_id": document_id, **_in(index)}
    if version is None and (time := document_id.partition("-")[2]):
        version = int(time)
    if version is not None:
        meta |= {"version": version, "version_type": "external_gte"}
    return Action(document_id, (msgspec.json.encode({"delete": meta}),))


def _in(index: str) -> dict[str, str]:
    return {"_index": index} if index else {}


@dataclass(frozen=True, slots=True)
class Bulk:
    """Sends actions to one index or alias; to several, if each says to which. `pipeline` is the server's for documents, if not "".

    Where nobody searches yet, what is sent need not be `searchable` at once.
    """

    client: Elasticsearch
    target: str
    patience: Patience
    require_alias: bool
    pipeline: str = ""
    searchable: bool = True

    def send(self, actions: Iterable[Action]) -> list[Ack]:
        """An ack for each, in order; what was indexed is durable, and searches see it unless they need not.

        Raises IndexUnavailableError when patience ends, and SearchIndexError at once for what waiting cannot
        solve (no such index, no right to write). What was sent before that may be indexed.
        """
        acks: list[Ack] = []
        running: deque[Future[list[Ack]]] = deque()
        with ThreadPoolExecutor(_AT_ONCE, "bulk") as pool:
            for request in _requests(actions):
                running.append(pool.submit(self._deliver, request))
                if len(running) > _AT_ONCE:
                    acks += running.popleft().result()
            for rest in running:
                acks += rest.result()
        if self.searchable:
            self.make_searchable()
        return acks

    def _deliver(self, actions: Sequence[Action]) -> list[Ack]:
        """Sends the actions, then those still without a result, until none is left."""
        acks: dict[int, Ack] = {}
        pauses = self.patience.pauses()
        while left := [place for place in range(len(actions)) if place not in acks]:
            try:
                items = self._request([actions[place] for place in left])
            except (TransportError, ApiError) as error:
                refusal = meaning(error, self.target)
                temporary = isinstance(refusal, IndexUnavailableError)
                if isinstance(error, ApiError) and error.status_code in (400, 413) and not temporary:
                    return self._halved(actions, acks, left, error)
                self._pause(pauses, refusal)
                continue
            results = {place: _result(item, self.target) for place, item in zip(left, items, strict=True)}
            acks |= {place: result for place, result in results.items() if isinstance(result, Ack)}
            if failed := [result for result in results.values() if not isinstance(result, Ack)]:
                self._pause(pauses, failed[0])
        return [acks[place] for place in range(len(actions))]

    def _request(self, actions: Sequence[Action]) -> list[dict[str, Any]]:
        lines = [line for action in actions for line in action.lines]
        answer = self.client.bulk(
            operations=lines,  # type: ignore[arg-type]  # encoded lines are passed through unchanged
            index=self.target,
            require_alias=self.require_alias,
            pipeline=self.pipeline or None,
        )
        items = [next(iter(item.values())) for item in answer["items"]]
        if [item["_id"] for item in items] != [action.id for action in actions]:
            raise strange(answer.meta, f"{len(items)} items, not those of the {len(actions)} sent")
        return items

    def _halved(
        self, actions: Sequence[Action], acks: dict[int, Ack], left: Sequence[int], error: ApiError
    ) -> list[Ack]:
        """One item spoils the request, or it is too large: send each half, down to the single item."""
        if len(left) == 1:
            kind, reason = cause(error.body)
            detail = f"{kind or error.status_code}: {reason or 'too large'}"
            found = [Ack(id=actions[left[0]].id, status="refused", detail=detail)]
        else:
            middle = len(left) // 2
            halves = (left[:middle], left[middle:])
            found = [ack for half in halves for ack in self._deliver([actions[place] for place in half])]
        whole = acks | dict(zip(left, found, strict=True))
        return [whole[place] for place in range(len(actions))]

    def make_searchable(self) -> None:
        """Have searches see all that was sent. Raises as `send`."""
        pauses = self.patience.pauses()
        while True:
            try:
                with explained(self.target):
                    self.client.indices.refresh(index=self.target)
            except IndexUnavailableError as refusal:
                self._pause(pauses, refusal)
            else:
                return

    def _pause(self, pauses: Iterator[float], refusal: SearchIndexError) -> None:
        pause = next(pauses, None) if isinstance(refusal, IndexUnavailableError) else None
        if pause is None:
            raise refusal
        self.patience.sleep(pause)


def _requests(actions: Iterable[Action]) -> Iterator[list[Action]]:
    request: list[Action] = []
    size = 0
    for action in actions:
        if request and (size + action.size > _BYTES or len(request) == _ITEMS):
            yield request
            request, size = [], 0
        request.append(action)
        size += action.size
    if request:
        yield request


def _result(item: dict[str, Any], target: str) -> Ack | SearchIndexError:
    """What became of an item; an error if that is not settled yet."""
    status = item["status"]
    if item.get("result") == "noop":
        return Ack(id=item["_id"], status="refused", detail="dropped by the ingest pipeline")
    if status in (200, 201) or (status == 404 and "error" not in item):  # a deletion of what is not there
        return Ack(id=item["_id"], status="indexed")
    kind, reason = cause(item)
    if kind == "version_conflict_engine_exception":
        return Ack(id=item["_id"], status="superseded")
    if poisoned(status, kind, reason):
        return Ack(id=item["_id"], status="refused", detail=f"{kind}: {reason}")
    return explanation(status, kind, reason, target)
