"""What is needed to clean captures again apart from a run: those that have an outcome, and the present snapshot to judge them by."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from articles.model import Article
from articles.source.copy_groups import Others
from articles.source.features import Features, features
from articles.source.judge import judge
from articles.source.knowledge import NOBODY, Knowledge
from store.ledger import capture_table, knowledge_table
from store.ledger.database import Ledger
from store.ledger.queries import snapshot_rows
from store.records import Capture, Selection

_AT_ONCE = 500  # captures of one query
_SOURCES = 16  # whose knowledge is held at a time, some 20 MB each


def settled(ledger: Ledger, which: Selection) -> Iterator[list[Capture]]:
    """Captures of the selection that have an outcome, by id, some hundreds at a time."""
    last = 0
    while True:
        with ledger.reading() as conn:
            page = capture_table.settled(conn, which, _AT_ONCE, last)
        if not page:
            return
        last = page[-1].id
        yield page


@dataclass(slots=True)
class PresentKnowledge:
    """The present snapshot; best asked source by source."""

    ledger: Ledger
    _known: dict[str, Knowledge] = field(default_factory=dict)
    _others: Others = NOBODY

    def judged(self, articles: Iterable[Article], rows: Sequence[Features] = ()) -> list[Article]:
        """The articles as the present snapshot judges them; as they are, before the first. `rows` are theirs, where they are known."""
        found = list(articles)
        with self.ledger.reading() as conn:
            stories = knowledge_table.stories(conn, [article.id for article in found])
            number = knowledge_table.present(conn)
            if not number:
                return found
            return [
                judge(one, row, self._of(conn, one.source, number), stories.get(one.id, one.id))
                for one, row in zip(found, rows or map(features, found), strict=True)
            ]

    def _of(self, conn: Connection, source: str, number: int) -> Knowledge:
        known = self._known.get(source)
        if known is None or known.number != number:
            if len(self._known) == _SOURCES:
                self._known.clear()
            if not self._others.rows:
                self._others = snapshot_rows.newest_of_all(conn, number)
            known = self._known[source] = snapshot_rows.of_source(conn, source, number, self._others)
        return known
