"""The crawl process: its store is opened, Scrapy's engine started, and all of it closed at the end."""

import asyncio
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from scrapy.crawler import AsyncCrawlerProcess

from articles.errors import BroadsheetError
from crawlers.feed_reader import FeedReader
from crawlers.fetching.addresses import Guard
from crawlers.fetching.fetcher import Download, Fetcher
from crawlers.jobs import Tools
from crawlers.parent import Parent
from crawlers.plan import CrawlPlan, CrawlReport
from crawlers.progress import Progress
from crawlers.settings import scrapy_settings
from crawlers.spider import NewsSpider
from store.archive.writer import ArchiveWriter, repair
from store.ledger import segment_table
from store.ledger.database import Ledger
from store.recorder import Recorder

_log = logging.getLogger(__name__)


def main() -> NoReturn:
    """Crawl the parent's plan, and exit."""
    parent = Parent()
    _configure_logging()
    try:
        _crawl(parent.plan(), parent)
    except BroadsheetError as error:
        parent.end(CrawlReport(finish=f"failed: {error}"))
    parent.end(CrawlReport(finish="failed: Scrapy ended before the crawl; the log says why"))


def _crawl(plan: CrawlPlan, parent: Parent) -> None:
    folder = Path(plan.folder)
    feed_reader = FeedReader()
    ledger = Ledger.open(folder / "ledger.sqlite")
    with ledger.reading() as connection:
        committed, dropped = segment_table.lengths(connection), segment_table.dropped(connection)
    for cut in repair(folder / "archive", committed, dropped):
        _log.warning("%s: cut off %d bytes that an interrupted run left unfinished", cut.segment, cut.size)
    archive = ArchiveWriter(folder / "archive", committed, _now)
    recorder = Recorder(ledger, archive, _now)
    guard = Guard(plan.settings.allow_addresses)
    progress = Progress()

    def tools(download: Download) -> Tools:
        return Tools(
            settings=plan.settings,
            fetcher=Fetcher(download, plan.settings, guard, _now),
            feed_reader=feed_reader,
            recorder=recorder,
            progress=progress,
            clock=_now,
        )

    async def finished(finish: str) -> None:
        try:
            await asyncio.to_thread(recorder.close)
        except BroadsheetError as error:
            finish = f"failed: {error}"
        archive.close()
        ledger.close()
        feed_reader.close()
        # Nothing is left to tidy, and an orderly end of Scrapy would wait for name look-ups under way.
        parent.end(progress.report(finish))

    process = AsyncCrawlerProcess(scrapy_settings(plan.settings, guard))
    process.crawl(NewsSpider, plan=plan, parent=parent, tools=tools, finished=finished)
    process.start(install_signal_handlers=False)


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
