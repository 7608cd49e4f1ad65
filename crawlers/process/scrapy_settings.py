"""The settings of a crawl: the project's, those of broadsheet.toml by their names in Scrapy, and what protects others."""

from collections.abc import Iterable, Mapping
from typing import Any

from scrapy.settings import BaseSettings, Settings

from articles.errors import SpiderError
from crawlers.clock import ahead_by
from crawlers.plan import CrawlPlan, CrawlSettings

_MODULE = "crawlers.settings"
_MOST = 100
"""A priority above the command line's: what is set with it, no spider and no table of broadsheet.toml replaces."""

PROTECTED = (
    "USER_AGENT",
    "ALLOW_ADDRESSES",
    "CONCURRENT_REQUESTS",
    "CONCURRENT_REQUESTS_PER_DOMAIN",
    "DOWNLOADER",
    "DOWNLOAD_DELAY",
    "DOWNLOAD_HANDLERS",
    "DOWNLOAD_HANDLERS_BASE",
    "DOWNLOAD_MAXSIZE",
    "DOWNLOAD_TIMEOUT",
    "DOWNLOAD_VERIFY_CERTIFICATES",
    "MAX_CRAWL_DELAY",
    "MAX_FEED_BYTES",
    "MAX_RETRY_AFTER",
    "MAX_SITEMAP_BYTES",
    "READ_TDMREP",
    "REDIRECT_MAX_TIMES",
    "RETRY_TIMES",
    "REVISITS",
    "SCHEDULER",
    "STORE_FOLDER",
    "STORE_LEDGER",
    "STORE_WORKER",
    "TWISTED_DNS_RESOLVER",
    "TWISTED_REACTOR",
    "TWISTED_REACTOR_ENABLED",
)
"""Settings that keep politeness, address guard and limits in force."""
_COMPONENTS = ("DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES", "EXTENSIONS", "ITEM_PIPELINES")
"""Settings of which others may add entries, and change none of ours."""


def project_settings() -> Settings:
    """Those of crawlers/settings.py alone."""
    settings = Settings()
    settings.setmodule(_MODULE, priority="project")
    return settings


def named_in_scrapy(settings: CrawlSettings) -> dict[str, Any]:
    """The settings of broadsheet.toml by their names in Scrapy."""
    return {
        "USER_AGENT": settings.user_agent,
        "DOWNLOAD_DELAY": settings.delay,
        "CONCURRENT_REQUESTS": settings.concurrency_total,
        "CONCURRENT_REQUESTS_PER_DOMAIN": settings.concurrency,
        "MAX_CRAWL_DELAY": settings.max_crawl_delay,
        "MAX_RETRY_AFTER": settings.max_retry_after,
        "READ_TDMREP": "tdm-reservation" in settings.obey,
        "RETRY_TIMES": settings.max_attempts - 1,
        "DOWNLOAD_TIMEOUT": settings.timeout,
        "DOWNLOAD_MAXSIZE": settings.max_bytes,
        "MAX_FEED_BYTES": settings.max_feed_bytes,
        "REDIRECT_MAX_TIMES": settings.max_redirects,
        "REVISITS": [each.total_seconds() for each in settings.revisits],
        "ALLOW_ADDRESSES": list(settings.allow_addresses),
        "STATS_DUMP": False,
        "DOWNLOADER_STATS": False,  # nobody reads them, and each request and answer would be put together again to be measured
        "LOG_INSTALL_ROOT_HANDLER": False,
    }


def process_settings(plan: CrawlPlan) -> Settings:
    """What all crawls of the plan have in common."""
    settings = project_settings()
    settings.setdict(named_in_scrapy(plan.settings), priority="cmdline")
    settings.set("STORE_FOLDER", plan.folder, priority="cmdline")
    settings.set("STORE_LEDGER", plan.ledger, priority="cmdline")
    settings.set("STORE_WORKER", plan.worker, priority="cmdline")
    settings.set("BACKLOG", plan.backlog, priority="cmdline")
    settings.set("ROBOTS_AFRESH", plan.ask_robots, priority="cmdline")
    settings.set("CLOCK", ahead_by(plan.ahead), priority="cmdline")
    return settings


def add_protected(
    settings: BaseSettings, own: Mapping[str, Any], ours: BaseSettings, allowed: Iterable[str]
) -> None:
    """Add the settings of a table of broadsheet.toml to those of a crawl, then put `ours` that protect others over all of it.

    A spider's `custom_settings` are in `settings` already. Raises SpiderError for a value that Scrapy cannot read.
    """
    for name, value in own.items():
        try:
            settings.set(name, value, priority="cmdline")
        except ValueError as error:
            raise SpiderError(f"the setting {name} is not valid: {error}") from error
    for name in set(PROTECTED) - set(allowed):
        settings.set(name, ours[name], priority=_MOST)
    for name in set(_COMPONENTS) - set(allowed):
        settings.set(name, {**settings.getdict(name), **ours.getdict(name)}, priority=_MOST)
