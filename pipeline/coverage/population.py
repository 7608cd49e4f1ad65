"""The articles that a source's lists name: the lists of each, its day, whether it is had, and if not, why. Pure."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from articles.model import FeedEntry
from crawlers.history.url_dates import span_of
from store.ledger.catches.catch_table import Catch, Way
from store.ledger.queries.sightings import Known, Sightings, Taken
from store.records import Outcome

NOT_LISTED = "not_listed"
"""Why a page was not fetched that no list of a run names."""

_OTHER_HOSTS = re.compile(r"^(?:www|m|amp)\.")
_OTHER_PATHS = re.compile(r"/(?:amp/?)?$")
_HAD = (Outcome.INDEXED, Outcome.UNCHANGED, Outcome.SUPERSEDED, Outcome.DUPLICATE, Outcome.PART)
_BY_STATUS = "http_status"  # of which the URL's error says more
_NO_ARTICLES = ("not_html", "list_page")
_NEWEST_ONLY: tuple[Way, ...] = ("feed", "section")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighted:
    """An article that lists name: under which URL first, by which kinds of lists, and the day that it counts to (UTC).

    `day` is None where nothing says when it is from. `reason` says why it is not had, "" if it is.
    """

    url: str
    ways: frozenset[Way]
    day: date | None
    reason: str = ""

    @property
    def had(self) -> bool:
        """Whether it is in the collection."""
        return not self.reason


def population(sightings: Sightings) -> tuple[Sighted, ...]:
    """The articles that the lists name, each once, whatever URLs it has; by URL. What proved to be no article is left out."""
    names = _names(sightings.taken)
    by_article: dict[str, list[Catch]] = defaultdict(list)
    for catch in sightings.catches:
        form = form_of(catch.url)
        by_article[names.get(form, form)].append(catch)
    captured: dict[str, list[Taken]] = defaultdict(list)
    for taken in sightings.taken:
        captured[taken.article_id].append(taken)
    first_read: dict[Way, datetime] = {}
    for catch in sightings.catches:
        first_read[catch.way] = min(catch.seen_at, first_read.get(catch.way, catch.seen_at))
    found = []
    for article, catches in by_article.items():
        fetched = captured.get(article, ())
        had = any(each.outcome in _HAD for each in fetched)
        if not had and any(each.reason in _NO_ARTICLES for each in fetched):
            continue
        known = [sightings.known[each.url] for each in catches if each.url in sightings.known]
        found.append(
            Sighted(
                url=min(catches, key=lambda each: (each.seen_at, each.url)).url,
                ways=frozenset(each.way for each in catches),
                day=day_of(catches, known, first_read),
                reason="" if had else reason_of(fetched, known),
            )
        )
    return tuple(sorted(found, key=lambda each: each.url))


def form_of(url: str) -> str:
    """What the addresses of one article mostly have in common: neither scheme nor www, nor the mark of a mobile page."""
    parts = urlsplit(url)
    path = _OTHER_PATHS.sub("", parts.path)
    return f"{_OTHER_HOSTS.sub('', parts.netloc)}{path}{'?' * bool(parts.query)}{parts.query}"


def day_of(
    catches: Sequence[Catch], known: Sequence[Known], first_read: Mapping[Way, datetime]
) -> date | None:
    """The day by the date that a list states, else by the address, else by the first sight.

    The first sight says nothing of what stood in a list when a list of its kind was first read, if that has more than
    the newest, nor of a link.
    """
    in_order = sorted(catches, key=lambda each: each.seen_at)
    published = next((each.published_at for each in in_order if each.published_at), None)
    updated = next((each.updated_at for each in in_order if each.updated_at), None)
    seen = min([each.seen_at for each in in_order] + [each.first_seen_at for each in known])
    for catch in in_order:
        stated = FeedEntry(url=catch.url, source="", published_at=published, updated_at=updated)
        span = span_of(stated)
        if span and span.end - span.first <= _DAY:
            return span.first.date()
        if span and not span.holds(seen):
            return None
    telling = any(
        each.way in _NEWEST_ONLY or (each.way == "sitemap" and each.seen_at > first_read[each.way])
        for each in catches
    )
    return seen.date() if telling else None


def reason_of(taken: Sequence[Taken], known: Sequence[Known]) -> str:
    """Why an article is not had: what is said of its page, else what kept it from being fetched, else what it waits for."""
    rejections = [each.reason for each in taken if each.outcome is Outcome.REJECTED]
    told = next((reason for reason in reversed(rejections) if reason != _BY_STATUS), "")
    errors = (each.last_error.partition(":")[0] for each in known)
    told = told or next(filter(None, errors), "") or next(iter(rejections), "")
    if told:
        return told
    if taken:
        return taken[-1].outcome.value
    return known[0].state.value if known else NOT_LISTED


def _names(taken: Sequence[Taken]) -> dict[str, str]:
    """The article of each form of address that was fetched, or led to."""
    return {form_of(url): each.article_id for each in taken for url in (each.final_url, each.url)}
