"""CSS and XPath selectors of users, bounded: what one may cost on a page is known before it is asked, by its form and the page's shape.

libxml2 cannot be interrupted, and a time limit would give one page now this article, now another. A path is evaluated in parts,
from one `//` to the next, because libxml2 compares everything that two paths lead to with everything else.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, pairwise
from math import prod
from typing import NamedTuple, cast

import cssselect
from lxml import etree

from articles.dom import Element
from articles.errors import SelectorError

MOST = 2_000_000_000  # for all selectors on one page; some three seconds at worst, and of real ones next to nothing
_LONGEST = 1_000  # characters
_DEEPEST = 6  # predicates in one another
_XPATH = re.compile(r"\(*(?:/|\.//|\./|[a-z-]+\(|(?:descendant|child|self)(?:-or-self)?::)")
_LITERAL = re.compile(r"\"[^\"]*\"|'[^']*'")
_TOKEN = re.compile(
    r"(?P<open>\[)|(?P<close>\])|(?P<union>\|)|(?P<far>(?:following|preceding)::)|(?P<all>(?<![\w\])*.@'/])/{1,2})"
    r"|(?P<up>(?:following|preceding)-sibling::|\.\.|(?:parent|ancestor(?:-or-self)?)::)|(?P<deep>//|descendant(?:-or-self)?::)"
    r"|(?P<call>[a-z][a-z-]*)\s*\("
)
# From one part to the next: in CSS no place is counted from where a part begins.
_NEXT = {"XPath": re.compile(r"//|/descendant-or-self::\*/"), "CSS": re.compile(r"/descendant::")}
_CALLS = frozenset((
    "last", "position", "count", "id", "local-name", "name", "string", "concat", "starts-with", "contains", "substring-before",
    "substring-after", "substring", "string-length", "normalize-space", "translate", "boolean", "not", "true", "false", "lang",
    "number", "sum", "floor", "ceiling", "round", "text", "node", "and", "or", "div", "mod", "comment",
))  # fmt: skip
_NODES = etree.XPath("count(descendant-or-self::node())")
_PER_CALL = 5
_PER_MOVE = 30
_PER_PAGE = 100  # what looks at all of the page also compares or copies its text

Found = Element | str


class Shape(NamedTuple):
    """How large a page is: its elements, their mean depth, and the most in one element."""

    size: int
    depth: int
    width: int


def shape_of(tree: Element) -> Shape:
    """The shape of a page."""
    size = total = width = 0
    depths = {tree: 1}
    for element in tree.iter():
        size += 1
        depth = depths.pop(element)
        total += depth
        width = max(width, len(element))
        depths.update(dict.fromkeys(element, depth + 1))
    return Shape(size, total // size + 1, width)


def roughly(tree: Element) -> Shape:
    """What the shape of a page cannot exceed, counted in no time: enough for most selectors."""
    size = int(cast("float", _NODES(tree)))
    return Shape(size, size, size)


class _Cost(NamedTuple):
    """What a path does, counted: `inner` for each depth of predicates, as axis by axis; `outer` by kind of step outside them."""

    inner: tuple[Counter[str], ...]
    outer: Counter[str]

    def on(self, shape: Shape) -> int:
        size, depth, width = shape
        each = {"deep": 3 * depth, "up": _PER_MOVE * (depth + width), "call": _PER_CALL + depth}
        inner = prod(1 + sum(number * each[kind] for kind, number in level.items()) for level in self.inner)
        moved = size * width * width + size * size * depth // 4
        merged = self.outer["up"] * moved + self.outer["merged"] * 4 * size * size * depth
        once = size * inner + merged + self.outer["far"] * size**3
        return int(once * (_PER_PAGE * size) ** self.outer["all"])


class Selector(NamedTuple):
    """A selector that may be asked for what it finds on a page: alternatives, each of which is looked for in parts."""

    paths: tuple[tuple[etree.XPath, ...], ...]
    costs: tuple[_Cost, ...]

    def cost(self, shape: Shape) -> int:
        """An upper bound for the work on a page of this shape."""
        return sum(cost.on(shape) for cost in self.costs)

    def find(self, tree: Element) -> list[Found]:
        """Elements, outermost ones only, or strings (such as of attributes), in the order of the page.

        Raises SelectorError where evaluating fails.
        """
        try:
            found = [each for parts in self.paths for each in _walk(tree, parts)]
        except etree.XPathError as error:
            raise SelectorError(f"it fails: {error}") from error
        elements = {each for each in found if etree.iselement(each)}
        texts = [each for each in found if isinstance(each, str)]
        if not elements:
            return list(texts)
        return [*(each for each in tree.iter() if each in elements and _is_outer(each, elements)), *texts]


def is_xpath(text: str) -> bool:
    """Whether a selector is read as XPath, by how it begins."""
    return _XPATH.match(text.strip()) is not None


@lru_cache(maxsize=5_000)
def compiled(text: str) -> Selector:
    """A selector: XPath if it begins with `/`, `(/`, `.//` or a function, else CSS. Raises SelectorError saying what is wrong with it."""
    if len(text) > _LONGEST:
        raise SelectorError(f"it has {len(text):,} characters; {_LONGEST:,} are allowed")
    if is_xpath(text):
        whole, language = text.strip(), "XPath"
    else:
        language = "CSS"
        try:
            whole = cssselect.HTMLTranslator().css_to_xpath(text)
        except (cssselect.SelectorError, ValueError, RecursionError) as error:
            raise SelectorError(f"it is no {language} selector: {error}") from error
    try:
        etree.XPath(whole, regexp=False)
        paths = [_parts(path, _NEXT[language]) for path in _alternatives(whole)]
        return Selector(
            tuple(tuple(etree.XPath(part, regexp=False) for part in parts) for parts in paths),
            tuple(_cost(part) for part in chain.from_iterable(paths)),
        )
    except (etree.XPathError, ValueError) as error:
        raise SelectorError(f"it is no {language} selector: {error}") from error


def _walk(tree: Element, parts: Sequence[etree.XPath]) -> list[Found]:
    found: list[Found] = [tree]
    for part in parts:
        elements = {each for each in found if etree.iselement(each)}
        found = [each for box in elements if _is_outer(box, elements) for each in _listed(part(box))]
    return found


def _listed(result: object) -> Iterator[Found]:
    if isinstance(result, list):
        yield from (each for each in result if isinstance(each, str) or etree.iselement(each))
    elif isinstance(result, str):
        yield result


def _is_outer(element: Element, elements: set[Element]) -> bool:
    return not any(outer in elements for outer in element.iterancestors())


def _alternatives(path: str) -> list[str]:
    """The parts of a path between `|`, except in brackets and literals."""
    plain = _LITERAL.sub(lambda literal: "'" * len(literal.group()), path)
    parts, depth, start = [], 0, 0
    for place, char in enumerate(plain):
        depth += (char in "[(") - (char in "])")
        if not depth and char == "|":
            parts.append(path[start:place])
            start = place + 1
    return [*parts, path[start:]]


def _parts(path: str, mark: re.Pattern[str]) -> list[str]:
    """A path from one mark to the next: what is below several elements is below the outermost of them."""
    plain = _LITERAL.sub(lambda literal: "'" * len(literal.group()), path)
    starts = [
        found
        for found in mark.finditer(plain)
        if plain.count("[", 0, found.start()) == plain.count("]", 0, found.start())
        and plain.count("(", 0, found.start()) == plain.count(")", 0, found.start())
        and plain[: found.start()].strip() not in ("", ".")
    ]
    cuts = [0, *(found.start() for found in starts), len(path)]
    pieces = [path[start:end] for start, end in pairwise(cuts)]
    return [pieces[0], *(f".{piece}" for piece in pieces[1:])]


def _cost(path: str) -> _Cost:
    """Raises SelectorError for what has no useful bound."""
    plain = _LITERAL.sub("''", path)
    inner = [Counter[str]() for _ in range(_DEEPEST + 1)]
    outer: Counter[str] = Counter()
    before = [""]  # the last axis at each depth that is open
    for found in _TOKEN.finditer(plain):
        kind = str(found.lastgroup)
        if kind == "call" and found["call"] not in _CALLS:
            raise SelectorError(f"the function {found['call']}() is not known here")
        if kind == "open":
            before.append("")
            if len(before) - 1 > _DEEPEST:
                raise SelectorError(f"it has more than {_DEEPEST} predicates in one another")
        elif kind == "close":
            before = before[:-1] or [""]
        elif kind == "union":
            before[-1] = ""
        elif len(before) == 1 and kind != "call":
            outer[{"up": "up", "far": "far"}.get(kind, "merged" if before[0] else "")] += 1
            before[0] = kind
        elif kind in ("far", "all"):
            outer["all"] += 1
        elif kind == "deep" and "up" in before[1:]:  # from above or beside it, all of the page
            outer["all"] += 2 if before[-1] == "up" else 1
        else:
            inner[len(before) - 1][kind] += 1
            before[-1] = before[-1] if kind == "call" else kind
    return _Cost(tuple(inner), outer)
