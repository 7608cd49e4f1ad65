"""What one capture showed of an article, as far as an edit may change it."""

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b

import msgspec

from articles.model import Article

_STATED = (
    "jsonld",
    "meta",
)  # by what says that it is the time of publication, which a date in the text does not


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The text of an article at one time, as cleaned; `captions` are without credits."""

    title: str
    lead: str
    body: tuple[str, ...]
    notes: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenArticle:
    """An article as one capture, fetched at `at`, showed it to the cleaning `rules` of that version.

    `published_at` and `modified_at` are as in Article. `stated_on` is the day of publication in the page's own time
    zone, None unless its markup states it.
    """

    at: datetime
    wording: Wording
    words: int
    rules: int
    published_at: datetime | None = None
    stated_on: date | None = None
    modified_at: datetime | None = None


def seen(article: Article) -> SeenArticle:
    """What a capture showed; the article is as `clean` returns it, so that it hangs on nothing but the page."""
    captions = (image.caption for image in article.images)
    return SeenArticle(
        at=article.fetched_at,
        wording=Wording(
            title=article.title,
            lead=article.lead,
            body=article.body,
            notes=article.notes,
            captions=tuple(dict.fromkeys(filter(None, captions))),
            language=article.language,
        ),
        words=article.word_count,
        rules=article.rules,
        published_at=article.published_at,
        stated_on=article.published_on if article.published_from in _STATED else None,
        modified_at=article.modified_at,
    )


def wording_hash(wording: Wording) -> str:
    """A 128-bit blake2b of a wording, letter by letter."""
    return blake2b(msgspec.json.encode(wording), digest_size=16).hexdigest()
