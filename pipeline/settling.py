"""What was cleaned goes into the index, and then its outcome into the ledger.

The order is what makes a kill harmless: the ledger says `indexed` only after the index has acknowledged, so a
capture that was cut off in between is still pending and is loaded again, to the same effect.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from articles.edits.normal_form import Marks
from articles.model import Article, Rejection
from articles.source.features import Features, features, first_day
from articles.source.originals import Contender, duplicates, elsewhere, named
from articles.urls import origin
from index.protocols import IndexReader, IndexWriter
from pipeline.batches import Cleaned
from pipeline.clean_capture import FAILURES
from pipeline.completing import acknowledged, completed
from pipeline.outcomes import Decision, decide, duplicate, without_deleted
from pipeline.parts.part_sorting import SortedParts, sort_parts
from pipeline.versions.noting import noted
from pipeline.versions.older import older_ids, put_older
from pipeline.versions.recounting import recount
from store import policy
from store.ledger import (
    capture_table,
    knowledge_table,
    rename_table,
    tombstone_table,
    url_table,
)
from store.ledger.capture_table import Latest
from store.ledger.database import Ledger
from store.ledger.knowledge_table import Remembered
from store.ledger.queries.stand_ins import duplicates_waiting
from store.ledger.watch import arrival_table
from store.records import Capture, Outcome, Settled

_NONE: dict[int, Features] = {}
_UNMARKED: dict[int, Marks] = {}


@dataclass(frozen=True, slots=True)
class _Rivals:
    """Articles in the index that may be duplicates of others or their originals, by id, with their captures.

    `moved` is what `articles.source.originals.original` takes.
    """

    contenders: dict[str, Contender]
    captures: dict[str, Capture]
    moved: set[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Settler:
    """Settles captures that were cleaned, one batch at a time: each in a turn of the ledger.

    `check` raises where the run may not change anything any more. `reader` is called only for the text of an article whose features
    the ledger has forgotten. `older` is the index of older versions, which get there before the newest one takes their place.
    """

    ledger: Ledger
    writer: IndexWriter
    older: IndexWriter
    reader: Callable[[], IndexReader]
    clock: Callable[[], datetime]
    check: Callable[[], None] = lambda: None

    def settle(
        self,
        batch: Iterable[Cleaned],
        rows: Mapping[int, Features] = _NONE,
        marks: Mapping[int, Marks] = _UNMARKED,
    ) -> list[Settled]:
        """Settle a batch: in the index, then in the ledger; the outcomes that are others than before.

        `rows` and `marks` are those of its articles, by the capture's id, as far as they were computed where it was cleaned.
        """
        pairs = sorted(batch, key=lambda pair: pair[0].id)
        of_batch = {capture.article_id for capture, _ in pairs}
        names = {named(result) for _, result in pairs if isinstance(result, Article)}
        with self.ledger.turn():
            self.check()
            with self.ledger.reading() as conn:
                latest = capture_table.latest_indexed(conn, of_batch)
                former = rename_table.former(conn)
                stones = tombstone_table.of_ids(conn, (of_batch | names) - {""})
            buried = without_deleted(pairs, stones, latest, self.clock())
            with self.ledger.reading() as conn:
                pages = sort_parts(conn, buried.rest)
                versions = noted(conn, pages.rest, marked=marks)
            cleaned = [pair for pair in pages.rest if not _stays(*pair, latest)]
            newest = _newest(cleaned)
            rivals = self._rivals({article.url: named(article) for article in newest})
            new = [article for article in newest if article.id not in latest]
            decision = decide(cleaned, latest, _originals(new, rivals, of_batch), self.clock(), former)
            for deleted in (*decision.to_delete, *pages.gone):
                rivals.contenders.pop(deleted, None)
            put_older(self.ledger, self.older, versions)
            if gone := [*decision.to_delete, *self._delete_older(pages)]:
                self.writer.delete(gone)
            articles = completed(self.ledger, decision.to_add, versions.after)
            acks = self.writer.add(articles)
            settled = [*buried.settled, *pages.settled(self.clock()), *decision.settled]
            indexed, entered, arrived = [], [], []
            for (capture, as_cleaned), article, ack in zip(decision.to_add, articles, acks, strict=True):
                settled.append(acknowledged(capture, as_cleaned, ack, self.clock()))
                if ack.status == "indexed":
                    row = row_of(article, rows.get(capture.id))
                    indexed.append(Remembered(features=row, first_seen_at=article.first_seen_at))
                    entered.append(_contender(article, row))
                    arrived.append(article)
                    rivals.captures[article.id] = replace(capture, content_hash=as_cleaned.content_hash)
            present = (latest.keys() & versions.recounted) - {article.id for article in articles}
            recounted = recount(self.reader, self.writer, versions.after, present)
            found = duplicates(entered, rivals.contenders, rivals.moved)
            left = self._take_out(found, rivals.captures)
            with self.ledger.transaction() as conn:
                tombstone_table.ask(conn, buried.asked)
                _record(conn, decision, settled, indexed, self.clock())
                versions.write(conn)
                capture_table.touch(conn, recounted, self.clock())
                stay = [article for article in arrived if article.id not in found]
                arrival_table.record(conn, stay, self.clock())
                _record_duplicates(conn, left, found, ())
                pages.write(conn, self.clock())
        before = {capture.id: capture.outcome for capture, _ in pairs}
        return [one for one in settled + left if one.outcome is not before.get(one.capture_id)]

    def recount(self, batch: Collection[Cleaned]) -> None:
        """Count the versions of the articles of a batch whose outcomes stay as they are."""
        with self.ledger.turn():
            self.check()
            with self.ledger.reading() as conn:
                pages = sort_parts(conn, batch)
                versions = noted(conn, [pair for pair in pages.rest if pair[0].outcome is not Outcome.PART])
            put_older(self.ledger, self.older, versions)
            if gone := self._delete_older(pages):
                self.writer.delete(gone)
            recounted = recount(self.reader, self.writer, versions.after, versions.recounted)
            with self.ledger.transaction() as conn:
                capture_table.settle(conn, pages.settled(self.clock()))
                versions.write(conn)
                capture_table.touch(conn, recounted, self.clock())
                pages.write(conn, self.clock())

    def _delete_older(self, pages: SortedParts) -> list[str]:
        """Delete the older versions of what was taken for articles; the ids of what is to leave the index with them."""
        with self.ledger.reading() as conn:
            ids = older_ids(capture_table.of_articles(conn, pages.ids))
        if ids:
            self.older.delete(ids)
        return pages.gone

    def fold(self) -> list[Settled]:
        """Compare articles that stand in for an original with it, once it is in the index: a duplicate leaves.

        One with another text is an article of its own from then on, whatever its page names.
        """
        with self.ledger.turn():
            self.check()
            with self.ledger.reading() as conn:
                waiting = [capture for capture, _ in duplicates_waiting(conn)]
            if not waiting:
                return []
            rivals = self._rivals({capture.final_url: capture.canonical for capture in waiting})
            stand_ins = self._contenders(waiting)
            found = duplicates(stand_ins.values(), rivals.contenders, rivals.moved)
            captures = rivals.captures | {capture.article_id: capture for capture in waiting}
            folded = self._take_out(found, captures)
            refuted = [one.id for one in stand_ins.values() if not found.keys() & {one.id, one.names}]
            with self.ledger.transaction() as conn:
                _record_duplicates(conn, folded, found, refuted)
        return folded

    def _rivals(self, names: Mapping[str, str]) -> _Rivals:
        """What the index holds at the other addresses of articles with these URLs, which name these originals (ids)."""
        with self.ledger.reading() as conn:
            ids = {one for url, name in names.items() for one in elsewhere(url, name)}
            captures = capture_table.indexed(conn, ids)
            moved = capture_table.moved(conn, {*names, *(capture.final_url for capture in captures)})
        return _Rivals(
            self._contenders(captures), {capture.article_id: capture for capture in captures}, moved
        )

    def _contenders(self, captures: Iterable[Capture]) -> dict[str, Contender]:
        """These articles of the index, by id; without those whose text is in neither ledger nor index."""
        by_id = {capture.article_id: capture for capture in captures}
        with self.ledger.reading() as conn:
            known = knowledge_table.newest(conn, by_id)
        rows = {one: each.features for one, each in known.items()}
        if forgotten := by_id.keys() - rows.keys():
            present = self.reader().get_many(sorted(forgotten))
            rows |= {one: features(article) for one, article in present.items()}
        return {
            one: Contender(url=by_id[one].final_url, names=by_id[one].canonical, features=row)
            for one, row in rows.items()
        }

    def _take_out(self, found: Mapping[str, Contender], captures: Mapping[str, Capture]) -> list[Settled]:
        """Delete duplicates (by id, with their originals) from the index; their outcomes."""
        if found:
            self.writer.delete(list(found))
        return [
            duplicate(captures[one], captures[one].content_hash, by, self.clock())
            for one, by in found.items()
        ]


def _stays(capture: Capture, result: Article | Rejection, latest: Mapping[str, Latest]) -> bool:
    """Whether a capture that was joined again keeps its outcome: there is a newer one of its article, or cleaning it broke off."""
    if capture.outcome is Outcome.PENDING:
        return False
    if isinstance(result, Rejection) and result.reason in FAILURES:
        return True
    present = latest.get(capture.article_id)
    is_older = present is not None and capture.fetched_at < present.fetched_at
    return is_older and capture.outcome in (Outcome.UNCHANGED, Outcome.SUPERSEDED)


def _newest(cleaned: Iterable[Cleaned]) -> list[Article]:
    """The articles of a batch; of several captures of one article the newest."""
    articles = (result for _, result in cleaned if isinstance(result, Article))
    return list(
        {article.id: article for article in sorted(articles, key=lambda each: each.fetched_at)}.values()
    )


def _originals(
    articles: Iterable[Article], rivals: _Rivals, of_batch: Collection[str]
) -> dict[str, Contender]:
    """The originals of those articles that are duplicates of one in the index that does not change in this batch, by id."""
    there = {one: each for one, each in rivals.contenders.items() if one not in of_batch}
    found: dict[str, Contender] = {}
    for article in articles:
        if there.keys() & elsewhere(article.url, named(article)):
            found |= duplicates([_contender(article, features(article))], there, rivals.moved)
    return found


def _contender(article: Article, row: Features) -> Contender:
    return Contender(url=article.url, names=named(article), features=row)


def row_of(article: Article, as_cleaned: Features | None) -> Features:
    """The features of a completed article, which differ from those of the cleaned one in what only the ledger knows."""
    if as_cleaned is None:
        return features(article)
    return replace(as_cleaned, source=article.source, day=first_day(article))


def _record(
    conn: Connection, decision: Decision, settled: list[Settled], indexed: list[Remembered], now: datetime
) -> None:
    """The outcomes, with what is remembered of the articles; pages that recent ones name as their originals are queued."""
    capture_table.settle(conn, settled)
    knowledge_table.disregard(conn, decision.to_delete)
    knowledge_table.remember(conn, indexed)
    for capture, article in decision.to_add:
        elsewhere_named = article.canonical_url not in (article.url, f"{origin(article.canonical_url)}/")
        if elsewhere_named and policy.is_news(capture.fetched_at, now):
            entry = replace(url_table.entry(conn, capture.url), url=article.canonical_url)
            url_table.discover(conn, [entry], now)


def _record_duplicates(
    conn: Connection, left: list[Settled], found: Mapping[str, Contender], refuted: Collection[str]
) -> None:
    """The outcomes of duplicates, found with these originals; and what names no original, since those have other texts."""
    capture_table.settle(conn, left)
    knowledge_table.disregard(conn, list(found))
    capture_table.own(conn, [*refuted, *(by.id for one, by in found.items() if by.names == one)])
