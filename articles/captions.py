"""Picture captions: found by markup, taken out of the tree, parted from their credits."""

import re

import lxml.html
from lxml import etree

from articles.model import Image, Removal
from articles.text import key, tidy
from articles.urls import absolute

_MARKED = etree.XPath(
    "//figcaption | //figure//*[contains(@class, 'aption')] |"
    " //*[self::div or self::p or self::span or self::dd or self::small or self::em or self::td or self::h4]["
    " contains(@class, 'aption') or contains(@class, 'photo-credit') or contains(@class, 'image-credit')"
    " or contains(@class, 'img-credit') or contains(@class, 'photoCredit') or contains(@class, 'imageCredit')"
    " or contains(@class, 'bildunterschrift') or contains(@class, 'bild-unterschrift') or contains(@class, 'bildtext')"
    " or contains(@class, 'image-source') or contains(@class, 'img-desc') or contains(@class, 'image-desc')"
    " or contains(@class, 'foto-desc') or contains(@class, 'pie-foto') or contains(@class, 'pie-de-foto')"
    " or contains(@class, 'didascalia') or contains(@class, 'legende') or contains(@class, 'cutline')"
    " or @itemprop='caption']"
)
_CREDITED = etree.XPath(
    ".//*[contains(@class, 'redit') or contains(@class, 'opyright') or contains(@class, 'source') or"
    " contains(@class, 'author') or contains(@class, 'photographer') or contains(@class, 'agency') or"
    " contains(@class, 'byline') or @itemprop='copyrightHolder' or @itemprop='author' or self::small or self::cite]"
)
_PICTURES = etree.XPath(".//img | .//source | .//amp-img")
_PARAGRAPHS = etree.XPath(".//p | .//br")

_AGENCIES = r"AFP|AP|Reuters|Getty(?: Images)?|EPA(?:-EFE)?|EFE|dpa|TASS|Xinhua|ANSA|PA(?: Media| Wire)?|Shutterstock|iStock|Alamy|IMAGO|NurPhoto|Bloomberg|APA|SDA|Keystone|ANP|TT|NTB|PAP|РИА Новости|ТАСС"
_CREDIT_MARK = (
    r"photos?|photograph(?:er|y)?|fotos?|images?|pictures?|picture alliance|bild|bildquelle|quelle|source|credits?|"
    r"crédits?(?: photo)?|imagen|illustration|фото|写真|图片来源|图|사진|copyright|ảnh|zdj\.|fot\."
)
_CREDIT_END = re.compile(
    rf"\s*(?:"
    rf"[(\[](?:[^()\[\]]{{0,80}}\b)?(?:{_AGENCIES}|{_CREDIT_MARK})\b[^()\[\]]{{0,80}}[)\]]"
    rf"|(?:^|(?<=[.!?\"”'’…|—–)])\s?|\s[|/–—-]\s?)(?:{_CREDIT_MARK})\s*(?:credit|by|courtesy of)?\s*[:：=/|©]\s?[^.:]{{1,80}}"
    rf"|[©Ⓒ]\s?.{{1,80}}"
    rf"|(?:^|(?<=[.!?\"”'’…]))\s*(?:[\w'’.-]+\s){{0,4}}[\w'’.-]*\s?[/|,]\s?(?:{_AGENCIES})(?:\s?[/|,]?\s?[\w'’.-]+){{0,4}}"
    rf"|\b(?:via|/)\s?(?:{_AGENCIES})"
    rf")\W*$",
    re.IGNORECASE,
)
_LONGEST = 700
_MOST = 100
_LAZY = ("data-src", "data-lazy-src", "data-original", "src", "data-srcset", "srcset")


def take(tree: lxml.html.HtmlElement, base: str) -> tuple[tuple[Image, ...], tuple[Removal, ...]]:
    """Cuts every caption near a picture out of the tree.

    A marked text of several paragraphs, or longer than 700 characters, is a mislabelled body and stays.
    """
    images: dict[str, Image] = {}
    removed: list[Removal] = []
    for element in _MARKED(tree):
        if element.getroottree().getroot() is not tree or not _is_caption(element):
            continue
        figure = _figure(element)
        if figure is None and element.tag != "figcaption":
            continue
        whole = tidy(" ".join(element.itertext()))
        image = _image(element, figure, base)
        _merge(images, image)
        if whole:
            removed.append(Removal(text=whole, rule="caption", place="caption", evidence=selector(element)))
        element.drop_tree()
    return tuple(images.values())[:_MOST], tuple(removed)


def split_credit(caption: str) -> tuple[str, str]:
    """Parts a caption from the credit at its end: ("Troops near Izmir.", "AFP photo")."""
    match = _CREDIT_END.search(caption, max(0, len(caption) - 200))
    if match is None:
        return caption, ""
    return caption[: match.start()].rstrip(" |/–—-"), match[0].strip(" ()[]|/–—-")


def selector(element: lxml.html.HtmlElement) -> str:
    """A short CSS-like name of an element: `div.story__caption`."""
    marks = "".join(f".{name}" for name in (element.get("class") or "").split()[:3])
    return f"{element.tag}{'#' + element.get('id') if element.get('id') else ''}{marks}"[:100]


def _is_caption(element: lxml.html.HtmlElement) -> bool:
    text = element.text_content()
    return len(text) <= 2 * _LONGEST and len(tidy(text)) <= _LONGEST and len(_PARAGRAPHS(element)) <= 3


def _figure(element: lxml.html.HtmlElement) -> lxml.html.HtmlElement | None:
    """The nearest of three ancestors (or the figure) that holds a picture and little other text."""
    own = len(element.text_content())
    for level, ancestor in enumerate(element.iterancestors()):
        if ancestor.tag in ("body", "html", "article", "main"):
            return None
        if ancestor.tag != "figure" and (level >= 4 or len(ancestor.text_content()) > own + _LONGEST):
            return None
        if ancestor.tag == "figure" or _PICTURES(ancestor):
            return ancestor
    return None


def _image(element: lxml.html.HtmlElement, figure: lxml.html.HtmlElement | None, base: str) -> Image:
    stated = ""
    for part in _CREDITED(element):
        if part.getparent() is not None and (text := tidy(part.text_content())) and len(text) <= 120:
            stated = text
            part.drop_tree()
            break
    caption, credit = split_credit(tidy(" ".join(element.itertext())))
    return Image(url=_address(figure, base), caption=caption, credit=credit if not stated else stated)


def _address(figure: lxml.html.HtmlElement | None, base: str) -> str:
    for picture in _PICTURES(figure) if figure is not None else ():
        for attribute in _LAZY:
            url = (picture.get(attribute) or "").strip().partition(" ")[0].rstrip(",")
            if url and not url.startswith("data:") and (found := absolute(url, base)):
                return found
    return ""


def _merge(images: dict[str, Image], image: Image) -> None:
    """Adds a picture; a nested caption node or a credit beside the caption completes what is there."""
    known = images.get(image.url) if image.url else None
    if known is None:
        if image.caption or image.credit:
            images[image.url or key(image.caption + image.credit)] = image
        return
    caption = (
        known.caption
        if key(image.caption) in key(known.caption)
        else f"{known.caption} {image.caption}".strip()
    )
    images[image.url] = Image(url=image.url, caption=caption, credit=known.credit or image.credit)
