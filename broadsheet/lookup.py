"""Open the index of a collection, and find one article in it by id or URL."""

import re

from articles.errors import SearchIndexError
from articles.model import Article
from articles.urls import article_id, canonical
from index.protocols import IndexReader
from index.query import Query
from pipeline.configuration.config import Config
from pipeline.indexes import reader

_ID_START = re.compile(r"[0-9a-f]{6,31}")


def open_index(config: Config, *, older: bool = False) -> IndexReader:
    """The index of articles, or of their older versions.

    Raises SearchIndexError if nothing has been collected yet, or if there is no index.
    """
    if not config.archive.exists():
        raise SearchIndexError(
            f"There is nothing to search in {config.folder} yet; `broadsheet run` collects it."
        )
    return reader(config, older=older)


def find_article(config: Config, index: IndexReader, which: str) -> Article | None:
    """The article with this id (or the only one whose id starts with these six or more characters), or with this URL, canonical URL
    or URL of a further page.

    Raises UrlError, LedgerError.
    """
    if "/" in which:
        url = canonical(which)
        return (
            index.get(article_id(url))
            or _only(index, f'url:"{url}"', most=1)
            or _with_page(config, index, article_id(url))
        )
    if _ID_START.fullmatch(which):
        return _only(index, f"id:{which}*", most=2)
    return index.get(which)


def _with_page(config: Config, index: IndexReader, page_id: str) -> Article | None:
    """The article that has a further page at the address with this id."""
    if not config.ledger.exists():
        return None
    from store.ledger.database import Ledger
    from store.ledger.parts import part_table

    with Ledger.open(config.ledger) as ledger, ledger.reading() as conn:
        owners = sorted(part_table.owners(conn, [page_id]).get(page_id, ()))
    return next(filter(None, map(index.get, owners)), None)


def _only(index: IndexReader, text: str, most: int) -> Article | None:
    hits = index.search(Query(text=text, limit=most)).hits
    return hits[0].article if len(hits) == 1 else None
