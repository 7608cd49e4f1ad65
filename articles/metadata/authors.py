"""Author names from bylines: split, stripped of roles and dates, junk dropped; also from a line of the text."""

import re

from articles.metadata.dates import MONTH
from articles.model import Place, Removal, Rule
from articles.text import SENTENCE_END, key, tidy

MOST = 20
_LONGEST = 60
_LONGEST_ALONE = 40
_FEWEST_LINES = 3  # in a text for a name above or below it to be a byline
_NAME = re.compile(r"[^\W\d_]+(?:[ .'’-]{1,2}[^\W\d_]+)*")
_PREFIX = re.compile(
    r"^(?:(?:[\w ]{0,20} )?(?:written|posted|reported|story|text|words|analysis|opinion|reviewed|published|recipe|article) by\b|"
    r"(?:authors?|autor(?:in)?|autore|auteur|reporter)\b|about(?: the author)?\b|sobre\b|über\b|by\b|von\b|vom\b|par\b|por\b|di\b|door\b|av\b|af\b|przez\b|"
    r"tekst\b|texte?\b|автор\b|текст\b|作者|記者|记者|文/|撰文)[\s:：]*",
    re.IGNORECASE,
)
_PARTS = re.compile(r"\s*(?:;|\||/|·|•|、|\s(?:and|AND|und|UND|et|y|e|en|och|og|i|и|with|mit)\s|&)\s*")
_DEGREE = re.compile(
    r",?\s+(?:Ph\.?\s?D|M\.?D|M\.?B\.?A|C\.?P\.?A|R\.?N|M\.?Sc|B\.?Sc|J\.?D|Esq|Jr|Sr)\.?(?=,|$)"
)
_TAIL = re.compile(
    r"\s*(?:[,(|–—-]\s*(?:for|in|aus|à|de|the|special|staff|senior|chief|political|news|sports?|contribut|correspondent|"
    r"reporter|editor|journalist|redakt|korrespondent|updated|published)\b.*|\(.*|@.*|\d.*|"
    rf"\W+(?:on )?(?:\w+day,? )?{MONTH},?\s+\d.*|\s+(?:on|기자.*))$",
    re.IGNORECASE,
)
_DATE = re.compile(rf",?\s*\b(?:on )?(?:\w+day,? )?{MONTH} \d{{1,2}}(?!\d)(?:,? \d{{4}})?", re.IGNORECASE)
_JUNK = re.compile(
    r"https?:|www\.|\.(?:com|org|net|de)\b|@|[<>{}\[\]_=»]|\d{2}|^[a-z]+[.-][a-z]+$|"
    r"^(?:admin|administrator|author|authors|staff|editor|editors|guest|unknown|none|null|undefined|anonymous|"
    r"user|home|view (?:all|more|profile)|follow|share|more|read more|contact|email|about|bio|posts?|comments?|redaktion|"
    r"facebook|twitter|instagram|linkedin|subscribe|by|in|on|see more)$|"
    r"\b(?:min read|minutes? ago|hours? ago|view bio|all posts|more (?:from|by|about)|posts by|follow (?:us|on)|updated|"
    r"published|reviewed|edited|verified)\b",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"^(?:\w+ ){0,3}(?:reporter|correspondent|writer|journalist|columnist|contributor|producer|redakteurin?|"
    r"korrespondentin?|journaliste|periodista|redactora?|giornalista)s?(?: \w+){0,3}$",
    re.IGNORECASE,
)


def names(raw: list[str]) -> tuple[str, ...]:
    """The distinct names in bylines, in order; anything that cannot be a name is left out."""
    found: dict[str, str] = {}
    for line in raw:
        for name in _split(tidy(line)[:400]):
            if _plausible(name):
                found.setdefault(key(name), name)
    return tuple(name for spelling, name in found.items() if spelling)[:MOST]


def is_account(name: str, site: str, host: str) -> bool:
    """Whether the name is that of the site or of one of its accounts ("Harbour D"), not of a person."""
    spelled = key(name)
    words = spelled.split()
    return (
        spelled == key(site) or words[:1] == key(site).split()[:1] or "".join(words) in host.replace("-", "")
    )


def take(
    body: tuple[str, ...], stated: tuple[str, ...], site: str, host: str
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[Removal, ...]]:
    """Takes a name alone above or below the text as the author, if the page names no author except the site.

    Returns the body without it, the authors, and what was cut. If the page names no author at all, only a name in
    capitals above the text is accepted. Gives byline.
    """
    if len(body) >= _FEWEST_LINES and all(is_account(name, site, host) for name in stated):
        for at, capitals in ((0, True), (len(body) - 1, False)) if stated else ((0, True),):
            line = body[at]
            if alone(line, capitals) and SENTENCE_END.search(body[at - 1 if at else 1]):
                place: Place = "tail" if at else "head"
                removal = Removal(text=line, rule=Rule.BYLINE, place=place, evidence="a name alone")
                return (*body[:at], *body[at + 1 :]), (line.title() if capitals else line,), (removal,)
    return body, stated, ()


def alone(line: str, capitals: bool) -> bool:
    """Whether a line is only a person's name, all in capitals or each word with a capital first letter."""
    words = line.split()
    return (
        2 <= len(words) <= 4
        and len(line) <= _LONGEST_ALONE
        and _NAME.fullmatch(line) is not None
        and (line.isupper() if capitals else all(word[0].isupper() for word in words))
    )


def _plausible(name: str) -> bool:
    return (
        1 < len(name) <= _LONGEST
        and len(name.split()) <= 7
        and not (_JUNK.search(name) or _ROLE.search(name))
    )


def _split(line: str) -> list[str]:
    if "://" in line:
        return []
    parts: list[str] = []
    for part in _PARTS.split(_DEGREE.sub("", _PREFIX.sub("", _DATE.sub("", line)))):
        pieces = [piece.strip() for piece in part.split(",")]
        # bylines are like "Jane Doe, John Roe" and "Jane Doe, Reuters", rarely "Doe, Jane"
        parts.extend(pieces if " " in pieces[0] else [part])
    return [_TAIL.sub("", _PREFIX.sub("", part)).strip(" ,.:;-–—|·•") for part in parts]
