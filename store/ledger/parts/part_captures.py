"""Captures of further pages in the ledger: which captures an article is cleaned with, and which articles wait to be joined again."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select

from articles.urls import article_id
from store import policy
from store.ledger import capture_table
from store.ledger.capture_table import CAPTURES
from store.ledger.parts import part_table
from store.ledger.parts.part_table import JOINS
from store.ledger.schema import among, among_numbers
from store.ledger.segment_table import SEGMENTS
from store.records import Capture, Outcome, PartCapture

_JOINED = (Outcome.INDEXED, Outcome.UNCHANGED, Outcome.SUPERSEDED)
_AS_ARTICLES = (*_JOINED, Outcome.DUPLICATE, Outcome.DEAD_LETTER)


def with_parts(conn: Connection, captures: Sequence[Capture]) -> list[Capture]:
    """The captures, each with those of the further pages of its article that it is to be joined with.

    Of each page it is the newest of before the article's next capture, else the earliest.
    """
    if not captures or part_table.is_empty(conn):
        return list(captures)
    pages = _pages(conn, {each.article_id for each in captures if each.outcome is not Outcome.PART})
    if not pages:
        return list(captures)
    taken = _of_pages(conn, [url for urls in pages.values() for url in urls])
    times = _times(conn, pages)
    found = []
    for capture in captures:
        following = min(
            (at for at in times.get(capture.article_id, ()) if at > capture.fetched_at), default=None
        )
        parts = []
        for url in pages.get(capture.article_id, ()) if capture.outcome is not Outcome.PART else ():
            of_page = [each for each in taken.get(url, ()) if each.article_id != capture.article_id]
            if of_page:
                before = [each for each in of_page if following is None or each.fetched_at < following]
                parts.append(PartCapture(url, before[-1] if before else of_page[0]))
        found.append(replace(capture, parts=tuple(parts)))
    return found


def of_articles(conn: Connection, article_ids: Collection[str]) -> dict[str, list[Capture]]:
    """All captures of further pages of these articles, by the article, in the order of the fetches."""
    found = {}
    for one, urls in _pages(conn, article_ids).items():
        captures = {each.id: each for some in _of_pages(conn, urls).values() for each in some}
        found[one] = sorted(captures.values(), key=lambda each: (each.fetched_at, each.id))
    return found


def whole_ids(conn: Connection, article_ids: Collection[str]) -> set[str]:
    """These ids, with those of articles instead of their further pages'."""
    pages = part_table.owners(conn, article_ids)
    for each in capture_table.of_articles(conn, article_ids):
        if each.outcome is Outcome.PART and each.article_id != each.related:
            pages.setdefault(each.article_id, set()).add(each.related)
    return set(article_ids).difference(pages).union(*pages.values())


def refresh(
    conn: Connection,
    article_ids: Collection[str],
    cleaned: Mapping[int, tuple[PartCapture, ...]],
    now: datetime,
) -> None:
    """Note which captures of these articles wait to be joined with other captures of further pages, and which of them asks for such pages.

    `cleaned` is with what captures, by id, were cleaned just now.
    """
    naming = {row.capture_id: row.article_id for row in part_table.of_articles(conn, article_ids)}
    known = {
        row.capture_id: row
        for row in conn.execute(select(JOINS).where(JOINS.c.article_id.in_(among(article_ids))))
    }
    relevant = {*naming.values(), *(row.article_id for row in known.values())}
    if not relevant:
        return
    these = select(CAPTURES).where(
        CAPTURES.c.article_id.in_(among(relevant)),
        CAPTURES.c.outcome.in_(_JOINED),
        CAPTURES.c.dropped_at.is_(None),
    )
    present = with_parts(conn, capture_table.captures_of(conn, these))
    newest = {each.article_id: each.id for each in sorted(present, key=lambda one: (one.fetched_at, one.id))}
    rows = []
    for each in present:
        before = known.get(each.id)
        joined = _ids(cleaned[each.id]) if each.id in cleaned else before.joined if before else ""
        asks = each.id in cleaned and each.id in naming and policy.is_news(each.fetched_at, now)
        asking = newest[each.article_id] == each.id and (asks or bool(before and before.asking))
        row = {"capture_id": each.id, "article_id": each.article_id, "joined": joined}
        rows.append({**row, "waiting": joined != _ids(each.parts), "asking": asking})
    conn.execute(JOINS.delete().where(JOINS.c.article_id.in_(among(relevant))))
    kept = [row for row in rows if row["joined"] or row["waiting"] or row["asking"]]
    if kept:
        conn.execute(JOINS.insert(), kept)


def waiting(conn: Connection, limit: int, after: int = 0, owner: str | None = None) -> list[Capture]:
    """Captures that wait to be joined again, by id, at most `limit`, with ids above `after`; in the segments of one owner, if given."""
    these = select(CAPTURES).join(JOINS, JOINS.c.capture_id == CAPTURES.c.id)
    these = these.where(JOINS.c.waiting, JOINS.c.capture_id > after)
    if owner is not None:
        these = these.join(SEGMENTS, SEGMENTS.c.name == CAPTURES.c.segment).where(SEGMENTS.c.owner == owner)
    return with_parts(conn, capture_table.captures_of(conn, these.order_by(JOINS.c.capture_id).limit(limit)))


def as_articles(conn: Connection, urls: Collection[str]) -> list[Capture]:
    """Captures at these addresses that are taken for articles of their own."""
    these = CAPTURES.c.article_id.in_(among([article_id(url) for url in urls]))
    return capture_table.captures_of(
        conn, select(CAPTURES).where(these, CAPTURES.c.outcome.in_(_AS_ARTICLES)).order_by(CAPTURES.c.id)
    )


def release(conn: Connection, urls: Collection[str]) -> None:
    """Have captures at these addresses loaded again as whatever they are now: nothing names them as further pages any more, or not all."""
    left = set(urls) - {url for row in part_table.naming(conn, urls) for url in (str(row.url),)}
    held = {each.id for some in _of_pages(conn, left).values() for each in some}
    unsettled = {"outcome": Outcome.PENDING, "settled_at": None, "reason": "", "detail": "", "related": ""}
    if held:
        conn.execute(CAPTURES.update().where(CAPTURES.c.id.in_(among_numbers(held))).values(unsettled))


def _ids(parts: Iterable[PartCapture]) -> str:
    return ",".join(str(one) for one in sorted({each.capture.id for each in parts}))


def _pages(conn: Connection, article_ids: Collection[str]) -> dict[str, list[str]]:
    """The URLs of further pages of these articles; of each, what its newest capture names stands first."""
    found: dict[str, dict[str, None]] = {}
    for row in part_table.of_articles(conn, article_ids):
        if not row.apart:
            found.setdefault(row.article_id, {})[row.url] = None
    return {one: list(urls) for one, urls in found.items()}


def _of_pages(conn: Connection, urls: Collection[str]) -> dict[str, list[Capture]]:
    """The captures of further pages by the URLs that name them, requested or final, in the order of the fetches."""
    by_id = {article_id(url): url for url in urls}
    those = (CAPTURES.c.url.in_(among(list(by_id.values()))), CAPTURES.c.article_id.in_(among(list(by_id))))
    captures = {
        each.id: each
        for condition in those
        for each in capture_table.captures_of(
            conn, select(CAPTURES).where(condition, CAPTURES.c.outcome == Outcome.PART)
        )
    }
    found: dict[str, list[Capture]] = {}
    for each in sorted(captures.values(), key=lambda one: (one.fetched_at, one.id)):
        for url in {each.url, by_id.get(each.article_id, each.url)} & set(by_id.values()):
            found.setdefault(url, []).append(each)
    return found


def _times(conn: Connection, article_ids: Collection[str]) -> dict[str, list[datetime]]:
    """When these articles' own captures were fetched."""
    columns = CAPTURES.c.article_id, CAPTURES.c.fetched_at
    own = CAPTURES.c.article_id.in_(among(article_ids)), CAPTURES.c.outcome != Outcome.PART
    found: dict[str, list[datetime]] = {}
    for row in conn.execute(select(*columns).where(*own)):
        found.setdefault(row.article_id, []).append(row.fetched_at)
    return found
