"""Rules for single lines of the extracted text. Each names the lines to cut, and why; none rewrites a line.

To add a rule: write a function like the others and add it to RULES.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from articles.credits import split_credit
from articles.extraction import boilerplate
from articles.metadata.times.dates import MONTH
from articles.model import Removal, Rule
from articles.structure.text_places import HEAD, place
from articles.text import SENTENCE_END, count_words, key

_LONGEST_CAPTION = 75  # words
_LISTED = 8  # words in a line of a list of addresses
_FEWEST_ADDRESSES = 2
_COLONS = (":", "：")
_LONGEST_LABEL = 2  # words of a line that only announces
_ADDRESS = re.compile(
    r"(?:[-•*] )?(?:[^\W\d][^:/.]{0,30}[:：] ?)?(?:https?://)?(?:[\w-]{1,63}\.){1,4}[^\W\d_]{2,24}(?::\d+)?(?:/[\w./@-]*)?[.,;]?"
)
BREADCRUMB = re.compile(
    r"(?![\W\d]+$)[\w&'’-]+(?: [\w&'’-]+){0,3}(?:(?P<mark>\s*[/>»›|→]\s*)[\w&'’#-]+(?: [\w&'’#-]+){0,3}){1,5}\s?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known about the article when its lines are judged. `site` is what the site is called, `links` what was cut as links."""

    titles: tuple[str, ...]
    authors: tuple[str, ...]
    captions: tuple[str, ...]
    site: tuple[str, ...] = ()
    links: str = ""


EQUALS_CAPTION = "equals a caption"
NOTE = "note "  # start of the evidence for lines that become notes of the article

Lines = Sequence[str]
Cut = tuple[int, str]  # index of a line, and the evidence
LineRule = Callable[[Lines, Facts], Iterator[Cut]]


def apply(lines: Lines, facts: Facts) -> tuple[tuple[str, ...], tuple[Removal, ...]]:
    """Runs all rules in order, each on what the earlier ones left."""
    left = list(lines)
    removed: list[Removal] = []
    for name, rule in RULES:
        cuts = dict(rule(left, facts))
        removed.extend(
            Removal(text=left[index], rule=name, place=place(index, len(left)), evidence=evidence)
            for index, evidence in sorted(cuts.items())
        )
        left = [line for index, line in enumerate(left) if index not in cuts]
    return tuple(left), tuple(removed)


def repeated_headline(lines: Lines, facts: Facts) -> Iterator[Cut]:
    """The title, repeated in the first lines."""
    titles = {spelled for title in facts.titles if (spelled := key(title))}
    for index, line in enumerate(lines[:HEAD]):
        spelled = key(line)
        if spelled in titles:
            yield index, "equals the title"
        elif any(
            len(spelled) <= 1.6 * len(title) and spelled.endswith(title)
            for title in titles
            if len(title) > 25
        ):
            yield index, "a kicker and the title"


def breadcrumb(lines: Lines, _facts: Facts) -> Iterator[Cut]:
    """`News / Turkey` and `Home > Politics > Elections` above the text."""
    for index, line in enumerate(lines[:HEAD]):
        if match := BREADCRUMB.fullmatch(line):
            yield index, f"parts divided by {match['mark'].strip()!r}"


def byline(lines: Lines, facts: Facts) -> Iterator[Cut]:
    """A line with only an author's name, a byline or a date."""
    names = {key(name) for name in facts.authors}
    for index, line in enumerate(lines):
        if place(index, len(lines)) == "body" or len(line) > 160:
            continue
        if key(_BY.sub("", line)) in names:
            yield index, "names the author"
        elif _DATE.fullmatch(line):
            yield index, "is a date"
        elif index < HEAD and _BY.match(line) and count_words(line) <= 12 and line[-1] not in ".!?":
            yield index, "starts like a byline"


def credit(lines: Lines, _facts: Facts) -> Iterator[Cut]:
    """A line with only a picture credit: `(AFP photo)`, `Photo: Jane Doe/Reuters`."""
    for index, line in enumerate(lines):
        if len(line) <= 160 and count_words(line) <= 18:
            caption, source = split_credit(line)
            if source and not caption:
                yield index, "nothing but a credit"


def caption(lines: Lines, facts: Facts) -> Iterator[Cut]:
    """A caption that is also in the text, or one without caption markup that ends in a photo credit or a recording's length.

    If several captions are in the text, they are quotations from it, and it keeps them.
    """
    known = {key(text) for text in facts.captions if count_words(text) >= 4}
    equal = {index for index, line in enumerate(lines) if key(line) in known} if known else set()
    for index, line in enumerate(lines):
        if equal == {index}:
            yield index, EQUALS_CAPTION
        elif _PHOTO_CREDIT.search(line, max(0, len(line) - 200)) and count_words(line) <= _LONGEST_CAPTION:
            yield index, "ends in a photo credit"
        elif _RUNNING_TIME.search(line, max(0, len(line) - 40)) and count_words(line) <= _LONGEST_CAPTION:
            yield index, "ends in a recording's length"


def known_boilerplate(lines: Lines, facts: Facts) -> Iterator[Cut]:
    """Wording common to many sites: see boilerplate.toml. The addresses that a line announces are cut with it.

    So is a line in other words that announces several, if one is the site's.
    """
    relevant = boilerplate.relevant(lines)
    for index, line in enumerate(lines):
        where = place(index, len(lines))
        part: boilerplate.Where = "any" if where not in ("head", "tail") else where
        pattern = boilerplate.match(line, part, relevant)
        if pattern is None:
            yield from _announced(lines, index, facts)
            continue
        below = _listed_below(lines, index) if pattern.rule == "alternate_address" else []
        named = " ".join((line, *(text for _, text in below), facts.links))
        if boilerplate.says_us(pattern, line) or boilerplate.speaks_of(facts.site, named):
            yield index, f"{pattern.rule} ({pattern.language or 'any language'})"
            yield from ((at, "below an announcement of addresses") for at, _ in below)


def _announced(lines: Lines, index: int, facts: Facts) -> Iterator[Cut]:
    """A line at the end that announces addresses of the site, in any language, with those that are left of them."""
    if not index or place(index, len(lines)) != "tail" or not lines[index].endswith(_COLONS):
        return
    below = _listed_below(lines, index)
    said = " ".join((*(text for _, text in below), facts.links))
    addresses = [word for word in said.split() if _ADDRESS.fullmatch(word)]
    if len(addresses) >= _FEWEST_ADDRESSES and boilerplate.speaks_of(facts.site, " ".join(addresses)):
        yield index, "announces addresses of the site"
        yield from ((at, "below an announcement of addresses") for at, _ in below)


def _listed_below(lines: Lines, index: int) -> list[tuple[int, str]]:
    """The lines of the list below an announcement: addresses, and other short lines if they reach the end of the text."""
    listed = list(takewhile(lambda pair: _is_listed(pair[1]), enumerate(lines[index + 1 :], index + 1)))
    if listed and listed[-1][0] == len(lines) - 1:
        return listed
    return list(takewhile(lambda pair: _ADDRESS.fullmatch(pair[1]), listed))


def _is_listed(line: str) -> bool:
    return bool(_ADDRESS.fullmatch(line)) or (count_words(line) <= _LISTED and not SENTENCE_END.search(line))


def announcement(lines: Lines, _facts: Facts) -> Iterator[Cut]:
    """Short lines at the end with a colon: what they announced is no text. At least one line stays."""
    for index in range(len(lines) - 1, 0, -1):
        line = lines[index]
        if not line.endswith(_COLONS) or count_words(line) > _LONGEST_LABEL or SENTENCE_END.search(line[:-1]):
            return
        yield index, "announces what is not there"


RULES: tuple[tuple[Rule, LineRule], ...] = (
    (Rule.REPEATED_HEADLINE, repeated_headline),
    (Rule.BREADCRUMB, breadcrumb),
    (Rule.BYLINE, byline),
    (Rule.CAPTION, caption),
    (Rule.BOILERPLATE, known_boilerplate),
    (Rule.CREDIT, credit),
    (Rule.LAST_HEADING, announcement),
)

_PHOTO_CREDIT = re.compile(
    r"[(\[](?:(?:[^\W\da-z][\w.'’-]*[\s/]){1,3}(?i:photo|foto|image|picture)|(?i:file photo|photo|foto|image|picture|bild)"
    r"(?:\s?[:/]|\s(?i:by|via|credit|courtesy)\b)[^()\[\]]{1,60})[)\]]\W*$"
)
_RUNNING_TIME = re.compile(
    r"[|·•▶►]\s?\d{1,3}:\d{2}(?::\d{2})?(?:\s?(?:min|minuten|minutes?|minutos?|minuti|minuter|мин|хв|dk|分钟|分鐘|分|분)\b)?\W*$",
    re.IGNORECASE,
)
_BY = re.compile(
    r"^\W*(?:by|von|par|por|di|door|av|af|text|texte|tekst|автор|文|記者|记者)\b[\s:：]*", re.IGNORECASE
)
_LABEL = (
    r"(?:(?:stand|updated?|last updated|published(?: on)?|posted(?: on)?|publicado(?: el)?|aktualisiert(?: am)?|veröffentlicht(?: am)?|"
    r"mis à jour(?: le)?|publié(?: le)?|uppdaterad|publicerad|publisert|oppdatert|date|기사입력|입력|опубликовано)\b[\s:：-]*)?"
)
_DAY = (
    r"(?:(?:[^\W\d]{2,12}\.?,? )?(?:"
    rf"\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{2,4}}|\d{{4}}[./-]\d{{1,2}}[./-]\d{{1,2}}|\d{{1,2}}(?:st|nd|rd|th|\.|º)?(?: de| of)? {MONTH}(?:,| de)? ?\d{{0,4}}|"
    rf"{MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}|\d{{4}}年\d{{1,2}}月\d{{1,2}}日"
    r"))"
)
_CLOCK = r"(?:at|um|à|a las|kl\.?)?\s?\d{1,2}[:.h]\d{2}(?::\d{2})?\s?(?:[ap]\.?m\.?)?(?:\s?(?:uhr|gmt|utc|[a-z]{2,4}))?"
_STAMP = rf"{_LABEL}(?:{_DAY}(?:[\s,|·–—-]{{0,4}}{_CLOCK})?|{_CLOCK}[\s,|·–—-]{{1,4}}{_DAY})"
_DATE = re.compile(rf"\W*{_STAMP}(?:\s?[|·•/–—,-]\s?{_STAMP})?\W*", re.IGNORECASE)
