"""What is kept of an index while it is being filled, so that whoever is to go on with it need not begin anew.

A SQLite file beside the ledger. The captures to be taken in are in slices; one is done once the index has acknowledged all of it.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

import msgspec

from articles.errors import StorageError
from store.records import Outcome, Settled

_TABLES = """
CREATE TABLE IF NOT EXISTS filling (id INTEGER PRIMARY KEY CHECK (id = 1), begun TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS slices (number INTEGER PRIMARY KEY, captures TEXT NOT NULL, size INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS otherwise (capture INTEGER PRIMARY KEY, outcome TEXT NOT NULL, settled TEXT NOT NULL);
"""
_NAME = "half-filled.sqlite"
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """How far the filling of a new index is: `newest` and `older` name the two indices, of articles and of their older versions.

    `made_of` is what their content hangs on, besides the pages. A round takes in what was settled at `since` or later (None: everything);
    the next one has to begin at `until`. `added` articles were taken in by slices that are done, and `expected` were to be by all that were planned.
    `older_to` is the article id up to which older versions are in.
    """

    newest: str
    older: str
    made_of: str
    at: datetime
    since: datetime | None = None
    until: datetime | None = None
    planned: bool = False
    added: int = 0
    expected: int = 0
    older_to: str = ""


@dataclass(frozen=True, slots=True)
class Slice:
    """Captures (ids) that are taken into the index together."""

    number: int
    captures: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SliceTaken:
    """A slice that the index has: how many articles it gave, and of its captures those that are `otherwise` than in the ledger, and that are not."""

    number: int
    articles: int
    otherwise: tuple[Settled, ...] = ()
    alike: tuple[int, ...] = ()


class HalfFilled:
    """The file, open. One process writes it at a time; every method may raise StorageError."""

    def __init__(self, folder: Path) -> None:
        """Opens the file in this folder, or makes it."""
        self._path = folder / _NAME
        with self._storing():
            folder.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(self._path, isolation_level=None)
            self._connection.executescript(_TABLES)

    @classmethod
    def told(cls, folder: Path) -> Begun | None:
        """How far the index is that somebody fills or has left half-filled; None if there is none."""
        if not (folder / _NAME).exists():
            return None
        with cls(folder) as found:
            return found.begun()

    def begun(self) -> Begun | None:
        """How far it is; None before `begin`."""
        with self._storing():
            row = self._connection.execute("SELECT begun FROM filling").fetchone()
        return msgspec.json.decode(row[0], type=Begun) if row else None

    def begin(self, begun: Begun) -> None:
        """Note the beginning of a filling, or of its next round; slices of an earlier one go."""
        with self._transaction():
            self._put(begun)
            self._connection.execute("DELETE FROM slices")

    def plan(self, begun: Begun, slices: Iterable[Sequence[int]]) -> None:
        """Note the slices of a round."""
        with self._transaction():
            self._put(begun)
            rows = ((json.dumps(list(one)), len(one)) for one in slices)
            self._connection.executemany("INSERT INTO slices (captures, size) VALUES (?, ?)", rows)

    def note(self, begun: Begun) -> None:
        """Note how far it is."""
        with self._transaction():
            self._put(begun)

    def slices(self) -> Iterator[Slice]:
        """Those that are not done, in order."""
        last = 0
        while True:
            with self._storing():
                after = "SELECT number, captures FROM slices WHERE number > ? ORDER BY number LIMIT 1"
                row = self._connection.execute(after, (last,)).fetchone()
            if row is None:
                return
            last = row[0]
            yield Slice(last, tuple(json.loads(row[1])))

    def left(self) -> tuple[int, int]:
        """How many slices are not done, and how many captures they have."""
        with self._storing():
            found: tuple[int, int] = self._connection.execute(
                "SELECT count(*), coalesce(sum(size), 0) FROM slices"
            ).fetchone()
        return found

    def finish(self, taken: SliceTaken, begun: Begun) -> None:
        """Note that a slice is done, and what came of it."""
        with self._transaction():
            self._put(begun)
            self._connection.execute("DELETE FROM slices WHERE number = ?", (taken.number,))
            self._connection.executemany(
                "DELETE FROM otherwise WHERE capture = ?", ((one,) for one in taken.alike)
            )
            rows = (
                (one.capture_id, one.outcome.value, msgspec.json.encode(one).decode())
                for one in taken.otherwise
            )
            self._connection.executemany("INSERT OR REPLACE INTO otherwise VALUES (?, ?, ?)", rows)

    def alike(self, captures: Iterable[int]) -> None:
        """Note that the ledger is right about these."""
        with self._transaction():
            self._connection.executemany(
                "DELETE FROM otherwise WHERE capture = ?", ((one,) for one in captures)
            )

    def otherwise(self) -> Iterator[list[Settled]]:
        """What came of captures now, where the ledger has it otherwise; some hundreds at a time."""
        last = 0
        while True:
            with self._storing():
                after = "SELECT capture, settled FROM otherwise WHERE capture > ? ORDER BY capture LIMIT ?"
                rows = self._connection.execute(after, (last, _AT_ONCE)).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            yield [msgspec.json.decode(text, type=Settled) for _, text in rows]

    def changed(self) -> tuple[int, int]:
        """How many of these are articles, and how many are not."""
        with self._storing():
            counted = self._connection.execute("SELECT outcome, count(*) FROM otherwise GROUP BY outcome")
            counts = dict(counted.fetchall())
        articles = counts.pop(Outcome.INDEXED.value, 0)
        return articles, sum(counts.values())

    def remove(self) -> None:
        """Close and delete the file."""
        self.close()
        with self._storing():
            self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """What was noted stays."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _put(self, begun: Begun) -> None:
        text = msgspec.json.encode(begun).decode()
        self._connection.execute("INSERT OR REPLACE INTO filling VALUES (1, ?)", (text,))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._storing():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.rollback()
                raise
            self._connection.commit()

    @contextmanager
    def _storing(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            raise StorageError(
                f"{self._path} cannot be read or written ({error}); make room or mend the disk, or delete it: then "
                "`broadsheet index rebuild` begins anew"
            ) from error
