"""The article in the state of a page's scripts, put in the place of a text that the markup lacks."""

import re
from collections.abc import Iterable, Iterator
from html import unescape
from itertools import islice

import lxml.html
from lxml import etree

from articles.dom import Element
from articles.extraction import blocks
from articles.extraction.scripts import page_state, rich_text
from articles.html import too_deep
from articles.text import SENTENCE_END, count_words, key

_FEWEST_WORDS = 60
_PROSE = 0.6  # least share of the words in sentences
_SENTENCE = 6  # words
_LONG_TITLE = 3  # words; a shorter title may be that of a section
_MOST_OBJECTS = 50_000
_MOST_TEXTS = 40  # that are read as HTML
_LONGEST = 1_000_000  # characters of HTML
_AS_MUCH = 0.9  # of the longest text, by which another one with more paragraphs is as good
_DEEPEST = 4
_LONGEST_TITLE = 500
_LONGEST_NAME = 60
_TAGS = re.compile(r"<[^<>]*>")
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_TITLE = re.compile(r"(?:[a-z]+_)?(?:title|headlines?|name|heading)")
_TEXT = re.compile(
    r"(?:(?:article|story|post|news|main|full|raw|rich|page)_)*(?:content|body|text|paragraphs?|story|blocks|components|html|elements)"
    r"(?:_(?:html|text|elements|blocks|body|content|json|raw|parsed|rendered|data))*"
)
_HOLDER = re.compile(r"(?:article|story|post|content|body|data|attributes|fields|detail|rendered)(?:_\w+)?")
_STANDFIRST = re.compile(r"sub_?(?:title|headline|head)|standfirst|dek|deck|chapo|intro")


def place(tree: Element, title: str) -> bool:
    """Replaces what the page shows by the article in its scripts, below its title; False if they hold none.

    It is the page's article if an object has the page's title and, in a field named as a text, sixty words of prose or more.
    """
    body = tree.find("body")
    if body is None or count_words(title) < _LONG_TITLE:
        return False
    article = _best(_texts(page_state.values(tree), key(title)))
    if article is None:
        return False
    for child in list(body):
        body.remove(child)
    heading = lxml.html.Element("h1")
    heading.text = title
    article.insert(0, heading)
    body.text = None
    body.append(article)
    return True


def _best(texts: Iterable[tuple[str, str]]) -> Element | None:
    """The longest text that is prose; of those nearly as long, the one with most paragraphs."""
    found: list[tuple[int, int, Element]] = []
    for html, standfirst in texts:
        article = _article(html, standfirst)
        lines = [block.text for block in blocks.read(article)] if article is not None else []
        words = list(map(count_words, lines))
        sentences = sum(
            count
            for count, line in zip(words, lines, strict=True)
            if count >= _SENTENCE and SENTENCE_END.search(line)
        )
        if article is not None and sum(words) >= _FEWEST_WORDS and sentences >= _PROSE * sum(words):
            found.append((sum(words), len(lines), article))
    longest = max((words for words, _, _ in found), default=0)
    return max(
        (each for each in found if each[0] >= _AS_MUCH * longest),
        key=lambda each: each[1],
        default=(0, 0, None),
    )[2]


def _article(html: str, standfirst: str) -> Element | None:
    try:
        article = lxml.html.fromstring(f"<article>{standfirst}<div>{html}</div></article>", parser=_parser())
    except (etree.LxmlError, ValueError):
        return None
    return None if article.tag != "article" or too_deep(article) else article


def _texts(values: list[object], title: str) -> Iterator[tuple[str, str]]:
    """The texts of all objects that have the title, and their standfirst, as HTML."""
    objects = [item for value in values for item in _objects(value)]
    known: dict[str, object] = {
        name: held
        for item in objects
        for name, held in item.items()
        if ":" in name and isinstance(held, dict)
    }
    own = [item for item in objects if any(_agrees(stated, title) for stated in _titles(item))]
    held = ((item, text) for item in own for text in _held(item, known, 0))
    for item, text in islice(held, _MOST_TEXTS):
        if html := rich_text.to_html(text):
            yield html[:_LONGEST], rich_text.to_html(_standfirst(item))


def _objects(root: object) -> Iterator[dict[str, object]]:
    """Every object in a value, each once."""
    waiting, seen = [root], set[int]()
    while waiting and len(seen) < _MOST_OBJECTS:
        value = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, dict):
            yield value
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        waiting.extend(item for item in inner if isinstance(item, (dict, list)))


def _titles(item: dict[str, object]) -> Iterator[str]:
    """What an object says in fields named as a title, or one level below, as `headlines.basic`."""
    for name, value in item.items():
        if _TITLE.fullmatch(_spelled(name)):
            for stated in value.values() if isinstance(value, dict) else (value,):
                if isinstance(stated, str):
                    yield stated


def _agrees(stated: str, title: str) -> bool:
    spelled = key(_TAGS.sub("", unescape(stated[:_LONGEST_TITLE])))
    return spelled == title or (
        count_words(spelled) >= _LONG_TITLE
        and (spelled in title or title in spelled)
        and min(len(spelled), len(title)) > max(len(spelled), len(title)) / 2
    )


def _held(item: dict[str, object], known: dict[str, object], depth: int) -> Iterator[object]:
    """What stands in an object's fields named as a text, and in those of the objects that hold its parts."""
    reference = item.get("__ref")
    if isinstance(reference, str) and isinstance(referred := known.get(reference), dict):
        item = referred
    for name, value in item.items():
        spelled = _spelled(name)
        if value and _TEXT.fullmatch(spelled):
            yield value
        if (
            isinstance(value, dict)
            and depth < _DEEPEST
            and (_HOLDER.fullmatch(spelled) or _TEXT.fullmatch(spelled))
        ):
            yield from _held(value, known, depth + 1)


def _standfirst(item: dict[str, object]) -> str:
    return next(
        (
            value
            for name, value in item.items()
            if isinstance(value, str)
            and _STANDFIRST.fullmatch(_spelled(name))
            and count_words(value) >= _SENTENCE
        ),
        "",
    )


def _spelled(name: str) -> str:
    return _CAPITAL.sub("_", name[:_LONGEST_NAME]).lower().replace("-", "_")


def _parser() -> lxml.html.HTMLParser:
    return lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
