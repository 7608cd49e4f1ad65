"""The crawl process: Scrapy's engine is started with the settings of the parent's plan, and ends with the crawl."""

import logging
from typing import Any, NoReturn

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from articles.errors import BroadsheetError
from crawlers.parent import Parent
from crawlers.parent_link import ParentLink
from crawlers.plan import CrawlPlan, CrawlReport, CrawlSettings
from crawlers.spiders.feed import FeedSpider

_SETTINGS = "crawlers.settings"


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
    settings = Settings()
    settings.setmodule(_SETTINGS, priority="project")
    settings.setdict(scrapy_settings(plan.settings), priority="cmdline")
    settings.set("STORE_FOLDER", plan.folder, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(FeedSpider)
    ParentLink(crawler, parent)
    process.crawl(crawler, sources=plan.sources, pages=plan.pages)
    process.start(install_signal_handlers=False)


def scrapy_settings(settings: CrawlSettings) -> dict[str, Any]:
    """The settings of broadsheet.toml by their names in Scrapy."""
    return {
        "USER_AGENT": settings.user_agent,
        "DOWNLOAD_DELAY": settings.delay,
        "CONCURRENT_REQUESTS": settings.concurrency_total,
        "CONCURRENT_REQUESTS_PER_DOMAIN": settings.concurrency,
        "MAX_CRAWL_DELAY": settings.max_crawl_delay,
        "MAX_RETRY_AFTER": settings.max_retry_after,
        "RETRY_TIMES": settings.max_attempts - 1,
        "DOWNLOAD_TIMEOUT": settings.timeout,
        "DOWNLOAD_MAXSIZE": settings.max_bytes,
        "MAX_FEED_BYTES": settings.max_feed_bytes,
        "REDIRECT_MAX_TIMES": settings.max_redirects,
        "ALLOW_ADDRESSES": list(settings.allow_addresses),
        "STATS_DUMP": False,
        "LOG_INSTALL_ROOT_HANDLER": False,
    }


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
