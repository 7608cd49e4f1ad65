"""The store of a crawl process: opened by the first crawl that needs it, closed after the last."""

import asyncio
import logging
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from store.archive.writer import repair
from store.intake import archive_writer
from store.ledger import segment_table, tombstone_table
from store.ledger.database import Ledger
from store.ledger.engines.folder_lock import crawling
from store.ledger.engines.places import place
from store.ledger.watch import lease_table, robots_table, run_table
from store.ledger.watch.robots_table import RobotsChange, RobotsFile
from store.recorder import Recorder

_log = logging.getLogger(__name__)


class Store:
    """Archive and ledger in a folder; in one that is thrown away at the end where `folder` is "". `now`: aware UTC.

    `revisits` are the times from the first sight of an article to each visit. `ask_robots`: no robots.txt that an earlier
    crawl kept counts. `ledger` says where that is, as `place` takes it; `worker` whose the folder is, where several share that.
    """

    def __init__(
        self,
        folder: str,
        now: Callable[[], datetime],
        revisits: Sequence[timedelta],
        *,
        ledger: str = "",
        worker: str = "",
        ask_robots: bool = False,
    ) -> None:
        self._folder = folder
        self._place = ledger
        self._now = now
        self._revisits = revisits
        self._ask_robots = ask_robots
        self._open = ExitStack()
        self._users = 0
        self._recorder: Recorder | None = None
        self._robots: dict[str, RobotsFile] = {}
        self.worker = worker
        self.at_end: list[Callable[[], Awaitable[None]]] = []
        """What is done before it is closed."""
        self.began = now()
        """When the round of runs began that this crawl is of, once the store is open."""
        self.buried: frozenset[str] = frozenset()
        """The ids of addresses under which nothing is to be fetched, once the store is open: deletions wait for crawls."""

    @property
    def recorder(self) -> Recorder:
        """What writes both. Raises RuntimeError while the store is not open."""
        if self._recorder is None:
            raise RuntimeError("the store is not open")
        return self._recorder

    def robots(self, url: str) -> RobotsFile | None:
        """The robots.txt at this URL, if an earlier crawl kept it, however long ago."""
        return self._robots.get(url)

    def keep_robots(self, url: str, file: RobotsFile | None) -> None:
        """Keep it for later crawls; None: forget what is kept. Nothing is kept while the store is not open."""
        if self._recorder is not None:
            self._recorder.robots(url, file)

    def note_robots(self, change: RobotsChange) -> None:
        """Remember what a change of a robots.txt means; nothing is while the store is not open."""
        if self._recorder is not None:
            self._recorder.robots_changed(change)

    def learn_robots(self, files: Mapping[str, RobotsFile]) -> None:
        """Go by what other workers have kept meanwhile."""
        if not self._ask_robots:
            self._robots.update(files)

    def enter(self) -> None:
        """One more crawl uses the store. Raises StorageError, LedgerError, ArchiveError where it cannot be opened."""
        self._users += 1
        if self._recorder is None:
            self._recorder = self._opened()

    async def leave(self) -> None:
        """One crawl less; with the last, `close`."""
        self._users -= 1
        if self._users == 0:
            await self.close()

    async def close(self) -> None:
        """Make durable what was given, and close. Raises the error that the store failed with, if it did."""
        if self._recorder is not None:
            for finish in self.at_end:
                await finish()
            recorder, self._recorder = self._recorder, None
            try:
                await asyncio.to_thread(recorder.close)
            finally:
                self._open.close()

    def _opened(self) -> Recorder:
        """Archive and ledger, made whole after an interrupted crawl."""
        thrown_away = tempfile.TemporaryDirectory(prefix="broadsheet-") if not self._folder else None
        folder = Path(self._open.enter_context(thrown_away) if thrown_away else self._folder)
        where = place(folder, self._place)
        self._open.enter_context(crawling(where))
        ledger = self._open.enter_context(Ledger.open(where))
        with ledger.reading() as connection:
            own, dropped = segment_table.lengths(connection, self.worker), segment_table.dropped(connection)
            self.buried = tombstone_table.buried(connection)
            if self.worker:
                self.began = run_table.round_began(connection, self.worker, self._now())
        for cut in repair(folder / "archive", own, dropped):
            _log.warning(
                "%s: cut off %d bytes that an interrupted crawl left unfinished", cut.segment, cut.size
            )
        with ledger.transaction() as connection:
            kept = robots_table.known(connection, self._now())
            if self.worker:
                lease_table.forget(connection)
        self._robots = (
            {url: replace(each, status=0) for url, each in kept.items()} if self._ask_robots else kept
        )
        archive = archive_writer(folder / "archive", ledger, self._now, self.worker)
        self._open.callback(archive.close)
        return Recorder(ledger, archive, self._now, self._revisits)
