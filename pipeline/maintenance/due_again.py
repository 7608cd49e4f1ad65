"""Pages that could not be had, were no article or could not be loaded: listed, and made due again by hand."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import get_args

from sqlalchemy import Connection

from articles.errors import ConfigError
from articles.model import Reason
from articles.urls import canonical, host
from pipeline.configuration.config import Config
from store.ledger import capture_table, host_table, url_table
from store.ledger.database import Ledger
from store.ledger.host_table import LeftAlone
from store.ledger.queries import second_chances
from store.ledger.queries.second_chances import Chosen, DeadLetter
from store.records import FetchReason, KnownUrl, UrlState

_REFUSED = {reason.value for reason in FetchReason if reason.state is UrlState.REFUSED}
REASONS = tuple(
    word
    for word in dict.fromkeys((*map(str, FetchReason), *get_args(Reason), second_chances.DEAD_LETTER))
    if word not in _REFUSED
)
"""The words for why a page is not there that it can be made due again for."""


@dataclass(frozen=True, slots=True)
class Retried:
    """How many pages are due again, by reason; of the named URLs that are not, why, a sentence each; and the reopened hosts.

    Those had asked to be left alone for a time that is not over yet. `loaded` of the pages are not fetched, but loaded again
    from the archive, as nothing was wrong with them.
    """

    pages: Mapping[str, int] = field(default_factory=dict)
    left: tuple[str, ...] = ()
    reopened: tuple[LeftAlone, ...] = ()
    loaded: int = 0


def dead_letters(config: Config, which: Chosen) -> list[DeadLetter]:
    """The chosen pages that were given up. Raises LedgerError, UrlError, ConfigError for an unknown reason."""
    _expect(which.reasons)
    with Ledger.existing(config.ledger) as ledger, ledger.reading() as conn:
        return second_chances.dead_letters(conn, which)


def retry(config: Config, which: Chosen, now: datetime, *, dry_run: bool = False) -> Retried:
    """Make the chosen pages due, and have their hosts asked, unless it is a dry run. Addresses may be those that were requested, or that answered.

    Raises LedgerError, UrlError, ConfigError for an unknown URL or reason.
    """
    _expect(which.reasons)
    with (
        Ledger.existing(config.ledger) as ledger,
        ledger.reading() if dry_run else ledger.transaction() as conn,
    ):
        known = [each for url in which.urls for each in _known(conn, url)]
        wanted = replace(which, urls=tuple(each.url for each in known))
        found = second_chances.missing(conn, wanted, now)
        reopened: list[LeftAlone] = []
        loaded: set[str] = set()
        if not dry_run:
            ours = [url for url, reason in found.items() if reason in second_chances.OURS]
            loaded = second_chances.load_again(conn, ours)
            due = found.keys() - loaded
            second_chances.make_due(conn, due, now)
            reopened = host_table.reopen(conn, {host(url) for url in due}, now)
    left = [_left(each) for each in known if each.url not in found]
    return Retried(dict(Counter(found.values()).most_common()), tuple(left), tuple(reopened), len(loaded))


def _expect(reasons: Iterable[str]) -> None:
    for word in reasons:
        if word not in REASONS:
            raise ConfigError(
                f"`{word}` is not a reason that pages are fetched again for: {', '.join(REASONS)}."
            )


def _known(conn: Connection, address: str) -> list[KnownUrl]:
    """The URL itself, and those that led to it."""
    url = canonical(address)
    asked = {url, *(capture.url for capture in capture_table.of_url(conn, url))}
    found = [known for each in sorted(asked) if (known := url_table.get(conn, each)) is not None]
    if not found:
        raise ConfigError(f"{url} was never discovered: no feed that was read names it.")
    return found


def _left(url: KnownUrl) -> str:
    why = f" ({url.last_error})" if url.last_error else ""
    return f"{url.url} stays {url.state.value}{why}"
