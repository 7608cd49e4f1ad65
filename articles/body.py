"""The running text of an article: trafilatura on our tree, the page's own articleBody where that finds far less."""

import logging
import re

import lxml.html
from lxml import etree
from trafilatura import bare_extraction
from trafilatura.settings import Document

from articles.dom import Element
from articles.text import tidy

for _name in ("trafilatura", "htmldate", "courlan", "justext"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)  # their warnings are our rejections, with reasons

_STATED_WINS = 3
_RULER = re.compile(r"[-–—*•·=~#|. ]+")  # drawn between parts of a text
_BLOCK = re.compile(r"</?(?:p|div|br|li|ul|ol|h[1-6]|blockquote|table|tr|section|figure)\b", re.IGNORECASE)


def paragraphs(tree: Element, url: str, stated: str) -> list[str]:
    """Paragraphs, list items and table rows in reading order. The tree is used up.

    `stated` is JSON-LD's articleBody: precise but often cut short, so it only wins when it is at least three times
    as long as what the markup gave.
    """
    document = bare_extraction(tree, url=url, include_comments=False, with_metadata=False)
    lines = document.text.split("\n") if isinstance(document, Document) and document.text else []
    found = [line for raw in lines if (line := tidy(raw)) and not _RULER.fullmatch(line)]
    spelled = _spelled_out(stated)
    return spelled if len(" ".join(spelled)) > _STATED_WINS * len(" ".join(found)) else found


def _spelled_out(stated: str) -> list[str]:
    if "<" in stated and ">" in stated and stated.strip():
        parted = _BLOCK.sub(r"\n\g<0>", stated.encode("utf-8", "ignore").decode())
        element = lxml.html.fromstring(f"<div>{parted}</div>")
        etree.strip_elements(element, "script", "style", with_tail=False)
        stated = "".join(map(str, element.itertext()))
    return [line for raw in stated.split("\n") if (line := tidy(raw))]
