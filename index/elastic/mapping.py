"""The documents of articles, or of their older versions, in Elasticsearch: their fields, and how text is analysed.

Searchable are the fields of the article itself and four that the loader adds: `@timestamp`, `article_id`, `exact` (keywords in
one spelling) and `stem` (by language).
"""

import re
from typing import Any

from index.documents import KEYWORD_FIELDS
from index.stems import ELASTIC
from index.tokens import LONGEST, PLAIN, UNSPACED

VERSION = 10  # of the fields, of the analysis, and of what a document holds
_LONGEST_KEYWORD = 8_191  # characters; Lucene takes 32,766 bytes

REMEDY = "`broadsheet index rebuild` makes a new index from the archive"
OTHER_LAYOUT = f"`{{}}` is not of layout {VERSION}, which this version writes: {REMEDY}"

# The text fields: their names in the query language, and in a document.
TEXTS = {
    "title": "title",
    "lead": "lead",
    "body": "body",
    "caption": "images.caption",
    "author": "authors.words",
    "note": "notes",
    "removed": "removed.text",
}


def analysis() -> dict[str, Any]:
    """index.tokens in Elasticsearch's parts; NFC is done by the loader."""
    unspaced = re.sub(r"\\u\{([0-9A-F]{4})\}", r"\\u\1", re.sub(r"\\p\{(\w+)\}", r"\\p{Is\1}", UNSPACED))
    words = rf"[{unspaced}]|[\p{{L}}\p{{M}}\p{{N}}&&[^{unspaced}]]+"
    stemmers = {name: {"type": "stemmer", "language": name} for name in set(ELASTIC.values())}
    return {
        "char_filter": {
            "plain": {"type": "mapping", "mappings": [f"{chr(a)} => {chr(b)}" for a, b in PLAIN.items()]}
        },
        "tokenizer": {"words": {"type": "pattern", "pattern": words, "group": 0}},
        "filter": {"sensible": {"type": "length", "max": LONGEST}} | stemmers,
        "analyzer": {"words": _analyzer("asciifolding", "lowercase")}
        | {f"stem_{name}": _analyzer("lowercase", name, "asciifolding") for name in stemmers},
    }


def _analyzer(*filters: str) -> dict[str, Any]:
    return {"char_filter": ["plain"], "tokenizer": "words", "filter": ["sensible", *filters]}


def mappings() -> dict[str, Any]:
    """The fields, none of which comes by itself."""
    keyword = {"type": "keyword", "ignore_above": _LONGEST_KEYWORD}
    text = {"type": "text", "analyzer": "words"}
    date = {"type": "date"}
    stems = {
        code: {"type": "text", "analyzer": f"stem_{stemmer}"} for code, stemmer in sorted(ELASTIC.items())
    }
    kept = keyword | {"index": False, "doc_values": False}
    return {
        "dynamic": "strict",
        "_meta": {"broadsheet": VERSION},
        "properties": {
            "@timestamp": date,
            "id": keyword,
            "article_id": keyword,
            "url": keyword,
            "canonical_url": keyword,
            "source": keyword,
            "site_name": keyword,
            "title": text,
            "lead": text,
            "body": text,
            "markup": {"type": "object", "enabled": False},  # kept, and not searched
            "authors": keyword | {"fields": {"words": text}},
            **dict.fromkeys(("published_at", "modified_at", "first_seen_at", "fetched_at"), date),
            "language": keyword,
            "section": keyword,
            "tags": keyword,
            "lead_image": keyword,
            "published_on": date,
            "published_from": keyword,
            "access": keyword,
            "rights": keyword,
            "notes": text,
            "images": {"properties": {"url": keyword, "caption": text, "credit": keyword, "status": keyword}},
            "removed": {"properties": {"text": text, "rule": keyword, "place": keyword, "evidence": keyword}},
            "story_id": keyword,
            "word_count": {"type": "integer"},
            "extractor": keyword,
            "confidence": {"type": "float"},
            "rules": {"type": "integer"},
            "snapshot": {"type": "integer"},
            "versions": {"type": "integer"},
            "changed": keyword,
            **dict.fromkeys(("site_rules", "site_matched", "site_failed", "further_pages"), kept),
            "content_hash": kept,
            "archive": kept,
            "exact": {"properties": dict.fromkeys(KEYWORD_FIELDS, keyword)},
            "stem": {"properties": stems},
        },
    }


def is_ours(mappings: dict[str, Any]) -> bool:
    """Whether an index with these mappings has this layout."""
    return bool(mappings.get("_meta", {}).get("broadsheet") == VERSION)


def differing(wanted: dict[str, Any], found: dict[str, Any], prefix: str = "") -> list[str]:
    """Names of fields whose type or analyser differs, or that only one side has."""
    others: list[str] = []
    for name in sorted(wanted.keys() | found.keys()):
        ours, theirs = wanted.get(name, {}), found.get(name, {})
        if "properties" in ours and "properties" in theirs:
            others += differing(ours["properties"], theirs["properties"], f"{prefix}{name}.")
        elif any(ours.get(key) != theirs.get(key) for key in ("type", "analyzer", "fields")):
            others.append(prefix + name)
    return others
