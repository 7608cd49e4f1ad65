"""The process that started the crawl: the plan comes from it, reports go to it, and the crawl ends with it."""

import os
import signal
import sys
import threading
from contextlib import suppress
from typing import NoReturn

from crawlers.plan import CrawlPlan, CrawlReport, decode_plan, encode


class Parent:
    """The pipes to the parent. stdout is for reports alone from here on: whatever else is printed goes to stderr."""

    def __init__(self) -> None:
        self._reports = os.fdopen(os.dup(1), "wb")
        os.dup2(2, 1)
        self._stop_asked = threading.Event()

    def plan(self) -> CrawlPlan:
        """The plan to crawl, read once. From then on this process ends when the parent does, and notices when it is asked to stop."""
        plan = decode_plan(sys.stdin.buffer.readline())
        threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop_asked.set())
        return plan

    @property
    def asks_to_stop(self) -> bool:
        return self._stop_asked.is_set()

    def report(self, report: CrawlReport) -> None:
        """Send a report; when nobody reads it any more, this process ends."""
        try:
            self._reports.write(encode(report))
            self._reports.flush()
        except BrokenPipeError:
            os._exit(1)

    def end(self, report: CrawlReport) -> NoReturn:
        """Send the last report and end this process."""
        self.report(report)
        os._exit(0 if report.finish in ("finished", "stopped") else 1)


def _end_with_parent() -> None:
    """The parent keeps stdin open as long as it lives. What is not in the store yet will be fetched again."""
    with suppress(OSError):
        sys.stdin.buffer.read()
    os._exit(1)
