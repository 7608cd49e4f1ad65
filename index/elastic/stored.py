"""An article as a document of Elasticsearch, and back."""

from typing import Any
from unicodedata import is_normalized, normalize

import msgspec

from articles.errors import SearchIndexError
from articles.model import Article
from index.documents import check_identity, keywords, timestamp
from index.stems import ELASTIC
from index.tokens import keyword

# What the loader adds to the article's own fields; every search leaves it out of the answer.
ADDED = ("@timestamp", "exact", "stem")
_ENCODER = msgspec.json.Encoder()
# What a document may lack although the record has no default for it.
_UNSAID = {"title": "", "body": ()}
_UNSAID_OF_IMAGE = {"url": ""}


def document(article: Article) -> bytes:
    """JSON in one line; texts in NFC, as the analysis expects them (and as the cleaning leaves them).

    What the article does not say is no field of the document, so that `exists` finds what it says, and counts are right.
    Raises ValueError for what no document can hold: text that is not Unicode (lone surrogates), no id, no URL.
    """
    check_identity(article)
    added: dict[str, Any] = {
        "@timestamp": timestamp(article),
        "exact": {name: words for name, values in keywords(article).items() if (words := _exact(values))},
    }
    if article.language in ELASTIC:
        added["stem"] = {article.language: list(filter(None, (article.title, article.lead, *article.body)))}
    text = _ENCODER.encode(_said(msgspec.to_builtins(article)) | added).decode()
    return (text if is_normalized("NFC", text) else normalize("NFC", text)).encode()


def article_of(source: dict[str, Any]) -> Article:
    """The article of a document's source. Raises SearchIndexError for another's document."""
    try:
        images = [_UNSAID_OF_IMAGE | each for each in source.get("images", ())]
        return msgspec.convert(_UNSAID | source | {"images": images}, Article)
    except (msgspec.ValidationError, TypeError) as error:
        raise SearchIndexError(
            f"the index holds a document that is not an article ({error}): `broadsheet index rebuild` makes it anew "
            "from the archive"
        ) from error


def _said(record: dict[str, Any]) -> dict[str, Any]:
    """The record, and the records in its lists, without what is None or empty."""
    said: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, tuple | list):
            if value:
                said[name] = [_said(each) if isinstance(each, dict) else each for each in value]
        elif value not in {None, ""}:
            said[name] = value
    return said


def _exact(values: tuple[str, ...]) -> list[str]:
    return list(filter(None, map(keyword, values)))
