"""What is known of one source at one moment: lines that recur, words that are rare, which articles are copies.

A snapshot is numbered and never changes, so that the order in which pages are judged by it does not matter.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import log
from types import MappingProxyType

from articles.source.features import Features, is_long
from articles.source.minhash import bands
from articles.source.near_copies import near

MOST = 500  # articles of a source that are remembered
WINDOW = timedelta(days=60)  # back from the newest one; a line unseen for as long is forgotten
FEWEST_LONG, FEWEST_SHORT = 3, 5  # articles that a long and a short line must be in, the judged one included
_MOST_CANDIDATES = 20

Seen = tuple[
    int, int
]  # an article (an index into Knowledge.articles), and the zone in which the line stands there


@dataclass(frozen=True, slots=True)
class Words:
    """In which of the source's articles in one language a word stands: what makes it rare, and who else knows it.

    `articles` are their indices in Knowledge.articles; `postings` maps a token of articles.source.features.informative to the
    places in `articles` of those that have it. No copies among them.
    """

    articles: tuple[int, ...]
    postings: Mapping[int, Sequence[int]]

    def weight(self, token: int) -> float:
        """The inverse document frequency of a token; 0 where a quarter of the articles or more have it."""
        count, having = len(self.articles), len(self.postings.get(token, ()))
        return log((count + 1) / (having + 0.5)) if 4 * having < count else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """`number` is the snapshot's, from 1 on; 0 where nothing is known.

    `articles` are the remembered ones, oldest first, of copies the oldest alone. `recurring` maps the fingerprints of
    lines that may be templates to where they were seen. `copies` maps every remembered id to its index in `articles`
    (that of its copy), `bands` the bands of signatures (articles.source.minhash).
    """

    source: str
    number: int
    articles: tuple[Features, ...]
    recurring: Mapping[int, Sequence[Seen]]
    words: Mapping[str, Words]
    copies: Mapping[str, int]
    bands: Mapping[int, Sequence[int]]

    def same_as(self, row: Features) -> frozenset[int]:
        """The remembered articles that are this one, or copies of it: they are no evidence beside it."""
        candidates = _candidates(bands(row.signature), self.bands)
        same = {index for index in candidates if near(row, self.articles[index])}
        if row.article_id in self.copies:
            same.add(self.copies[row.article_id])
        return frozenset(same)


def build(
    source: str, number: int, rows: Iterable[Features], forgotten: frozenset[int] = frozenset()
) -> Knowledge:
    """The knowledge that follows from a source's rows, in whatever order they come.

    Counted are the newest MOST articles of the WINDOW, half as many of one day (so that a busy source is known by two
    days), and of an id the newest row. `forgotten` are fingerprints of lines that
    a person has declared to be no template. Raises ValueError for a row of another source.
    """
    articles, copies, by_band = _without_copies(_newest(source, rows))
    return Knowledge(
        source=source,
        number=number,
        articles=tuple(articles),
        recurring=_recurring(articles, forgotten),
        words=_words(articles),
        copies=MappingProxyType(copies),
        bands=MappingProxyType(by_band),
    )


def _newest(source: str, rows: Iterable[Features]) -> list[Features]:
    by_id: dict[str, Features] = {}
    for row in rows:
        if row.source != source:
            raise ValueError(f"the knowledge of {source!r} cannot be built from an article of {row.source!r}")
        known = by_id.get(row.article_id)
        if known is None or _order(known) < _order(row):
            by_id[row.article_id] = row
    newest: list[Features] = []
    of_day: Counter[date] = Counter()
    for row in sorted(by_id.values(), key=_age, reverse=True):
        if newest and (newest[0].day - row.day > WINDOW or len(newest) == MOST):
            break
        if of_day[row.day] < MOST // 2:
            newest.append(row)
            of_day[row.day] += 1
    return newest[::-1]


def _age(row: Features) -> tuple[date, str]:
    return row.day, row.article_id


def _order(row: Features) -> tuple[date, str, tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    return row.day, row.language, row.lines, row.tokens, row.signature


def _without_copies(
    rows: Iterable[Features],
) -> tuple[list[Features], dict[str, int], dict[int, list[int]]]:
    """The oldest of each group of copies, the index of each id's, and who is in which band."""
    articles: list[Features] = []
    copies: dict[str, int] = {}
    by_band: dict[int, list[int]] = {}
    for row in rows:
        own = bands(row.signature)
        likely = _candidates(own, by_band)
        same = next((index for index in likely if near(row, articles[index])), len(articles))
        copies[row.article_id] = same
        if same == len(articles):
            articles.append(row)
            for band in own:
                by_band.setdefault(band, []).append(same)
    return articles, copies, by_band


def _candidates(own: Iterable[int], by_band: Mapping[int, Sequence[int]]) -> list[int]:
    """Those that share most bands, the older first; few, where hundreds fill one form."""
    shared = Counter(index for band in own for index in by_band.get(band, ()))
    return sorted(shared, key=lambda index: (-shared[index], index))[:_MOST_CANDIDATES]


def _recurring(articles: list[Features], forgotten: frozenset[int]) -> Mapping[int, Sequence[Seen]]:
    counts = Counter(line & ~3 for row in articles for line in row.lines)
    seen: dict[int, list[Seen]] = {
        line: []
        for line, count in counts.items()
        if count + 1 >= (FEWEST_LONG if is_long(line) else FEWEST_SHORT) and line not in forgotten
    }
    for index, row in enumerate(articles):
        for line in row.lines:
            if (where := seen.get(line & ~3)) is not None:
                where.append((index, line & 3))
    return MappingProxyType(seen)


def _words(articles: list[Features]) -> Mapping[str, Words]:
    by_language: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(articles):
        by_language[row.language].append(index)
    words = {}
    for language, indices in by_language.items():
        postings: dict[int, list[int]] = defaultdict(list)
        for number, index in enumerate(indices):
            for token in articles[index].tokens:
                postings[token].append(number)
        words[language] = Words(tuple(indices), MappingProxyType(dict(postings)))
    return MappingProxyType(words)
