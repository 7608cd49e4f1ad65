"""The headline in the page, and what its place says of the text: where the text begins, and what beside it is a teaser."""

from collections.abc import Callable, Sequence

from articles.dom import Element, within
from articles.extraction import blocks
from articles.extraction.blocks import Block
from articles.extraction.element_names import Kind
from articles.model import Rule
from articles.text import key

_LONG_TITLE = 25
_LOWEST = 4  # the lowest level of a heading that can be the headline where no h1 says the title
_MARGINS = (Rule.ASIDE, Rule.SIDEBAR, Rule.RELATED, Rule.COMMENTS)
_LINKED = 0.8  # share of a teaser's heading in links
# What below the headline is a text and no standfirst: so many paragraphs, or characters.
_PARAGRAPHS = 2
_ALONE = 400
_FEWEST_ITEMS = 3
_SMALL = 0.5  # most of a text that its opening can be, as a share of the rest
_START = 60  # characters by which a paragraph is known again

Values = Sequence[float]


def says(block: Block, title: str) -> bool:
    """Whether a heading is the title (given as a key), with or without a kicker."""
    spelled = key(block.text)
    return bool(title) and (
        spelled == title
        or (len(title) > _LONG_TITLE and title in spelled and len(spelled) < 2 * len(title))
        or (len(spelled) > _LONG_TITLE and spelled in title)
    )


def find(found: Sequence[Block], title: str) -> list[int]:
    """The indices of the headings that are the headline; empty if none is.

    It is an h1, outside of margins if there is one outside; or, where no h1 says the title, the first lower heading outside.
    """
    wanted = key(title)
    headings = [
        at
        for at, block in enumerate(found)
        if block.kind == "heading" and block.level <= _LOWEST and says(block, wanted)
    ]
    outside = [at for at in headings if not _in_margin(found[at].element)]
    first = [at for at in outside if found[at].level == 1] or [at for at in headings if found[at].level == 1]
    return first or outside[:1]


def is_text(prose: Sequence[Block]) -> bool:
    """Whether blocks of prose below a headline are more than its standfirst."""
    return len(prose) >= _PARAGRAPHS or sum(len(block.text) for block in prose) >= _ALONE


def opening(
    found: Sequence[Block],
    values: Values,
    kinds: Sequence[Kind],
    at: int,
    inside: Callable[[Element], bool],
) -> list[Block]:
    """The first paragraphs of the text, where they stand between the headline and the box that holds the rest.

    Empty if there is at most one, as a standfirst, if much else is between them, if they are no small part of the text, or
    stand in the box again.
    """
    rest = [i for i in range(at + 1, len(found)) if inside(found[i].element)]
    prose = [i for i in range(at + 1, rest[0] if rest else 0) if values[i]]
    text = "\n".join(found[i].text for i in rest)
    between = [i for i in range(prose[0], prose[-1] + 1) if not kinds[i]] if prose else []
    if (
        sum(found[i].kind == "text" for i in prose) < _PARAGRAPHS
        or sum(values[i] for i in prose) > _SMALL * sum(values[i] for i in rest)
        or len(between) > _PARAGRAPHS * len(prose)
        or any(found[i].text[:_START] in text for i in prose)
    ):
        return []
    return list(found[prose[0] : prose[-1] + 1])


def below(found: Sequence[Block], values: Values, kinds: Sequence[Kind], at: int) -> list[Block]:
    """The prose between the headline (given by its index) and the first block below it that is a linked heading."""
    prose: list[Block] = []
    for i in range(at + 1, len(found)):
        block = found[i]
        if not kinds[i] and block.kind == "heading" and block.linked > _LINKED * len(block.text):
            break
        if values[i] and not kinds[i] and block.kind == "text":
            prose.append(block)
    return prose


def teasers(found: Sequence[Block], values: Values, kinds: Sequence[Kind], at: int) -> set[int]:
    """The indices of prose that is a teaser below a linked heading, or in a list of headings as large as the headline,
    outside of the box that holds headline and text.

    If these stand in parts of that box, other parts are outside, too. Empty if no text is below the headline (given by its
    index), or nothing but teasers.
    """
    linked = _below_links(found, values) | _in_lists(found, values)
    prose = [
        i
        for i in range(at + 1, len(found))
        if values[i] and not kinds[i] and i not in linked and found[i].kind == "text"
    ]
    box = _box(found, at, prose) if linked else None
    if box is None:
        return set()
    text = [found[i].element for i in prose]
    if box.tag == "article" or any(element is box or element.getparent() is box for element in text):
        return {i for i in linked if not within(found[i].element, box, {})}
    parts = {_part(element, box) for element in (found[at].element, *text)}
    return {i for i in linked if _part(found[i].element, box) not in parts}


def _below_links(found: Sequence[Block], values: Values) -> set[int]:
    """Prose right below a block that is a link, and what follows beside it."""
    teased: set[int] = set()
    for i in range(1, len(found)):
        above = found[i - 1]
        if not values[i]:
            continue
        continued = i - 1 in teased and above.element.getparent() is found[i].element.getparent()
        if continued or (not values[i - 1] and above.linked > _LINKED * len(above.text)):
            teased.add(i)
    return teased


def _in_lists(found: Sequence[Block], values: Values) -> set[int]:
    """Prose in list items that have an h1 each, if there are three or more."""
    items = [next(block.element.iterancestors("li"), None) for block in found if block.level == 1]
    heads = {item for item in items if item is not None}
    if len(heads) < _FEWEST_ITEMS:
        return set()
    return {
        i
        for i, block in enumerate(found)
        if values[i] and next(block.element.iterancestors("li"), None) in heads
    }


def _box(found: Sequence[Block], at: int, prose: Sequence[int]) -> Element | None:
    """The `article` around the headline, or else the smallest element with headline and text."""
    around = list(found[at].element.iterancestors())
    article = next((outer for outer in around if outer.tag == "article"), None)
    held: dict[Element, list[Block]] = {outer: [] for outer in ([article] if article is not None else around)}
    for i in prose:
        for outer in found[i].element.iterancestors():
            if outer in held:
                held[outer].append(found[i])
    return next((box for box, inside in held.items() if is_text(inside)), None)


def _part(element: Element, box: Element) -> Element | None:
    """The child of the box that the element is in, None if it is in none."""
    at: Element | None = element
    while at is not None and (outer := at.getparent()) is not box:
        at = outer
    return at


def _in_margin(element: Element) -> bool:
    return any(
        outer.tag not in ("body", "html") and blocks.kind(outer) in _MARGINS
        for outer in (element, *element.iterancestors())
    )
