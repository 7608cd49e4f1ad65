"""The page of a capture without its text, put together from the ledger, where the archive does not tell any more."""

from sqlalchemy import Connection

from articles.model import Page
from store.ledger import url_table
from store.records import Capture


def known(conn: Connection, capture: Capture) -> Page:
    """What the ledger knows of a page: all but its headers, its redirects and its body."""
    return Page(
        url=capture.url,
        final_url=capture.final_url,
        status=capture.status,
        headers=(),
        body=b"",
        fetched_at=capture.fetched_at,
        entry=url_table.entry(conn, capture.url),
    )
