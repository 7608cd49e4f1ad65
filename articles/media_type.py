"""What a Content-Type header says, read as browsers do, and what the first bytes of a body say where it says nothing. Pure."""

import codecs
import re

_WORD = r"[!#$%&'*+.^_`|~0-9a-z-]+"
# A type ends where a parameter begins; some servers put a blank or nothing in place of the semicolon.
_TYPE = re.compile(rf"({_WORD}/{_WORD})(?=[;\s(]|$)")
_VALUES = re.compile(r'(?:"(?:\\.|[^"\\])*(?:"|$)|[^",])+', re.DOTALL)
# Types that say that the type is not known: they are sniffed (MIME Sniffing, 7)
_UNKNOWN = frozenset(("", "*/*", "application/unknown", "unknown/unknown"))

# MIME Sniffing, 7.1: the patterns for text/html, which look at no more than the resource header. A tag may also end in
# another blank than the space, and a comment is one whatever follows; a byte order mark, which means plain text there, is skipped.
_RESOURCE_HEADER = 1445
_TAGS = "!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p"
_HTML = re.compile(rf"[\t\n\f\r ]*<(?:(?:{_TAGS})[\t\n\f\r >]|!--)".encode(), re.IGNORECASE)
_XML = re.compile(rb"[\t\n\f\r ]*<\?xml")


def essence(header: str) -> str:
    """Type and subtype of a Content-Type header, in lower case; "" where it has none that says something.

    Of several, separated by commas, the last counts (Fetch, "extract a MIME type"); what is no type is passed over.
    """
    types = [_TYPE.match(value.strip().lower()) for value in _VALUES.findall(header)]
    stated = [found[1] for found in types if found and found[1] not in _UNKNOWN]
    return stated[-1] if stated else ""


def looks_like_html(body: bytes) -> bool:
    """Whether the body begins like a web page (https://mimesniff.spec.whatwg.org/, section 7.1), XHTML included."""
    start = body[:_RESOURCE_HEADER].removeprefix(codecs.BOM_UTF8)
    return bool(_HTML.match(start) or (_XML.match(start) and b"<html" in start.lower()))
