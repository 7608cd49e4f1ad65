"""Text as the project keeps it: normalized white space and Unicode, and how words are counted."""

import re
import unicodedata

# Invisible and control characters are not text. Zero-width (non-)joiners stay: Persian, Indic scripts and emoji need them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]+"
)
_PLAIN = re.compile(r"[\t\n\r -~]*")  # nothing invisible, and normal in every form of Unicode
_MARKS = "".join(map(chr, (c for c in range(0x300, 0x10000) if unicodedata.category(chr(c)).startswith("M"))))
_LETTERS = rf"\w[\w{_MARKS}\u200c\u200d]*"  # vowel signs are marks, which \w does not match
_WORD = re.compile(rf"{_LETTERS}(?:['’ʼ-]{_LETTERS})*")
_ASCII_WORD = re.compile(r"\w+(?:['-]\w+)*", re.ASCII)  # the same, several times as fast
# Scripts without spaces between words; for a character class in a regex.
HAN_KANA = r"\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
THAI_TO_KHMER = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
# Ends of sentences in any script; for a character class in a regex.
FULL_STOPS = ".。．｡۔।॥։።။។"
ENDS = FULL_STOPS + "!?…！？؟"
SENTENCE_END = re.compile(rf"[{ENDS}]\W*$")  # quotation marks and brackets may follow
_UNSPACED = re.compile(f"[{HAN_KANA}]")
_UNSPACED_LONG = re.compile(f"[{THAI_TO_KHMER}]")


def tidy(text: str) -> str:
    """One line: NFC, no invisible or control characters, no lone surrogates, single spaces."""
    if not _PLAIN.fullmatch(text):
        text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    return " ".join(text.split())


def key(text: str) -> str:
    """A form to compare lines by: the case-folded words, separated by single spaces."""
    return " ".join(_words(unicodedata.normalize("NFKC", text).casefold()))


def tokens(text: str) -> list[str]:
    """Case-folded words in order; single characters for Han and kana, which have no spaces between words."""
    return _words(_UNSPACED.sub(r" \g<0> ", unicodedata.normalize("NFKC", text).casefold()))


def count_words(text: str) -> int:
    """Number of words.

    For scripts without spaces it is an estimate: two characters per word for Han and kana, four for Thai, Lao,
    Burmese and Khmer, roughly their means in running text.
    """
    if text.isascii():
        return len(_words(text))
    rest, short = _UNSPACED.subn(" ", text)
    rest, long = _UNSPACED_LONG.subn(" ", rest)
    return len(_words(rest)) + (short + 1) // 2 + (long + 3) // 4


def _words(text: str) -> list[str]:
    return (_ASCII_WORD if text.isascii() else _WORD).findall(text)
