"""The end of a run: the articles it has loaded are compared with what is known of their sources, these articles included.

Articles are searchable as soon as they are cleaned; here they lose the templates of their site, their captions are judged, and
copies of one text become one story. All by one snapshot of knowledge, so that the order of fetches does not matter. A line that has
only now proved to be a template is cut from earlier articles, too, and captions that were undecided are judged again once twice as
many articles are known.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from articles.model import Article
from articles.source import templates
from articles.source.features import Features, fingerprint
from articles.source.judge import judge
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
_HELD = 4_000  # remembered articles in knowledge that is held at a time, 25 MB, or 90 with their words


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
        by_source: dict[str, list[str]] = defaultdict(list)
        for article_id, source in waiting:
            by_source[source].append(article_id)
        with self.ledger.reading() as conn:
            others = snapshot_rows.newest_of_all(conn, number)
        learned: dict[str, _Learned] = {}
        judged = changed = 0
        for part in self._parts(by_source, number, learned, others):
            judged += len(part)
            changed += self._judge(part, learned)
        self._close(number, learned)
        found = sum(len(lesson.new & lesson.texts.keys()) for lesson in learned.values())
        return Judged(number, judged, changed, found)

    def _parts(
        self,
        by_source: dict[str, list[str]],
        number: int,
        learned: dict[str, _Learned],
        others: list[Features],
    ) -> Iterator[list[tuple[str, Knowledge]]]:
        """The articles to judge, source by source, each with what is known; as many at once as may be held and written."""
        part: list[tuple[str, Knowledge]] = []
        held = 0
        for source, ids in sorted(by_source.items()):
            known, learned[source] = self._learn(source, number, others)
            held += len(known.known)
            with self.ledger.reading() as conn:
                again = caption_table.again(conn, source, {one: known.counted(one) for one in known.words})
            for article_id in dict.fromkeys((*ids, *_having(known, learned[source].new), *again)):
                part.append((article_id, known))
                if len(part) == _AT_ONCE:
                    yield part
                    part, held = [], len(known.known)
            if held >= _HELD:
                yield part
                part, held = [], 0
        if part:
            yield part

    def _learn(self, source: str, number: int, others: list[Features]) -> tuple[Knowledge, _Learned]:
        """What is known of a source by the snapshot of this number, and which of its templates are new or expired."""
        with self.ledger.reading() as conn:
            known = snapshot_rows.of_source(conn, source, number, others)
            before = frozenset(
                t.fingerprint for t in knowledge_table.templates(conn, source) if not t.forgotten_at
            )
        proved = templates.active(known)
        return known, _Learned(new=proved - before, expired=before - proved)

    def _judge(self, part: list[tuple[str, Knowledge]], learned: dict[str, _Learned]) -> int:
        """Judge these articles and write those that are changed by it; how many."""
        known = dict(part)
        with self.ledger.turn():
            self.check()
            present = self.reader.get_many(list(known))
            with self.ledger.reading() as conn:
                rows = knowledge_table.newest(conn, present)
                stories = knowledge_table.stories(conn, rows)
            whole = self._whole(present)
            changed, verdicts = [], []
            for one, row in rows.items():
                judged = judge(whole[one], row.features, known[one], stories.get(one, one))
                verdicts.append(_verdicts(judged, known[one]))
                if judged.content_hash != present[one].content_hash:
                    changed.append(judged)
                learned[known[one].source].note_cut_lines(judged)
            self.writer.add(changed)
            with self.ledger.transaction() as conn:
                capture_table.touch(conn, [article.id for article in changed], self.clock())
                caption_table.note(conn, verdicts)
        return len(changed)

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

    def _close(self, number: int, learned: dict[str, _Learned]) -> None:
        """Write what was learned, and that the snapshot is closed."""
        with self.ledger.transaction() as conn:
            self.check()
            for source, lesson in learned.items():
                named = dict.fromkeys(lesson.new, "") | lesson.texts
                knowledge_table.learn(conn, source, named, lesson.expired, self.clock())
            knowledge_table.close(conn, number, self.clock())


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
