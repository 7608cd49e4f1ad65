"""The end of a run: the articles it has loaded are compared with what is known of their sources, these articles included.

Articles are searchable as soon as they are cleaned; here they lose the templates of their site, their captions are judged, and
copies of one text become one story. All by one snapshot of knowledge, so that the order of fetches does not matter. A line that has
only now proved to be a template is cut from earlier articles, too, and captions that were undecided are judged again once twice as
many articles are known.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from articles.model import Article
from articles.source import templates
from articles.source.copy_groups import Others
from articles.source.features import fingerprint
from articles.source.judge import expect, judge
from articles.source.knowledge import Knowledge
from articles.source.near_copies import Match, near, story_id
from index.protocols import IndexReader, IndexWriter
from pipeline.batches import Cleaners, clean_in_batches
from pipeline.completing import completed
from store.ledger import caption_table, capture_table, knowledge_table
from store.ledger.caption_table import Verdicts
from store.ledger.database import Ledger
from store.ledger.knowledge_table import Remembered
from store.ledger.queries import snapshot_rows

_AT_ONCE = 500  # articles of one turn

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Judged:
    """By which snapshot (0: nothing was waiting), how many articles were judged and changed by it, templates learned."""

    snapshot: int = 0
    articles: int = 0
    changed: int = 0
    templates: int = 0


@dataclass(slots=True)
class _Learned:
    """What a source's articles have taught: fingerprints of templates that are new, and that have expired; texts of lines that were cut."""

    new: frozenset[int]
    expired: frozenset[int]
    texts: dict[int, str] = field(default_factory=dict)

    def note_cut_lines(self, article: Article) -> None:
        for cut in article.removed:
            if cut.rule == templates.RULE and cut.text:
                self.texts[fingerprint(cut.text)] = cut.text


@dataclass(slots=True)
class _Course:
    """How far judging by the snapshot of this number has come. `waiting` is the ids of all articles that waited for it."""

    number: int
    others: Others
    waiting: Collection[str]
    learned: dict[str, _Learned] = field(default_factory=dict)
    judged: int = 0
    changed: int = 0


@dataclass(frozen=True, slots=True)
class _Asked:
    """Articles by id: as they are in the index, as they were before a template was cut, their rows, their stories."""

    present: Mapping[str, Article]
    whole: Mapping[str, Article]
    rows: Mapping[str, Remembered]
    stories: Mapping[str, str]


@dataclass(slots=True)
class _Results:
    """What is to be written: the articles that judging changed; and how many were judged."""

    judged: int = 0
    changed: list[Article] = field(default_factory=list)
    verdicts: list[Verdicts] = field(default_factory=list)


@dataclass(slots=True)
class Judge:
    """Judges what waits for the next snapshot. After a kill it begins again, with the same result.

    `check` raises where others may load or judge meanwhile.
    """

    archive: Path
    ledger: Ledger
    reader: IndexReader
    writer: IndexWriter
    cleaners: Cleaners
    clock: Callable[[], datetime]
    check: Callable[[], None] = lambda: None

    def judge_waiting(self) -> Judged:
        """Judge the articles loaded since the last snapshot, and earlier ones that new templates concern; close the next.

        Raises IndexUnavailableError: then they wait for the next run.
        """
        with self.ledger.reading() as conn:
            waiting = knowledge_table.unjudged(conn)
            number = knowledge_table.present(conn) + 1
        if not waiting:
            return Judged()
        _assign_stories(self.ledger, [article_id for article_id, _ in waiting])
        with self.ledger.reading() as conn:
            others = snapshot_rows.newest_of_all(conn, number)
        course = _Course(number, others, frozenset(article_id for article_id, _ in waiting))
        for part in _parts(waiting):
            self._judge_part(part, course)
        self._close(course)
        found = sum(len(lesson.new & lesson.texts.keys()) for lesson in course.learned.values())
        return Judged(number, course.judged, course.changed, found)

    def _judge_part(self, part: Mapping[str, list[str]], course: _Course) -> None:
        """Judge these articles, by source, and earlier ones of the sources that are met for the first time.

        What is known of a source is held only as long as its articles are judged; what is changed is written together, because the
        index merges its small segments after each eighth commit.
        """
        with self.ledger.turn():
            self.check()
            asked = self._ask([one for ids in part.values() for one in ids])
            results = _Results()
            for source, ids in part.items():
                is_new = source not in course.learned
                known = self._learn(source, course)
                _judge(asked, ids, known, course.learned[source], results)
                for earlier in _portions(self._again(known, course) if is_new else []):
                    _judge(self._ask(earlier), earlier, known, course.learned[source], results)
                    if results.judged >= _AT_ONCE:
                        self._write(results, course)
                        results = _Results()
            self._write(results, course)

    def _learn(self, source: str, course: _Course) -> Knowledge:
        """What is known of a source by the snapshot; it is noted which of its templates are new or expired."""
        with self.ledger.reading() as conn:
            known = snapshot_rows.of_source(conn, source, course.number, course.others)
            if source not in course.learned:
                before = frozenset(
                    t.fingerprint for t in knowledge_table.templates(conn, source) if not t.forgotten_at
                )
                proved = templates.active(known)
                course.learned[source] = _Learned(new=proved - before, expired=before - proved)
        return known

    def _again(self, known: Knowledge, course: _Course) -> list[str]:
        """The earlier articles of a source that have a new template, or captions about which more can be said now."""
        with self.ledger.reading() as conn:
            again = caption_table.again(conn, known.source, {one: known.counted(one) for one in known.words})
        having = _having(known, course.learned[known.source].new)
        return [one for one in dict.fromkeys((*having, *again)) if one not in course.waiting]

    def _ask(self, ids: list[str]) -> _Asked:
        present = self.reader.get_many(ids)
        with self.ledger.reading() as conn:
            rows = knowledge_table.newest(conn, present)
            stories = knowledge_table.stories(conn, rows)
        return _Asked(present, self._whole(present), rows, stories)

    def _write(self, results: _Results, course: _Course) -> None:
        self.writer.add(results.changed)
        with self.ledger.transaction() as conn:
            capture_table.touch(conn, [article.id for article in results.changed], self.clock())
            caption_table.note(conn, results.verdicts)
        course.judged += results.judged
        course.changed += len(results.changed)

    def _whole(self, present: dict[str, Article]) -> dict[str, Article]:
        """The articles as they were before a template was cut from them: such articles are cleaned again."""
        cut = [
            one for one, article in present.items() if any(r.rule == templates.RULE for r in article.removed)
        ]
        if not cut:
            return present
        with self.ledger.reading() as conn:
            wanted = capture_table.indexed(conn, cut)
        cleaned = [
            (capture, result)
            for batch in clean_in_batches(self.archive, self.ledger, self.cleaners, wanted)
            for capture, result in batch
            if isinstance(result, Article)
        ]
        return present | {article.id: article for article in completed(self.ledger, cleaned)}

    def _close(self, course: _Course) -> None:
        """Write what was learned, and that the snapshot is closed."""
        with self.ledger.transaction() as conn:
            self.check()
            for source, lesson in course.learned.items():
                named = dict.fromkeys(lesson.new, "") | lesson.texts
                knowledge_table.learn(conn, source, named, lesson.expired, self.clock())
            knowledge_table.close(conn, course.number, self.clock())


def _parts(waiting: Sequence[tuple[str, str]]) -> Iterator[dict[str, list[str]]]:
    """Ids by source, as many at once as may be read and written."""
    for some in _portions(sorted(waiting, key=itemgetter(1))):
        part: dict[str, list[str]] = defaultdict(list)
        for article_id, source in some:
            part[source].append(article_id)
        yield part


def _portions(items: Sequence[Item]) -> Iterator[list[Item]]:
    return (list(items[start : start + _AT_ONCE]) for start in range(0, len(items), _AT_ONCE))


def _judge(asked: _Asked, ids: Sequence[str], known: Knowledge, lesson: _Learned, results: _Results) -> None:
    """Judge those of these articles of a source that were found."""
    results.judged += len(ids)
    found = [one for one in ids if one in asked.rows]
    expect([asked.whole[one] for one in found], known)
    for one in found:
        judged = judge(asked.whole[one], asked.rows[one].features, known, asked.stories.get(one, one))
        results.verdicts.append(_verdicts(judged, known))
        if judged.content_hash != asked.present[one].content_hash:
            results.changed.append(judged)
        lesson.note_cut_lines(judged)


def _verdicts(judged: Article, known: Knowledge) -> Verdicts:
    return Verdicts(
        article_id=judged.id,
        source=judged.source,
        language=judged.language,
        known=known.counted(judged.language),
        captions=sum(bool(image.caption) for image in judged.images),
        undecided=any(image.status == "undecided" for image in judged.images),
    )


def _assign_stories(ledger: Ledger, waiting: list[str]) -> None:
    """In the order of first sight, so that copies among these articles find the story of the first."""
    not_yet = set(waiting)
    for start in range(0, len(waiting), _AT_ONCE):
        some = waiting[start : start + _AT_ONCE]
        with ledger.transaction() as conn:
            rows = knowledge_table.newest(conn, some)
            told = knowledge_table.stories(conn, some)
            for article_id in some:
                not_yet.discard(article_id)
                row = None if article_id in told else rows.get(article_id)
                if row is not None and (story := _story(conn, row, not_yet)):
                    knowledge_table.tell(conn, {article_id: story})


def _story(conn: Connection, article: Remembered, not_yet: Collection[str]) -> str:
    """The story of an article that has none yet, if it has copies; else "". `not_yet` are articles that get theirs later."""
    copies = [
        one for one in snapshot_rows.sharing_bands(conn, article) if near(article.features, one.features)
    ]
    if not copies:
        return ""
    ids = [copy.features.article_id for copy in copies]
    stories = {one: one for one in ids if one not in not_yet} | knowledge_table.stories(conn, ids)
    article_id = article.features.article_id
    return story_id(article_id, article.first_seen_at, (_match(copy, stories) for copy in copies))


def _match(copy: Remembered, stories: dict[str, str]) -> Match:
    article_id = copy.features.article_id
    return Match(
        article_id=article_id, first_seen_at=copy.first_seen_at, story_id=stories.get(article_id, "")
    )


def _having(known: Knowledge, prints: Collection[int]) -> list[str]:
    """The remembered articles, copies included, that have one of these lines."""
    if not prints:
        return []
    having = {
        index for index, row in enumerate(known.articles) if any(line & ~3 in prints for line in row.lines)
    }
    return [article_id for article_id, index in known.copies.items() if index in having]
