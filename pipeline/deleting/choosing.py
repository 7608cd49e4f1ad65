"""Which articles are to be deleted, by what a person names: addresses, ids, a source, a query; and which have the same text."""

import re
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from articles.errors import ConfigError
from articles.model import Article
from articles.urls import article_id, canonical, twins
from index.query import Query
from pipeline import indexes
from pipeline.configuration.config import Config
from store.ledger import capture_table, tombstone_table, url_table
from store.ledger.parts import part_captures, part_table
from store.ledger.queries import named_articles
from store.ledger.tombstone_table import Tombstone
from store.records import Capture

_ID_START = re.compile(r"[0-9a-f]{6,32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteRequest:
    """What is to be deleted: articles by URL or id, those of a source, those that a query finds; and why.

    `copies`: those with the same text too.
    """

    which: tuple[str, ...] = ()
    source: str = ""
    query: str = ""
    reason: str
    copies: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Doomed:
    """What is deleted, as tombstones, with the titles (by id) of what is in the index; and copies that stay, by their URLs.

    `known` counts what was asked for and was deleted before.
    """

    stones: tuple[Tombstone, ...]
    titles: dict[str, str]
    copies: tuple[str, ...] = ()
    known: int = 0

    @property
    def captures(self) -> int:
        """How many captures go."""
        return sum(stone.records for stone in self.stones)


def choose_doomed(config: Config, conn: Connection, request: DeleteRequest, at: datetime) -> Doomed:
    """What the request means; a further page of an article stands for that.

    Raises ConfigError where it names nothing known, UrlError, QueryError, SearchIndexError.
    """
    if not request.reason.strip():
        raise ConfigError(
            "Say why it is deleted: --reason TEXT is kept with it, and is all that is told later."
        )
    ids = part_captures.whole_ids(conn, _named(config, conn, request))
    copies = named_articles.copies(conn, ids)
    if request.copies:
        ids |= copies
        copies = named_articles.copies(conn, ids)
    before = {one for one, stone in tombstone_table.of_ids(conn, ids).items() if stone.done_at}
    copies -= tombstone_table.of_ids(conn, copies).keys()
    articles = _articles(config, ids | copies)
    taken = _by_article(capture_table.of_articles(conn, sorted(ids - before)))
    unfetched = _unfetched(conn, request, ids - before - taken.keys())
    pages = part_captures.of_articles(conn, taken)
    stones = [
        Tombstone(
            id=one,
            url=captures[-1].final_url,
            urls=_addresses(
                conn,
                ids,
                [*captures, *pages.get(one, ())],
                articles.get(one),
                part_table.named_by(conn, [one]),
            ),
            source=captures[-1].source,
            reason=request.reason.strip(),
            asked_at=at,
            records=len(captures) + len(pages.get(one, ())),
        )
        for one, captures in taken.items()
    ]
    stones += [
        Tombstone(
            id=article_id(url),
            url=url,
            urls=(url,),
            source=source,
            reason=request.reason.strip(),
            asked_at=at,
        )
        for url, source in unfetched.items()
    ]
    shown = {
        each[-1].final_url for each in _by_article(capture_table.of_articles(conn, sorted(copies))).values()
    }
    return Doomed(
        stones=tuple(stones),
        titles={one: article.title for one, article in articles.items() if one in ids},
        copies=tuple(sorted(shown)),
        known=len(before),
    )


def _named(config: Config, conn: Connection, request: DeleteRequest) -> set[str]:
    found: set[str] = set()
    for which in request.which:
        found |= _of_url(conn, canonical(which)) if "/" in which else _of_id(conn, which)
    if request.source:
        found |= named_articles.of_source(conn, request.source)
        if not found:
            raise ConfigError(
                f"Nothing is known of a source `{request.source}`; `broadsheet sources` lists them."
            )
    if request.query:
        with closing(indexes.reader(config)) as reader:
            found |= {article.id for article in reader.scan(Query(text=request.query))}
    return found


def _of_url(conn: Connection, url: str) -> set[str]:
    """The article at an address; where it only leads to others, these."""
    led_to = {capture.article_id for capture in capture_table.of_url(conn, url)}
    own = article_id(url)
    known = (
        url_table.get(conn, url) or tombstone_table.among(conn, [url]) or part_table.among_parts(conn, [url])
    )
    if not (led_to or known):
        raise ConfigError(f"{url} was never discovered, so that there is nothing to delete.")
    return {own} if own in led_to or not led_to else led_to


def _of_id(conn: Connection, start: str) -> set[str]:
    found = named_articles.beginning_with(conn, start) if _ID_START.fullmatch(start) else set()
    if len(found) != 1:
        what = f"{len(found)} articles have ids that begin" if found else "no capture has an id that begins"
        raise ConfigError(f"{start!r} names no article: {what} with it. Give the URL, or more of the id.")
    return found


def _unfetched(conn: Connection, request: DeleteRequest, ids: Collection[str]) -> dict[str, str]:
    """The addresses with these ids that were never fetched, each with its source."""
    urls = {canonical(which) for which in request.which if "/" in which}
    urls.update(named_articles.unfetched(conn, request.source) if request.source else ())
    rows = (url_table.get(conn, url) for url in sorted(urls) if article_id(url) in ids)
    return {row.url: row.source for row in rows if row is not None}


def _addresses(
    conn: Connection,
    ids: Collection[str],
    captures: list[Capture],
    article: Article | None,
    further: Collection[str],
) -> tuple[str, ...]:
    """All addresses of an article and its `further` pages, without those under which there is, or was, another one that stays."""
    own = {capture.final_url for capture in captures}
    ids = {*ids, *(capture.article_id for capture in captures)}
    asked = {capture.url for capture in captures} - own
    shared = {url for url in asked if any(other not in ids for other in _led_to(conn, url))}
    others = {form for url in (own | asked) - shared for form in twins(url)} | set(further)
    if article is not None:
        others.add(article.canonical_url)
    free = {url for url in others - own if not _led_to(conn, url)}
    return tuple(sorted(own | (asked - shared) | free))


def _led_to(conn: Connection, url: str) -> set[str]:
    return {capture.article_id for capture in capture_table.of_url(conn, url)}


def _articles(config: Config, ids: Collection[str]) -> dict[str, Article]:
    if not ids or not indexes.exists(config):
        return {}
    with closing(indexes.reader(config)) as reader:
        return reader.get_many(sorted(ids))


def _by_article(captures: list[Capture]) -> dict[str, list[Capture]]:
    found: dict[str, list[Capture]] = {}
    for capture in sorted(captures, key=lambda each: (each.fetched_at, each.id)):
        found.setdefault(capture.article_id, []).append(capture)
    return found
