"""The features of an article: enough to learn a site's templates, judge captions and find copies. About 2 kB.

They are computed from the article as `clean` returns it, so that a template is still seen after it was learned.
"""

import re
import sys
import unicodedata
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from hashlib import blake2b
from zlib import crc32

import msgspec

from articles.model import Article, Place
from articles.source import minhash
from articles.source.minhash import Signature
from articles.structure.text_places import place
from articles.text import HAN_KANA, THAI_TO_KHMER, key

FORMAT = 1  # raise it with every change of what is computed or how it is encoded
SHORT, LONG = 12, 25  # characters; a line shorter than SHORT has no fingerprint
ZONES: tuple[Place, ...] = ("head", "body", "tail")
_MOST_LINES = 500  # from each end of the body
_MOST_TOKENS = 4_000
_PREFIX = 6  # characters: enough to distinguish words, few enough to unite their forms


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """`day` is the UTC date on which the article was first seen.

    `packed_lines` has a number below 2**63 for each distinct line of the body, in order: `fingerprint(line)` plus the zone of
    the line (an index into ZONES), as `pack_lines` gives them. `packed_tokens` is the distinct words of title, lead and body
    (see `informative`), ascending, as `pack` gives them. Packed, because of most rows few are looked at. `shingles` is the
    number of distinct runs of five words in lead and body, `signature` their MinHash.
    """

    article_id: str
    source: str
    language: str
    day: date
    packed_lines: bytes
    packed_tokens: bytes
    shingles: int
    signature: Signature

    @property
    def lines(self) -> tuple[int, ...]:
        """The lines, unpacked anew each time."""
        return _unpack("Q", self.packed_lines)

    @property
    def line_count(self) -> int:
        """The number of lines."""
        return len(self.packed_lines) // 8

    @property
    def tokens(self) -> tuple[int, ...]:
        """The tokens, unpacked anew each time."""
        return unpack(self.packed_tokens)


def features(article: Article) -> Features:
    """Compute the features of an article; pure."""
    title, lead, *body = map(key, (article.title, article.lead, *article.body))
    words = " ".join((lead, *body)).split()
    parts = minhash.shingles(_UNSPACED.sub(r" \g<0> ", " ".join(words)).split())
    return Features(
        article_id=article.id,
        source=article.source,
        language=article.language,
        day=first_day(article),
        packed_lines=pack_lines(_lines(title, body)),
        packed_tokens=pack(sorted(_numbers([*title.split(), *words], _MOST_TOKENS))),
        shingles=len(parts),
        signature=minhash.sign(parts),
    )


def first_day(article: Article) -> date:
    """The UTC date on which an article was first seen."""
    return article.first_seen_at.astimezone(UTC).date()


def fingerprint(line: str) -> int:
    """A hash of what the lines of one template share: words without case, numbers as 0. 0 if the line is too short.

    A number below 2**63, divisible by four: 60 bits of the hash, the flag of a long line, and two zeros for the zone.
    """
    return _fingerprint(key(line))


def is_long(line_hash: int) -> bool:
    """Whether a fingerprint is of a line with LONG characters or more."""
    return bool(line_hash & 4)


def informative(text: str) -> set[int]:
    """Words as 32-bit numbers.

    A word is its first six letters, without case and accents; single letters are dropped. Han, kana and Hangul are
    counted by pairs of characters, Thai, Lao, Burmese and Khmer by triples. The lowest bit is set if it has a digit.
    """
    return _numbers(key(text).split())


def to_bytes(row: Features) -> bytes:
    """The row as MessagePack, with packed numbers."""
    numbers = (row.packed_lines, row.packed_tokens, row.signature)
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
    """The inverse of `to_bytes`. Raises ValueError for anything else, including rows of another FORMAT."""
    try:
        version, article_id, source, language, day, count, lines, words, signature = _DECODER.decode(packed)
        if version != FORMAT:
            raise ValueError(
                f"these features have format {version}; this version of Broadsheet reads format {FORMAT}"
            )
        if len(lines) % 8 or len(words) % 4 or len(signature) % 4:
            raise ValueError("these bytes hold no features: a number is cut off")
        return Features(
            article_id=article_id,
            source=source,
            language=language,
            day=date.fromordinal(day),
            packed_lines=lines,
            packed_tokens=words,
            shingles=count,
            signature=signature,
        )
    except (msgspec.MsgspecError, UnicodeDecodeError, OverflowError) as error:
        raise ValueError(f"these bytes hold no features: {error}") from error


def pack(numbers: Iterable[int]) -> bytes:
    """32-bit numbers as bytes, the lowest byte of each first."""
    return _pack("I", numbers)


def unpack(packed: bytes) -> tuple[int, ...]:
    """The inverse of `pack`."""
    return _unpack("I", packed)


def pack_lines(lines: Iterable[int]) -> bytes:
    """64-bit numbers as bytes, the lowest byte of each first."""
    return _pack("Q", lines)


def unpack_lines(packed: bytes) -> Sequence[int]:
    """The inverse of `pack_lines`."""
    return _little_endian(array("Q", packed))


def in_place(packed: bytes) -> Sequence[int]:
    """What `unpack` gives, read where it is: cheaper where few of the numbers are looked at."""
    return memoryview(packed).cast("I") if sys.byteorder == "little" else unpack(packed)


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
        line_hash = _fingerprint(line)
        if line_hash not in none:
            found.setdefault(line_hash, ZONES.index(place(index, count)))
    return tuple(line_hash | zone for line_hash, zone in found.items())


def _fingerprint(spelled: str) -> int:
    spelled = _DIGITS.sub("0", spelled)
    if len(spelled) < SHORT:
        return 0
    digest = blake2b(spelled.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 4 << 3 | (4 if len(spelled) >= LONG else 0)


def _numbers(words: list[str], most: int = 0) -> set[int]:
    """The numbers of about the first `most` words (0: all)."""
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


def _pack(kind: str, numbers: Iterable[int]) -> bytes:
    return _little_endian(array(kind, numbers)).tobytes()


def _unpack(kind: str, packed: bytes) -> tuple[int, ...]:
    return tuple(_little_endian(array(kind, packed)))


def _little_endian(numbers: "array[int]") -> "array[int]":
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
