"""Whether an address is another page of an article: the article's own address but for the number of a page."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

# fmt: off
_WORDS = (
    "page", "pages", "pag", "pg", "pagina", "pagine", "seite", "sida", "side", "strona", "strana", "stranica", "str", "sayfa", "sivu",
    "oldal", "hal", "halaman", "trang",
)
_PARAMETERS = frozenset((
    *_WORDS, "p", "pn", "pageno", "page_no", "page-no", "pagenum", "page_num", "pagenumber", "page_number", "pageindex", "page_index",
    "paged", "_page", "currentpage", "current_page", "curpage", "pagewanted", "start", "limitstart", "article_page", "story_page",
))
# Of searches and lists, if they have a value.
_LISTS = frozenset((
    "q", "query", "search", "s", "suche", "buscar", "recherche", "keyword", "keywords", "term", "tag", "tags", "author", "autor",
    "year", "month", "day", "date", "cpage",
))
_LIST_FOLDERS = frozenset((
    "tag", "tags", "category", "categories", "kategorie", "categoria", "categorie", "author", "authors", "autor", "search", "suche",
))
_WHOLE = frozenset((
    "all", "alle", "full", "single", "whole", "complete", "one", "singlepage", "single-page", "single_page", "onepage", "one-page",
    "fullpage", "full-page", "viewall", "view-all", "view_all", "showall", "show-all", "show_all", "allpages", "all-pages", "allonepage",
    "komplettansicht", "gesamt", "komplett", "tout", "todo", "tutto", "semua",
))
_SWITCHES = _WHOLE - {"one"} | {"nopaging", "no_paging", "nopagination"}
# fmt: on
_SHOWN_BY = _PARAMETERS | {"view", "show", "display", "paging", "pagination"}
_ON = frozenset(("", "1", "true", "yes", "on", "all"))
_NUMBER = re.compile(r"[0-9]{1,2}")
_WORD = rf"(?:{'|'.join(_WORDS)}|p)"
_EXTENSION = r"\.[a-z]{2,5}"
_SEGMENT = re.compile(
    rf"(?P<stem>.*)/(?:(?P<word>{_WORD})[-_=]?)?(?P<number>[0-9]{{1,2}})(?P<end>{_EXTENSION})?",
    re.IGNORECASE,
)
_WORD_SEGMENT = re.compile(
    rf"(?P<stem>.*)/(?P<word>{_WORD})/(?P<number>[0-9]{{1,2}})(?P<end>)", re.IGNORECASE
)
_SUFFIX = re.compile(
    rf"(?P<stem>.*?[^-_,./])(?P<mark>[-_,.])(?:(?P<word>{_WORD})[-_=]?)?(?P<number>[0-9]{{1,2}})(?P<end>{_EXTENSION})?",
    re.IGNORECASE,
)
_HINT = 5  # characters
_LONGEST_URL = 2_000  # characters
_IN_QUERY = re.compile(r"=[0-9]{1,2}\s*(?:&|$)")
_INDEX = re.compile(r"/(?:index|default)\.[a-z]{2,5}", re.IGNORECASE)
_WHOLE_SUFFIX = re.compile(
    rf"(?P<stem>.*[^-_,./])[-_,/](?P<word>[a-z_-]{{3,16}})(?P<end>{_EXTENSION})?", re.IGNORECASE
)
_OF_A_STORY = re.compile(
    r"[^\W\d_]|[0-9]{5}"
)  # a part of a path that says more than a year, a month or a day
_SLUG = re.compile(r"[-_][^-_]+[-_]|[0-9]{5}|%|\.[a-z]{2,5}$")
_DATE = re.compile(r"(?:^|[^0-9])(?:19|20)[0-9]{2}(?:[-_./]?[0-9]{1,2})?$")
_IDENTITY = re.compile(r"(?:.*id|p|article|story|news|a)", re.IGNORECASE)


class Numbered(NamedTuple):
    """An address that is that of the article but for a number: what is before and after the number in it.

    `own` is the number of the page that names it, None if its address has none; `number` may be lower. `sure`: nothing else is
    counted like that.
    """

    url: str
    before: str
    after: str
    number: int
    own: int | None
    sure: bool


class _Stem(NamedTuple):
    """What is left of an address without the number of a page."""

    place: str
    pairs: tuple[str, ...]


class _Reading(NamedTuple):
    stem: _Stem
    form: str
    start: int  # of the number in the address
    end: int
    sure: bool


@dataclass(frozen=True, slots=True)
class OwnAddress:
    """The addresses of a page: without a number, and with one, by how it is written."""

    bare: frozenset[_Stem]
    numbers: dict[tuple[_Stem, str], int]
    hosts: frozenset[str]
    hints: frozenset[str]  # how the last parts of the paths begin

    @classmethod
    def of(cls, urls: Iterable[str]) -> "OwnAddress":
        """Of canonical URLs of one page."""
        bare: set[_Stem] = set()
        numbers: dict[tuple[_Stem, str], int] = {}
        for url in dict.fromkeys(urls):
            bare.add(_stem(url))
            for reading in _readings(url):
                numbers.setdefault((reading.stem, reading.form), int(url[reading.start : reading.end]))
        places = [stem.place for stem in (*bare, *(stem for stem, _ in numbers))]
        return cls(
            frozenset(bare),
            numbers,
            hosts=frozenset(place.partition("/")[0] for place in places),
            hints=frozenset(map(_hint, places)),
        )

    def may_be_page(self, address: str) -> bool:
        """Whether a link's address may be that of a page, as far as can be seen at once."""
        path, _, query = address.strip().partition("#")[0].partition("?")
        if not (_ends_in_number(path.rstrip("/ ")) or (query and _IN_QUERY.search(query))):
            return False
        if len(address) > _LONGEST_URL:
            return False
        lowered = path.lower()
        is_relative = "/" not in path.rstrip("/") or path.startswith(".")
        if not is_relative and not any(hint in lowered for hint in self.hints):
            return False
        before, slashes, rest = path.partition("//")
        return (
            not slashes or "/" in before or rest.partition("/")[0].lower().removeprefix("www.") in self.hosts
        )

    def page(self, url: str) -> Numbered | None:
        """How a canonical URL is another page of the article; None if it is not."""
        for reading in _readings(url):
            own = self.numbers.get((reading.stem, reading.form))
            number = int(url[reading.start : reading.end])
            if own is None and reading.stem not in self.bare:
                continue
            if number != own and (number or own):
                before, after = url[: reading.start], url[reading.end :]
                return Numbered(url, before, after, number, own, reading.sure)
            return None
        return None

    def is_here(self, url: str) -> bool:
        """Whether a canonical URL is that of the page itself, or of the article without a number."""
        return _stem(url) in self._stems

    @property
    def _stems(self) -> frozenset[_Stem]:
        return self.bare | {stem for stem, _ in self.numbers}

    def is_whole(self, url: str) -> bool:
        """Whether a canonical URL is the article's address with a word for all of its pages."""
        return any(stem in self._stems for stem in _without_whole(url))


def _ends_in_number(path: str) -> bool:
    """Whether a path ends in one or two digits, with an extension or without; no regular expression, as every link is asked."""
    if not path[-1:].isdigit():
        path = path.rpartition(".")[0] if "." in path[-6:] else ""
    return 0 < len(path) - len(path.rstrip("0123456789")) < 3


def _hint(place: str) -> str:
    """How the last part of a path begins; "" if links may spell it otherwise."""
    _, slash, last = place.rpartition("/")
    return "" if not slash or "%" in last else last[:_HINT].lower()


def in_order(urls: Iterable[str], own: Sequence[str]) -> tuple[str, ...]:
    """The further pages of an article with these addresses, each once and by their numbers; as they come where some have none."""
    address = OwnAddress.of(own)
    found = [url for url in dict.fromkeys(urls) if url not in own]
    numbered = [address.page(url) for url in found]
    numbers = [each.number for each in numbered if each]
    if len(numbers) < len(found) or len({(each.before, each.after) for each in numbered if each}) > 1:
        return tuple(found)
    return tuple(url for _, url in sorted(zip(numbers, found, strict=True)))


def _stem(url: str) -> _Stem:
    head, _, query = url.partition("?")
    return _Stem(_place(head), tuple(sorted(filter(_says, query.split("&")))))


def _place(head: str) -> str:
    """Host and path in one form, whatever scheme and trailing slash."""
    return _INDEX.sub("", head.partition("://")[2].removeprefix("www.").rstrip("/"))


def _says(pair: str) -> bool:
    return not pair.endswith("=") and bool(pair)


def _readings(url: str) -> Iterator[_Reading]:
    """The ways in which an address can be that of a page with a number, the likeliest first."""
    if "#" in url:
        return
    head, _, query = url.partition("?")
    pairs = query.split("&") if query else []
    if any(pair.partition("=")[0].lower() in _LISTS and _says(pair) for pair in pairs) or _is_of_a_list(head):
        return
    yield from _in_query(head, pairs)
    if head.count("/") > 2:
        rest = tuple(sorted(filter(_says, pairs)))
        yield from _in_path(head, rest)


def _is_of_a_list(head: str) -> bool:
    return not _LIST_FOLDERS.isdisjoint(head.lower().split("/")[3:-1])


def _in_query(head: str, pairs: list[str]) -> Iterator[_Reading]:
    at = len(head) + 1
    place = _place(head)
    for index, pair in enumerate(pairs):
        name, _, value = pair.partition("=")
        if name.lower() in _PARAMETERS and _NUMBER.fullmatch(value):
            rest = tuple(sorted(filter(_says, pairs[:index] + pairs[index + 1 :])))
            if "/" in place or any(_is_identity(each) for each in rest):
                yield _Reading(_Stem(place, rest), f"?{name}", at + len(name) + 1, at + len(pair), sure=True)
        at += len(pair) + 1


def _is_identity(pair: str) -> bool:
    name, _, value = pair.partition("=")
    return _IDENTITY.fullmatch(name) is not None and any(map(str.isdigit, value))


def _in_path(head: str, rest: tuple[str, ...]) -> Iterator[_Reading]:
    path = head.rstrip("/")
    for pattern in (_WORD_SEGMENT, _SEGMENT):
        found = pattern.fullmatch(path)
        if (
            found
            and _OF_A_STORY.search(last := found["stem"].rpartition("/")[2])
            and found["stem"].count("/") > 2
        ):
            sure = bool(found["word"]) or _SLUG.search(last) is not None
            for end in {found["end"] or "", ""}:
                stem = _Stem(_place(found["stem"] + end), rest)
                yield _Reading(stem, f"/{(found['word'] or '').lower()}", *found.span("number"), sure)
    found = _SUFFIX.fullmatch(path)
    if found and found["stem"].count("/") > 2 and not _DATE.search(found["stem"]):
        word = (found["word"] or "").lower()
        for end in {found["end"] or "", ""}:
            stem = _Stem(_place(found["stem"] + end), rest)
            yield _Reading(stem, f"{found['mark']}{word}", *found.span("number"), sure=len(word) > 1)


def _without_whole(url: str) -> Iterator[_Stem]:
    head, _, query = url.partition("?")
    pairs = query.split("&") if query else []
    for index, pair in enumerate(pairs):
        name, _, value = pair.lower().partition("=")
        if (name in _SHOWN_BY and value in _WHOLE) or (name in _SWITCHES and value in _ON):
            rest = tuple(sorted(filter(_says, pairs[:index] + pairs[index + 1 :])))
            yield _Stem(_place(head), rest)
    rest = tuple(sorted(filter(_says, pairs)))
    found = _WHOLE_SUFFIX.fullmatch(head.rstrip("/"))
    if found and found["word"].lower() in _WHOLE:
        for end in {found["end"] or "", ""}:
            yield _Stem(_place(found["stem"] + end), rest)
