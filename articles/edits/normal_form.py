"""What two versions of an article are compared by: its text without what is cosmetic.

Cosmetic is how something is set, not what it says: white space, paragraphs broken elsewhere, the form of quotation
marks, dashes and dots, invisible characters, another encoding of one character; and lines that change by themselves
(`passing_lines.py`). All else is an edit: a word, a figure, upper and lower case, a full stop.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from hashlib import blake2b

from articles.edits.passing_lines import is_passing
from articles.edits.seen import SeenArticle, Wording, seen
from articles.model import PARTS, Article, Part
from articles.text import tidy

# Guillemets with spaces inside them, as in French.
_OPENING, _CLOSING = re.compile(r"(?<!\w)([«‹])\s+"), re.compile(r"\s+([»›])(?!\w)")
_DOUBLE = re.compile("[“”„‟″«»〝〞〟＂]|''|‚‚|,,")
_SINGLE = re.compile("[‘’‚‛′‹›´`ʼ＇]")
_DASHES = re.compile(r"\s*(?:[‐‑‒–—―−﹘﹣－]|-)+\s*")
_BEFORE_MARK = re.compile(r"\s+(?=[?!:;,.%…])")

_TEXTS: tuple[Part, ...] = PARTS[:-1]  # all but the times

Marks = tuple[str, ...]


def normal(text: str) -> str:
    """The text in one line without what is cosmetic in it."""
    text = _CLOSING.sub(r"\1", _OPENING.sub(r"\1", text))
    text = _SINGLE.sub("'", _DOUBLE.sub('"', text))
    text = tidy(unicodedata.normalize("NFKC", text))
    return _BEFORE_MARK.sub("", _DASHES.sub("-", text)).strip()


def marks(wording: Wording) -> Marks:
    """A 64-bit hash each of title, lead, body (with its notes) and captions in their normal form; "" for what is empty."""
    parts = (
        normal(wording.title),
        _joined([wording.lead]),
        _joined([*wording.body, *wording.notes]),
        "\n".join(sorted(filter(None, map(normal, wording.captions)))),
    )
    return tuple(blake2b(part.encode(), digest_size=8).hexdigest() if part else "" for part in parts)


def differing(before: Marks, after: Marks) -> tuple[Part, ...]:
    """The parts whose texts differ."""
    return tuple(part for part, old, new in zip(_TEXTS, before, after, strict=True) if old != new)


def redated(before: date | None, after: date | None) -> bool:
    """Whether the stated day of publication was moved; that one begins or ceases to be stated says nothing."""
    return before is not None and after is not None and before != after


def edited(before: Article, after: Article) -> tuple[Part, ...]:
    """What was edited between two cleanings of one address; nothing if the change is cosmetic or there is none.

    When an article says that it was modified is no edit of it: many sites renew that with every answer.
    """
    return _edited(seen(before), seen(after))


def _edited(before: SeenArticle, after: SeenArticle) -> tuple[Part, ...]:
    texts = differing(marks(before.wording), marks(after.wording))
    return (*texts, "times") if redated(before.stated_on, after.stated_on) else texts


def _joined(paragraphs: Iterable[str]) -> str:
    lines = (normal(line) for paragraph in paragraphs for line in paragraph.splitlines())
    return " ".join(line for line in lines if line and not is_passing(line))
