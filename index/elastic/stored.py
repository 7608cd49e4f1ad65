"""An article as a document of Elasticsearch, and back."""

from typing import Any
from unicodedata import is_normalized, normalize

import msgspec

from articles.errors import SearchIndexError
from articles.model import Article
from index.documents import article_id, check_identity, keywords, timestamp
from index.stems import ELASTIC
from index.tokens import keyword

# What the loader adds to the fields of the article; searches do not return it.
ADDED = ("@timestamp", "article_id", "exact", "stem")
_ENCODER = msgspec.json.Encoder()
# Fields that a document may lack although the record has no default for them.
_EMPTY = {"title": "", "body": ()}
_EMPTY_OF_IMAGE = {"url": ""}


def document(article: Article) -> bytes:
    """JSON in one line; texts in NFC, as the analysis expects them (and as the cleaning leaves them).

    Empty fields are left out of the document, so that `exists` finds only what the article says, and counts are right.
    Raises ValueError for what no document can hold: text with lone surrogates, no id, no URL.
    """
    check_identity(article)
    extra: dict[str, Any] = {
        "@timestamp": timestamp(article),
        "article_id": article_id(article),
        "exact": {name: words for name, values in keywords(article).items() if (words := _exact(values))},
    }
    if article.language in ELASTIC:
        extra["stem"] = {article.language: list(filter(None, (article.title, article.lead, *article.body)))}
    text = _ENCODER.encode(_without_empty(msgspec.to_builtins(article)) | extra).decode()
    return (text if is_normalized("NFC", text) else normalize("NFC", text)).encode()


def article_of(source: dict[str, Any]) -> Article:
    """The article in a document's source. Raises SearchIndexError for a document of another program."""
    try:
        images = [_EMPTY_OF_IMAGE | each for each in source.get("images", ())]
        return msgspec.convert(_EMPTY | source | {"images": images}, Article)
    except (msgspec.ValidationError, TypeError) as error:
        raise SearchIndexError(
            f"the index holds a document that is not an article ({error}): `broadsheet index rebuild` makes a new "
            "index from the archive"
        ) from error


def _without_empty(record: dict[str, Any]) -> dict[str, Any]:
    """The record, and the records in its lists, without what is None or empty."""
    kept: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, tuple | list):
            if value:
                kept[name] = [_without_empty(each) if isinstance(each, dict) else each for each in value]
        elif value not in {None, ""}:
            kept[name] = value
    return kept


def _exact(values: tuple[str, ...]) -> list[str]:
    return list(filter(None, map(keyword, values)))
