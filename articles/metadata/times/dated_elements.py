"""Find the elements of a page that state when its article was published, and tell those of other things from them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urldefrag

from articles.dom import INLINE, Element, is_short, select, text_of
from articles.text import key, tidy
from articles.urls import absolute

_MARKED = select(
    "//time | //@pubdate/parent::* | //@itemprop[.='datePublished' or .='dateCreated']/parent::*"
    " | //@property[contains(., 'datePublished')]/parent::*[not(self::meta)] | //abbr/@class[contains(., 'published')]/parent::*[@title]"
)
_HEADINGS = select("//h1")
_DATE_NAME = re.compile(r"date|datum|time|publi|posted|stamp|fecha|byline|dateline|meta", re.IGNORECASE)
_FOREIGN = re.compile(
    r"comment|komment|coment|reacti|discuss|\brepl(?:y|ies)|disqus|feedback|related|sidebar|side-bar|teaser|widget|most-?read|popular|"
    r"recommend|newsletter|promo|latest|trending|read-?more|see-?also|more-(?:stories|news)|ticker|breaking|masthead|top-?bar|nav-?bar|"
    r"site-?header|header-?top|current-?date|today",
    re.IGNORECASE,
)
_FOREIGN_TAGS = frozenset(("aside", "nav", "footer", "figure", "figcaption", "blockquote"))
_MOST_BESIDE = 120  # characters of a line that states a date
_UPDATE_NAME = re.compile(r"updat|modif|edited|revis|aktualis", re.IGNORECASE)
_UPDATE = re.compile(
    r"updat|modif|revised|edited|correct|aktualis|aktualiz|geändert|bearbeitet|\bstand\b|actuali|mise? à jour|aggiorn|atualiz|"
    r"bijgewerkt|gewijzigd|oppdater|opdater|uppdater|ändrad|päivitet|обновл|измен|оновл|güncel|更新|最終更新|수정|업데이트|cập nhật|"
    r"diperbarui|अपडेट|تحديث|ενημέρωση|frissít|atnaujint",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(
    r"publi|posted|veröffentlicht|erstellt|pubbl|opublik|опублик|oluştur|発表|公開|掲載|发布|發布|입력",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"(?:\d\D*){5}")
_SILENT = frozenset(("script", "style", "noscript", "template", "svg", "select", "option"))
_AFTER, _BEFORE = 700, 250  # characters of text from the headline within which a date is the article's own
_MOST_ELEMENTS = 400
_LONGEST_TEXT = 100
_MOST_TEXTS = 12
_MOST_MARKED = 60


@dataclass(frozen=True, slots=True)
class Dated:
    """A text that should be a date. `marked`: it is written for machines; `near`: it stands at the headline."""

    text: str
    marked: bool
    near: bool


def dated(tree: Element, title: str, url: str) -> list[Dated]:
    """The article's own dates in the page, those at the headline first (below it before above it), then in page order.

    Left out are those of updates, and of what is not the article: masthead, lists of others, comments, a date in the prose.
    """
    place = _Place(tree, title, url)
    found = []
    elements = sorted(_MARKED(tree)[:_MOST_MARKED], key=place.is_above)
    for element in elements:
        if element.tag != "meta" and element.get("itemprop") == "dateModified":
            continue
        stated = element.get("datetime") or element.get("content") or ""
        stated = stated or (element.get("title", "") if element.tag == "abbr" else "")
        text = stated or (text_of(element) if is_short(element, _LONGEST_TEXT) else "")
        if any(each.isdigit() for each in text) and not place.is_foreign(element) and not _is_update(element):
            found.append(Dated(tidy(text), bool(stated), place.is_near(element)))
    found += [Dated(text, False, True) for text in place.texts()]
    return sorted(found, key=lambda each: (not each.near, not each.marked))


class _Place:
    """Where the headline is, and what stands around it."""

    def __init__(self, tree: Element, title: str, url: str) -> None:
        self._url = url
        self._heading = _heading(tree, title)
        self._around: list[Element] = []
        above: list[Element] = []
        if self._heading is not None:
            self._around = [*self._heading.iter(), *_within(_following(self._heading), _AFTER)]
            above = list(_within(_preceding(self._heading), _BEFORE))
            home = _home(self._heading)
            above = [each for each in above if not home.isdisjoint(each.iterancestors())]
            self._around += above
        self._near = set(self._around)
        self._above = set(above)
        self._path = set() if self._heading is None else {self._heading, *self._heading.iterancestors()}
        self._is_in_article = any(each.tag == "article" for each in self._path)

    def is_above(self, element: Element) -> bool:
        return element in self._above

    def is_near(self, element: Element) -> bool:
        return element in self._near

    def is_foreign(self, element: Element) -> bool:
        if element in self._path:
            return False
        if _is_prose(element) or self._is_beside_headline(element):
            return True
        for outer in (element, *element.iterancestors()):
            if outer in self._path or outer.tag in ("body", "html", "head"):
                return False
            if outer is not element and self._is_of_another(outer):
                return True
            names = f"{outer.get('class') or ''} {outer.get('id') or ''}"
            if _FOREIGN.search(names):
                return True
        return False

    def _is_beside_headline(self, element: Element) -> bool:
        """Whether it stands in one block with a link to another page that reads as a headline."""
        block = next((each for each in element.iterancestors() if each.tag not in INLINE), None)
        if block is None or block in self._path or not is_short(block, 2 * _LONGEST_TEXT):
            return False
        return any(self._leads_away(link) and _is_headline(text_of(link)) for link in block.iter("a"))

    def _leads_away(self, link: Element) -> bool:
        there = urldefrag(absolute(link.get("href") or "", self._url))[0] if link.get("href") else ""
        return bool(there) and there.rstrip("/") != urldefrag(self._url)[0].rstrip("/")

    def _is_of_another(self, outer: Element) -> bool:
        tag = outer.tag
        if tag in _FOREIGN_TAGS or "Comment" in (outer.get("itemtype") or ""):
            return True
        if tag == "a":
            return self._leads_away(outer)
        if tag == "article":
            return self._is_in_article
        is_banner = tag == "header" or outer.get("role") == "banner"
        return is_banner and not any(each.tag in ("article", "main") for each in outer.iterancestors())

    def texts(self) -> Iterator[str]:
        """Short texts at the headline that are named as dates, or hold little but figures."""
        left = _MOST_TEXTS
        for element in self._around:
            if not left or not isinstance(element.tag, str) or element.tag in ("time", "a", "h1", *_SILENT):
                continue
            if len(element) > 6 or not is_short(element, _LONGEST_TEXT):
                continue
            if not _DIGITS.search("".join(element.itertext())):
                continue
            text = text_of(element)
            names = f"{element.get('class') or ''} {element.get('id') or ''}"
            named = _DATE_NAME.search(names) or _PUBLISHED.search(text)
            if len(text) > (_LONGEST_TEXT if named else 40):
                continue
            if not _UPDATE.search(text) and not self.is_foreign(element) and not _is_update(element):
                left -= 1
                yield text


def _is_headline(text: str) -> bool:
    """Whether it has four words, or twelve letters of a script without spaces."""
    return len(text.split()) > 3 or (len(text) > 11 and not text.isascii() and " " not in text)


def _heading(tree: Element, title: str) -> Element | None:
    """The h1 of the title, else the only one."""
    headings = _HEADINGS(tree)[:20]
    wanted = key(title)
    for heading in headings:
        text = key(text_of(heading))
        if text and wanted and (text in wanted or wanted in text):
            return heading
    return headings[0] if len(headings) == 1 else None


def _home(heading: Element) -> set[Element]:
    """The elements around the headline, up to its article, or else the three next to it, without the body."""
    outer = list(heading.iterancestors())
    last = next((n for n, each in enumerate(outer) if each.tag in ("article", "main")), 2)
    return {each for each in outer[: last + 1] if each.tag != "body"}


def _following(element: Element) -> Iterator[Element]:
    """The elements after it, in page order."""
    for outer in (element, *element.iterancestors()):
        for sibling in outer.itersiblings():
            yield from sibling.iter()


def _preceding(element: Element) -> Iterator[Element]:
    """The elements before it that do not hold it, the nearest first."""
    for outer in (element, *element.iterancestors()):
        for sibling in outer.itersiblings(preceding=True):
            yield from reversed(list(sibling.iter()))


def _within(elements: Iterator[Element], most: int) -> Iterator[Element]:
    """Those that stand within so many characters of text."""
    size = 0
    for number, element in enumerate(elements):
        if size > most or number > _MOST_ELEMENTS:
            return
        if isinstance(element.tag, str) and element.tag not in _SILENT:
            yield element
            size += len((element.text or "").strip())
        size += len((element.tail or "").strip())


def _is_prose(element: Element) -> bool:
    """Whether it stands in a line that says more than a date."""
    block = next((each for each in element.iterancestors() if each.tag not in INLINE), None)
    if block is None:
        return False
    size = len((block.text or "").strip())
    for child in block:
        size += len((child.tail or "").strip())
        size += (
            sum(len(text.strip()) for text in child.itertext())
            if child.tag in INLINE and child is not element
            else 0
        )
        if size > _MOST_BESIDE:
            return True
    return False


def _is_update(element: Element) -> bool:
    """Whether the element states when something was changed: by its name, or by what stands before it."""
    names = " ".join(element.get(name) or "" for name in ("class", "id", "itemprop", "property"))
    own = text_of(element) if is_short(element, _LONGEST_TEXT) else ""
    if _PUBLISHED.search(names) or _PUBLISHED.search(own):
        return False
    return bool(_UPDATE_NAME.search(names) or _UPDATE.search(own) or _UPDATE.search(_label(element)))


def _label(element: Element) -> str:
    """The last words before it on its line; "" if there are none, or another date."""
    for inner in (element, *element.iterancestors()):
        outer, previous = inner.getparent(), inner.getprevious()
        if outer is None or (inner is not element and inner.tag not in INLINE):
            return ""
        label = (outer.text if previous is None else previous.tail) or ""
        if len(label.strip()) < 2 and previous is not None and isinstance(previous.tag, str):
            label = text_of(previous) if is_short(previous, 40) else ""
        if len(label.strip()) > 1:
            return "" if any(each.isdigit() for each in label) else label[-40:]
        if previous is not None:
            return ""
    return ""
