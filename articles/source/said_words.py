"""Which of some articles have which words."""

from bisect import bisect_left
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property
from itertools import repeat

from articles.source.features import in_place, pack

_FEW = 20  # words that are looked for one by one; more, in one pass over all that the articles say


@dataclass(frozen=True)
class Words:
    """Which articles in one language have which words; this shows which words are rare.

    They are the source's own articles, without copies; if those are few, articles of other sources are added. `articles` is
    their indices in Knowledge.known, `packed_tokens` the tokens of each, packed (articles.source.features).
    """

    articles: tuple[int, ...] = ()
    packed_tokens: tuple[bytes, ...] = ()
    _found: dict[int, list[int]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def length(self) -> float:
        """The mean number of tokens; 0 without articles."""
        count = len(self.articles)
        return sum(map(len, self.packed_tokens)) // len(pack((0,))) / count if count else 0.0

    def having(self, token: int) -> Sequence[int]:
        """The positions in `articles` of those that have a token."""
        self.look_for({token})
        return self._found[token]

    def look_for(self, tokens: AbstractSet[int]) -> None:
        """Find which articles have these tokens, so that each of them costs `having` nothing."""
        new = tokens - self._found.keys()
        if len(new) < _FEW:
            self._found.update((token, self._holding(token)) for token in new)
            return
        found: dict[int, list[int]] = {token: [] for token in new}
        for place, said in enumerate(self._in_order):
            for token in new.intersection(said):
                found[token].append(place)
        self._found.update(found)

    def _holding(self, token: int) -> list[int]:
        """By the tokens of each article, which ascend."""
        places = map(bisect_left, self._in_order, repeat(token))
        each = enumerate(zip(self._in_order, places, strict=True))
        return [index for index, (said, place) in each if place < len(said) and said[place] == token]

    @cached_property
    def _in_order(self) -> list[Sequence[int]]:
        return [in_place(tokens) for tokens in self.packed_tokens]
