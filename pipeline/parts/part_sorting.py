"""Which captures of a batch are further pages of articles, and what the others name as theirs."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from articles.model import Article, Rejection
from articles.urls import article_id
from pipeline.batches import Cleaned
from pipeline.clean_capture import FAILURES
from pipeline.outcomes import rejected
from store.ledger import knowledge_table, version_table
from store.ledger.parts import part_captures, part_fetching, part_table
from store.ledger.parts.part_table import NamedParts
from store.ledger.watch import arrival_table, site_use_table
from store.records import Capture, Outcome, Settled

_UNDECIDED = (Outcome.PENDING, Outcome.REJECTED, Outcome.PART)


@dataclass(frozen=True, slots=True)
class SortedParts:
    """A batch without the further pages of articles.

    `parts` are these, each with the id of its article; `named` is what the others name; `taken` are captures of such pages that came
    before anybody named them, and were taken for articles, with the ids of those whose parts they are. `ids` are those that articles
    at the addresses of all these pages would have.
    """

    rest: tuple[Cleaned, ...]
    parts: tuple[tuple[Cleaned, str], ...] = ()
    named: tuple[NamedParts, ...] = ()
    taken: tuple[tuple[Capture, str], ...] = ()
    ids: frozenset[str] = frozenset()

    @property
    def gone(self) -> list[str]:
        """The ids of articles in the index that are none any more."""
        captures = [*(capture for (capture, _), _ in self.parts), *(capture for capture, _ in self.taken)]
        return sorted(
            {each.article_id for each in captures if each.outcome is Outcome.INDEXED} & set(self.ids)
        )

    def settled(self, now: datetime) -> list[Settled]:
        """The outcomes of these pages; what was a part before is not looked at anew."""
        found = []
        for (capture, result), owner in self.parts:
            if capture.outcome is Outcome.PART:
                continue
            if isinstance(result, Article):
                found.append(_part(capture, result.content_hash, owner, now))
            elif result.reason not in FAILURES or capture.outcome is Outcome.PENDING:
                found.append(rejected(capture, result, now))
        return found + [_part(capture, capture.content_hash, owner, now) for capture, owner in self.taken]

    def write(self, conn: Connection, now: datetime) -> None:
        """Keep it in the ledger, which has the outcomes of the batch: who names what, and which captures are to be joined again."""
        unnamed = part_table.name(conn, self.named)
        if self.ids:
            _forget(conn, self.ids)
            part_fetching.leave(conn, [capture.url for capture, _ in self.taken])
            unnamed |= part_table.named_by(conn, self.ids)
            part_table.remove(conn, self.ids)
        part_captures.release(conn, unnamed)
        owners = {owner for _, owner in (*self.parts, *self.taken)}
        cleaned = {capture.id: capture.parts for capture, _ in self.rest}
        part_captures.refresh(conn, owners | {capture.article_id for capture, _ in self.rest}, cleaned, now)


def sort_parts(conn: Connection, cleaned: Iterable[Cleaned]) -> SortedParts:
    """Sort a batch. A page that is a further page itself names none: its article does so for it, once they are joined."""
    batch = sorted(cleaned, key=lambda pair: pair[0].id)
    fresh = {capture.id: urls for capture, result in batch if (urls := _named(capture, result)) is not None}
    if not any(fresh.values()) and part_table.is_empty(conn):
        return SortedParts(tuple(batch))
    kept = part_table.naming(
        conn, sorted({url for capture, _ in batch for url in (capture.url, capture.final_url)})
    )
    owners = _Owners()
    for row in kept:
        if row.capture_id not in fresh:
            owners.add(row.article_id, row.url)
    naming = dict[int, NamedParts]()
    apart = _apart(conn, {capture.article_id for capture, _ in batch})
    for capture, _ in batch:
        if capture.id in fresh and not owners.of(capture):
            urls = fresh[capture.id]
            others = apart[capture.article_id].union(each.url for each in capture.parts if each.apart)
            known = NamedParts(
                capture_id=capture.id,
                article_id=capture.article_id,
                urls=urls,
                apart=frozenset(others.intersection(urls)),
            )
            naming[capture.id] = known
            for url in urls:
                if url not in known.apart:
                    owners.add(capture.article_id, url)
    for capture, _ in batch:  # what a page names that another one names counts no more
        if capture.id in naming and owners.of(capture):
            owners.remove(capture.article_id)
            naming[capture.id] = NamedParts(capture_id=capture.id, article_id=capture.article_id)
    parts = [(pair, owner) for pair in batch if (owner := owners.of(pair[0]))]
    sorted_out = {capture.id for (capture, _), _ in parts}
    own = {capture.id for capture, _ in batch}
    named = {url: each.article_id for each in naming.values() for url in each.urls if url not in each.apart}
    taken = [
        (each, named[url])
        for url, each in _taken(conn, named)
        if each.id not in own and each.article_id != named[url]
    ]
    ids = {each.article_id for each, _ in taken}
    ids |= {capture.article_id for (capture, _), _ in parts if owners.has(capture.article_id)}
    rest = tuple(pair for pair in batch if pair[0].id not in sorted_out)
    return SortedParts(rest, tuple(parts), tuple(naming.values()), tuple(taken), frozenset(ids))


class _Owners:
    """Whose further pages are at which addresses, by the URL and by the id that an article there has."""

    def __init__(self) -> None:
        self._by_url: defaultdict[str, set[str]] = defaultdict(set)
        self._by_id: defaultdict[str, set[str]] = defaultdict(set)

    def add(self, owner: str, url: str) -> None:
        self._by_url[url].add(owner)
        self._by_id[article_id(url)].add(owner)

    def remove(self, owner: str) -> None:
        for owners in (*self._by_url.values(), *self._by_id.values()):
            owners.discard(owner)

    def of(self, capture: Capture) -> str:
        """The id of the article whose further page it is of: of its own, where the page only leads back to that; "" if of none."""
        others = self._by_id.get(capture.article_id, set()) - {capture.article_id}
        led = self._by_url.get(capture.url, set()) if capture.outcome in _UNDECIDED else set()
        return min(others | led, default="")

    def has(self, page_id: str) -> bool:
        """Whether there is a further page at the address of the article with this id."""
        return bool(self._by_id.get(page_id, set()) - {page_id})


def _named(capture: Capture, result: Article | Rejection) -> tuple[str, ...] | None:
    """The further pages that a capture names; None where it is not known, because cleaning broke off."""
    if isinstance(result, Rejection):
        return None if result.reason in FAILURES else ()
    own = {capture.url, capture.final_url}
    return tuple(url for url in result.further_pages if url not in own)


def _apart(conn: Connection, article_ids: set[str]) -> defaultdict[str, set[str]]:
    """The pages that turned out to be articles of their own, by the articles that name them."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in part_table.of_articles(conn, article_ids):
        if row.apart:
            found[row.article_id].add(row.url)
    return found


def _taken(conn: Connection, urls: Iterable[str]) -> list[tuple[str, Capture]]:
    by_id = {article_id(url): url for url in urls}
    return [(by_id[each.article_id], each) for each in part_captures.as_articles(conn, list(by_id.values()))]


def _forget(conn: Connection, article_ids: frozenset[str]) -> None:
    """What is known of articles that are none any more."""
    knowledge_table.disregard(conn, article_ids)
    arrival_table.remove(conn, article_ids)
    version_table.remove(conn, article_ids)
    site_use_table.remove(conn, article_ids)


def _part(capture: Capture, content_hash: str, owner: str, now: datetime) -> Settled:
    return Settled(
        capture_id=capture.id, outcome=Outcome.PART, at=now, related=owner, content_hash=content_hash
    )
