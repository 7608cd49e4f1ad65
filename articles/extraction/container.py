"""Find the text of a page: the element that holds the prose, and which blocks inside it are not article text."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from articles.dom import Element, within
from articles.extraction import blocks, box_kinds, headline
from articles.extraction.blocks import Block
from articles.extraction.box_kinds import Weights
from articles.extraction.element_names import Kind

_BOXES = frozenset(
    (
        "div",
        "section",
        "article",
        "main",
        "body",
        "td",
        "tr",
        "tbody",
        "table",
        "center",
        "form",
        "span",
        "font",
        "header",
        "figure",
        "fieldset",
        "details",
    )
)
_SHORTEST = 80  # characters; shorter blocks are often not text
_LINKED = 0.4  # maximum share of prose in links
_ITEM = 0.3  # of a paragraph's weight, because teasers and comments are lists, too
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# Minimum share of the page's prose in an element marked as the article; another one with this share of that is a rival.
_STARTING = 0.35
# Shares of an element's prose: in the part to descend into, in the second, in parts that look alike, in its own paragraphs.
_MAJOR = 0.5
_SECOND = 0.25
_ALIKE = 0.15
_OWN = 0.1


class Scope(NamedTuple):
    """The blocks of a page, each one's kind by the elements around it, and the element chosen as container of the text.

    `opening` holds blocks between headline and container that are the text's beginning, `below` the prose that is right below
    the headline, in whatever box. `share` is the container's of the prose without a kind, `unnamed` that prose's of all.
    """

    blocks: list[Block]
    kinds: list[Kind]
    container: Element | None
    opening: list[Block]
    below: list[Block]
    share: float = 0.0
    unnamed: float = 0.0


def find(root: Element, title: str) -> Scope:
    """Reads the blocks inside an element and chooses their container, which is None if no block is prose."""
    found = blocks.read(root)
    values = _weigh(found)
    heads = headline.find(found, title)
    at = heads[0] if heads else None
    kinds = box_kinds.read(found, values, _spread(found, values, root), root, heads)
    own = [0.0 if kind else value for kind, value in zip(kinds, values, strict=True)]
    unnamed = sum(own) / (sum(values) or 1.0)
    below = [] if at is None else headline.below(found, own, kinds, at)
    if at is not None:
        teased = headline.teasers(found, own, kinds, at)
        own = [0.0 if index in teased else value for index, value in enumerate(own)]
    weights = _spread(found, own, root)
    if not weights.get(root):
        return Scope(found, kinds, None, [], below)
    box = _descend(_start(weights, root), found, own, weights)
    known: dict[Element, bool] = {}
    opening = (
        []
        if at is None
        else headline.opening(found, own, kinds, at, lambda element: within(element, box, known))
    )
    return Scope(found, kinds, box, opening, below, weights[box] / weights[root], unnamed)


def whole(root: Element, title: str) -> Scope:
    """The blocks inside an element that is known to be the text's container."""
    found = blocks.read(root)
    values = _weigh(found)
    heads = headline.find(found, title)
    kinds = box_kinds.read(found, values, _spread(found, values, root), root, heads)
    return Scope(found, kinds, root if found else None, [], [], 1.0, 1.0)


def _weigh(found: Sequence[Block]) -> list[float]:
    """How much each block counts as prose. Lines of one element are weighed together, repetitions once."""
    values: list[float] = []
    seen: set[str] = set()
    at = 0
    while at < len(found):
        first = found[at]
        group = [first]
        while at + len(group) < len(found) and found[at + len(group)].element is first.element:
            group.append(found[at + len(group)])
        sizes = [len(block.text) * _density(block.text) for block in group]
        prose = (
            first.kind in ("text", "item")
            and sum(sizes) >= _SHORTEST
            and sum(block.linked for block in group) <= _LINKED * sum(sizes)
        )
        factor = (1.0 if first.kind == "text" else _ITEM) if prose and first.text not in seen else 0.0
        seen.add(first.text)
        values.extend(size * factor for size in sizes)
        at += len(group)
    return values


def _density(text: str) -> int:
    return 2 if not text.isascii() and _DENSE.search(text) else 1


def _spread(found: Sequence[Block], values: Sequence[float], root: Element) -> Weights:
    """The amount of prose inside every element that has any."""
    weights: Weights = {}
    for block, value in zip(found, values, strict=True):
        if value:
            element: Element | None = block.element
            while element is not None:
                weights[element] = weights.get(element, 0.0) + value
                element = None if element is root else element.getparent()
    return weights


def _start(weights: Weights, root: Element) -> Element:
    """An element marked as the article (article, main, articleBody) without a rival, else the root."""
    marked = [
        element
        for element in weights
        if element.tag in ("article", "main") or element.get("itemprop") == "articleBody"
    ]
    if not marked:
        return root
    best = max(marked, key=lambda element: weights[element])
    around = {best, *best.iterancestors()}
    rivals = (
        element for element in marked if element not in around and best not in set(element.iterancestors())
    )
    if weights[best] < _STARTING * weights[root] or any(
        weights[rival] > _STARTING * weights[best] for rival in rivals
    ):
        return root
    return best


def _descend(start: Element, found: Sequence[Block], values: Sequence[float], weights: Weights) -> Element:
    """Descends from box to box as long as one has most of the prose and no sibling looks like a part of the text."""
    direct: Weights = {}
    for block, value in zip(found, values, strict=True):
        if value:
            direct[block.element] = direct.get(block.element, 0.0) + value
    at = start
    while True:
        inside = [child for child in at if child in weights]
        boxes = [
            child
            for child in inside
            if (child.tag in _BOXES or "-" in child.tag) and direct.get(child, 0.0) < _MAJOR * weights[child]
        ]
        if not boxes:
            return at
        best = max(boxes, key=lambda child: weights[child])
        whole = weights[at]
        others = [child for child in boxes if child is not best]
        paragraphs = (
            sum(weights[child] for child in inside)
            - sum(weights[child] for child in boxes)
            + direct.get(at, 0.0)
        )
        if paragraphs > _OWN * whole:
            return at
        if (
            weights[best] < _MAJOR * whole
            or max((weights[child] for child in others), default=0.0) > _SECOND * whole
            or sum(weights[child] for child in others if _alike(child, best)) > _ALIKE * whole
        ):
            return at
        at = best


def _alike(one: Element, other: Element) -> bool:
    return (one.tag, (one.get("class") or "").split()[:1]) == (
        other.tag,
        (other.get("class") or "").split()[:1],
    )
