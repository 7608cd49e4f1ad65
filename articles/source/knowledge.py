"""What is known about a source at one time: recurring lines, rare words, and which articles are copies.

A snapshot has a number and never changes, so the order in which pages are judged by it does not matter.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from itertools import chain, compress, count, repeat
from operator import and_
from types import MappingProxyType
from typing import TypeVar

from articles.source.features import Features, in_place, is_long, pack, unpack
from articles.source.minhash import bands
from articles.source.near_copies import near

MOST = 500  # articles kept for a source
WINDOW = timedelta(days=60)  # back from the newest article; a line not seen for this long is forgotten
ENOUGH = 100  # articles in a language, to tell which words are rare
# Articles with a long or a short line, including the judged one, that make it a template.
FEWEST_LONG, FEWEST_SHORT = 3, 5
_FEWEST_OTHERS = min(FEWEST_LONG, FEWEST_SHORT) - 1
_MOST_CANDIDATES = 20
_FEW = 60  # words: only for more it pays to unpack the tokens of all articles
# Other sources' articles are the same for one young source after the other.
_bands_of_others = lru_cache(maxsize=1_000)(bands)

Key = TypeVar("Key")
Seen = tuple[int, int]  # an article (an index into Knowledge.articles), and the zone of the line in it


@dataclass(frozen=True)
class Words:
    """Which articles in one language have which words; this shows which words are rare.

    They are the source's own articles, without copies; if those are few, articles of other sources are added. `articles` is
    their indices in Knowledge.known, `packed_tokens` the tokens of each, packed (articles.source.features).
    """

    articles: tuple[int, ...] = ()
    packed_tokens: tuple[bytes, ...] = ()

    @cached_property
    def length(self) -> float:
        """The mean number of tokens; 0 without articles."""
        count = len(self.articles)
        return sum(map(len, self.packed_tokens)) // len(pack((0,))) / count if count else 0.0

    def having(self, token: int) -> list[int]:
        """The positions in `articles` of those that have a token."""
        if next(self._asked) < _FEW:
            return [place for place, said in enumerate(self._in_order) if _holds(said, token)]
        return [place for place, said in enumerate(self._said) if token in said]

    @cached_property
    def _asked(self) -> Iterator[int]:
        return count()

    @cached_property
    def _in_order(self) -> list[Sequence[int]]:
        return [in_place(tokens) for tokens in self.packed_tokens]

    @cached_property
    def _said(self) -> list[frozenset[int]]:
        return [frozenset(unpack(tokens)) for tokens in self.packed_tokens]


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """`number` is that of the snapshot, from 1; 0 if nothing is known.

    `articles` is the source's articles, oldest first; of copies only the oldest. `known` is these, and what other sources'
    articles are counted in `words`, by language. `recurring` maps fingerprints of lines that may be templates to where they
    were seen. `copies` maps the id of every article of the source, copies included, to its index (or that of the oldest
    copy) in `articles`; `bands` maps bands of signatures (articles.source.minhash) to indices in `known`.
    """

    source: str
    number: int
    articles: tuple[Features, ...]
    known: tuple[Features, ...]
    recurring: Mapping[int, Sequence[Seen]]
    words: Mapping[str, Words]
    copies: Mapping[str, int]
    bands: Mapping[int, Sequence[int]]

    def counted(self, language: str) -> int:
        """The number of articles that show which words of a language are rare."""
        words = self.words.get(language)
        return len(words.articles) if words else 0

    def same_as(self, row: Features) -> frozenset[int]:
        """The known articles that are this one or copies of it, and so are not further evidence."""
        candidates = _candidates(bands(row.signature), self.bands)
        same = {index for index in candidates if near(row, self.known[index])}
        if row.article_id in self.copies:
            same.add(self.copies[row.article_id])
        return frozenset(same)


def build(
    source: str,
    number: int,
    rows: Iterable[Features],
    forgotten: frozenset[int] = frozenset(),
    others: Iterable[Features] = (),
) -> Knowledge:
    """The knowledge from a source's rows, given in any order.

    It uses the newest MOST articles within the WINDOW, at most half of them from one day (so that a busy source has two
    days), and the newest row of each id. `forgotten` is the fingerprints of lines that a person declared not to be
    templates. `others` is articles of any sources: of each of this one's languages so many others, the first, are used that ENOUGH are
    known, copies left out. Raises ValueError for a row of another source.
    """
    known, copies, by_band = _without_copies(_newest(source, rows))
    articles = tuple(known)
    _add(known, by_band, (row for row in others if row.source != source))
    return Knowledge(
        source=source,
        number=number,
        articles=articles,
        known=tuple(known),
        recurring=_recurring(articles, forgotten),
        words=_words(known),
        copies=MappingProxyType(copies),
        bands=MappingProxyType(by_band),
    )


def newest(keys: Iterable[tuple[date, str, Key]]) -> list[Key]:
    """Of articles, by day and id, those that knowledge uses, newest first: within the WINDOW, MOST in all, half of them a day."""
    found: list[Key] = []
    first: date | None = None
    of_day: Counter[date] = Counter()
    for day, _, key in sorted(keys, key=lambda each: each[:2], reverse=True):
        first = first or day
        if first - day > WINDOW or len(found) == MOST:
            break
        if of_day[day] < MOST // 2:
            found.append(key)
            of_day[day] += 1
    return found


def _newest(source: str, rows: Iterable[Features]) -> list[Features]:
    by_id: dict[str, Features] = {}
    for row in rows:
        if row.source != source:
            raise ValueError(f"the knowledge of {source!r} cannot be built from an article of {row.source!r}")
        known = by_id.get(row.article_id)
        if known is None or _by_content(known) < _by_content(row):
            by_id[row.article_id] = row
    return newest((row.day, row.article_id, row) for row in by_id.values())[::-1]


def _by_content(row: Features) -> tuple[date, str, tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    return row.day, row.language, row.lines, row.tokens, unpack(row.signature)


def _without_copies(
    rows: Iterable[Features],
) -> tuple[list[Features], dict[str, int], dict[int, tuple[int, ...]]]:
    """The oldest of each group of copies, its index for each id, and the indices in each band."""
    articles: list[Features] = []
    copies: dict[str, int] = {}
    by_band: dict[int, tuple[int, ...]] = {}
    for row in rows:
        own, same = bands(row.signature), len(articles)
        if not by_band.keys().isdisjoint(own):
            likely = _candidates(own, by_band)
            same = next((index for index in likely if near(row, articles[index])), same)
        copies[row.article_id] = same
        if same == len(articles):
            articles.append(row)
            _enter(by_band, own, same)
    return articles, copies, by_band


def _add(known: list[Features], by_band: dict[int, tuple[int, ...]], others: Iterable[Features]) -> None:
    """Add other sources' articles in each language of the known ones that has fewer than ENOUGH."""
    counts = Counter(row.language for row in known)
    for row in others:
        if not 0 < counts[row.language] < ENOUGH:
            continue
        own = _bands_of_others(row.signature)
        if not any(near(row, known[index]) for index in _candidates(own, by_band)):
            _enter(by_band, own, len(known))
            known.append(row)
            counts[row.language] += 1


def _enter(by_band: dict[int, tuple[int, ...]], own: Sequence[int], index: int) -> None:
    """Note that the article of this index has these bands, which most articles share with no other."""
    if by_band.keys().isdisjoint(own):
        by_band.update(dict.fromkeys(own, (index,)))
        return
    shared = [(band, by_band[band]) for band in own if band in by_band]
    by_band.update(dict.fromkeys(own, (index,)))
    by_band.update((band, (*indices, index)) for band, indices in shared)


def _candidates(own: Sequence[int], by_band: Mapping[int, Sequence[int]]) -> list[int]:
    """The indices that share most bands, older ones first; not all, because hundreds may be filled-in forms."""
    sharing = [by_band[band] for band in own if band in by_band]
    if not sharing:
        return []
    shared = Counter(chain.from_iterable(sharing))
    return sorted(shared, key=lambda index: (-shared[index], index))[:_MOST_CANDIDATES]


def _recurring(articles: Sequence[Features], forgotten: frozenset[int]) -> Mapping[int, Sequence[Seen]]:
    lines = list(chain.from_iterable(row.lines for row in articles))
    prints = list(map(and_, lines, repeat(~3)))
    seen: dict[int, list[Seen]] = {
        line: []
        for line, others in Counter(prints).items()
        if others >= _FEWEST_OTHERS
        and (others + 1 >= FEWEST_SHORT or is_long(line))
        and line not in forgotten
    }
    of = chain.from_iterable(repeat(index, len(row.lines)) for index, row in enumerate(articles))
    for index, line in compress(zip(of, lines, strict=True), map(seen.__contains__, prints)):
        seen[line & ~3].append((index, line & 3))
    return MappingProxyType(seen)


def _words(articles: list[Features]) -> Mapping[str, Words]:
    by_language: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(articles):
        by_language[row.language].append(index)
    return MappingProxyType(
        {
            language: Words(tuple(indices), tuple(articles[index].packed_tokens for index in indices))
            for language, indices in by_language.items()
        }
    )


def _holds(numbers: Sequence[int], wanted: int) -> bool:
    """Whether a number is among these, which ascend."""
    place = bisect_left(numbers, wanted)
    return place < len(numbers) and numbers[place] == wanted
