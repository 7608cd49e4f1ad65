"""Which of a source's articles are copies of one another, or of other sources' articles, told by the bands of their signatures.

Most articles share no band with any other, which is told of all at once; only the rest are compared.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

from articles.source.features import Features
from articles.source.minhash import Openings, bands
from articles.source.near_copies import near

_MOST_CANDIDATES = 20
_MOST_KEPT = 8  # choices of languages, up to 1 MB each
Bands = dict[int, tuple[int, ...]]  # the indices of the articles that have a band


class Others:
    """Articles of any sources, which are compared with those of one source after the other: what that takes is kept."""

    def __init__(self, rows: Iterable[Features] = ()) -> None:
        self.rows = tuple(rows)
        self._some: dict[frozenset[str], Others] = {}

    def written_in(self, languages: frozenset[str]) -> "Others":
        """Those in these languages."""
        if languages not in self._some:
            if len(self._some) == _MOST_KEPT:
                self._some.clear()
            self._some[languages] = Others(row for row in self.rows if row.language in languages)
        return self._some[languages]

    @cached_property
    def openings(self) -> Openings:
        """Those of the signatures, by indices of `rows`."""
        return Openings([row.signature for row in self.rows])

    @cached_property
    def shared(self) -> AbstractSet[int]:
        """The indices of those that may share a band with another one of them."""
        return self.openings.shared()

    @cached_property
    def bands(self) -> Mapping[int, Sequence[int]]:
        """The bands of the signatures of all, by indices of `rows`."""
        return {index: bands(row.signature) for index, row in enumerate(self.rows)}


@dataclass(slots=True)
class Groups:
    """The known articles: `own` ones of a source, oldest first, of copies only the oldest; then others that were added.

    `copies` has the index of each of the source's articles by its id, that of the oldest copy. `by_band` has the indices in the
    bands that several of those that were compared have, and in more.
    """

    own: int = 0
    known: list[Features] = field(default_factory=list)
    copies: dict[str, int] = field(default_factory=dict)
    by_band: Bands = field(default_factory=dict)

    def place_of(self, row: Features, own: Sequence[int]) -> int:
        """The index of an article that has these bands: that of the first copy found, or that at which it is added."""
        if own:
            for index in candidates(own, self.by_band):
                if near(row, self.known[index]):
                    return index
            self.enter(own, len(self.known))
        self.known.append(row)
        return len(self.known) - 1

    def enter(self, own: Sequence[int], index: int) -> None:
        """Note that a known article has these bands."""
        for band in own:
            self.by_band[band] = (*self.by_band.get(band, ()), index)


def grouped(rows: Sequence[Features], others: Others, enough: int) -> Groups:
    """The groups of a source's articles, oldest first.

    In each of their languages in which there are fewer than enough, articles of other sources are added, the first first, but for copies.
    """
    openings = Openings([row.signature for row in rows])
    groups = Groups()
    shared = openings.shared()
    for place, row in enumerate(rows):
        groups.copies[row.article_id] = groups.place_of(row, bands(row.signature) if place in shared else ())
    groups.own = len(groups.known)
    counts = Counter(row.language for row in groups.known)
    if wanted := frozenset(language for language, count in counts.items() if count < enough):
        some = others.written_in(wanted)
        mine, theirs = openings.shared_with(some.openings)
        _enter_too(groups, rows, mine - shared)
        _add(groups, some, theirs | some.shared, counts, enough)
    return groups


def _enter_too(groups: Groups, rows: Sequence[Features], places: AbstractSet[int]) -> None:
    """Articles that are no copies among their source's, but perhaps of others."""
    for place in places:
        groups.enter(bands(rows[place].signature), groups.copies[rows[place].article_id])


def _add(groups: Groups, others: Others, shared: AbstractSet[int], counts: Counter[str], enough: int) -> None:
    source = groups.known[0].source
    for place, row in enumerate(others.rows):
        if counts[row.language] >= enough or row.source == source:
            continue
        before = len(groups.known)
        if groups.place_of(row, others.bands[place] if place in shared else ()) == before:
            counts[row.language] += 1


def every_band(known: Sequence[Features]) -> Bands:
    """The indices of these articles in each of their bands."""
    groups = Groups()
    for index, row in enumerate(known):
        groups.enter(bands(row.signature), index)
    return groups.by_band


def candidates(own: Sequence[int], by_band: Mapping[int, Sequence[int]]) -> list[int]:
    """The indices that share most bands, older ones first; not all, because hundreds may be filled-in forms."""
    sharing = [by_band[band] for band in own if band in by_band]
    if not sharing:
        return []
    shared = Counter(chain.from_iterable(sharing))
    return sorted(shared, key=lambda index: (-shared[index], index))[:_MOST_CANDIDATES]
