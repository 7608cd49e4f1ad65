"""When an article was published: all that a page and its feed state, and the choice among it, by agreement."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from articles.dom import Element
from articles.metadata import jsonld
from articles.metadata.metatags import Meta, every
from articles.metadata.times import dates
from articles.metadata.times.dated_elements import dated
from articles.metadata.times.written_dates import Written
from articles.model import DateOrigin, Page

_PUBLISHED = (
    *("article:published_time", "og:article:published_time", "article:published", "article:published:time"),
    *("datepublished", "rnews:datepublished", "og:pubdate", "bt:pubdate", "pubdate", "pub_date", "publishdate"),
    *("publish-date", "publish_date", "published_at", "published_time", "published-date", "published_date", "published"),
    *("publication_date", "citation_publication_date", "article_date_original", "originalpublicationdate"),
    *("parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "vr:published_time", "dc.date.issued"),
    *("dcterms.issued", "dc.date.created", "dcterms.created", "dc.date", "date", "datecreated"),
)  # fmt: skip
_MODIFIED = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "last-modified",
    "lastmod",
)
_URL_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)([-/_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")
_MINUTE = timedelta(minutes=1)
_QUARTERS = (5 * 60 + 45, 8 * 60 + 45, 12 * 60 + 45)  # offsets in minutes that are not of half hours
_EARLIEST_ZONE, _LATEST_ZONE = timedelta(hours=-12), timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class Statement:
    """A date that is stated of the article. `own`: certainly of it, not perhaps of something else on the page."""

    written: Written
    origin: DateOrigin
    own: bool = True


@dataclass(frozen=True, slots=True)
class Publication:
    """When the article was published (UTC), on which day where that is stated, and what stated it."""

    at: datetime | None = None
    on: date | None = None
    origin: DateOrigin = ""


def publication(
    tree: Element, node: jsonld.Node, meta: Meta, page: Page, *, title: str, language: str
) -> Publication:
    """The best of what is stated; else htmldate's guess from the markup, at midnight UTC.

    Its extensive search is off, because it mostly finds copyright years, dated the first of January.
    """
    found = [
        Statement(_in_words(written) if origin == "text" else written, origin, own)
        for text, origin, own in _stated(tree, node, meta, page, title)
        if (written := dates.stated(text, page.fetched_at, language))
    ]
    fed = _fed(page)
    if fed:
        after = next(
            (n for n, each in enumerate(found) if each.origin in ("text", "url") or not each.own), len(found)
        )
        found.insert(after, fed)
    if not any(each.own for each in found) and len({each.written.day for each in found}) != 1:
        found = list(
            _guessed(tree, page)
        )  # of several dates elsewhere on the page none is known to be the article's
    return choose(found, changed(node, meta, page.fetched_at, language))


def changed(node: jsonld.Node, meta: Meta, latest: datetime, language: str) -> Written | None:
    """When the article was last changed, by JSON-LD, else by meta tags: the most exact of those that agree with the first."""
    texts = [_text(node.get("dateModified")), *every(meta, _MODIFIED)]
    found = [written for text in texts if (written := dates.stated(text, latest, language))]
    return _best([each for each in found if agree(found[0], each)]) if found else None


def choose(found: Sequence[Statement], modified: Written | None = None) -> Publication:
    """From statements in the order of their authority: the most exact of those that agree with the first.

    The first gives way where it stands alone, and two others agree on an earlier day; where it is the mere day of the last
    change, one will do. Times at the headline that are those of the last change count only if nothing else does.
    """
    if modified is not None:
        found = [each for each in found if not _is_of_change(each, modified, found)]
    if not found:
        return Publication()
    leader = _leader(found, modified)
    fellows = (
        [leader]
        if not leader.own
        else [each for each in found if each.own and agree(leader.written, each.written)]
    )
    best = _best([each.written for each in fellows])
    chosen = next(each for each in fellows if each.written is best)
    return Publication(best.moment, _day(chosen, fellows), chosen.origin)


def agree(one: Written, other: Written) -> bool:
    """Whether both can be of the same moment, as far as they are exact."""
    if _is_vague(one) or _is_vague(other):
        return _share_a_day(one, other)
    if one.offset is not None and other.offset is not None:
        same = abs(one.moment - other.moment) < _MINUTE
        return same or ((_is_utc(one) or _is_utc(other)) and _same_clock(one, other))
    if one.offset is None and other.offset is None:
        return _same_clock(one, other)
    naive, exact = (one, other) if one.offset is None else (other, one)
    return _same_clock(naive, exact) or _is_offset(naive.local.replace(tzinfo=UTC) - exact.moment)


def _stated(
    tree: Element, node: jsonld.Node, meta: Meta, page: Page, title: str
) -> Iterator[tuple[str, DateOrigin, bool]]:
    """Texts that should be dates, what they stand in, and whether they are certainly the article's, by authority."""
    yield _text(node.get("datePublished")), "jsonld", True
    for text in every(meta, _PUBLISHED):
        yield text, "meta", True
    elements = dated(tree, title, page.final_url)
    for each in elements:
        if each.near:
            yield each.text, "time" if each.marked else "text", True
    if found := _URL_DAY.search(urlsplit(page.final_url).path):
        yield f"{found[1]}-{found[3]}-{found[4]}", "url", True
    for each in elements:
        if not each.near:
            yield each.text, "time" if each.marked else "text", False


def _in_words(written: Written) -> Written:
    """Without its time if it names no zone: what readers see is local time, hours from UTC."""
    return (
        written if written.offset is not None else Written(datetime.combine(written.day, datetime.min.time()))
    )


def _text(value: object) -> str:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else jsonld.text(value)


def _fed(page: Page) -> Statement | None:
    moment = page.entry.published_at
    if moment is None:
        return None
    local = moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    written = Written(local, True, timedelta())
    return Statement(written, "feed") if dates.is_possible(written, page.fetched_at) else None


def _guessed(tree: Element, page: Page) -> Iterable[Statement]:
    from htmldate import find_date  # few pages need it

    guess = find_date(
        tree, url=page.final_url, original_date=True, max_date=page.fetched_at, extensive_search=False
    )
    written = dates.stated(guess or "", page.fetched_at)
    return [Statement(written, "guess", own=False)] if written else []


def _leader(found: Sequence[Statement], modified: Written | None) -> Statement:
    first = found[0]
    if any(each.origin != first.origin and each.own and agree(first.written, each.written) for each in found):
        return first
    is_of_change = modified is not None and _is_vague(first.written) and first.written.day >= modified.day
    for each in found:
        others = {other.origin for other in found if other.own and agree(each.written, other.written)}
        enough = 1 if is_of_change else 2
        if each.own and each.written.day < first.written.day and len(others - {first.origin}) >= enough:
            return each
    return first


def _is_of_change(statement: Statement, modified: Written, found: Sequence[Statement]) -> bool:
    if (
        statement.origin not in ("time", "text")
        or _is_vague(modified)
        or not agree(statement.written, modified)
    ):
        return False
    return any(each.origin != statement.origin and not agree(each.written, modified) for each in found)


def _best(found: Sequence[Written]) -> Written:
    """The most exact, and of equally exact ones the first; but a true offset before a Z at the same wall clock."""
    best = min(found, key=_vagueness)
    zoned = (
        each for each in found if _vagueness(each) == 0 and not _is_utc(each) and _same_clock(best, each)
    )
    return next(zoned, best) if _vagueness(best) == 0 and _is_utc(best) else best


def _vagueness(written: Written) -> int:
    if _is_vague(written):
        return 3 if not written.timed else 2
    return 1 if written.offset is None else 0


def _is_vague(written: Written) -> bool:
    """Whether it names no time; midnight without an offset, or in UTC, is mostly a day written as a time."""
    return not written.timed or (written.local.time() == datetime.min.time() and not written.offset)


def _is_utc(written: Written) -> bool:
    return written.offset == timedelta()


def _share_a_day(one: Written, other: Written) -> bool:
    """Whether one's day can be the other's somewhere on earth."""
    if one.day == other.day:
        return True
    vague, exact = (one, other) if _is_vague(one) else (other, one)
    if _is_vague(exact) or exact.offset != timedelta():
        return False
    begin = vague.local.replace(hour=0, minute=0, second=0, tzinfo=UTC)
    return begin - _LATEST_ZONE <= exact.moment < begin + timedelta(days=1) - _EARLIEST_ZONE


def _same_clock(one: Written, other: Written) -> bool:
    return abs(one.local - other.local) < _MINUTE


def _is_offset(ahead: timedelta) -> bool:
    """Whether a zone is ahead of UTC by this, to the minute."""
    if not _EARLIEST_ZONE - _MINUTE < ahead < _LATEST_ZONE + _MINUTE:
        return False
    minutes = round(ahead.total_seconds() / 60)
    return minutes % 30 == 0 or abs(minutes) in _QUARTERS


def _day(chosen: Statement, fellows: Sequence[Statement]) -> date:
    """The day in the zone that is stated; where that is UTC alone, the day that the page states beside it."""
    if not _is_utc(chosen.written):
        return chosen.written.day
    local = (each for each in fellows if each.origin not in ("feed", "url") and not _is_utc(each.written))
    return next((each.written.day for each in local), chosen.written.day)
