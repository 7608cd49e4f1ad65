"""An article as a document of Elasticsearch, and back."""

from typing import Any
from unicodedata import is_normalized, normalize

import msgspec

from articles.errors import SearchIndexError
from articles.model import Article, to_json
from index.documents import identified, keywords, timestamp
from index.stems import ELASTIC
from index.tokens import keyword

# What the loader adds to the article's own fields; every search leaves it out of the answer.
ADDED = ("@timestamp", "exact", "stem")
_ENCODER = msgspec.json.Encoder()


def document(article: Article) -> bytes:
    """JSON in one line; texts in NFC, as the analysis expects them (and as the cleaning leaves them).

    Raises ValueError for what no document can hold: text that is not Unicode (lone surrogates), no id, no URL.
    """
    identified(article)
    added: dict[str, Any] = {
        "@timestamp": timestamp(article),
        "exact": {name: words for name, values in keywords(article).items() if (words := _exact(values))},
    }
    if article.language in ELASTIC:
        added["stem"] = {article.language: [article.title, article.lead, *article.body]}
    text = (to_json(article)[:-1] + b"," + _ENCODER.encode(added)[1:]).decode()
    return (text if is_normalized("NFC", text) else normalize("NFC", text)).encode()


def article_of(source: dict[str, Any]) -> Article:
    """The article of a document's source. Raises SearchIndexError for another's document."""
    try:
        return msgspec.convert(source, Article)
    except msgspec.ValidationError as error:
        raise SearchIndexError(
            f"the index holds a document that is not an article ({error}): `broadsheet index rebuild` makes it anew "
            "from the archive"
        ) from error


def _exact(values: tuple[str, ...]) -> list[str]:
    return list(filter(None, map(keyword, values)))
