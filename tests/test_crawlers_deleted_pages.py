"""Requests for deleted pages are refused, whatever leads to them."""

from datetime import UTC, datetime

import pytest
from scrapy import Request

from articles.urls import article_id
from crawlers.fetching.answers import FetchError
from crawlers.keeping.store_access import Store
from crawlers.middlewares.deleted_pages import DeletedPagesMiddleware
from store.records import FetchReason, UrlState

URL = "https://harbour.example/ferry"


def test_a_deleted_page_is_not_asked_for() -> None:
    store = Store("", lambda: datetime(2026, 11, 24, tzinfo=UTC), ())
    middleware = DeletedPagesMiddleware(store)
    middleware.process_request(Request(URL))
    store.buried = frozenset([article_id(URL)])
    for address in (URL, f"{URL}#top", f"{URL}?utm_source=mast"):
        with pytest.raises(FetchError, match="was deleted") as found:
            middleware.process_request(Request(address))
        assert found.value.reason is FetchReason.DELETED
    middleware.process_request(Request(f"{URL}-again"))
    middleware.process_request(Request("data:,text"))
    assert FetchReason.DELETED.state is UrlState.REFUSED
