"""Text as content systems hand it to scripts (HTML, lines, lists of blocks), as HTML.

Blocks of Arc, Sanity, Contentful, ProseMirror, Lexical, Slate and Editor.js differ in their names alone: each has a type
and holds text or further blocks.
"""

import re
from html import escape, unescape

_DEEPEST = 20
_MOST = 1_000_000  # characters and objects
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,2000}>")
_ESCAPED = re.compile(r"\s*&lt;/?[a-zA-Z]")
# What a content system leaves for its own programs: `$$AD$$`, `{{ad}}`, `[gallery ids="1,2"]`.
_MARKS = re.compile(
    r"\$\$\w{1,40}\$\$|%%\w{1,40}%%|\{\{[^{}]{1,120}\}\}|\[/?(?:caption|gallery|embed|audio|video|playlist|ads?|related)\b[^\[\]]{0,300}\]"
)
_TYPE = ("type", "_type", "nodeType", "__typename", "tag", "tagName", "blockName", "kind", "style")
_INNER = (
    "content", "children", "text", "value", "html", "items", "data", "content_elements", "blocks", "paragraphs", "nodes",
    "root", "body", "rendered", "processed", "json", "document", "innerHTML", "raw",
)  # fmt: skip
_TEASED = ("url", "href", "slug", "path", "link", "canonical_url", "permalink")
_TITLED = ("title", "headline", "name")
_LEFT_OUT = re.compile(
    r"image|img|photo|picture|figure|caption|credit|video|audio|podcast|galler|slide|embed|iframe|script|social|tweet|instagram|"
    r"advert|(?:^|[-_])ads?(?:$|[-_\d])|promo|related|recirc|teaser|newsletter|interstitial|subscri|paywall|author|byline|divider|"
    r"correction|comment|poll|quiz|map|chart",
    re.IGNORECASE,
)
_KINDS = (
    (re.compile(r"head(?:ing|er|line)|^title|^h[1-6]$", re.IGNORECASE), "h2"),
    (re.compile(r"(?:^|[-_])li$|item", re.IGNORECASE), "li"),
    (re.compile(r"list|^[uo]l$", re.IGNORECASE), "ul"),
    (re.compile(r"quote", re.IGNORECASE), "blockquote"),
    (re.compile(r"para|^p$|^text$|^block$|^normal$", re.IGNORECASE), "p"),
)
_IN_A_LINE = ("p", "h2", "li")


def to_html(value: object) -> str:
    """The value as HTML, without pictures, players, embedded posts, advertisements and teasers; "" if it holds no text."""
    return _Writer().html(value, 0, in_line=False)


class _Writer:
    """Bounds what is read of a value, which may hold itself."""

    def __init__(self) -> None:
        self._left = _MOST

    def html(self, value: object, depth: int, *, in_line: bool) -> str:
        if depth > _DEEPEST or self._left <= 0:
            return ""
        self._left -= 1 + (len(value) if isinstance(value, str) else 0)
        if isinstance(value, str):
            return _string(value, in_line=in_line)
        if isinstance(value, list):
            return "".join(self.html(item, depth + 1, in_line=in_line) for item in value)
        return self._block(value, depth, in_line=in_line) if isinstance(value, dict) else ""

    def _block(self, block: dict[str, object], depth: int, *, in_line: bool) -> str:
        kinds = [kind for name in _TYPE if isinstance(kind := block.get(name), str)]
        if any(map(_LEFT_OUT.search, kinds)) or _is_teaser(block):
            return ""
        inner = next(
            (held for name in _INNER if (held := block.get(name)) and isinstance(held, (str, list, dict))), ""
        )
        tag = "" if in_line else _tag(kinds)
        if isinstance(inner, str) and _MARKUP.match(inner.lstrip()):
            tag = "" if tag == "p" else tag
        text = self.html(inner, depth + 1, in_line=in_line or tag in _IN_A_LINE)
        return f"<{tag}>{text}</{tag}>" if tag and text else text


def _tag(kinds: list[str]) -> str:
    return next((tag for kind in kinds for known, tag in _KINDS if known.search(kind)), "")


def _string(text: str, *, in_line: bool) -> str:
    text = _MARKS.sub("", text)
    if _ESCAPED.match(text):
        text = unescape(text)
    if _MARKUP.search(text):
        return text
    text = unescape(text)
    return escape(text) if in_line else "".join(f"<p>{escape(line)}</p>" for line in text.splitlines())


def _is_teaser(block: dict[str, object]) -> bool:
    return any(block.get(name) for name in _TEASED) and any(block.get(name) for name in _TITLED)
