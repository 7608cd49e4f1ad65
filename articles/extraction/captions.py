"""Picture captions: found by markup, cut from the tree, and split from their credits."""

import re
from dataclasses import replace
from functools import lru_cache
from itertools import islice

from articles.credits import FILE, SIDE, WORDS, is_marked, split_credit
from articles.dom import Element, attached, is_short, name_of, select, test, text_of
from articles.model import Image, Removal, Rule
from articles.text import ENDS, key
from articles.urls import absolute

_MAY_BE_MARKED = select("//@class/parent::* | //@itemprop[. = 'caption']/parent::* | //figcaption")
_MARKED_TAGS = frozenset(("div", "p", "span", "dd", "small", "em", "td", "h4"))
_MARKED_NAME = re.compile(
    "aption|(?:photo|image|img)-credit|(?:photo|image)Credit|bild-?unterschrift|bildtext|image-source|(?:img|image|foto)-desc|"
    "pie-(?:de-)?foto|didascalia|legende|cutline"
)
_CREDITED = select(
    ".//*[contains(@class, 'redit') or contains(@class, 'opyright') or contains(@class, 'source') or"
    " contains(@class, 'author') or contains(@class, 'photographer') or contains(@class, 'agency') or"
    " contains(@class, 'byline') or @itemprop='copyrightHolder' or @itemprop='author' or self::small or self::cite]"
)
_PICTURES = select(".//img | .//source | .//amp-img")
_PARAGRAPHS = select(".//p | .//br")
# A block that is named after its only picture: any other text in it is the caption.
_FRAMED = select(
    "(//div | //span | //p | //td)"
    "/@class[contains(., 'image') or contains(., 'img') or contains(., 'photo') or contains(., 'picture')]"
    "/parent::*[count(.//img) = 1]/*[self::p or self::span or self::div][not(.//img)]"
)
_FRAME = re.compile(
    r"(?:^|[\s_-])(?:image|img|photo|picture)s?[_-]?(?:block|wrap|wrapper|box|holder|container|frame)?(?:$|\s)"
)
_PICTURE_NAME = re.compile(r"(?:^|[\s_-])(?:image|img|photo|picture|foto)(?:$|[\s_-])")
_FRAME_LONGEST = 400
_BESIDE = 60  # characters, white space included: a button's label
_TEXT = test("normalize-space()")
_COMPOSED = test(".//p | .//li | .//h2 | .//h3 | .//table")
_PAGE = frozenset(("body", "html", "article", "main"))
_LINES = frozenset(("div", "span", "em", "i", "small", "center", "figcaption"))
_LONGEST_LINE = 300
_LONGEST_TOLD = 400
_FILE_LONGEST = 50  # of what ends a caption and says that its picture is an old one
_CAPTIONED = "data-captioned"  # set on what a caption was cut from: its picture has no other
_HAS_CAPTION = test(f"(descendant-or-self::* | ancestor::*[position() < 4])[@{_CAPTIONED}]")
_PARAGRAPH = 80
_FEWEST_BELOW_TITLE = 4  # words

_WING = re.compile(rf"[(（\[](?:{'|'.join(each for words in WORDS.values() for each in words.wing)})[)）\]]")
_FILE_START = re.compile(rf"\W*(?:{FILE})", re.IGNORECASE)
_FILE_END = re.compile(rf"(?:{FILE})\W*$", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_ENDED = re.compile(rf"[{ENDS}:;,]\W*$")
_LONGEST = 700
_MOST = 100
# A placeholder for a picture that a script loads later.
_STAND_IN = re.compile(
    r"^data:|(?:(?:^|[/_-])(?:spacer|blank|transparent|1x1|pixel|loading|lazy(?:load)?)|placeholder[\w-]{0,40})\.(?:gif|png|svg|jpe?g|webp)(?:\?|$)",
    re.IGNORECASE,
)
_LAZY = ("data-src", "data-lazy-src", "data-original", "src", "data-srcset", "srcset")


def take(tree: Element, base: str) -> tuple[tuple[Image, ...], tuple[Removal, ...]]:
    """Cuts every caption near a picture from the tree.

    Text marked as a caption that has more than three paragraphs or 700 characters is a mislabelled body and stays.
    """
    images: dict[str, Image] = {}
    removed: list[Removal] = []
    for element in [*filter(_is_marked, _MAY_BE_MARKED(tree)), *filter(_stands_in_frame, _FRAMED(tree))]:
        if not attached(element, tree) or not _is_caption(element):
            continue
        figure = _figure(element)
        if figure is None and element.tag != "figcaption":
            continue
        whole = text_of(element)
        image = _image(element, figure, base)
        _merge(images, image)
        if figure is not None:
            figure.set(_CAPTIONED, "")
        if whole:
            removed.append(Removal(text=whole, rule=Rule.CAPTION, place="caption", evidence=name_of(element)))
        element.drop_tree()
    return tuple(images.values())[:_MOST], tuple(removed)


def without_title(image: Image, title: str) -> Image:
    """The picture without the article's title in front of its caption."""
    start, rest = image.caption[: len(title)], image.caption[len(title) :].lstrip(" .:|–—-")
    repeated = len(title) >= _PARAGRAPH / 4 and start.casefold() == title.casefold()
    if repeated and not rest[:1].islower() and len(rest.split()) >= _FEWEST_BELOW_TITLE:
        return replace(image, caption=rest)
    return image


def picture_of(line: Element, text: str) -> Element | None:
    """The picture right above a line of the text, if the line is a caption without caption markup; else None.

    Such a line is in a small box or between paragraphs without being one; or it is a sentence in bold or italics below a
    paragraph (so not a standfirst, which has none above it, nor a question); or it begins like the picture's alt text; or
    it ends in a credit, in a box with the picture alone; or
    its own words tell, and the picture, which may then be right below, has no marked caption.
    """
    if len(text) > _LONGEST_TOLD:
        return None
    picture = _picture_above(line)
    near = _picture_below(line) if picture is None else picture
    if near is not None and not _HAS_CAPTION(near) and says_so(text):
        return near
    if len(text) > _LONGEST_LINE or picture is None:
        return None
    alternative = next((key(image.get("alt") or "") for image in picture.iter("img")), "")
    spelled = key(text)
    described = alternative == spelled != "" or (
        len(spelled) > _PARAGRAPH / 4 and alternative.startswith(spelled)
    )
    own = described or _is_apart(line) or _is_emphasised(line, text) or _is_credited(line, picture, text)
    return picture if own else None


def says_so(text: str) -> bool:
    """Whether a line's own words make it a caption: who stands where, that the picture is of the archive, or whose it is."""
    old = _FILE_START.match(f"{text} ") or _FILE_END.search(f"{text} ", max(0, len(text) - _FILE_LONGEST))
    if old or is_marked(split_credit(text)[1]):
        return True
    return any(
        not text[: where.start()].split()[-1:][0][:1].islower()
        for where in (*SIDE.finditer(text), *(_WING.finditer(text) if _YEAR.search(text) else ()))
        if text[: where.start()].strip()
    )


def unmarked(text: str, picture: Element, base: str) -> Image:
    """The picture with a caption found by `picture_of`."""
    caption, credit = split_credit(text)
    return Image(url=_address(picture, base), caption=caption, credit=credit)


def of_rule(text: str, element: Element | None, base: str) -> Image:
    """The picture with a caption that a rule of its site knows; without an address if no picture is near it."""
    caption, credit = split_credit(text)
    return Image(
        url=_address(None if element is None else _figure(element), base), caption=caption, credit=credit
    )


def _picture_above(line: Element) -> Element | None:
    if line.tag in _LINES and next(line.iterdescendants("img"), None) is not None:
        return line
    at: Element | None = line
    for _ in range(3):
        if at is None or at.tag in _PAGE:
            return None
        for above in at.itersiblings(preceding=True):
            if above.tag == "img" or next(above.iterdescendants("img"), None) is not None:
                return above if is_short(above, _LONGEST_LINE) and not _COMPOSED(above) else None
            if _TEXT(above):
                return None
        at = at.getparent()
    return None


def _picture_below(line: Element) -> Element | None:
    for below in line.itersiblings():
        if below.tag == "img" or next(below.iterdescendants("img"), None) is not None:
            return below if is_short(below, 0) else None
        if _TEXT(below):
            return None
    return None


def _is_apart(line: Element) -> bool:
    box = line.getparent()
    if box is None:
        return False
    if line.tag not in _LINES:
        return bool(_PICTURE_NAME.search(box.get("class") or "")) and is_short(box, _FRAME_LONGEST)
    return is_short(box, _FRAME_LONGEST) or len(list(islice(filter(_TEXT, box.iterchildren("p")), 3))) > 2


def _is_credited(line: Element, picture: Element, text: str) -> bool:
    """Whether a paragraph ends in a credit of any kind, in a box with its picture and little else."""
    box = picture.getparent()
    return (
        box is not None
        and (box is line.getparent() or box in line.iterancestors())
        and is_short(box, len(text) + _BESIDE)
        and bool(split_credit(text)[1])
    )


def _is_emphasised(line: Element, text: str) -> bool:
    if line.tag != "p" or text[-1] not in ".)。" or (line.text or "").strip():
        return False
    if text[-1] == ")" and text[-2:-1] not in ".。" and not split_credit(text)[1]:
        return False  # `Ida Holm (Quay Books)`: whose item the picture is
    inner = [child for child in line if _TEXT(child)]
    return (
        len(inner) == 1
        and inner[0].tag in ("strong", "b", "em", "i")
        and not (inner[0].tail or "").strip()
        and any(not is_short(above, _PARAGRAPH) for above in line.itersiblings("p", preceding=True))
    )


def _is_marked(element: Element) -> bool:
    tag, name = element.tag, element.get("class", "")
    if tag in _MARKED_TAGS and (_is_marked_name(name) or element.get("itemprop") == "caption"):
        return True
    return tag == "figcaption" or (
        "aption" in name and next(element.iterancestors("figure"), None) is not None
    )


@lru_cache(maxsize=10_000)
def _is_marked_name(name: str) -> bool:
    return _MARKED_NAME.search(name) is not None


def _stands_in_frame(element: Element) -> bool:
    frame = element.getparent()
    return (
        frame is not None
        and _FRAME.search(frame.get("class") or "") is not None
        and len(frame.text_content()) <= _FRAME_LONGEST
    )


def _is_caption(element: Element) -> bool:
    return len(_PARAGRAPHS(element)) <= 3 and len(text_of(element)) <= _LONGEST


def _figure(element: Element) -> Element | None:
    """The nearest ancestor, up to four levels up, that is a figure or has a picture and little other text."""
    own = len(element.text_content())
    for level, ancestor in enumerate(element.iterancestors()):
        if ancestor.tag in ("body", "html", "article", "main"):
            return None
        if ancestor.tag != "figure" and (level >= 4 or len(ancestor.text_content()) > own + _LONGEST):
            return None
        if ancestor.tag == "figure" or _PICTURES(ancestor):
            return ancestor
    return None


def _image(element: Element, figure: Element | None, base: str) -> Image:
    stated = ""
    for part in _CREDITED(element):
        if (text := text_of(part)) and len(text) <= 120:
            stated = text
            part.drop_tree()
            break
    caption, credit = split_credit(text_of(element))
    return Image(url=_address(figure, base), caption=caption, credit=stated or credit)


def _address(figure: Element | None, base: str) -> str:
    for picture in _PICTURES(figure) if figure is not None else ():
        for attribute in _LAZY:
            url = (picture.get(attribute) or "").strip().partition(" ")[0].rstrip(",")
            if url and not _STAND_IN.search(url) and (found := absolute(url, base)):
                return found
    return ""


def _merge(images: dict[str, Image], image: Image) -> None:
    """Adds a picture, or completes it with the text of a nested caption or a separate credit."""
    known = images.get(image.url) if image.url else None
    if known is None:
        if image.caption or image.credit:
            images[image.url or key(image.caption + image.credit)] = image
        return
    needs_stop = known.caption and image.caption and not _ENDED.search(known.caption)
    caption = f"{known.caption}{'.' if needs_stop else ''} {image.caption}".strip()
    for part, whole in ((image.caption, known.caption), (known.caption, image.caption)):
        if key(part) in key(whole):
            caption = whole
            break
    images[image.url] = Image(url=image.url, caption=caption, credit=known.credit or image.credit)
