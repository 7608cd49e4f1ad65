"""Names of authors out of bylines: parted, stripped of their trimmings, junk refused."""

import re

from articles.text import key, tidy

MOST = 20
_LONGEST = 60
_PREFIX = re.compile(
    r"^(?:(?:written|posted|reported|story|text|words|analysis|opinion|reviewed|published|author|authors|autor|autorin|autore)"
    r"(?:\s+by\b|\s*:)|by\b|von\b|vom\b|par\b|por\b|di\b|door\b|av\b|af\b|przez\b|tekst\b|texte\b|"
    r"автор\b|текст\b|作者|記者|记者|文/|撰文)[\s:：]*",
    re.IGNORECASE,
)
_PARTS = re.compile(r"\s*(?:;|\||/|·|•|、|\n|\s(?:and|und|et|y|e|en|och|og|i|и|und|&|with|mit)\s|&)\s*")
_COMMA = re.compile(r"\s*,\s*")
_TAIL = re.compile(
    r"\s*(?:[,(|–—-]\s*(?:for|in|aus|à|de|the|special|staff|senior|chief|political|news|sports?|contribut|correspondent|"
    r"reporter|editor|journalist|redakt|korrespondent|updated|published)\b.*|\(.*|@.*|\d.*)$",
    re.IGNORECASE,
)
_JUNK = re.compile(
    r"https?:|www\.|\.(?:com|org|net|de)\b|@|[<>{}\[\]_=]|\d{2}|"
    r"^(?:admin|administrator|author|authors|staff|editor|editors|guest|unknown|none|null|undefined|anonymous|user|home|"
    r"view (?:all|more|profile)|follow|share|more|read more|contact|email|about|bio|posts?|comments?|redaktion|"
    r"updated?|published|facebook|twitter|instagram|linkedin|subscribe|by|in|on)$|"
    r"\b(?:min read|minutes? ago|hours? ago|view bio|all posts|more (?:from|by)|posts by|follow (?:us|on))\b",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"^(?:\w+ ){0,3}(?:reporter|correspondent|editor|writer|journalist|columnist|contributor|producer|redakteurin?|"
    r"korrespondentin?|journaliste|periodista|redactora?|giornalista)s?(?: \w+){0,3}$",
    re.IGNORECASE,
)


def names(raw: list[str]) -> tuple[str, ...]:
    """The distinct names in bylines, in order; what cannot be a name is left out."""
    found: dict[str, str] = {}
    for line in raw:
        for name in _parted(tidy(line)[:400]):
            if (
                1 < len(name) <= _LONGEST
                and len(name.split()) <= 7
                and not _JUNK.search(name)
                and not _ROLE.search(name)
            ):
                found.setdefault(key(name), name)
    return tuple(name for spelling, name in found.items() if spelling)[:MOST]


def _parted(line: str) -> list[str]:
    parts = []
    for part in _PARTS.split(_PREFIX.sub("", line)):
        pieces = _COMMA.split(part)
        # "Doe, Jane" does not occur in bylines; "Jane Doe, John Roe" and "Jane Doe, Reuters" do
        parts.extend(pieces if all(" " in piece for piece in pieces[:1]) else [part])
    return [_TAIL.sub("", _PREFIX.sub("", part)).strip(" ,.:;-–—|·•") for part in parts]
