"""Which of two addresses with the same text is the article's, and which one is its duplicate.

What a page says about its original counts only if both have the same text: templates name one page on all pages, a
section, or a page that never existed. The forms of one address (http and https, with and without www) need no such
statement. The result depends on neither the order nor the time in which the two were fetched.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from articles.model import Article
from articles.source.features import Features
from articles.source.near_copies import same_text
from articles.urls import article_id, twins


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """An article that may be a duplicate of another, or the other's original.

    `url` is its canonical final URL, `names` the id of the article that its page names as its original; "" if none.
    """

    url: str
    names: str
    features: Features

    @property
    def id(self) -> str:
        """The id of the article."""
        return self.features.article_id


def named(article: Article) -> str:
    """The id of the article that the page names as its original; "" if it names itself or none."""
    return "" if article.canonical_url == article.url else article_id(article.canonical_url)


def elsewhere(url: str, names: str) -> list[str]:
    """The ids that the article at this address may have as well: that of the named original, and of its twins."""
    return [*((names,) if names else ()), *map(article_id, twins(url))]


def original(one: Contender, other: Contender, moved: Collection[tuple[str, str]]) -> Contender | None:
    """Which of the two is the original of the other; None if neither is.

    `moved` are pairs of ids: the address of the first redirected to that of the second. Of two forms of one address, the
    original is the one redirected to, else the one named by the other's page, else that with https, else that without www.
    """
    if not same_text(one.features, other.features):
        return None
    if other.url in twins(one.url):
        return max((one, other), key=lambda each: _strength(each, one if each is other else other, moved))
    for each, rival in ((one, other), (other, one)):
        if rival.names == each.id and not each.names:
            return each
    return None


def duplicates(
    added: Collection[Contender], present: Mapping[str, Contender], moved: Collection[tuple[str, str]]
) -> dict[str, Contender]:
    """The originals of those articles, by id, that are duplicates now that `added` are in the index next to `present` ones.

    Those that are duplicates of each other in a ring lose one after the other, so that one of them stays.
    """
    found: dict[str, Contender] = {}
    everyone = {**present, **{each.id: each for each in added}}
    for one in added:
        for rival in elsewhere(one.url, one.names):
            other = everyone.get(rival)
            if other is None or found.keys() & {one.id, rival}:
                continue
            if (winner := original(one, other, moved)) is not None:
                found[rival if winner is one else one.id] = winner
    return found


def _strength(
    one: Contender, twin: Contender, moved: Collection[tuple[str, str]]
) -> tuple[int, int, bool, bool]:
    """How much speaks for an address against another form of it; greater is more."""
    sent = ((twin.id, one.id) in moved) - ((one.id, twin.id) in moved)
    named = (twin.names == one.id) - (one.names == twin.id)
    scheme, _, place = one.url.partition("://")
    return sent, named, scheme == "https", not place.startswith("www.")
