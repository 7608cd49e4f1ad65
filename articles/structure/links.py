"""Which links of a text carry meaning, and where in it they stand."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from urllib.parse import urlsplit

from articles.dom import Element
from articles.extraction.blocks import Block, Run, cell_runs
from articles.structure.markup import Link
from articles.text import tidy
from articles.urls import absolute, host, same_site

_LONGEST = 2_000  # characters of a URL
_BETWEEN = len(" | ")  # characters
# Parts of paths, whole, of a site's own lists of what it has on a topic.
# fmt: off
_TOPICS = frozenset((
    "tag", "tags", "tagg", "tagged", "tagi", "topic", "topics", "thema", "themen", "themenseiten", "theme", "themes", "tema", "temas",
    "temat", "emne", "sujet", "sujets", "etiqueta", "etiquetas", "etiket", "argomento", "argomenti", "onderwerp", "onderwerpen",
    "hashtag", "keyword", "keywords", "stichwort", "schlagwort", "search", "suche", "buscar", "recherche",
))
# fmt: on
_SHARES = re.compile(
    r"https?://(?:[\w-]{1,63}\.){0,4}(?:facebook\.com/(?:sharer|share\.php|dialog/|hashtag/)|(?:twitter|x)\.com/(?:intent|share|home\?|hashtag/)|"
    r"linkedin\.com/(?:sharearticle|sharing|feed/hashtag)|instagram\.com/explore/tags|tiktok\.com/tag/|pinterest\.[a-z.]{2,6}/pin/create|"
    r"reddit\.com/submit|(?:t|telegram)\.me/share|wa\.me/|whatsapp\.com/send|vk\.com/share|getpocket\.com/(?:save|edit)|"
    r"bsky\.app/(?:intent|hashtag)|threads\.(?:net|com)/intent|tumblr\.com/(?:share|widgets/share)|xing\.com/spi/|addtoany\.com/|"
    r"line\.me/(?:r/)?share|ycombinator\.com/submitlink)",
    re.IGNORECASE,
)


def read(block: Block, base: str, page: str) -> tuple[Link, ...]:
    """The links of a block that lead to what it speaks of: not to share buttons, lists of a topic, or the page itself."""
    found = _in_row(block) if block.kind == "row" else _places(block.text, block.runs, 0)
    return tuple(
        Link(start=start, end=end, url=url) for start, end, link in found if (url := _meant(link, base, page))
    )


def _meant(link: Element, base: str, page: str) -> str:
    """Where the link leads; "" if that carries no meaning."""
    address = link.get("href") or ""
    if len(address) > _LONGEST or link.get("rel") == "tag":
        return ""
    url = absolute(address, base)
    if not url or _SHARES.match(url) or url.partition("#")[0] == page:
        return ""
    is_list = not _TOPICS.isdisjoint(urlsplit(url).path.lower().split("/"))
    return "" if is_list and (host(url) == host(page) or same_site(url, page)) else url


def _places(text: str, runs: Iterable[Run], at: int) -> Iterator[tuple[int, int, Element]]:
    """Where in the tidied text, from `at` on, the links of its raw runs stand.

    It ends where an accent joins with a letter over the edge of a link, so that the texts differ.
    """
    for link, group in groupby(runs, key=lambda run: run[1]):
        label = tidy("".join(piece for piece, _ in group))
        start = text.find(label, at, at + len(label) + _BETWEEN)
        if start < 0 or text[at:start].strip(" |"):
            return
        at = start + len(label)
        if link is not None and label:
            yield start, at, link


def _in_row(row: Block) -> Iterator[tuple[int, int, Element]]:
    cells = [list(cell_runs(cell)) for cell in row.element.iterchildren("td", "th")]
    at = 0
    for runs in cells:
        yield from _places(row.text, runs, at)
        at += len(tidy("".join(piece for piece, _ in runs))) + _BETWEEN
