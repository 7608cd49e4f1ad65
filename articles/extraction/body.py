"""The running text of an article: the text blocks of its container, or trafilatura's result without a container.

trafilatura is asked as well where a paragraph between headline and container may be the text's beginning.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from itertools import groupby, takewhile
from typing import NamedTuple

import lxml.html
from lxml import etree

from articles import confidence
from articles.dom import Element, name_of, within
from articles.extraction import block_rules, captions, container, headline
from articles.extraction.block_rules import Verdict
from articles.extraction.blocks import Block
from articles.model import Removal, Rule
from articles.text import count_words, key, tidy

for _name in ("trafilatura", "htmldate", "courlan", "justext"):
    # what they would warn about becomes a rejection with its reason
    logging.getLogger(_name).setLevel(logging.CRITICAL)

_STATED_WINS = 3  # times as long as the text in the markup
_RULER = re.compile(r"[-–—*•·=~#|_. ]+")  # a line drawn between parts of a text
_BLOCK = re.compile(r"</?(?:p|div|br|li|ul|ol|h[1-6]|blockquote|table|tr|section|figure)\b", re.IGNORECASE)
_SUMMARY = 300  # characters of a removal
_NEAR = 12  # blocks
_SHORTEST_LEAD = 50  # characters
_MOST_BLOCKS = 20_000  # for trafilatura
_PARAGRAPH = 80  # characters; a shorter block between headline and container is seldom text
_LINKED = 0.3  # share of its characters in links
# What trafilatura's text must be to be believed: so long, as a share of ours, and so much of ours must stand in it.
_AS_LONG = 0.8
_AGREED = 0.5


class Body(NamedTuple):
    """The running text, what was cut from its container, and captions found below pictures, as (text, picture).

    `below` is the prose right below the headline, above any linked heading. `evidence` is what speaks for
    the text.
    """

    paragraphs: list[str]
    removed: tuple[Removal, ...]
    standfirst: str = ""
    captions: tuple[tuple[str, Element], ...] = ()
    below: tuple[str, ...] = ()
    evidence: confidence.Evidence = confidence.NONE


def take(tree: Element, url: str, title: str, stated: str, lead: str = "") -> Body:
    """Paragraphs, headings, list items and table rows in reading order. The tree cannot be used afterwards.

    `stated` is JSON-LD's articleBody: precise but often cut short, so it is used only if it is more than three times as
    long as the text in the markup. `lead` is what is known as the standfirst already.
    """
    root = tree.find("body")
    scope = container.find(tree if root is None else root, title)
    removed: tuple[Removal, ...] = ()
    found: list[str] = []
    pictures: list[tuple[str, Element]] = []
    standfirst = _standfirst(scope, title)
    evidence = confidence.NONE
    if scope.container is not None:
        inside = _inside(scope)
        verdicts = block_rules.apply(inside, title)
        judged = [(block, rule) for (block, _), rule in zip(inside, verdicts, strict=True)]
        found = [
            f"- {block.text}" if block.kind == "item" else block.text for block, rule in judged if not rule
        ]
        cut = [(block, rule) for block, rule in judged if rule]
        evidence = _evidence(scope, judged)
        found = [*_first(tree, url, scope, title, lead or standfirst, found), *found]
        removed = tuple(_removals(cut))
        pictures = [
            (block.text, picture)
            for block, rule in cut
            if rule is Rule.CAPTION
            and count_words(block.text) > 2
            and (picture := captions.picture_of(block.element, block.text)) is not None
        ]
    elif len(scope.blocks) <= _MOST_BLOCKS:
        found = _second_opinion(tree, url, thorough=False)
    found = [line for line in found if not _RULER.fullmatch(line)]
    spelled = _lines_of(stated)
    if len(" ".join(spelled)) > _STATED_WINS * len(" ".join(found)):
        return Body(spelled, (), evidence=confidence.STATED)
    below = tuple(block.text for block in scope.below)
    return Body(found, removed, standfirst, tuple(pictures), below, evidence)


def _standfirst(scope: container.Scope, title: str) -> str:
    """The one long block between the headline and the container below it; "" if there is none, several, or much else."""
    wanted = key(title)
    above = [
        block
        for block, kind in zip(scope.blocks, scope.kinds, strict=True)
        if not kind or (block.level == 1 and headline.says(block, wanted))
    ]
    box = scope.container
    start = next(
        (index for index, block in enumerate(above) if block.level == 1 and headline.says(block, wanted)),
        None,
    )
    if start is None or box is None:
        return ""
    between = list(
        takewhile(lambda block: not within(block.element, box, {}), above[start + 1 : start + _NEAR])
    )
    long = [
        block for block in between if len(block.text) >= _SHORTEST_LEAD and block.linked < len(block.text) / 3
    ]
    return long[0].text if len(long) == 1 and len(between) < _NEAR - 1 else ""


def _first(
    tree: Element, url: str, scope: container.Scope, title: str, lead: str, found: Sequence[str]
) -> list[str]:
    """Paragraphs between the headline and the container that trafilatura has for text, if it agrees about the rest."""
    wanted = _between(scope, title, lead)
    if not wanted or len(scope.blocks) > _MOST_BLOCKS:
        return []
    theirs = " ".join(map(key, _second_opinion(tree, url, thorough=True)))
    ours = [key(line) for line in found]
    size = sum(map(len, ours))
    agreed = sum(len(line) for line in ours if line in theirs)
    if len(theirs) < _AS_LONG * size or agreed < _AGREED * size:
        return []
    return [text for text in wanted if key(text) in theirs and key(text) not in ours]


def _between(scope: container.Scope, title: str, lead: str) -> list[str]:
    """The long texts without a kind between the last heading that says the title and the container, except the lead.

    None if an opening was found there: it is all that there is.
    """
    box, wanted, known = scope.container, key(title), key(lead)
    above: list[Block] = []
    headed = False
    for block, kind in zip(scope.blocks, scope.kinds, strict=True):
        if box is None or scope.opening or within(block.element, box, {}):
            break
        if block.kind == "heading" and headline.says(block, wanted):
            headed, above = True, []
        elif not kind:
            above.append(block)
    return [
        block.text
        for block in above
        if headed
        and len(block.text) >= _PARAGRAPH
        and block.linked < _LINKED * len(block.text)
        and key(block.text) not in ("", known)
    ]


def _second_opinion(tree: Element, url: str, *, thorough: bool) -> list[str]:
    """The lines of trafilatura's text."""
    from trafilatura import bare_extraction  # .2 s, and few pages need it
    from trafilatura.settings import Document

    document = bare_extraction(
        tree, url=url, include_comments=False, with_metadata=False, favor_recall=thorough
    )
    lines = document.text.split("\n") if isinstance(document, Document) and document.text else []
    return [line for raw in lines if (line := tidy(raw))]


def _inside(scope: container.Scope) -> list[block_rules.Marked]:
    """The blocks of the container, and those above it that are the text's opening."""
    if scope.container is None:
        return []
    opening = {id(block) for block in scope.opening}
    known: dict[Element, bool] = {}
    return [
        (block, kind)
        for block, kind in zip(scope.blocks, scope.kinds, strict=True)
        if id(block) in opening or within(block.element, scope.container, known)
    ]


def _evidence(scope: container.Scope, judged: Sequence[tuple[Block, Verdict]]) -> confidence.Evidence:
    whole = sum(len(block.text) for block, _ in judged)
    kept = sum(len(block.text) for block, rule in judged if not rule)
    return confidence.Evidence(kept / (whole or 1), scope.share, scope.unnamed)


def _removals(cut: Sequence[tuple[Block, Rule]]) -> Iterator[Removal]:
    """One removal for adjacent blocks with the same rule."""
    for rule, group in groupby(cut, key=lambda pair: pair[1]):
        pieces = [block for block, _ in group]
        text = " ".join(piece.text for piece in pieces)[:_SUMMARY]
        yield Removal(text=text, rule=rule, place="block", evidence=name_of(pieces[0].element))


def _lines_of(stated: str) -> list[str]:
    if "<" in stated and ">" in stated and stated.strip():
        broken = _BLOCK.sub(r"\n\g<0>", stated.encode("utf-8", "ignore").decode())
        element = lxml.html.fromstring(f"<div>{broken}</div>")
        etree.strip_elements(element, "script", "style", with_tail=False)
        stated = "".join(map(str, element.itertext()))
    return [line for raw in stated.split("\n") if (line := tidy(raw))]
