"""When the `lastmod` of a source's sitemaps is believed: after it proved true. Pure.

A `lastmod` later than the last look at an article claims that it changed since. The next look tells whether it did.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from store.records import Outcome

KEPT = 8
"""How many of a source's last claims that were looked into count."""
NEEDED = 3
"""How many of them must have been true."""
WHOLESALE = 10
"""From so many known articles on, a claim for more than half of them at once is a lie."""
AT_ONCE = 200
"""The most articles that one sitemap makes due, the latest changes first."""

_TRUE, _FALSE = "+", "-"
_CHANGED = (Outcome.INDEXED, Outcome.SUPERSEDED)


def after(proofs: str, *, true: bool) -> str:
    """The proofs of a source, the last at the end, after one more claim was looked into."""
    return (proofs + (_TRUE if true else _FALSE))[-KEPT:]


def is_believed(proofs: str) -> bool:
    """Whether at least three of the last claims were true, and at most one in four was false."""
    true, false = proofs.count(_TRUE), proofs.count(_FALSE)
    return true >= NEEDED and true >= 3 * false


def is_wholesale(claims: int, known: int) -> bool:
    """Whether a sitemap claims so many of the known articles to have changed that it states when it was made."""
    return known >= WHOLESALE and claims * 2 > known


def verdict(looks: Collection[Outcome]) -> bool | None:
    """Whether an article changed, by the outcomes of all looks since the claim; a page as it was has none.

    None where they do not tell: the page is no article, or not in the index by this address.
    """
    if any(outcome in _CHANGED for outcome in looks):
        return True
    return None if set(looks) - {Outcome.UNCHANGED} else False


def latest(claims: Mapping[str, datetime]) -> frozenset[str]:
    """The URLs of the latest claims, AT_ONCE at most."""
    return frozenset(sorted(claims, key=lambda url: (claims[url], url), reverse=True)[:AT_ONCE])
