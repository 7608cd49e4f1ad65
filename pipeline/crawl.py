"""The crawl as the run sees it: a child process that is given a plan, reports what it does, and never outlives the run."""

import subprocess
import sys
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields
from datetime import datetime
from typing import Self

from articles.errors import CrawlError
from crawlers.plan import CrawlPlan, CrawlReport, CrawlSettings, SourceFeeds, decode_report, encode
from pipeline.configuration.config import Config
from pipeline.configuration.sections import SourceSection
from pipeline.due import due_by

_GRACE = 30.0
_LAST_LINES = 20
_STATED = {field.name for field in fields(SourceFeeds)} - {"due_by", "claimed"}
"""What a source's section of the configuration and of the plan both name."""


def settings(config: Config) -> CrawlSettings:
    """The crawl's settings; both records name them alike."""
    named = {field.name for field in fields(CrawlSettings)}
    return CrawlSettings(**config.crawl.model_dump(include=named))


def plan(config: Config, sources: tuple[SourceSection, ...], tick: datetime | None = None) -> CrawlPlan:
    """What the child is to do: these sources' ways in, into the data folder.

    At a `tick` of a schedule, feeds that gave little of late are passed over; without one, all are asked.
    """
    claimed: dict[str, dict[str, str]] = defaultdict(dict)
    for (name, url), owner in config.claimed.items():
        claimed[name][url] = owner
    return CrawlPlan(
        folder=str(config.folder),
        ledger=config.store.ledger,
        settings=settings(config),
        sources=tuple(
            SourceFeeds(
                **{name: getattr(source, name) for name in _STATED},
                due_by=due_by(config.schedule_of(source), tick) if tick else None,
                claimed=claimed.get(source.name, {}),
            )
            for source in sources
        ),
        backlog=config.backlog.total_seconds() if config.backlog else 0.0,
        spiders=str(config.spiders),
        scrapy=config.crawl.scrapy,
        allow_scrapy=config.crawl.allow_scrapy,
    )


class Crawl:
    """A running crawl process. `report` is its latest report; ends with the process of the run, however that ends.

    Use as a context manager, which stops it on leaving. The child holds standard input open to notice that its parent is gone, and inherits the run's lock.
    `tell` is called with each line of its log, in another thread.
    """

    def __init__(
        self, what: CrawlPlan, lock_fd: int | None = None, tell: Callable[[str], None] = lambda _: None
    ) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "crawlers.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=() if lock_fd is None else (lock_fd,),
        )
        self.report = CrawlReport()
        self.log: deque[str] = deque(maxlen=_LAST_LINES)
        self._tell = tell
        self._threads = [
            threading.Thread(target=target, daemon=True) for target in (self._hear, self._read_log)
        ]
        for thread in self._threads:
            thread.start()
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(encode(what))
            self._process.stdin.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def _hear(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.report = decode_report(line)

    def _read_log(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            text = line.decode(errors="replace").rstrip()
            self.log.append(text)
            self._tell(text)

    def stop(self) -> None:
        """Ask the child to end, and end it when it does not."""
        if self.running:
            self._process.terminate()
            try:
                self._process.wait(_GRACE)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._finish()

    def wait(self) -> CrawlReport:
        """The last report. Raises CrawlError when the child ended before its time."""
        self._process.wait()
        self._finish()
        if self.report.finish in ("finished", "stopped"):
            return self.report
        why = self.report.finish or f"the crawl process ended with exit code {self._process.returncode}"
        tail = "\n".join(self.log)
        raise CrawlError(
            f"The crawl did not end by itself: {why}. What it fetched is kept; run again to go on."
            + (f"\nIts last words:\n{tail}" if tail else "")
        )

    def _finish(self) -> None:
        self._process.wait()
        for thread in self._threads:
            thread.join()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
