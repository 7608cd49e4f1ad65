"""A line that a user names, found on a page however either spells it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from articles import html
from articles.dom import Element, text_of
from articles.extraction import blocks
from articles.model import Article, Page, Rejection
from articles.sites.selectors import Shape, shape_of
from articles.text import tokens

_CHROME = frozenset(("script", "style", "template", "noscript", "head"))


@dataclass(frozen=True, slots=True)
class SamplePage:
    """A page of a site: its tree, its blocks of text, and the lines of the article that is made of it so far (none of a rejected one)."""

    url: str
    tree: Element
    blocks: tuple[str, ...]
    lines: tuple[str, ...]
    shape: Shape

    @property
    def words(self) -> int:
        """The number of words of the article."""
        return sum(len(tokens(line)) for line in self.lines)


def sample(page: Page, result: Article | Rejection) -> SamplePage | None:
    """The page with what was made of it; None if it cannot be parsed."""
    tree = html.parse(page)
    if isinstance(tree, Rejection):
        return None
    lines = (result.lead, *result.body) if isinstance(result, Article) else ()
    found = tuple(block.text for block in blocks.read(tree))
    return SamplePage(page.final_url, tree, found, tuple(filter(None, lines)), shape_of(tree))


@lru_cache(maxsize=50_000)
def spelled(text: str) -> str:
    """A text as its words, to look for others in it: with a blank at both ends."""
    return f" {' '.join(tokens(text))} "


def holders(tree: Element, line: str) -> list[Element]:
    """The innermost elements that hold the line, whatever inline markup it spans, in the order of the page."""
    wanted = spelled(line)
    return list(_innermost(tree, wanted)) if wanted.strip() else []


def whole(element: Element, line: str) -> bool:
    """Whether the element says the line and nothing else."""
    return spelled(text_of(element)) == spelled(line)


def said_in(lines: Sequence[str], text: str) -> list[str]:
    """Those of the lines that stand in a text."""
    wanted = spelled(text)
    return [line for line in lines if spelled(line).strip() and spelled(line) in wanted]


def _innermost(element: Element, wanted: str) -> Iterator[Element]:
    if element.tag in _CHROME or wanted not in spelled(text_of(element)):
        return
    inside = [found for child in element for found in _innermost(child, wanted)]
    yield from inside or [element]
