"""Which parts of an article are searchable, and under which field names, on every backend."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from articles.model import Article

TEXT_FIELDS = ("title", "lead", "body", "caption", "author", "note", "removed")
KEYWORD_FIELDS = (
    "source",
    "section",
    "tag",
    "language",
    "site",
    "access",
    "rights",
    "published_from",
    "extractor",
    "story",
    "changed",
    "url",
    "article_id",
    "id",
)
Facet = Literal[
    "source", "section", "language", "author", "extractor"
]  # what found articles can be counted by
COMPARISONS: Mapping[str, str] = {
    "confidence": "confidence<0.7",
    "versions": "versions>1",
}  # an example of each
NUMBER_FIELDS = tuple(COMPARISONS)
FIELDS = TEXT_FIELDS + KEYWORD_FIELDS
ID = re.compile(r"[0-9a-f]{32}(-\d+)?")  # of an article, or of one of its older versions
DAY = 86_400_000  # milliseconds
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# The fields in which a word without a field is looked up, and the weight of a match in each.
DEFAULT_FIELDS: Mapping[str, float] = {"title": 4.0, "lead": 2.0, "body": 1.0}


def texts(article: Article) -> dict[str, tuple[str, ...]]:
    """The values of TEXT_FIELDS, searched by words. A phrase never spans two values."""
    return {
        "title": (article.title,),
        "lead": (article.lead,),
        "body": article.body,
        "caption": tuple(image.caption for image in article.images),
        "author": article.authors,
        "note": article.notes,
        "removed": tuple(removal.text for removal in article.removed),
    }


def keywords(article: Article) -> dict[str, tuple[str, ...]]:
    """The values of KEYWORD_FIELDS, each compared as a whole.

    A site is found by its name, its host and each domain above it: `news.bbc.co.uk`, `bbc.co.uk`, `co.uk`. `article_id` is the
    id of the article, of an older version, too.
    """
    labels = (urlsplit(article.url).hostname or "").split(".")
    domains = tuple(".".join(labels[start:]) for start in range(max(1, len(labels) - 1)))
    return {
        "source": (article.source,),
        "section": (article.section,),
        "tag": article.tags,
        "language": (article.language,),
        "site": (article.site_name, *domains),
        "access": (article.access,),
        "rights": article.rights,
        "published_from": (article.published_from,),
        "extractor": (article.extractor,),
        "story": (article.story_id,),
        "changed": article.changed,
        "url": (article.url, article.canonical_url),
        "article_id": (article_id(article),),
        "id": (article.id,),
    }


def facets(article: Article) -> dict[Facet, tuple[str, ...]]:
    """The values of each facet, as displayed."""
    return {
        "source": (article.source,),
        "section": (article.section,),
        "language": (article.language,),
        "author": article.authors,
        "extractor": (article.extractor,),
    }


def numbers(article: Article) -> dict[str, float]:
    """The values of NUMBER_FIELDS."""
    return {"confidence": article.confidence, "versions": article.versions}


def timestamp(article: Article) -> datetime:
    """The article's date: when it was published, else first seen, but never later than it was fetched."""
    return min(article.published_at or article.first_seen_at, article.fetched_at)


def older_id(article_id: str, fetched_at: datetime) -> str:
    """The id of an older version of an article, by the time of the first capture that showed it: the same, however it is numbered."""
    return f"{article_id}-{milliseconds(fetched_at)}"


def article_id(article: Article) -> str:
    """The id of the article, which an older version's own begins with."""
    return article.id.partition("-")[0]


def check_identity(article: Article) -> None:
    """Raises ValueError unless the article has an id, as an article or an older version, and a fetch time that can be its version."""
    if not ID.fullmatch(article.id):
        raise ValueError("an id is 32 hexadecimal digits, and an older version's also the time")
    if article.fetched_at < EPOCH:
        raise ValueError("it was fetched before 1970")


def milliseconds(time: datetime) -> int:
    """Since 1970; the fetch time in this form is an article's version."""
    return (time - EPOCH) // timedelta(milliseconds=1)


def day(start: float) -> str:
    """The day (UTC) that begins `start` milliseconds after 1970, such as 2026-11-24."""
    return (EPOCH + timedelta(milliseconds=start)).date().isoformat()
