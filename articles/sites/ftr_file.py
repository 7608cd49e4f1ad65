"""The files of Full-Text RSS and wallabag (ftr-site-config): from the bytes of one to what it says of its site.

A line is `directive: value`. Whatever a file holds, it can be read: what is wrong with it, or of no use here, is in its
remarks, each with its line.
"""

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal, NamedTuple

import lxml.html
from lxml import etree

from articles.errors import SelectorError
from articles.sites import selectors
from articles.sites.selectors import Shape

RemarkKind = Literal["not_used", "ignored", "refused"]

MAX_BYTES = 262_144  # of a file; the largest of ftr-site-config has some 10,000
_MOST_REPLACED = 200  # strings of a file
_MOST_RULES = 500  # of one directive

# what is picked or cut by an XPath, and whether it must select elements
_XPATHS = {
    **dict.fromkeys(("title", "author", "date", "single_page_link", "next_page_link"), False),
    **dict.fromkeys(("body", "strip", "strip_attr"), True),
    "if_page_contains": False,
}
_WORDS = ("strip_id_or_class", "strip_image_src", "find_string", "replace_string")
_SWITCHES = ("prune", "autodetect_on_failure")
_NO_EFFECT = {
    "tidy": "pages are parsed as browsers do, without Tidy",
    "parser": "pages are parsed as browsers do",
    "single_page_link_in_feed": "pages that a feed names are not followed from there",
    "autodetect_next_page": "further pages are looked for anyway",
    "http_header": "requests are sent as broadsheet.toml says",
    "requires_login": "nobody logs in",
    "not_logged_in_xpath": "nobody logs in",
    "login_uri": "nobody logs in",
    "login_username_field": "nobody logs in",
    "login_password_field": "nobody logs in",
    "login_extra_fields": "nobody logs in",
    "strip_comments": "comments of the markup are never read",
    "convert_double_br_tags": "lines that end in <br> are paragraphs anyway",
    "src_lazy_load_attr": "addresses of pictures are found anyway",
    "insert_detected_image": "the picture that the page states is kept apart",
    "skip_json_ld": "what a file says goes before JSON-LD anyway",
    **dict.fromkeys(
        (
            "native_ad_clue",
            "skip_id_or_class",
            "dissolve",
            "footnotes",
            "wrap_in",
            "move_into",
            "post_strip_attr",
        ),
        "it is not known here",
    ),
}
DIRECTIVES = (*_XPATHS, *_WORDS, *_SWITCHES, "test_url", "test_contains", *_NO_EFFECT)
_LINES = re.compile(r"\r\n|\r|\n")
_REPLACEMENT = re.compile(r"replace_string\((.*?)\)\s*:(.*)", re.IGNORECASE | re.DOTALL)
_WITH_PLACE = re.compile(r"([a-z_]+)\(.*\)", re.IGNORECASE)
_SMALL_PAGE = lxml.html.document_fromstring("<html><head><title>a</title></head><body><p>b</p></body></html>")
_PAGE = Shape(size=1_000, depth=12, width=50)  # a usual one
_YES, _NO = ("yes", "true"), ("no", "false")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class Stated(NamedTuple):
    """A value, and the number of its line (from 1)."""

    line: int
    text: str


class Replacement(NamedTuple):
    line: int
    find: str
    put: str


class PageTest(NamedTuple):
    """A page to try the file on, and what its article has to contain."""

    line: int
    url: str
    contains: tuple[str, ...] = ()


class Remark(NamedTuple):
    """What is to be said of a line: it is not used here, ignored (as other programs ignore it), or refused."""

    line: int
    kind: RemarkKind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FtrFile:
    """What a file says of its site, in the order of its lines.

    Of `title`, `author`, `date` and `body`, the first that finds something counts. An `if_page_contains` has the line
    of the `single_page_link` that it is for. A switch that is not in the file is None.
    """

    name: str
    title: tuple[Stated, ...] = ()
    author: tuple[Stated, ...] = ()
    date: tuple[Stated, ...] = ()
    body: tuple[Stated, ...] = ()
    strip: tuple[Stated, ...] = ()
    strip_id_or_class: tuple[Stated, ...] = ()
    strip_image_src: tuple[Stated, ...] = ()
    strip_attr: tuple[Stated, ...] = ()
    single_page_link: tuple[Stated, ...] = ()
    next_page_link: tuple[Stated, ...] = ()
    if_page_contains: tuple[Stated, ...] = ()
    replacements: tuple[Replacement, ...] = ()
    prune: bool | None = None
    autodetect_on_failure: bool | None = None
    tests: tuple[PageTest, ...] = ()
    remarks: tuple[Remark, ...] = field(default=(), compare=False)


def read(name: str, data: bytes) -> FtrFile:
    """What a file of this name says. Never fails: what cannot be read is in its remarks."""
    reading = _Reading()
    if len(data) > MAX_BYTES:
        reading.remark(1, "refused", f"the file has {len(data):,} bytes, more than {MAX_BYTES:,}")
        return FtrFile(name=name, remarks=tuple(reading.remarks))
    for number, line in enumerate(_LINES.split(_decoded(data, reading.remark)), 1):
        reading.take(number, line.strip())
    return reading.file(name)


def from_root(path: str) -> str:
    """The XPath of a line as others evaluate it: from above the page's first element."""
    return path if selectors.is_xpath(path) else f"/{path}"


def _wrong(path: str, *, elements: bool) -> str:
    """What is wrong with an XPath, "" if nothing is."""
    try:
        selector = selectors.compiled(path)
        found = etree.XPath(path, regexp=False)(_SMALL_PAGE)
    except (SelectorError, etree.XPathError) as error:
        return str(error)
    if not isinstance(found, list | str) or (elements and isinstance(found, str)):
        return "it selects nothing on a page"
    return "" if selector.cost(_PAGE) <= selectors.MOST else "it would take too long on any page"


def _decoded(data: bytes, remark: Callable[[int, RemarkKind, str], None]) -> str:
    bom, encoding = next(((bom, name) for bom, name in _BOMS if data.startswith(bom)), (b"", "utf-8"))
    try:
        return data[len(bom) :].decode(encoding)
    except UnicodeDecodeError:
        remark(1, "ignored", f"the file is not {encoding.upper()}; it was read as Windows-1252")
        return data.decode("cp1252", "replace")


@dataclass(slots=True)
class _Reading:
    """What was read so far."""

    values: dict[str, list[Stated]] = field(default_factory=dict)
    switches: dict[str, bool] = field(default_factory=dict)
    tests: list[PageTest] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def remark(self, line: int, kind: RemarkKind, text: str) -> None:
        self.remarks.append(Remark(line, kind, text))

    def take(self, number: int, line: str) -> None:
        """Read a line, stripped."""
        if not line or line.startswith("#"):
            return
        if both := _REPLACEMENT.fullmatch(line):
            self._take_both(number, both[1], both[2].strip())
            return
        directive, colon, value = (part.strip() for part in line.partition(":"))
        if not colon:
            self.remark(number, "ignored", f"there is no colon: {line[:60]}")
            return
        name = directive.lower()
        if (placed := _WITH_PLACE.fullmatch(name)) and placed[1] in _NO_EFFECT:
            name = placed[1]
        if name not in DIRECTIVES:
            near = get_close_matches(name, DIRECTIVES, 1, 0.75)
            self.remark(
                number, "ignored", f"no directive: {directive[:40]}" + "".join(f" ({one}?)" for one in near)
            )
        elif not value:
            self.remark(number, "ignored", f"{name} has no value")
        else:
            self._take_value(number, name, value)

    def _take_value(self, number: int, name: str, value: str) -> None:
        if reason := _NO_EFFECT.get(name):
            self.remark(number, "not_used", f"{name}: {reason}")
        if name in _SWITCHES:
            self._switch(number, name, value.lower())
        elif name == "test_url":
            self.tests.append(PageTest(number, re.sub(r"^sec://", "https://", value)))
        elif name == "test_contains":
            self._expect(number, value)
        elif name == "if_page_contains":
            self._restrict(number, value)
        elif name in _WORDS or (name in _XPATHS and self._is_usable(number, name, value)):
            self._keep(number, name, value)

    def _keep(self, number: int, name: str, value: str) -> None:
        kept = self.values.setdefault(name, [])
        if len(kept) < _MOST_RULES:
            kept.append(Stated(number, value))
        else:
            self.remark(number, "refused", f"there are more than {_MOST_RULES} lines with {name}")

    def _take_both(self, number: int, find: str, put: str) -> None:
        if not find or not put:
            self.remark(number, "ignored", "replace_string has no value")
            return
        self._keep(number, "find_string", find)
        self._keep(number, "replace_string", put)

    def _switch(self, number: int, name: str, value: str) -> None:
        if value not in (*_YES, *_NO):
            self.remark(number, "ignored", f"{name} is yes or no; {value[:40]} counts as no")
        self.switches[name] = value in _YES

    def _expect(self, number: int, value: str) -> None:
        if not self.tests:
            self.remark(number, "ignored", "test_contains stands above the first test_url")
            return
        last = self.tests[-1]
        self.tests[-1] = last._replace(contains=(*last.contains, value))

    def _restrict(self, number: int, value: str) -> None:
        """Note on what pages the link above counts."""
        links = self.values.get("single_page_link")
        if not links:
            self.remark(number, "ignored", "if_page_contains stands above the first single_page_link")
        elif self._is_usable(number, "if_page_contains", value):
            self.values.setdefault("if_page_contains", []).append(Stated(links[-1].line, value))

    def _is_usable(self, number: int, name: str, value: str) -> bool:
        if wrong := _wrong(from_root(value), elements=_XPATHS[name]):
            self.remark(number, "refused", f"{name}: {wrong}: {value[:100]}")
        return not wrong

    def file(self, name: str) -> FtrFile:
        """All that was read."""
        return FtrFile(
            name=name,
            **{
                key: tuple(self.values.get(key, ()))
                for key in (*_XPATHS, "strip_id_or_class", "strip_image_src")
            },
            replacements=self._replacements(),
            prune=self.switches.get("prune"),
            autodetect_on_failure=self.switches.get("autodetect_on_failure"),
            tests=tuple(self.tests),
            remarks=tuple(sorted(self.remarks)),
        )

    def _replacements(self) -> tuple[Replacement, ...]:
        """Each string with its replacement, by their order; none at all where the numbers differ, as nobody knows which is whose."""
        finds, puts = self.values.get("find_string", []), self.values.get("replace_string", [])
        if len(finds) != len(puts):
            last = max(finds + puts)
            self.remark(
                last.line,
                "refused",
                f"{len(finds)} find_string, but {len(puts)} replace_string: none is used",
            )
            return ()
        if len(finds) > _MOST_REPLACED:
            self.remark(
                finds[_MOST_REPLACED].line,
                "refused",
                f"more than {_MOST_REPLACED} strings to replace: none is",
            )
            return ()
        return tuple(
            Replacement(find.line, find.text, put.text) for find, put in zip(finds, puts, strict=True)
        )
