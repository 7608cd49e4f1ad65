"""How an article is shown to a person in Python: as text, and as HTML in a notebook.

Text from a page is data: it is escaped in HTML, and control characters, which a terminal would obey, become spaces.
"""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from articles.model import Article

_KEPT = "\n\u200c\u200d"  # (non-)joiners: Persian, Indic scripts and emoji need them


def printable(text: str) -> str:
    """The text with a space for each control character and each invisible one that may reverse its direction."""
    return "".join(c if c.isprintable() or c in _KEPT else " " for c in text)


def safe_html(text: str) -> str:
    """The printable text, escaped for HTML, including attributes."""
    return escape(printable(text))


def link(url: str, text: str) -> str:
    """A link in HTML; only the text if the URL is not http(s)."""
    shown = safe_html(text)
    return f'<a href="{safe_html(url)}">{shown}</a>' if url.startswith(("http://", "https://")) else shown


def byline(article: "Article") -> str:
    """Authors, site and date in one line; "" if the article has none of them."""
    day = article.published_on or (article.published_at.date() if article.published_at else None)
    parts = (", ".join(article.authors), article.site_name or article.source, day.isoformat() if day else "")
    return " · ".join(filter(None, parts))


def as_text(article: "Article") -> str:
    """Title, byline, lead and paragraphs, separated by empty lines."""
    parts = (article.title, byline(article), article.lead, *article.body)
    return printable("\n\n".join(filter(None, parts)))


def as_html(article: "Article") -> str:
    """The article as HTML; captions and cuts are collapsed."""
    return "\n".join(_html(article))


def _html(article: "Article") -> Iterator[str]:
    yield f'<article dir="auto"><h3>{link(article.url, article.title or article.url)}</h3>'
    if line := byline(article):
        yield f"<p><small>{safe_html(line)}</small></p>"
    if article.lead:
        yield f"<p><em>{safe_html(article.lead)}</em></p>"
    yield from (f"<p>{safe_html(paragraph)}</p>" for paragraph in article.body)
    captions = [(image.caption, image.credit, image.status) for image in article.images if image.caption]
    yield from _folded("captions", ("caption", "credit", "status"), captions)
    cuts = [(cut.text, cut.rule, cut.place, cut.evidence) for cut in article.removed]
    yield from _folded("cuts", ("cut", "rule", "place", "evidence"), cuts)
    yield "</article>"


def _folded(name: str, columns: Iterable[str], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    if rows:
        yield f"<details><summary>{len(rows)} {name}</summary>{table(columns, [map(safe_html, row) for row in rows])}</details>"


def table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of cells that are already HTML."""
    head = "".join(f"<th>{column}</th>" for column in columns)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
