"""Cleaning and caption judging with plain values in and out, as benchmarks need them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from articles.clean import clean
from articles.credits import split_credit
from articles.model import Article, FeedEntry, Page, Rejection
from articles.source import mismatch
from articles.source.features import Features, features
from articles.source.knowledge import Knowledge, build
from articles.urls import canonical


def extract(html: bytes, url: str) -> dict[str, Any]:
    """Title, lead, body, authors, date, captions and further pages of a page; {} if it is rejected."""
    address = canonical(url)
    page = Page(
        url=address,
        final_url=address,
        status=200,
        headers=(("content-type", "text/html"),),
        body=html,
        fetched_at=datetime.now(UTC),
        entry=FeedEntry(url=address, source="benchmark"),
    )
    article = clean(page)
    if isinstance(article, Rejection):
        return {}
    return {
        "title": article.title,
        "lead": article.lead,
        "body": "\n\n".join(article.body),
        "authors": list(article.authors),
        "date": article.published_on.isoformat() if article.published_on else "",
        "captions": [f"{image.caption} {image.credit}".strip() for image in article.images],
        "further_pages": list(article.further_pages),
    }


SOURCE = "benchmark"
_LIMIT = -0.3
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass
class _State:
    """The data that `prepare` leaves for `caption_score`, and the last article scored."""

    knowledge: Knowledge
    rows: dict[str, Features] = field(default_factory=dict)
    last: tuple[str, mismatch.Reader] | None = None


_state = _State(build(SOURCE, 0, ()))


def prepare(articles: Sequence[Mapping[str, str]]) -> None:
    """Treats these articles (id, lang, title, body) as the recent ones of one source, spread over a month.

    If they are of many publishers, they stand for a young source, whose rare words other sources' articles tell.
    """
    rows = [
        replace(
            _features(each["id"], each["title"], each["body"], each["lang"]),
            day=NOON.date() + timedelta(days=number % 30),
        )
        for number, each in enumerate(articles)
    ]
    _state.rows = {row.article_id: row for row in rows}
    _state.knowledge, _state.last = build(SOURCE, 1, rows), None


def caption_score(caption: str, title: str, body: str, lang: str, article_id: str) -> float | None:
    """The score that decides the verdict: mismatched below -0.3, matched above 0; None if there is too little to compare.

    It is that of `mismatch.Reader` on another scale, whose limit is the one of earlier versions, so that they compare.

    Pass the captions of one article one after the other, so that the article is read once. Its features are those
    computed by `prepare`, as a run computes them during cleaning.
    """
    if _state.last is None or _state.last[0] != article_id:
        row = _state.rows.get(article_id) or _features(article_id, title, body, lang)
        _state.last = article_id, mismatch.Reader((title, *body.splitlines()), row, _state.knowledge)
    score = _state.last[1].score(split_credit(caption)[0])
    return None if score is None else score * _LIMIT / mismatch.LIMIT


def _features(article_id: str, title: str, body: str, language: str) -> Features:
    return features(
        Article(
            id=article_id,
            url="",
            canonical_url="",
            source=SOURCE,
            title=title,
            body=tuple(filter(None, body.splitlines())),
            first_seen_at=NOON,
            fetched_at=NOON,
            language=language,
            word_count=0,
            content_hash="",
            rules=0,
        )
    )
