"""What is known about a source at one time: recurring lines, rare words, and which articles are copies.

A snapshot has a number and never changes, so the order in which pages are judged by it does not matter.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate, compress, count, repeat
from operator import and_, itemgetter
from types import MappingProxyType
from typing import TypeVar

from articles.source.copy_groups import Others, candidates, every_band, grouped
from articles.source.features import Features, is_long, unpack, unpack_lines
from articles.source.minhash import Signature, bands
from articles.source.near_copies import near
from articles.source.said_words import Words

MOST = 500  # articles kept for a source
WINDOW = timedelta(days=60)  # back from the newest article; a line not seen for this long is forgotten
ENOUGH = 100  # articles in a language, to tell which words are rare
# Articles with a long or a short line, including the judged one, that make it a template.
FEWEST_LONG, FEWEST_SHORT = 3, 5
_FEWEST_OTHERS = min(FEWEST_LONG, FEWEST_SHORT) - 1
NOBODY = Others()

Key = TypeVar("Key")
Seen = tuple[int, int]  # an article (an index into Knowledge.articles), and the zone of the line in it


@dataclass(frozen=True, kw_only=True)
class Knowledge:
    """`number` is that of the snapshot, from 1; 0 if nothing is known.

    `articles` is the source's articles, oldest first; of copies only the oldest. `known` is these, and what other sources'
    articles are counted in `words`, by language. `recurring` maps fingerprints of lines that may be templates to where they
    were seen. `copies` maps the id of every article of the source, copies included, to its index (or that of the oldest
    copy) in `articles`, `signatures` to its signature; `bands` maps bands of signatures (articles.source.minhash) to indices in
    `known`, of the bands that several articles have, and of more.
    """

    source: str
    number: int
    articles: tuple[Features, ...]
    known: tuple[Features, ...]
    recurring: Mapping[int, Sequence[Seen]]
    words: Mapping[str, Words]
    copies: Mapping[str, int]
    signatures: Mapping[str, Signature]
    bands: Mapping[int, Sequence[int]]

    def counted(self, language: str) -> int:
        """The number of articles that show which words of a language are rare."""
        words = self.words.get(language)
        return len(words.articles) if words else 0

    def same_as(self, row: Features) -> frozenset[int]:
        """The known articles that are this one or copies of it, and so are not further evidence."""
        compared = self.signatures.get(row.article_id) == row.signature
        likely = candidates(bands(row.signature), self.bands if compared else self._every_band)
        same = {index for index in likely if near(row, self.known[index])}
        if row.article_id in self.copies:
            same.add(self.copies[row.article_id])
        return frozenset(same)

    @cached_property
    def _every_band(self) -> Mapping[int, Sequence[int]]:
        """For a row that is none of those which were compared with each other."""
        return every_band(self.known)


def build(
    source: str,
    number: int,
    rows: Iterable[Features],
    forgotten: frozenset[int] = frozenset(),
    others: Others = NOBODY,
) -> Knowledge:
    """The knowledge from a source's rows, given in any order.

    It uses the newest MOST articles within the WINDOW, at most half of them from one day (so that a busy source has two
    days), and the newest row of each id. `forgotten` is the fingerprints of lines that a person declared not to be
    templates. `others` is articles of any sources: of each of this one's languages so many others, the first, are used that ENOUGH are
    known, copies left out. Raises ValueError for a row of another source.
    """
    own = _newest(source, rows)
    groups = grouped(own, others, ENOUGH)
    articles = tuple(groups.known[: groups.own])
    return Knowledge(
        source=source,
        number=number,
        articles=articles,
        known=tuple(groups.known),
        recurring=_recurring(articles, forgotten),
        words=_words(groups.known),
        copies=MappingProxyType(groups.copies),
        signatures=MappingProxyType({row.article_id: row.signature for row in own}),
        bands=MappingProxyType(groups.by_band),
    )


def newest(keys: Iterable[tuple[date, str, Key]]) -> list[Key]:
    """Of articles, by day and id, those that knowledge uses, newest first: within the WINDOW, MOST in all, half of them a day."""
    found: list[Key] = []
    first: date | None = None
    of_day: Counter[date] = Counter()
    for day, _, key in sorted(keys, key=itemgetter(0, 1), reverse=True):
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


def _recurring(articles: Sequence[Features], forgotten: frozenset[int]) -> Mapping[int, Sequence[Seen]]:
    lines = unpack_lines(b"".join([row.packed_lines for row in articles]))
    prints = list(map(and_, lines, repeat(~3)))
    seen: dict[int, list[Seen]] = {
        line: []
        for line, others in Counter(prints).items()
        if others >= _FEWEST_OTHERS
        and (others + 1 >= FEWEST_SHORT or is_long(line))
        and line not in forgotten
    }
    if seen:
        ends = list(accumulate([row.line_count for row in articles]))
        for place in compress(count(), map(seen.__contains__, prints)):
            seen[prints[place]].append((bisect_right(ends, place), lines[place] & 3))
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
