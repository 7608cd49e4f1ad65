"""MinHash signatures: estimate how much wording two texts share, from half a kilobyte for each.

One permutation hashing (Li, Owen and Zhang 2012): a single hash puts each shingle into one of 128 bins, and each bin keeps
its smallest value; an empty bin borrows another's (optimal densification, Shrivastava 2017). That takes one hash per
shingle instead of 128, little compared with cleaning, and stored signatures do not depend on a library's version.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from itertools import compress
from operator import add, eq
from struct import Struct
from zlib import crc32

BINS = 128
_SHINGLE = 5  # words
_ROWS = 3  # of a band: of texts that share half of their shingles, 99.6 % have one of the 42 bands in common
_BANDS = BINS // _ROWS
_PACKED = Struct(f"<{BINS}I")
_PARTS = Struct(f"{4 * _ROWS}s" * _BANDS)
# Of each band the first two values, as one number.
_OPENINGS = Struct(f"<{f'Q{4 * (_ROWS - 2)}x' * _BANDS}{4 * (BINS % _ROWS)}x")
_NUMBERS = tuple(band << 32 for band in range(_BANDS))
_EMPTY = 1 << 32
_PRIME = (1 << 61) - 1
_BASE = 0x0C3B2AE35A1F7D19  # any number below _PRIME
_FIRST = pow(_BASE, _SHINGLE - 1, _PRIME)

Signature = bytes  # BINS 32-bit numbers, the lowest byte of each first; b"" for a text without shingles


def shingles(words: Sequence[str]) -> set[int]:
    """A number below 2**61 for each distinct run of five words; one changed number or name changes five runs."""
    hashes = {word: crc32(word.encode("utf-8", "surrogatepass")) for word in set(words)}
    found: set[int] = set()
    rolling = 0  # Rabin's fingerprint of the last five words
    for index, word in enumerate(words):
        if index >= _SHINGLE:
            rolling -= hashes[words[index - _SHINGLE]] * _FIRST
        rolling = (rolling * _BASE + hashes[word]) % _PRIME
        if index >= _SHINGLE - 1:
            found.add(rolling)
    return found


def sign(parts: set[int]) -> Signature:
    """The signature of a set of shingles."""
    if not parts:
        return b""
    bins = [_EMPTY] * BINS
    for part in parts:
        place, value = part & (BINS - 1), part >> 29
        if value < bins[place]:  # noqa: PLR1730  min() costs three times as much here
            bins[place] = value
    whole = (value if value != _EMPTY else _borrowed(bins, place) for place, value in enumerate(bins))
    return _PACKED.pack(*whole)


def resemblance(one: Signature, other: Signature) -> float:
    """The estimated share of the shingles of two texts that both have (Jaccard), ± .09 (twice the standard error)."""
    equal: int = sum(map(eq, memoryview(one).cast("I"), memoryview(other).cast("I")))
    return equal / BINS


def bands(signature: Signature) -> list[int]:
    """Numbers below 2**38 of which two similar texts most likely share one; used to find candidates."""
    if not signature:
        return []
    highest_first = array("I", signature)
    highest_first.byteswap()
    return list(map(add, _NUMBERS, map(crc32, _PARTS.unpack_from(highest_first))))


class Openings:
    """Of each band of some signatures the first two values: it tells at once which of many may share a band with another one.

    All that do share these (but for those of which two different bands have one number, by a chance of one in four billion), and
    few others. Signatures are told by their indices.
    """

    def __init__(self, signatures: Sequence[Signature]) -> None:
        self.signed = [index for index, signature in enumerate(signatures) if signature]
        rows = _OPENINGS.iter_unpack(b"".join(signatures))
        self.columns: list[tuple[int, ...]] = list(zip(*rows, strict=True)) or [()] * _BANDS
        self.sets = list(map(frozenset, self.columns))

    def shared(self) -> set[int]:
        """Those that may share a band with another one of these."""
        found: set[int] = set()
        for place, column in enumerate(self.columns):
            if len(self.sets[place]) < len(column):
                several = {opening for opening, times in Counter(column).items() if times > 1}
                found.update(self.having(place, several))
        return found

    def shared_with(self, others: "Openings") -> tuple[set[int], set[int]]:
        """Those that may share a band with one of the others, and those of the others."""
        mine: set[int] = set()
        theirs: set[int] = set()
        for place, (here, there) in enumerate(zip(self.sets, others.sets, strict=True)):
            if not here.isdisjoint(there):
                both = here & there
                mine.update(self.having(place, both))
                theirs.update(others.having(place, both))
        return mine, theirs

    def having(self, band: int, openings: AbstractSet[int]) -> Iterable[int]:
        """Those of which a band has one of these openings."""
        return compress(self.signed, map(openings.__contains__, self.columns[band]))


def _borrowed(bins: Sequence[int], place: int) -> int:
    """The value of a non-empty bin, chosen by `place` only, so that two texts choose the same one."""
    step = place * 0x9E3779B1
    while True:
        step = (step + 0x85EBCA6B) & 0xFFFFFFFF
        if (value := bins[step >> 25]) != _EMPTY:
            return value
