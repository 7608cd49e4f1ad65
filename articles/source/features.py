"""What is remembered of an article: enough to learn a site's templates, judge captions and find copies. About 2 kB.

Computed from the article as `clean` leaves it, so that a template goes on being seen after it was learned.
"""

import re
import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date
from hashlib import blake2b
from zlib import crc32

import msgspec

from articles.extraction.lines import place
from articles.model import Article, Place
from articles.source import minhash
from articles.source.minhash import Signature
from articles.text import HAN_KANA, THAI_TO_KHMER, key

FORMAT = 1  # rises with every change of what is computed or how it is written
SHORT, LONG = 12, 25  # characters of a fingerprint; a line shorter than SHORT is not remembered
ZONES: tuple[Place, ...] = ("head", "body", "tail")
_MOST_LINES = 500  # at either end
_MOST_TOKENS = 4_000
_PREFIX = 6  # characters: enough to tell words apart, few enough to join their forms


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """`day` is the UTC date on which the article was first seen.

    `lines` are numbers below 2**63, one for each different line of the body, in order: `fingerprint(line)` plus the zone in
    which it stands (an index into ZONES). `tokens` are the different words of title, lead and body (see `informative`),
    ascending. `shingles` is the number of different runs of five words in lead and body, `signature` their MinHash.
    """

    article_id: str
    source: str
    language: str
    day: date
    lines: tuple[int, ...]
    tokens: tuple[int, ...]
    shingles: int
    signature: Signature


def features(article: Article) -> Features:
    """What is to be remembered of an article, from the article alone."""
    title, lead, *body = map(key, (article.title, article.lead, *article.body))
    words = " ".join((lead, *body)).split()
    parts = minhash.shingles(_UNSPACED.sub(r" \g<0> ", " ".join(words)).split())
    return Features(
        article_id=article.id,
        source=article.source,
        language=article.language,
        day=article.first_seen_at.astimezone(UTC).date(),
        lines=_lines(title, body),
        tokens=tuple(sorted(_numbers([*title.split(), *words], _MOST_TOKENS))),
        shingles=len(parts),
        signature=minhash.sign(parts),
    )


def fingerprint(line: str) -> int:
    """A number below 2**63, divisible by four, for what lines of one template share: words without case, digits as 0.

    0 for a line too short to be told apart; odd multiples of four stand for long lines.
    """
    return _fingerprint(key(line))


def is_long(print_: int) -> bool:
    """Whether a fingerprint is that of a line of LONG characters or more."""
    return bool(print_ & 4)


def informative(text: str) -> set[int]:
    """Words as numbers of 32 bits.

    A word is the first six letters without case and accents, of at least two; Han, kana and Hangul count by two characters,
    Thai, Lao, Burmese and Khmer by three. The lowest bit says whether there is a digit in it.
    """
    return _numbers(key(text).split())


def to_bytes(row: Features) -> bytes:
    """The row in MessagePack, its numbers packed."""
    numbers = (_pack("Q", row.lines), _pack("I", row.tokens), _pack("I", row.signature))
    return _ENCODER.encode(
        (
            FORMAT,
            row.article_id,
            row.source,
            row.language,
            row.day.toordinal(),
            row.shingles,
            *numbers,
        )
    )


def from_bytes(packed: bytes) -> Features:
    """The inverse of `to_bytes`. Raises ValueError for anything else, rows of another FORMAT included."""
    try:
        version, article_id, source, language, day, count, lines, words, signature = _DECODER.decode(packed)
        if version != FORMAT:
            raise ValueError(f"these features are of format {version}, this program's is {FORMAT}")
        return Features(
            article_id=article_id,
            source=source,
            language=language,
            day=date.fromordinal(day),
            lines=_unpack("Q", lines),
            tokens=_unpack("I", words),
            shingles=count,
            signature=_unpack("I", signature),
        )
    except (msgspec.MsgspecError, struct.error, OverflowError) as error:
        raise ValueError(f"these are no features: {error}") from error


_Row = tuple[int, str, str, str, int, int, bytes, bytes, bytes]
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(_Row)
_DIGITS = re.compile(r"\d+")
_ACCENTS = re.compile("[\u0300-\u036f]")
_JOINTS = re.compile("['’ʼ-]+")
_UNSPACED = re.compile(f"[{HAN_KANA}]")
_RUNS = re.compile(
    rf"(?P<pairs>[{HAN_KANA}]+|[\uac00-\ud7a3]+)"
    rf"|(?P<triples>[{THAI_TO_KHMER}]+)"
    rf"|(?P<word>[^{HAN_KANA}\uac00-\ud7a3{THAI_TO_KHMER}]+)"
)


def _lines(title: str, body: list[str]) -> tuple[int, ...]:
    count = len(body)
    none = {_fingerprint(title), 0}
    found: dict[int, int] = {}
    for index, line in enumerate(body):
        if _MOST_LINES <= index < count - _MOST_LINES:
            continue
        print_ = _fingerprint(line)
        if print_ not in none:
            found.setdefault(print_, ZONES.index(place(index, count)))
    return tuple(print_ | zone for print_, zone in found.items())


def _fingerprint(spelled: str) -> int:
    spelled = _DIGITS.sub("0", spelled)
    if len(spelled) < SHORT:
        return 0
    digest = blake2b(spelled.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 4 << 3 | (4 if len(spelled) >= LONG else 0)


def _numbers(words: list[str], most: int = 0) -> set[int]:
    """Of at most so many words (0: all), the first ones."""
    parts: dict[str, None] = {}
    for compound in dict.fromkeys(words):
        for word in (compound,) if compound.isalnum() else _JOINTS.split(compound):
            if not word.isascii():
                parts.update(dict.fromkeys(_parts(word)))
            elif len(word) > 1:
                parts[word[:_PREFIX]] = None
        if most and len(parts) >= most:
            break
    return {
        crc32(part.encode("utf-8", "surrogatepass")) & ~1 | (not part.isalpha() and _has_digit(part))
        for part in parts
    }


def _parts(word: str) -> Iterator[str]:
    plain = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", word)))
    for run in _RUNS.finditer(plain):
        text = run[0]
        if len(text) == 1:
            continue
        if run["word"]:
            yield text[:_PREFIX]
            continue
        width = 2 if run["pairs"] else 3
        for start in range(max(1, len(text) - width + 1)):
            yield text[start : start + width]


def _has_digit(part: str) -> bool:
    return _DIGITS.search(part) is not None


def _pack(kind: str, numbers: tuple[int, ...]) -> bytes:
    return struct.pack(f"<{len(numbers)}{kind}", *numbers)


def _unpack(kind: str, packed: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(packed) // struct.calcsize(f'<{kind}')}{kind}", packed)
