"""Pages that gave no article: fetches that left nothing to archive, and captures that were rejected or are copies."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, text

from store.ledger.schema import Moment

# The outcomes are spelled out for the index of just these captures.
_FAILED = (
    text("""
    SELECT source, url, fetched_at AS at, CASE outcome WHEN 'rejected' THEN reason ELSE outcome END AS reason, detail
    FROM captures WHERE outcome IN ('rejected', 'duplicate', 'dead_letter') AND fetched_at >= :since
    UNION ALL
    SELECT urls.source, misses.url, misses.at, misses.reason, misses.detail
    FROM misses JOIN urls ON urls.url = misses.url WHERE misses.at >= :since
    ORDER BY 3, 2
""")
    .bindparams(bindparam("since", type_=Moment))
    .columns(at=Moment)
)
_REPAIRED = (
    text("""
    SELECT url, min(fetched_at) AS first, max(fetched_at) AS last FROM captures
    WHERE outcome IN ('indexed', 'unchanged', 'superseded', 'part') AND url IN (
        SELECT url FROM captures WHERE outcome IN ('rejected', 'duplicate', 'dead_letter') AND fetched_at >= :since
        UNION SELECT url FROM misses WHERE at >= :since
    )
    GROUP BY url
""")
    .bindparams(bindparam("since", type_=Moment))
    .columns(first=Moment, last=Moment)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A page without an article: when it was asked for first, and why it gave none the last time.

    `detail` is what the ledger says about it, for people.
    """

    url: str
    at: datetime
    reason: str
    detail: str = ""


def since(conn: Connection, start: datetime) -> Mapping[str, Sequence[Failure]]:
    """The pages of each source that failed at `start` or later, and the last time that they were asked for; `by_page`."""
    failed: dict[str, list[Failure]] = defaultdict(list)
    for row in conn.execute(_FAILED, {"since": start}):
        failed[row.source].append(Failure(url=row.url, at=row.at, reason=row.reason, detail=row.detail))
    good = {row.url: (row.first, row.last) for row in conn.execute(_REPAIRED, {"since": start})}
    return {source: by_page(found, good) for source, found in failed.items()}


def by_page(failed: Iterable[Failure], good: Mapping[str, tuple[datetime, datetime]]) -> tuple[Failure, ...]:
    """Each page that gave nothing the last time once, in the order in which they were first asked for.

    `failed` are all times that pages gave nothing, oldest first; `good` says when pages gave an article, first and last. What
    gave none is asked for again for days: by their last times, such pages would always be the newest.
    """
    first: dict[str, datetime] = {}
    last: dict[str, Failure] = {}
    for each in failed:
        first.setdefault(each.url, each.at)
        last[each.url] = each
    found = []
    for url, each in last.items():
        at, again = (
            (first[url], each.at) if url not in good else (min(first[url], good[url][0]), good[url][1])
        )
        if again <= each.at:
            found.append(each if at == each.at else replace(each, at=at))
    return tuple(sorted(found, key=lambda each: (each.at, each.url)))
