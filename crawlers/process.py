"""What the crawl process does around its crawl: pipes, signals, the store, Scrapy."""

import asyncio
import logging
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, NoReturn

from scrapy.crawler import AsyncCrawlerProcess

from articles.errors import BroadsheetError
from crawlers.addresses import Guard
from crawlers.conductor import Conductor
from crawlers.feeds import FeedBody, ParsedFeed, read
from crawlers.fetcher import Download, Fetcher
from crawlers.plan import CrawlPlan, CrawlReport, decode_plan, encode
from crawlers.settings import scrapy_settings
from crawlers.spider import NewsSpider
from store.archive.writer import ArchiveWriter, repair
from store.ledger import segment_table
from store.ledger.database import Ledger
from store.recorder import Recorder
from store.workers import Lost, Workers

_FEED_SECONDS = 10.0
_REPORT_SECONDS = 0.5

_log = logging.getLogger(__name__)


def main() -> NoReturn:
    """Crawl the plan on stdin, and exit."""
    reports = _take_stdout()
    _configure_logging()
    plan = decode_plan(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    stop_asked = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop_asked.set())
    try:
        _crawl(plan, reports, stop_asked)
    except BroadsheetError as error:
        _end(reports, CrawlReport(finish=f"failed: {error}"))
    _end(reports, CrawlReport(finish="failed: Scrapy ended before the crawl; the log says why"))


def _crawl(plan: CrawlPlan, reports: BinaryIO, stop_asked: threading.Event) -> None:
    folder = Path(plan.folder)
    workers: Workers[FeedBody, ParsedFeed | str] = Workers(read, 1, _FEED_SECONDS)
    parser_thread = ThreadPoolExecutor(1)
    ledger = Ledger.open(folder / "ledger.sqlite")
    with ledger.reading() as connection:
        committed, dropped = segment_table.lengths(connection), segment_table.dropped(connection)
    for cut in repair(folder / "archive", committed, dropped):
        _log.warning("%s: cut off %d bytes that an interrupted run left unfinished", cut.segment, cut.size)
    archive = ArchiveWriter(folder / "archive", committed, _now)
    recorder = Recorder(ledger, archive, _now)
    guard = Guard(plan.settings.allow_addresses)

    async def read_feed(body: FeedBody) -> ParsedFeed | str | Lost:
        return await asyncio.get_running_loop().run_in_executor(parser_thread, workers.call, body)

    async def conduct(download: Download) -> None:
        fetcher = Fetcher(download, plan.settings, guard, _now)
        crawl = Conductor(plan, fetcher, read_feed, recorder, _now)
        finish = await _supervise(crawl, reports, stop_asked)
        try:
            await asyncio.to_thread(recorder.close)
        except BroadsheetError as error:
            finish = f"failed: {error}"
        archive.close()
        ledger.close()
        workers.close()
        # Nothing is left to tidy, and an orderly end of Scrapy would wait for name look-ups under way.
        _end(reports, crawl.progress.report(finish))

    process = AsyncCrawlerProcess(scrapy_settings(plan.settings, guard))
    process.crawl(NewsSpider, conduct=conduct)
    process.start(install_signal_handlers=False)


async def _supervise(crawl: Conductor, reports: BinaryIO, stop_asked: threading.Event) -> str:
    """Run the crawl, report on it, and stop it when asked to; answers how it finished."""

    async def watch() -> None:
        while not stop_asked.is_set():
            _write(reports, crawl.progress.report())
            await asyncio.sleep(_REPORT_SECONDS)
        crawl.stop()

    watching = asyncio.create_task(watch())
    try:
        return await crawl.run()
    finally:
        watching.cancel()


def _end(reports: BinaryIO, report: CrawlReport) -> NoReturn:
    _write(reports, report)
    os._exit(0 if report.finish in ("finished", "stopped") else 1)


def _write(reports: BinaryIO, report: CrawlReport) -> None:
    try:
        reports.write(encode(report))
        reports.flush()
    except BrokenPipeError:
        os._exit(1)  # nobody listens any more: the parent is gone


def _end_with_parent() -> None:
    """The parent keeps stdin open as long as it lives. What is not in the store yet will be fetched again."""
    with suppress(OSError):
        sys.stdin.buffer.read()
    os._exit(1)


def _take_stdout() -> BinaryIO:
    """stdout for the reports alone: whatever else is printed goes to stderr."""
    reports = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return reports


class _OneLine(logging.Formatter):
    """A record on one line, control characters escaped: parts of it come from the web."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _is_news(record: logging.LogRecord) -> bool:
    """Scrapy's handlers warn of bodies too large or cut, which are accounted for page by page."""
    return record.levelno > logging.WARNING or not record.name.startswith("scrapy.core.downloader.handlers")


def _configure_logging() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(_OneLine("%(asctime)s %(levelname)s %(name)s %(message)s"))
    handler.addFilter(_is_news)
    logging.basicConfig(handlers=[handler])
    logging.disable(logging.INFO)  # Scrapy sets its own logger to DEBUG


def _now() -> datetime:
    return datetime.now(UTC)
