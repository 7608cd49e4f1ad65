"""Bulk requests: bounded in bytes, two under way, sent again until every item has its answer.

External versions make it harmless to send an item twice: the second time it is rewritten with the same content, or
refused as older than what is there. So whatever is in doubt (a cut connection, a time-out) is sent again.
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
_UNDER_WAY = 2  # 1.4 to 1.95 times the speed of one; four are no faster


@dataclass(frozen=True, slots=True)
class Action:
    """One item of a bulk: its id, its action line, and the document unless it is a deletion."""

    id: str
    lines: tuple[bytes, ...]

    @property
    def size(self) -> int:
        """Bytes on the wire."""
        return sum(map(len, self.lines)) + len(self.lines)


def upsert(article_id: str, version: int, document: bytes) -> Action:
    """Replaces what has the same or an older version."""
    meta = {"_id": article_id, "version": version, "version_type": "external_gte"}
    return Action(article_id, (msgspec.json.encode({"index": meta}), document))


def deletion(article_id: str) -> Action:
    """Removes what is there."""
    return Action(article_id, (msgspec.json.encode({"delete": {"_id": article_id}}),))


@dataclass(frozen=True, slots=True)
class Bulk:
    """Sends actions to one index or alias."""

    client: Elasticsearch
    target: str
    patience: Patience
    require_alias: bool

    def send(self, actions: Iterable[Action]) -> list[Ack]:
        """An ack for each, in order; searches now see what was indexed.

        Raises IndexUnavailableError when patience ends, and SearchIndexError at once for what waiting does not mend
        (no such index, no right to write). What was sent before that may be indexed.
        """
        acks: list[Ack] = []
        under_way: deque[Future[list[Ack]]] = deque()
        with ThreadPoolExecutor(_UNDER_WAY, "bulk") as pool:
            for request in _requests(actions):
                under_way.append(pool.submit(self._deliver, request))
                if len(under_way) > _UNDER_WAY:
                    acks += under_way.popleft().result()
            for rest in under_way:
                acks += rest.result()
        self._make_searchable()
        return acks

    def _deliver(self, actions: Sequence[Action]) -> list[Ack]:
        """Sends a request's actions, then those that it has no answer for, until none is left."""
        acks: dict[int, Ack] = {}
        pauses = self.patience.pauses()
        while left := [place for place in range(len(actions)) if place not in acks]:
            try:
                items = self._request([actions[place] for place in left])
            except (TransportError, ApiError) as error:
                refusal = meaning(error, self.target)
                passing = isinstance(refusal, IndexUnavailableError)
                if isinstance(error, ApiError) and error.status_code in (400, 413) and not passing:
                    return self._halved(actions, acks, left, error)
                self._pause(pauses, refusal)
                continue
            answers = {place: _answer(item, self.target) for place, item in zip(left, items, strict=True)}
            acks |= {place: answer for place, answer in answers.items() if isinstance(answer, Ack)}
            if open_ones := [answer for answer in answers.values() if not isinstance(answer, Ack)]:
                self._pause(pauses, open_ones[0])
        return [acks[place] for place in range(len(actions))]

    def _request(self, actions: Sequence[Action]) -> list[dict[str, Any]]:
        lines = [line for action in actions for line in action.lines]
        answer = self.client.bulk(
            operations=lines,  # type: ignore[arg-type]  # ready lines are passed through as they are
            index=self.target,
            require_alias=self.require_alias,
        )
        items = [next(iter(item.values())) for item in answer["items"]]
        if [item["_id"] for item in items] != [action.id for action in actions]:
            raise strange(answer.meta, f"{len(items)} items, which are not those of the {len(actions)} sent")
        return items

    def _halved(
        self, actions: Sequence[Action], acks: dict[int, Ack], left: Sequence[int], error: ApiError
    ) -> list[Ack]:
        """One item spoils the whole request, or it is too large: each half on its own, down to the single item."""
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

    def _make_searchable(self) -> None:
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


def _answer(item: dict[str, Any], target: str) -> Ack | SearchIndexError:
    """What an item's answer means; an error where there is none yet."""
    status = item["status"]
    if status in (200, 201) or (status == 404 and "error" not in item):  # a deletion of what is not there
        return Ack(id=item["_id"], status="indexed")
    kind, reason = cause(item)
    if kind == "version_conflict_engine_exception":
        return Ack(id=item["_id"], status="superseded")
    if poisoned(status, kind, reason):
        return Ack(id=item["_id"], status="refused", detail=f"{kind}: {reason}")
    return explanation(status, kind, reason, target)
