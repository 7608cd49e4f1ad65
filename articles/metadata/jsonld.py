"""Read what a page states about its article in JSON-LD (schema.org)."""

import json
import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

from articles.dom import Element, select
from articles.metadata import lenient_json
from articles.text import key

Node = Mapping[str, Any]

_SCRIPTS = select(
    "//script[contains(translate(@type, 'DJLNOS', 'djlnos'), 'ld+json') or contains(@type, 'json+ld')]"
)
_WRAPPING = re.compile(
    r"^\s*(?://)?\s*(?:<!--|<!\[CDATA\[)|^\s*(?:var\s|let\s|const\s|window\.)\s*[\w$]{1,40}\s*=(?=\s*[{\[])|(?:-->|\]\]>)\s*;?\s*$|;\s*$"
)
_ESCAPED = re.compile(r"[\s\[]*\{\s*&(?:quot|#0*34|#x0*22);", re.IGNORECASE)  # as in HTML, the whole script
_ARTICLE = re.compile(r"(?:Article|Posting|Report|Review|AnalysisNewsArticle|OpinionNewsArticle)$")
_ORGANIZATIONS = ("Organization", "Corporation", "Periodical", "Newspaper", "WebSite")
_CONTAINERS = ("@list", "@set")
_MOST_NODES = 5000
_LISTED = 3


def nodes(tree: Element) -> list[Node]:
    """Every object in every JSON-LD script, containers before their contents; of a broken script what can be read."""
    return [node for script in _SCRIPTS(tree) for node in _walk(_load(script.text or ""))]


def article(found: list[Node], title: str) -> Node:
    """The object that describes the article: one whose headline is in the page's title, else the first; {} if none.

    Three or more without the page's title describe a list of articles, so none is used.
    """
    candidates = [node for node in found if any(_ARTICLE.search(kind) for kind in kinds(node))]
    wanted = key(title)
    named = [
        node for node in candidates if (headline := key(text(node.get("headline")))) and headline in wanted
    ]
    return next(iter(named or (candidates if len(candidates) < _LISTED else [])), {})


def kinds(node: Node) -> list[str]:
    """The node's @type as a list, whether it was written as a string or a list."""
    declared = node.get("@type")
    return [
        kind for kind in (declared if isinstance(declared, list) else [declared]) if isinstance(kind, str)
    ]


def is_news(node: Node) -> bool:
    """Whether it is a NewsArticle of some kind; a plain Article or BlogPosting often comes from a plug-in."""
    return any(kind.endswith("NewsArticle") for kind in kinds(node))


def text(value: object) -> str:
    """A plain string from what JSON-LD allows instead of one: a list (its first entry) or an object (its name or @value).

    Many sites escape it as in HTML, so entities are resolved.
    """
    for _ in range(3):
        if isinstance(value, list):
            value = value[0] if value else ""
        elif isinstance(value, dict):
            value = value.get("name") or value.get("@value") or value.get("url") or ""
    return unescape(value) if isinstance(value, str) else ""


def texts(value: object) -> list[str]:
    """Like `text`, for a property that may have several values."""
    return [found for item in (value if isinstance(value, list) else [value]) if (found := text(item))]


def people(value: object, found: list[Node]) -> list[str]:
    """The names in an author property, also in parts or a @list; bare references (@id) are looked up among all nodes."""
    by_id = {node["@id"]: node for node in found if _full_name(node) and isinstance(node.get("@id"), str)}
    if isinstance(value, dict):
        value = next((value[name] for name in _CONTAINERS if name in value), value)
    names: list[str] = []
    for item in value if isinstance(value, list) else [value]:
        person = item
        if isinstance(item, dict) and not _full_name(item) and isinstance(item.get("@id"), str):
            person = by_id.get(item["@id"], {})
        names.extend(_full_name(person) if isinstance(person, dict) else texts(person))
    return names


def organizations(found: list[Node]) -> list[str]:
    """The names of all organizations that are not persons as well."""
    return [
        name
        for node in found
        if any(kind.endswith(_ORGANIZATIONS) for kind in kinds(node)) and "Person" not in kinds(node)
        for name in texts(node.get("name"))
    ]


def _full_name(person: Node) -> list[str]:
    if named := texts(person.get("name")):
        return named
    parts = [text(person.get(part)) for part in ("givenName", "additionalName", "familyName")]
    return [" ".join(filter(None, parts))] if any(parts) else []


def _load(script: str) -> object:
    written = _WRAPPING.sub("", script)
    if _ESCAPED.match(written):
        written = unescape(written)
    try:
        return json.loads(written, strict=False)
    except (ValueError, RecursionError):
        return lenient_json.read(written)


def _walk(root: object) -> Iterator[Node]:
    waiting: list[object] = [root]
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        value = waiting.pop()
        if isinstance(value, dict):
            yield value
            waiting.extend(reversed([inner for inner in value.values() if isinstance(inner, (dict, list))]))
        elif isinstance(value, list):
            waiting.extend(reversed(value))
