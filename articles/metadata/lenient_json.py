"""Read JSON that has a slip, as a person would read it; for what the strict reader has refused.

Read besides JSON: comments of JavaScript and HTML, CDATA marks, commas too many or missing, single quotes, keys without
quotes, quotes and line breaks inside a string, escapes that JSON lacks, brackets missing at the end, and values one after
another. Nothing is guessed: a value that is not whole, or that holds anything else, is not read, nor is what comes after it.
"""

import re

_DEEPEST = 100  # the reader recurses, and a page decides how often
_BETWEEN = re.compile(
    r"(?:[\s\x00-\x1f\ufeff;]|//[^\n\r]*|/\*.*?\*/|<!--[^<{\[]*?-->|<!--|-->|<!\[CDATA\[|\]\]>)*", re.DOTALL
)
_NUMBER = re.compile(r"[-+]?(?:[0-9]{1,300}(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,9})?(?![\w.])")
_NAME = re.compile(r"[^\W\d][\w$]*|[$@][\w$]+")
_WORDS: dict[str, bool | None] = {"true": True, "True": True, "false": False, "False": False}
_WORDS |= {"null": None, "None": None, "undefined": None, "NaN": None}
_TO_QUOTE = {quote: re.compile(rf"[^{quote}\\]*(?:\\.[^{quote}\\]*)*", re.DOTALL) for quote in "\"'"}
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|.))", re.DOTALL)
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "\n": "", "\r": "", "\r\n": ""}
# What follows a quote that ends a string. All bounded, but for white space, which no two quotes share.
_KEY = r"""(?:"(?:[^"\\]|\\.){0,80}"|'(?:[^'\\]|\\.){0,80}'|[^\W\d][\w$]{0,80})\s*:"""
_REMARK = r"//|/\*|<!--"
_CLOSED = rf"[}}\]](?:\s*(?:[,;}}\]\"'{{\[<]|{_REMARK}|-->|$)|[ \t]*[\r\n])"
_LITERAL = r"(?:true|false|null)\s*[,\]]"
_AFTER_KEY = re.compile(rf"\s*(?::|{_REMARK})")
_AFTER_MEMBER = re.compile(rf"\s*(?:,\s*(?:,|{_KEY}|{_CLOSED}|{_REMARK})|{_KEY}|{_CLOSED}|{_REMARK})")
_AFTER_ITEM = re.compile(
    rf"\s*(?:,\s*(?:[,\"'{{\[\d-]|{_LITERAL}|{_CLOSED}|{_REMARK})|{_CLOSED}|{_REMARK})|[ \t]*[\r\n]\s*[\"']"
)


class _SlipError(Exception):
    """What stands here cannot be read."""


def read(text: str) -> list[object]:
    """The whole values in a text, up to the first that cannot be read; in time linear in the text's length."""
    reader, found = _Reader(text), list[object]()
    try:
        while reader.skip(",") in ("{", "["):
            found.append(reader.value(0))
    except _SlipError:
        pass
    return found


class _Reader:
    """A place in the text, which only moves forward."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def skip(self, marks: str = "") -> str:
        """Moves past what means nothing, and past any of the marks; gives the character there, "" at the end."""
        while True:
            between = _BETWEEN.match(self._text, self._at)
            self._at = between.end() if between else self._at
            here = self._text[self._at : self._at + 1]
            if not here or here not in marks:
                return here
            self._at += 1

    def value(self, depth: int, after: re.Pattern[str] = _AFTER_ITEM) -> object:
        """The value that begins here; a string ends at a quote before what `after` matches."""
        here = self.skip()
        if depth > _DEEPEST:
            raise _SlipError
        if here == "{":
            return self._object(depth + 1)
        if here == "[":
            return self._list(depth + 1)
        if here in ('"', "'"):
            return self._string(here, after)
        if here.isalpha():
            return self._word()
        return self._number()

    def _object(self, depth: int) -> dict[str, object]:
        found: dict[str, object] = {}
        self._at += 1
        while (here := self.skip(",")) not in ("}", ""):
            key = self._string(here, _AFTER_KEY) if here in ('"', "'") else self._taken(_NAME)
            if self.skip() != ":":
                raise _SlipError
            self._at += 1
            found[key] = None if self.skip() in (",", "}") else self.value(depth, _AFTER_MEMBER)
        self._at += 1
        return found

    def _list(self, depth: int) -> list[object]:
        found: list[object] = []
        self._at += 1
        while self.skip(",") not in ("]", ""):
            found.append(self.value(depth))
        self._at += 1
        return found

    def _string(self, quote: str, after: re.Pattern[str]) -> str:
        start = self._at = self._at + 1
        while True:
            self._taken(_TO_QUOTE[quote])
            if self._at >= len(self._text):
                raise _SlipError
            self._at += 1
            if after.match(self._text, self._at):
                return _unescaped(self._text[start : self._at - 1])

    def _word(self) -> object:
        word = self._taken(_NAME)
        if word not in _WORDS:
            raise _SlipError
        return _WORDS[word]

    def _number(self) -> float:
        written = self._taken(_NUMBER)
        if self._at == len(self._text):  # perhaps cut short
            raise _SlipError
        return int(written) if written.lstrip("+-").isdigit() else float(written)

    def _taken(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if not found:
            raise _SlipError
        self._at = found.end()
        return found.group()


def _unescaped(text: str) -> str:
    """As JavaScript reads it; two halves of a character (surrogates) become one."""
    if "\\" not in text:
        return text
    plain = _ESCAPE.sub(_character, text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _character(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2]
    return chr(int(code, 16)) if code else _ESCAPED.get(escape[3], escape[3])
