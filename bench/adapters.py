"""The project's cleaning behind the interface of a benchmark: bytes and URL in, a plain dict out."""

from datetime import UTC, datetime
from typing import Any

from articles.clean import clean
from articles.model import FeedEntry, Page, Rejection
from articles.urls import canonical


def extract(html: bytes, url: str) -> dict[str, Any]:
    """Title, lead, body, authors, date and captions of a page; {} where it is rejected."""
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
    }
