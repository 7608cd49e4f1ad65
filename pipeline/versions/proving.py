"""In which captures of the raw archive a sentence stood: observations, and nothing that is inferred from them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from articles.edits.normal_form import normal
from articles.errors import ArchiveError, ArchiveUnavailableError, UsageError
from articles.text import count_words
from pipeline.configuration.config import Config
from pipeline.versions.looking import PageTask, Seen, lookers, seen_on
from pipeline.versions.version_list import find
from store.archive.reader import raw_response
from store.archive.remote.ahead import fetch_ahead
from store.ledger import capture_table
from store.ledger.database import Ledger
from store.ledger.parts import part_captures
from store.ledger.queries import seen_texts
from store.records import Capture

_FEWEST_WORDS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one capture showed. `seen` says whether the sentence was there, or why that cannot be said.

    `at` is when the answer was complete, `url` the address that answered, with `status`. The WARC record is in the segment
    `file`, at `offset`; with what belongs to it, it has `length` bytes. Its `record_id` and the `payload_digest` that it states
    are "" where the page was dropped or is damaged.
    """

    article_id: str
    at: datetime
    url: str
    status: int
    seen: Seen
    file: str
    offset: int
    length: int
    record_id: str = ""
    payload_digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The sentence as it was asked for, and what each capture showed, article by article, oldest first."""

    sentence: str
    observations: tuple[Observation, ...]

    @property
    def there(self) -> tuple[Observation, ...]:
        """The captures in which the sentence stood."""
        return tuple(one for one in self.observations if one.seen == "there")


def prove(config: Config, sentence: str, article: str = "") -> Proof:
    """Look at every capture of an article (by id or URL); without one, of each article of which a version has the sentence.

    The versions only tell which articles to look at; what counts is the raw pages. Raises UsageError for less than two words,
    ConfigError for an article of which nothing is known, ArchiveUnavailableError, LedgerError, UrlError.
    """
    wanted = normal(sentence)
    if count_words(wanted) < _FEWEST_WORDS:
        raise UsageError(f"“{sentence}” has less than two words: give the sentence that is to be proved")
    with Ledger.existing(config.ledger) as ledger, ledger.reading() as conn:
        ids = {find(conn, article)} if article else _having(conn, wanted)
        captures = capture_table.of_articles(conn, ids)
        further = part_captures.of_articles(conn, ids)
    wholes = {each.id: one for one, pages in further.items() for each in pages}
    captures += [each for pages in further.values() for each in pages]
    by_id = {
        capture.id: replace(capture, article_id=wholes.get(capture.id, capture.article_id))
        for capture in captures
    }
    with lookers(sentence) as looking:
        tasks = _tasks(config, by_id.values())
        seen = {task.capture_id: seen_on(result) for task, result in looking.run(tasks)}
    observed = [_observed(config, by_id[one], what) for one, what in seen.items()]
    return Proof(
        sentence=sentence,
        observations=tuple(sorted(observed, key=lambda one: (one.article_id, one.at, one.file, one.offset))),
    )


def _tasks(config: Config, captures: Iterable[Capture]) -> Iterator[PageTask]:
    for capture, found in fetch_ahead(config.archive, captures, lambda capture: capture.ref):
        if isinstance(found, ArchiveUnavailableError):
            raise found
        yield PageTask(capture.id, config.archive, capture.ref, found)


def _having(conn: Connection, wanted: str) -> set[str]:
    found: set[str] = set()
    for article_id, wording in seen_texts.wordings(conn):
        texts = (wording.title, wording.lead, *wording.body, *wording.notes, *wording.captions)
        if article_id not in found and wanted in normal(" ".join(texts)):
            found.add(article_id)
    return found


def _observed(config: Config, capture: Capture, seen: Seen) -> Observation:
    record_id = digest = ""
    if seen != "dropped":
        try:
            headers, _ = raw_response(config.archive, capture.ref)
            record_id, digest = headers.get("warc-record-id", ""), headers.get("warc-payload-digest", "")
        except ArchiveUnavailableError:
            raise
        except ArchiveError:
            seen = "unreadable"
    return Observation(
        article_id=capture.article_id,
        at=capture.fetched_at,
        url=capture.final_url,
        status=capture.status,
        seen=seen,
        file=capture.ref.segment,
        offset=capture.ref.offset,
        length=capture.ref.length,
        record_id=record_id,
        payload_digest=digest,
    )
