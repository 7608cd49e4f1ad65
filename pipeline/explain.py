"""Every decision about one URL, from its discovery to the index, in order."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from articles.display import printable
from articles.errors import ConfigError, SearchIndexError
from articles.model import Article, Page, Rejection
from articles.urls import article_id, canonical
from pipeline import indexes
from pipeline.configuration.config import Config
from pipeline.parts.part_account import cleaned_again, parts_told, whole_of
from store.archive.reader import recall
from store.archived import Remains, Removed, dropped_on, removed_on
from store.ledger import caption_table, capture_table, feed_table, miss_table, tombstone_table, url_table
from store.ledger.database import Ledger
from store.ledger.tombstone_table import Tombstone
from store.records import Capture, Outcome, Settled, UrlState

_SHORT = 160
_TO_FETCH = (UrlState.DUE, UrlState.FETCHED)
_NOTHING_MADE = (Outcome.PENDING, Outcome.REJECTED, Outcome.DELETED)


@dataclass(frozen=True, slots=True)
class Step:
    """One decision: when (None: no time of its own), at which step, and what with which reason."""

    at: datetime | None
    step: str
    what: str

    def __str__(self) -> str:
        time = f"{self.at:%Y-%m-%d %H:%M:%S}" if self.at else ""
        return printable(f"{time:<19}  {self.step:<11}  {self.what}")


def explain(config: Config, address: str) -> list[Step]:
    """The account of a URL, requested or final. Raises UrlError, LedgerError, ConfigError for an unknown one."""
    url = canonical(address)
    with Ledger.existing(config.ledger) as ledger, ledger.reading() as conn:
        taken = capture_table.of_url(conn, url)
        asked = {url, *(capture.url for capture in taken)}
        known = [
            found for found in (url_table.get(conn, each) for each in sorted(asked)) if found is not None
        ]
        lists = {row.entry.feed: feed_table.kind(conn, row.entry.feed) or "list" for row in known}
        by_articles = {each.article_id: caption_table.known(conn, each.article_id) for each in taken}
        stones = tombstone_table.of_ids(conn, [article_id(each) for each in asked]).values()
        misses = [miss for each in sorted(asked) for miss in miss_table.misses(conn, each)]
        most = config.crawl.article_pages
        parts = [part for one in sorted(by_articles) for part in parts_told(conn, one, most)]
        wholes = whole_of(conn, taken)
    if not (known or taken or stones):
        raise ConfigError(
            f"{url} was never discovered: no feed that was read names it. "
            f"`broadsheet sources` shows the feeds of {urlsplit(url).hostname}'s source and their errors."
        )
    steps: list[Step] = []
    for row in known:
        feed = row.entry.feed
        led = f"by the {lists[feed]} {feed}" if feed else "by a canonical link, an import or by hand"
        steps.append(Step(row.first_seen_at, "discovered", f"{row.url} {led}, source {row.entry.source}"))
    steps += [
        Step(
            miss.at,
            "not fetched",
            f"{miss.reason}: {miss.detail or 'no more is known'} -> {miss.state.value}",
        )
        for miss in misses
    ]
    steps += [_deleted(stone) for stone in {stone.id: stone for stone in stones}.values()]
    present = {each.content_hash for each in taken if each.outcome is Outcome.INDEXED}
    for capture in taken:
        steps += _capture(config, capture, by_articles.get(capture.article_id), present)
    steps.sort(key=lambda step: step.at.timestamp() if step.at else 0.0)
    for row in known:
        due = f", next fetch {row.due_at:%Y-%m-%d %H:%M} UTC" if row.state in _TO_FETCH and row.due_at else ""
        why = f" ({row.last_error})" if row.last_error else ""
        why = " (too old to be fetched when it was found)" if row.state is UrlState.BACKLOG else why
        steps.append(Step(None, "state", f"{row.url} is {row.state.value}{why}{due}"))
    steps += [Step(None, f"page {part.number}", part.text(config)) for part in parts]
    steps += [Step(None, "part", f"a further page of {url}") for url in wholes]
    return steps


def _capture(config: Config, capture: Capture, known: int | None, present: Collection[str]) -> Iterator[Step]:
    record = recall(config.archive, capture.ref)
    page = record if isinstance(record, Page) else record.page
    way = " -> ".join((*page.redirects, page.final_url)) if page.redirects else page.final_url
    yield Step(
        capture.fetched_at,
        "fetched",
        f"HTTP {capture.status}, {_archived(record, way, capture)}",
    )
    if capture.outcome in _NOTHING_MADE:  # and a page that has stopped its cleaner would stop us, too
        yield Step(capture.settled_at, capture.outcome.value, _why(capture, ""))
        return
    settled = capture.settled_at or capture.fetched_at
    result: Article | Rejection | Settled | None = None
    if capture.outcome is Outcome.INDEXED or (
        capture.outcome is Outcome.UNCHANGED and capture.content_hash in present
    ):
        try:
            result = indexes.reader(config).get(capture.article_id)  # with what judging has added
        except SearchIndexError as error:
            yield Step(settled, "index", f"could not be asked, so that this is the cleaning alone: {error}")
    if result is None:
        result = (
            cleaned_again(config, record, page.entry.source) if isinstance(record, Page) else _kept(record)
        )
    if isinstance(result, Article):
        yield from (
            Step(
                settled,
                "cut",
                f"{cut.rule} ({cut.place}{', ' + cut.evidence if cut.evidence else ''}): {_line(cut.text)}",
            )
            for cut in result.removed
        )
        yield from (
            Step(settled, "caption", f"{i.status}: {_line(i.caption)}") for i in result.images if i.caption
        )
        if known is not None and capture.outcome is Outcome.INDEXED:
            yield Step(settled, "captions", f"judged by the words of {known:,} articles in {result.language}")
        yield from (Step(settled, "site rule", f"not used: {why}") for why in result.site_failed)
        if result.extractor:
            yield Step(settled, "extractor", f"{result.extractor}, which found the text")
        said = f"{result.confidence:.2f}, the probability that the text is right"
        yield Step(settled, "confidence", said)
    title = result.title if isinstance(result, Article) else ""
    yield Step(capture.settled_at, capture.outcome.value, _why(capture, title))


def _kept(record: Remains | Removed) -> Article | Settled:
    return record.kept if isinstance(record, Remains) else record.settled


def _deleted(stone: Tombstone) -> Step:
    under_way = "" if stone.done_at else "; not finished yet: `broadsheet doctor` or the next run does it"
    pages = "1 record" if stone.records == 1 else f"{stone.records} records"
    return Step(stone.asked_at, "deleted", f"{stone.url}, {pages}: {stone.reason}{under_way}")


def _archived(record: Page | Remains | Removed, way: str, capture: Capture) -> str:
    if isinstance(record, Page):
        return f"{len(record.body):,} bytes, {way}; archived at {capture.ref}"
    if isinstance(record, Removed):
        return f"{way}; {removed_on(record)}, and that it was there is at {capture.ref}"
    return f"{way}; {dropped_on(record.dropped_at)}, and what is left of it is at {capture.ref}"


def _why(capture: Capture, title: str) -> str:
    parts = [part for part in (capture.reason, capture.detail) if part]
    if capture.related:
        parts.append(f"article {capture.related}")
    if capture.outcome is Outcome.INDEXED and title:
        parts.append(f"article {capture.article_id}: {title}")
    if capture.outcome is Outcome.PENDING:
        parts.append("waiting to be cleaned and loaded; `broadsheet run` does it")
    return ": ".join(parts)


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else line[: _SHORT - 1] + "…"
