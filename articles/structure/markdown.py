"""An article as Markdown (CommonMark, with the tables of GitHub): what it says is text, whatever Markdown would make of it."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from articles.display import printable
from articles.structure.markup import TextBlock, cell_places

if TYPE_CHECKING:
    from articles.model import Article

_ENTITY = r"&(?=#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{0,40};)"
# What means something anywhere in a line; an underscore between letters does not.
_ANYWHERE = re.compile(rf"[\\`*\[\]~]|_(?!(?<=[^\W_]_)[^\W_])|<(?=[A-Za-z/!?])|{_ENTITY}")
# What would begin a block of another kind.
_FIRST = re.compile(r"^(?:(?=#{1,6}(?:\s|$)|[-+](?:[-\s]|$)|>)|(\d{1,9})(?=[.)](?:\s|$)))")
_LAST_HASHES = re.compile(r"(?:(?<=\s)|^)(?=#+$)")
_IN_ADDRESS = re.compile(rf"[\\<>]|{_ENTITY}")
_ESCAPE = r"\\"  # a backslash, in a pattern's replacement
_TICKS = re.compile(r"`+")


def markdown(article: "Article") -> str:
    """The article as a document: title, URL, authors and date as front matter (YAML), title, lead and blocks."""
    parts = [_front_matter(article)]
    if article.title:
        parts.append(_heading(1, _text(article.title).strip()))
    if article.lead:
        parts.append(f"*{_text(article.lead).strip()}*")
    return "\n\n".join([*parts, *_parts(article.blocks)]) + "\n"


def _front_matter(article: "Article") -> str:
    published = article.published_at or article.published_on
    lines = [
        f"title: {_quoted(article.title)}",
        f"url: {_quoted(article.url)}",
        f"authors: [{', '.join(map(_quoted, article.authors))}]",
        *([f"published: {published.isoformat().replace('+00:00', 'Z')}"] if published else ()),
    ]
    return "\n".join(("---", *lines, "---"))


def _quoted(text: str) -> str:
    """A string of JSON, which is one of YAML."""
    return json.dumps(printable(text), ensure_ascii=False)


def _parts(blocks: Sequence[TextBlock]) -> Iterator[str]:
    """What stands between empty lines."""
    for kind, group in groupby(blocks, key=_together):
        same = list(group)
        if kind == "list":
            yield _list(same)
        elif kind == "row":
            yield from _table(same)
        elif kind == "quote":
            yield "\n>\n".join(f"> {_line(block)}" for block in same)
        elif kind == "heading":
            yield from (
                _heading(max(2, block.level), _inline(block)) for block in same
            )  # the title is the first
        elif kind == "preformatted":
            yield from map(_fenced, same)
        else:
            yield from map(_line, same)


def _together(block: TextBlock) -> str:
    return "list" if block.kind == "item" or (block.level and block.kind != "heading") else block.kind


def _list(blocks: Iterable[TextBlock]) -> str:
    lines: list[str] = []
    starts: list[int] = []  # where the text of each item that is open begins
    for block in blocks:
        depth = min(block.level - (block.kind == "item"), len(starts))
        nested = 0 < depth == len(starts)
        del starts[depth:]
        marker = ""
        if block.kind == "item":
            marker = "- " if block.number is None else f"{block.number}. "
            starts.append(len(marker))
        # a list that begins with another number does not end the paragraph above
        apart = not marker or (nested and block.number not in {None, 1})
        lines.append(f"{chr(10) if apart else ''}{' ' * sum(starts[:depth])}{marker}{_line(block)}")
    return "\n".join(lines).lstrip("\n")


def _table(rows: Sequence[TextBlock]) -> Iterator[str]:
    """The first row is the head, since a table has one; rows of one cell each are paragraphs."""
    cells = [[_cell(row, start, end) for start, end in cell_places(row)] for row in rows]
    width = max(map(len, cells))
    if width == 1:
        yield from (_line(row, *cell_places(row)[0]) for row in rows)
        return
    lines = [f"| {' | '.join(row + [''] * (width - len(row)))} |" for row in cells]
    yield "\n".join((lines[0], f"|{' --- |' * width}", *lines[1:]))


def _cell(row: TextBlock, start: int, end: int) -> str:
    return _inline(row, start, end).replace("|", "\\|")


def _fenced(block: TextBlock) -> str:
    fence = "`" * max((3, *(len(ticks) + 1 for ticks in _TICKS.findall(block.text))))
    return f"{fence}\n{printable(block.text)}\n{fence}"


def _heading(level: int, inline: str) -> str:
    return f"{'#' * level} {_LAST_HASHES.sub(_ESCAPE, inline)}"


def _line(block: TextBlock, start: int = 0, end: int | None = None) -> str:
    """The text of a block between two places, of which nothing begins a block of another kind."""
    return _FIRST.sub(rf"\1{_ESCAPE}", _inline(block, start, end))


def _inline(block: TextBlock, start: int = 0, end: int | None = None) -> str:
    """The text of a block between two places, with its links."""
    text, at, stop = block.text, start, len(block.text) if end is None else end
    pieces: list[str] = []
    for link in block.links:
        if at <= link.start < link.end <= stop:
            before = _text(text[at : link.start])
            # with a link, an exclamation mark right before it is an image
            pieces.append(f"{before[:-1]}\\!" if before.endswith("!") else before)
            pieces.append(f"[{_text(text[link.start : link.end])}]({_address(link.url)})")
            at = link.end
    return "".join((*pieces, _text(text[at:stop]))).strip()


def _text(text: str) -> str:
    return _ANYWHERE.sub(rf"{_ESCAPE}\g<0>", printable(text))


def _address(url: str) -> str:
    escaped = _IN_ADDRESS.sub(rf"{_ESCAPE}\g<0>", printable(url))
    return f"<{escaped}>" if "(" in url or ")" in url else escaped
