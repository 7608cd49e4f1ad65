"""Rows of a filled ledger, as the store's own functions would leave them."""

from datetime import datetime, timedelta
from typing import Any

from made_articles import quick_marks

from articles.clean import RULES
from articles.edits.seen import seen
from articles.edits.sequence import Sighting
from articles.model import Article, FeedEntry
from articles.urls import article_id
from store.ledger import url_table
from store.ledger.caption_table import Verdicts
from store.ledger.version_table import Shown
from store.records import ArchiveRef, FetchReason, Outcome, UrlState

SETTLED = timedelta(seconds=20)
_KNOWN = 500
_UNDECIDED = 10  # one article in so many has a caption that fits neither this article nor another

Row = dict[str, Any]


def url_row(entry: FeedEntry, at: datetime, state: UrlState = UrlState.FETCHED) -> Row:
    """Of a URL that was found and tried then."""
    failed = state is UrlState.FAILED
    return {
        "url": entry.url,
        "source": entry.source,
        "state": state,
        "entry": url_table.to_json(entry),
        "first_seen_at": at,
        "due_at": None,
        "attempts": 4 if failed else 0,
        "tried_at": None if state is UrlState.BACKLOG else at,
        "updated_at": None,
        "last_error": "timeout: no answer" if failed else "",
        "rejections": 0,
        "etag": "",
        "last_modified": "",
    }


def capture_row(entry: FeedEntry, at: datetime, ref: ArchiveRef, article: Article | None = None) -> Row:
    """Of a page that was fetched then; one without an article was rejected."""
    return {
        "url": entry.url,
        "final_url": entry.url,
        "article_id": article_id(entry.url),
        "source": entry.source,
        "status": 200,
        "fetched_at": at,
        "segment": ref.segment,
        "offset": ref.offset,
        "length": ref.length,
        "outcome": Outcome.INDEXED if article else Outcome.REJECTED,
        "reason": "" if article else "list_page",
        "detail": "" if article else "mostly links",
        "related": "",
        "content_hash": article.content_hash if article else "",
        "canonical": "",
        "settled_at": at + SETTLED,
        "dropped_at": None,
        "removed_at": None,
    }


def miss_row(row: Row) -> Row:
    """Of the last try of a URL that failed."""
    return {
        "url": row["url"],
        "at": row["tried_at"],
        "state": UrlState.FAILED,
        "reason": FetchReason.TIMEOUT,
        "detail": "no answer",
        "retry_at": None,
    }


def shown(capture_id: int, article: Article) -> Shown:
    """What a capture showed of an article."""
    what = seen(article)
    sighting = Sighting(
        capture_id=capture_id,
        at=article.fetched_at,
        marks=quick_marks(what.wording),
        stated_on=article.published_on,
    )
    return Shown(sighting=sighting, article_id=article.id, rules=RULES, seen=what)


def verdicts(number: int, article: Article) -> Verdicts:
    """By what its captions were judged."""
    return Verdicts(
        article_id=article.id,
        source=article.source,
        language=article.language,
        known=_KNOWN,
        captions=len(article.images),
        undecided=number % _UNDECIDED == 0,
    )


def arrival_row(article: Article) -> Row:
    """Of an article that arrived long ago."""
    return {
        "article_id": article.id,
        "source": article.source,
        "at": article.first_seen_at,
        "words": article.word_count,
        "dated": True,
        "signed": True,
        "paid": False,
        "confidence": article.confidence,
        "delay": None,
        "text": int(article.id[:15], 16),
        "asks": False,
    }
