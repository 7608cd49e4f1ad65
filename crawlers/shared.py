"""What the crawls of one process have in common: hosts with their turns and leases, robots.txt files, and the store."""

from datetime import timedelta
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from scrapy.crawler import Crawler

from crawlers.clock import clock
from crawlers.fetching.hosts import Hosts, Manners
from crawlers.keeping.host_leases import HostLeases
from crawlers.keeping.store_access import Store

if TYPE_CHECKING:
    from crawlers.fetching import robots


class Shared:
    """Made from the settings of the first crawl that needs it."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self.hosts = Hosts(
            Manners(
                delay=settings.getfloat("DOWNLOAD_DELAY"),
                concurrency=settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN"),
                concurrency_total=settings.getint("CONCURRENT_REQUESTS"),
                max_crawl_delay=settings.getfloat("MAX_CRAWL_DELAY"),
            )
        )
        self.rules: robots.Rules = {}
        revisits = [timedelta(seconds=float(each)) for each in settings.getlist("REVISITS")]
        self.store = Store(
            settings.get("STORE_FOLDER", ""),
            clock(crawler),
            revisits,
            ledger=settings.get("STORE_LEDGER", ""),
            worker=settings.get("STORE_WORKER", ""),
            ask_robots=settings.getbool("ROBOTS_AFRESH"),
        )
        self.leases = HostLeases(self.store, self.hosts, settings.getint("CONCURRENT_REQUESTS"))


_OF: WeakKeyDictionary[Crawler, Shared] = WeakKeyDictionary()


def share(crawlers: list[Crawler]) -> None:
    """These crawls, not begun yet, have all in common."""
    shared = Shared(crawlers[0])
    for crawler in crawlers:
        _OF[crawler] = shared


def of(crawler: Crawler) -> Shared:
    """What a crawl has in common with others, or has to itself where it runs alone."""
    if crawler not in _OF:
        _OF[crawler] = Shared(crawler)
    return _OF[crawler]
