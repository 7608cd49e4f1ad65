"""What the boxes of a page are by their names, believed as far as they leave a text."""

from collections.abc import Sequence
from typing import NamedTuple

from articles.dom import Element, within
from articles.extraction import blocks, headline, slides
from articles.extraction.blocks import Block
from articles.extraction.element_names import Kind
from articles.model import Rule

# An element's name is ignored above this share of the page's prose, because some templates name the wrapper of everything.
_BELIEVED: dict[Kind, float] = {Rule.COMMENTS: 0.95, Rule.META: 0.3}
_BELIEVED_OTHERWISE = 0.6
_LITTLE = 400  # characters of prose; too few to be an article
# Kinds that are never the text while other prose is below the headline, and how much prose of one block suffices.
_NEVER: dict[Kind, float] = {Rule.COMMENTS: 150, Rule.CONSENT: 150, Rule.RELATED: 400, Rule.PROMOTION: 400}

Weights = dict[Element, float]


class _Boxes(NamedTuple):
    """A page's boxes: its blocks and their prose, that in each element and in all, what is around the headline or everything,
    and what elements are called, as far as that is known.
    """

    blocks: Sequence[Block]
    values: Sequence[float]
    weights: Weights
    total: float
    trusted: set[Element]
    names: dict[Element, Kind]


def read(
    found: Sequence[Block], values: Sequence[float], weights: Weights, root: Element, heads: Sequence[int]
) -> list[Kind]:
    """The kind of the outermost named element around each block; names that would leave too little text are ignored.

    Comments, related boxes and galleries are named even so, if other prose is below the headline (given by the indices of
    its blocks). What is around the headline has no kind, whatever its name.
    """
    boxes = _Boxes(found, values, weights, weights.get(root, 0.0), {root, *_around(found, heads)}, {})
    kinds = _believed(boxes, frozenset())
    if not heads:
        return kinds
    strict = _believed(boxes, frozenset(_NEVER))
    at = heads[0]
    if _leaves_a_text(found, values, kinds, strict, at):
        kinds = strict
    return _without_slides(found, values, kinds, at)


def _leaves_a_text(
    found: Sequence[Block], values: Sequence[float], kinds: list[Kind], strict: list[Kind], at: int
) -> bool:
    """Whether enough prose is between the headline and the first block that is named only if its kind is never the text.

    If all such blocks are above the headline, a text below it is enough.
    """
    prose: list[Block] = []
    for index in range(at + 1, len(found)):
        if values[index] and not kinds[index] and strict[index] in _NEVER:
            return headline.is_text(prose) or sum(len(block.text) for block in prose) >= _NEVER[strict[index]]
        if values[index] and not strict[index] and found[index].kind == "text":
            prose.append(found[index])
    return kinds != strict and headline.is_text(prose)


def _without_slides(
    found: Sequence[Block], values: Sequence[float], kinds: list[Kind], at: int
) -> list[Kind]:
    """The kinds, with galleries as promotion, unless headline or most of the text below it is in them."""
    for box in slides.boxes(found):
        known: dict[Element, bool] = {}
        inside = [within(block.element, box, known) for block in found]
        rest = [found[i] for i in range(at + 1, len(found)) if values[i] and not kinds[i] and not inside[i]]
        if not inside[at] and headline.is_text(rest):
            kinds = [Rule.PROMOTION if is_in else kind for is_in, kind in zip(inside, kinds, strict=True)]
    return kinds


def _believed(boxes: _Boxes, sure: frozenset[Kind]) -> list[Kind]:
    """The kinds of the blocks; `sure` ones are believed whatever they leave."""
    doubted: set[Kind] = set()
    while True:
        known: dict[Element, Kind] = dict.fromkeys(boxes.trusted, "")
        kinds = [_kind(block.element, known, boxes, doubted, sure) for block in boxes.blocks]
        sums: dict[Kind, float] = {}
        for kind, value in zip(kinds, boxes.values, strict=True):
            sums[kind] = sums.get(kind, 0.0) + value
        excessive = {
            kind
            for kind in sums.keys() - doubted - sure
            if kind
            and sums[kind] > max(_BELIEVED.get(kind, 0.0), _BELIEVED_OTHERWISE) * boxes.total
            and sums[kind] > _LITTLE
        }
        if not excessive:
            return kinds
        doubted |= excessive


def _kind(
    element: Element, known: dict[Element, Kind], boxes: _Boxes, doubted: set[Kind], sure: frozenset[Kind]
) -> Kind:
    path: list[Element] = []
    at: Element | None = element
    while at is not None and at not in known:
        path.append(at)
        at = at.getparent()
    kind = known[at] if at is not None else ""
    for inner in reversed(path):
        if kind in ("", Rule.META):  # "meta" is a weak name, which a stronger one inside overrides
            named = boxes.names.get(inner)
            if named is None:
                named = boxes.names[inner] = _named(inner)
            most = _BELIEVED.get(named, _BELIEVED_OTHERWISE) * boxes.total
            if named in sure or (
                named
                and named not in doubted
                and boxes.weights.get(inner, 0.0) <= (most if inner.tag == "form" else max(most, _LITTLE))
            ):
                kind = named
        known[inner] = kind
    return kind


def _named(element: Element) -> Kind:
    named = blocks.kind(element)
    return "" if blocks.is_paragraph(element, named) else named


def _around(found: Sequence[Block], heads: Sequence[int]) -> set[Element]:
    """The elements around the headline, whatever their names."""
    around: set[Element] = set()
    for at in heads:
        for outer in (found[at].element, *found[at].element.iterancestors()):
            if outer in around:
                break
            around.add(outer)
    return around
