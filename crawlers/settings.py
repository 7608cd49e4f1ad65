"""The crawl's settings for Scrapy: little more than its downloader is used, and nothing that listens."""

from functools import partial
from typing import Any

from crawlers.fetching.addresses import Guard, GuardedResolver
from crawlers.fetching.handler import CappedHandler
from crawlers.plan import CrawlSettings


def scrapy_settings(settings: CrawlSettings, guard: Guard) -> dict[str, Any]:
    """Settings for an AsyncCrawlerProcess.

    With empty base lists, all that comes with Scrapy is off: remote control and telnet (they listen), proxies
    of the environment, cookies, its cache, its robots.txt and retry rules. Politeness, size and time limits
    are set on each request (crawlers.fetching.fetcher).
    """
    return {
        "TWISTED_DNS_RESOLVER": partial(GuardedResolver, guard),
        "REACTOR_THREADPOOL_MAXSIZE": 20,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "CONCURRENT_REQUESTS": settings.concurrency_total,
        "CONCURRENT_REQUESTS_PER_DOMAIN": settings.concurrency,
        "DOWNLOAD_DELAY": 0,
        "DOWNLOAD_DELAY_JITTER": 0,
        "DOWNLOAD_TIMEOUT": settings.timeout,
        "DOWNLOAD_MAXSIZE": settings.max_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOADER_MIDDLEWARES_BASE": {},
        "SPIDER_MIDDLEWARES_BASE": {},
        "EXTENSIONS_BASE": {},
        "DOWNLOAD_HANDLERS_BASE": {},
        "DOWNLOAD_HANDLERS": {"http": CappedHandler, "https": CappedHandler},
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "STATS_DUMP": False,
        "LOG_INSTALL_ROOT_HANDLER": False,
    }
