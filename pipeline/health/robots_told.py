"""What changes of robots.txt files mean for a source, for people. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from articles.urls import origin
from store.ledger.queries.failed_pages import Failure
from store.ledger.watch.robots_table import Meaning, RobotsChange
from store.records import FetchReason

_LATELY = timedelta(days=7)


def refusal(changes: Sequence[RobotsChange], url: str) -> RobotsChange | None:
    """The change, of these, oldest first, by which the robots.txt of an address came to refuse what we fetch, if it still does.

    A list may be a spider, which has a name for an address, and is of no site.
    """
    site = origin(url) if "://" in url else ""
    of_access = [
        each for each in changes if each.site == site and each.meaning in (Meaning.REFUSED, Meaning.ALLOWED)
    ]
    return of_access[-1] if of_access and of_access[-1].meaning is Meaning.REFUSED else None


def why(changes: Sequence[RobotsChange], url: str) -> str:
    """The end of a sentence about a refusal: that robots.txt changed, and when; "" if that is not known."""
    change = refusal(changes, url)
    return f"; robots.txt changed on {_day(change.at)}: refused since" if change else ""


def remark(changes: Sequence[RobotsChange], failures: Sequence[Failure], now: datetime) -> str:
    """What is to be said of the changes of a week at a source that is well otherwise, the newest first; "" if nothing."""
    said = {
        _said(each, changes, failures): None
        for each in reversed(changes)
        if each.at > now - _LATELY and each.meaning is not Meaning.ALLOWED
    }
    return "; ".join(filter(None, said))


def _said(change: RobotsChange, changes: Sequence[RobotsChange], failures: Sequence[Failure]) -> str:
    changed = f"{change.site}/robots.txt changed on {_day(change.at)}: "
    match change.meaning:
        case Meaning.REFUSED if refusal(changes, change.site) is not change:
            return ""
        case Meaning.REFUSED:
            refused = [
                each for each in failures if each.reason == FetchReason.ROBOTS and each.at >= change.at
            ]
            count = sum(origin(each.url) == change.site for each in refused)
            return f"{changed}{count} page{'s' if count > 1 else ''} refused since" if count else ""
        case Meaning.RESERVED:
            return f"{changed}pages are reserved from the training of AI since"
        case Meaning.FREE:
            return f"{changed}pages are no longer reserved from the training of AI"
        case Meaning.DELAY:
            return f"{changed}it asks for {change.detail}"
        case Meaning.ALLOWED:
            return ""


def _day(at: datetime) -> str:
    return f"{at.day} {at:%b}"
