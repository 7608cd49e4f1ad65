"""Near-duplicates: one text at two addresses, as agencies' reports are, and the story that such copies share.

A copy may have another head and tail, and lack a third of the text. Articles of one series, with the same introduction
and box around different texts, are no copies; nor are reports that fill the same sentences with the day's figures.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from articles.source.features import Features
from articles.source.minhash import resemblance

_FEWEST_SHINGLES = 25  # a text of thirty words or so; below, a signature says little
_LEAST_RESEMBLANCE = 0.38  # of all wording: what is found by bands nearly always
_LEAST_CONTAINED = 0.7  # of the shorter text's wording
_FEWEST_FIGURES = 3
_LEAST_FIGURES = 0.8  # of the figures of the text that has fewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Another article that is near this one, and the story that it is part of ("" if none was told yet)."""

    article_id: str
    first_seen_at: datetime
    story_id: str = ""


def near(one: Features, other: Features) -> bool:
    """Whether two articles are copies of one text. An article is no copy of itself, however often it was updated."""
    fewer = min(one.shingles, other.shingles)
    if one.article_id == other.article_id or fewer < _FEWEST_SHINGLES:
        return False
    alike = resemblance(one.signature, other.signature)
    shared = alike / (1 + alike) * (one.shingles + other.shingles)
    return (
        alike >= _LEAST_RESEMBLANCE
        and shared >= _LEAST_CONTAINED * fewer
        and _same_figures(one.tokens, other.tokens)
    )


def story_id(article_id: str, first_seen_at: datetime, matches: Iterable[Match]) -> str:
    """The story of the first article that it is near and that was told one; else the first article of them all, itself included.

    First is what was seen first, of two seen at once the one with the lesser id. The order of the matches does not matter.
    """
    others = [match for match in matches if match.article_id != article_id]
    own = Match(article_id=article_id, first_seen_at=first_seen_at)
    told = [match for match in others if match.story_id]
    first = min(
        told or (own, *others), key=lambda match: (match.first_seen_at, match.article_id, match.story_id)
    )
    return first.story_id or first.article_id


def _same_figures(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether the figures agree, if there are any to speak of: what copies keep and the next day's report changes."""
    mine, theirs = ({token for token in tokens if token & 1} for tokens in (one, other))
    fewer = min(len(mine), len(theirs))
    return fewer < _FEWEST_FIGURES or len(mine & theirs) >= _LEAST_FIGURES * fewer
