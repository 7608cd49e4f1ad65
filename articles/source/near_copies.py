"""Near-duplicates: one text at several addresses, as with agency reports, and the story that they share.

A copy may have another head and tail, and lack a third of the text. Articles of a series, with the same introduction and
box around different texts, are not copies, and neither are reports with the same sentences but each day's figures.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from articles.source.features import Features
from articles.source.minhash import resemblance

_FEWEST_SHINGLES = 25  # about thirty words; for a shorter text, a signature means little
_LEAST_RESEMBLANCE = 0.38  # of all wording; bands nearly always find this
_LEAST_CONTAINED = 0.7  # share of the shorter text's wording
_FEWEST_FIGURES = 3
_LEAST_FIGURES = 0.8  # share of the figures in the text that has fewer
_LEAST_WORDS = 0.8  # of all words of two short texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Another article that is a copy of this one, and its story ("" if it has none yet)."""

    article_id: str
    first_seen_at: datetime
    story_id: str = ""


def near(one: Features, other: Features) -> bool:
    """Whether two articles are copies of one text. An article is not a copy of its own earlier version."""
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


def same_text(one: Features, other: Features) -> bool:
    """Whether two addresses, one of which is said to be the other's original, may show one text.

    Near copies do. Texts too short for a signature must have nearly all words in common, and the same figures.
    """
    if min(one.shingles, other.shingles) >= _FEWEST_SHINGLES:
        return near(one, other)
    mine, theirs = set(one.tokens), set(other.tokens)
    different = mine ^ theirs
    return len(mine & theirs) >= _LEAST_WORDS * len(mine | theirs) and not any(
        token & 1 for token in different
    )


def story_id(article_id: str, first_seen_at: datetime, matches: Iterable[Match]) -> str:
    """The story of the first match that has one; else the id of the first of all these articles, this one included.

    The first is the one seen first; if seen at the same time, the one with the smaller id. The order of the matches does
    not matter.
    """
    others = [match for match in matches if match.article_id != article_id]
    own = Match(article_id=article_id, first_seen_at=first_seen_at)
    with_story = [match for match in others if match.story_id]
    first = min(
        with_story or (own, *others),
        key=lambda match: (match.first_seen_at, match.article_id, match.story_id),
    )
    return first.story_id or first.article_id


def _same_figures(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether the figures agree, or are too few: copies keep them, while the next day's report changes them."""
    mine, theirs = ({token for token in tokens if token & 1} for tokens in (one, other))
    fewer = min(len(mine), len(theirs))
    return fewer < _FEWEST_FIGURES or len(mine & theirs) >= _LEAST_FIGURES * fewer
