"""What became of each further page of an article, for people to read."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from articles.errors import ArchiveError
from articles.model import Article, Page, Rejection
from pipeline.configuration.config import Config
from pipeline.sites.site_folder import load_sites
from store.archive.reader import recall
from store.archived import Remains
from store.ledger import capture_table, url_table
from store.ledger.parts import part_captures, part_table
from store.records import Capture, Outcome


@dataclass(frozen=True, slots=True)
class PartTold:
    """A further page of an article: its number, from 2 on, its URL, and what became of it; `capture` is the one that was joined."""

    number: int
    url: str
    what: str
    capture: Capture | None = None

    def text(self, config: Config) -> str:
        """The same in a line, with the words of what was joined."""
        words = "" if self.capture is None else f", {_words(config, self.capture)} words"
        return f"{self.url}: {self.what}{words}"


def parts_told(conn: Connection, article_id: str, most: int) -> list[PartTold]:
    """The further pages that the newest capture of an article names; of articles with at most `most` pages they are fetched."""
    rows = part_table.of_articles(conn, [article_id])
    newest = [row for row in rows if row.capture_id == rows[0].capture_id]
    (capture,) = capture_table.by_ids(conn, [rows[0].capture_id]) if rows else (None,)
    joined = {
        each.url: each.capture
        for found in part_captures.with_parts(conn, [capture] if capture else [])
        for each in found.parts
    }
    return [
        _told(conn, row.number, row.url, joined.get(row.url), apart=row.apart, most=most) for row in newest
    ]


def whole_of(conn: Connection, captures: Iterable[Capture]) -> list[str]:
    """The URLs of the articles whose further pages these captures are of."""
    owners = {each.related for each in captures if each.outcome is Outcome.PART}
    return sorted(
        {each.final_url for each in capture_table.of_articles(conn, owners) if each.article_id in owners}
    )


def cleaned_again(config: Config, page: Page, source: str) -> Article | Rejection:
    """What today's rules make of a page of this source."""
    from articles.clean import clean  # half a second, and few questions need it

    return clean(page, config.extractors.of(source), site=load_sites(config).of(page.final_url))


def _told(
    conn: Connection, number: int, url: str, joined: Capture | None, *, apart: bool, most: int
) -> PartTold:
    if apart:
        return PartTold(number, url, "an article of its own, as its page shows")
    if joined is not None:
        return PartTold(
            number, url, f"joined, fetched {joined.fetched_at:%Y-%m-%d %H:%M} UTC, {joined.ref}", joined
        )
    last = next(reversed(capture_table.of_url(conn, url)), None)
    if last is not None and last.outcome is not Outcome.PART:
        why = ": ".join(filter(None, (last.outcome.value, last.reason, last.detail)))
        return PartTold(number, url, f"missing, {why}")
    known = url_table.get(conn, url)
    if known is not None:
        return PartTold(
            number, url, f"missing, {known.state.value}{f' ({known.last_error})' if known.last_error else ''}"
        )
    limit = "more than [crawl] article_pages" if number > most else "not asked for yet"
    return PartTold(number, url, f"missing, {limit}")


def _words(config: Config, capture: Capture) -> int:
    try:
        record = recall(config.archive, capture.ref)
    except ArchiveError:
        return 0
    if isinstance(record, Page):
        result = cleaned_again(config, record, capture.source)
        return result.word_count if isinstance(result, Article) else 0
    kept = record.kept if isinstance(record, Remains) else None
    return kept.word_count if isinstance(kept, Article) else 0
