"""The running text of an article: the text blocks of its container, or trafilatura's result without a container.

trafilatura is asked as well where a paragraph between headline and container may be the text's beginning. Where a user
prefers one of the two, it finds the text alone.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, takewhile
from typing import NamedTuple

import lxml.html
from lxml import etree

from articles import confidence, trafilatura_text
from articles.dom import Element, name_of, within
from articles.extraction import block_rules, blocks, captions, container, headline
from articles.extraction.block_rules import Verdict
from articles.extraction.blocks import Block
from articles.model import Extractor, Removal, Rule, TextOrigin
from articles.text import count_words, key, tidy

_STATED_WINS = 3  # times as long as the text in the markup
_RULER = re.compile(r"[-–—*•·=~#|_. ]+")  # a line drawn between parts of a text
_BLOCK = re.compile(r"</?(?:p|div|br|li|ul|ol|h[1-6]|blockquote|table|tr|section|figure)\b", re.IGNORECASE)
_SUMMARY = 300  # characters of a removal
_NEAR = 12  # blocks
_SHORTEST_LEAD = 50  # characters
_MOST_BLOCKS = 20_000  # for trafilatura
_PARAGRAPH = 80  # characters; a shorter block between headline and container is seldom text
_LINKED = 0.3  # share of its characters in links
_TEASED = 0.8  # the same of a heading: what is beside it is a teaser
# What these rules cut, as links, copies, or by its place, trafilatura judges by rules of its own.
_BY_PLACE = frozenset((Rule.LINKS, Rule.REPEATED, Rule.LAST_HEADING, Rule.ABOVE_TITLE))
# What trafilatura's text must be to be believed: so long, as a share of ours, and so much of ours must stand in it.
_AS_LONG = 0.8
_AGREED = 0.5


class Body(NamedTuple):
    """The running text, what was cut from its container, and captions found below pictures, as (text, picture).

    `blocks` is where the paragraphs' markup is found, `below` the prose right below the headline, above any linked heading. `evidence` is what speaks for
    the text, `origin` what found it.
    """

    paragraphs: list[str]
    blocks: Sequence[Block]
    removed: tuple[Removal, ...]
    standfirst: str = ""
    captions: tuple[tuple[str, Element], ...] = ()
    below: tuple[str, ...] = ()
    evidence: confidence.Evidence = confidence.NONE
    origin: TextOrigin = ""


def take(
    tree: Element, url: str, title: str, stated: str, lead: str = "", extractor: Extractor = "auto"
) -> Body:
    """Paragraphs, headings, list items and table rows in reading order. The tree cannot be used afterwards.

    `stated` is JSON-LD's articleBody: precise but often cut short, so it is used only if it is more than three times as
    long as the text in the markup. `lead` is what is known as the standfirst already.
    """
    root = tree.find("body")
    scope = container.find(tree if root is None else root, title)
    found = _taken(scope, tree, url, title, lead, extractor)
    spelled, parts = _stated(stated)
    if len(" ".join(spelled)) > _STATED_WINS * len(" ".join(found.paragraphs)):
        return Body(spelled, parts, (), evidence=confidence.STATED, origin="stated")
    return found


def take_chosen(
    box: Element, url: str, title: str, lead: str, extractor: Extractor, *, whole: bool = False
) -> Body:
    """The same of an element that is known to hold the text, and nothing else does; with `whole`, no box in it is something else."""
    scope = container.whole(box, title)
    if whole:
        scope = scope._replace(kinds=[kind if kind is Rule.CAPTION else "" for kind in scope.kinds])
    return _taken(scope, box, url, title, lead, extractor)


def _taken(
    scope: container.Scope, tree: Element, url: str, title: str, lead: str, extractor: Extractor
) -> Body:
    standfirst = _standfirst(scope, title)
    inside = _inside(scope)
    judged = [
        (block, rule) for (block, _), rule in zip(inside, block_rules.apply(inside, title), strict=True)
    ]
    readable = len(scope.blocks) <= _MOST_BLOCKS
    if readable and (extractor == "trafilatura" or (extractor == "auto" and scope.container is None)):
        found = _theirs(trafilatura_text.read(tree, url), judged, standfirst)
    else:
        found = _ours(judged)
        if readable and extractor == "auto":
            first = _first(tree, url, _between(scope, title, lead or standfirst), found.lines)
            found = found._replace(lines=[*first, *found.lines])
    return Body(
        [line for line in found.lines if not _RULER.fullmatch(line)],
        [*found.kept, *scope.blocks],
        tuple(_removals(found.cut)),
        standfirst,
        tuple(_captions(found.cut)),
        tuple(block.text for block in scope.below),
        _evidence(scope, judged, found.kept),
        found.origin,
    )


class _Found(NamedTuple):
    """A text, with the blocks of the container that stand in it, and those that are cut."""

    lines: list[str]
    kept: list[Block]
    cut: Sequence[tuple[Block, Rule]]
    origin: TextOrigin


def _ours(judged: Sequence[tuple[Block, Verdict]]) -> _Found:
    kept = [block for block, rule in judged if not rule]
    lines = [f"- {block.text}" if block.kind == "item" else block.text for block in kept]
    return _Found(lines, kept, [(block, rule) for block, rule in judged if rule], "container")


def _theirs(lines: Sequence[str], judged: Sequence[tuple[Block, Verdict]], standfirst: str) -> _Found:
    """trafilatura's text, without what our rules cut for what it is: captions, boxes with a name, code."""
    cut = [(block, rule) for block, rule in judged if rule and rule not in _BY_PLACE]
    known = {key(standfirst), *(key(block.text) for block, _ in cut)} - {""}
    kept = [line for line in lines if key(line) not in known]
    said = " ".join(map(key, kept))
    return _Found(kept, [block for block, _ in judged if key(block.text) in said], cut, "trafilatura")


def _captions(cut: Sequence[tuple[Block, Rule]]) -> Iterator[tuple[str, Element]]:
    """Captions of more than two words that stand below pictures."""
    for block, rule in cut:
        if rule is Rule.CAPTION and count_words(block.text) > 2:
            picture = captions.picture_of(block.element, block.text)
            if picture is not None:
                yield block.text, picture


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
    known: dict[Element, bool] = {}
    between = list(
        takewhile(lambda block: not within(block.element, box, known), above[start + 1 : start + _NEAR])
    )
    long = [
        block for block in between if len(block.text) >= _SHORTEST_LEAD and block.linked < len(block.text) / 3
    ]
    return long[0].text if len(long) == 1 and len(between) < _NEAR - 1 else ""


def _first(tree: Element, url: str, wanted: Sequence[str], found: Sequence[str]) -> list[str]:
    """Those of the paragraphs between headline and container that trafilatura has for text, if it agrees about the rest."""
    if not wanted:
        return []
    theirs = " ".join(map(key, trafilatura_text.read(tree, url, thorough=True)))
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
    box, wanted, told = scope.container, key(title), key(lead)
    known: dict[Element, bool] = {}
    above: list[Block] = []
    headed, teased = False, None
    for block, kind in zip(scope.blocks, scope.kinds, strict=True):
        if box is None or scope.opening or within(block.element, box, known):
            break
        if block.kind == "heading" and headline.says(block, wanted):
            headed, above = True, []
        elif not kind:
            outer = block.element.getparent()
            teased = outer if block.linked > _TEASED * len(block.text) or outer is teased else None
            above.extend([] if outer is teased else [block])
    return [
        block.text
        for block in above
        if headed
        and len(block.text) >= _PARAGRAPH
        and block.linked < _LINKED * len(block.text)
        and key(block.text) not in ("", told)
    ]


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


def _evidence(
    scope: container.Scope, judged: Sequence[tuple[Block, Verdict]], kept: Sequence[Block]
) -> confidence.Evidence:
    if scope.container is None:
        return confidence.NONE
    whole = sum(len(block.text) for block, _ in judged)
    return confidence.Evidence(
        sum(len(block.text) for block in kept) / (whole or 1), scope.share, scope.unnamed
    )


def _removals(cut: Sequence[tuple[Block, Rule]]) -> Iterator[Removal]:
    """One removal for adjacent blocks with the same rule."""
    for rule, group in groupby(cut, key=lambda pair: pair[1]):
        pieces = [block for block, _ in group]
        text = " ".join(piece.text for piece in pieces)[:_SUMMARY]
        yield Removal(text=text, rule=rule, place="block", evidence=name_of(pieces[0].element))


def _stated(text: str) -> tuple[list[str], list[Block]]:
    """The lines of a stated text, and its blocks, if it is HTML."""
    found: list[Block] = []
    if "<" in text and ">" in text and text.strip():
        broken = _BLOCK.sub(r"\n\g<0>", text.encode("utf-8", "ignore").decode())
        element = lxml.html.fromstring(f"<div>{broken}</div>")
        etree.strip_elements(element, "script", "style", with_tail=False)
        text, found = "".join(map(str, element.itertext())), blocks.read(element)
    return [line for raw in text.split("\n") if (line := tidy(raw))], found
