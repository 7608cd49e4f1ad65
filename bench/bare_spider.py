"""A bare Scrapy spider, what others are measured against: feeds and their pages, fetched and dropped.

    python bench/bare_spider.py FEED_LIST_FILE

No store, no robots.txt, no politeness beyond Scrapy's own; prints the pages fetched.
"""

import re
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response

_LINK = re.compile(r"<item>.*?<link>(.*?)</link>", re.DOTALL)


class BareSpider(Spider):
    """Fetches what the feeds list."""

    name = "bare"
    pages = 0

    async def start(self) -> AsyncIterator[Request]:
        for url in self.settings["FEEDS_TO_READ"]:
            yield Request(url)

    def parse(self, response: Response, **_: Any) -> Iterator[Request]:
        for link in _LINK.findall(response.text):
            yield response.follow(link, self.parse_page)

    def parse_page(self, response: Response) -> None:
        BareSpider.pages += bool(response.body)


def main() -> None:
    process = AsyncCrawlerProcess(
        {
            "FEEDS_TO_READ": Path(sys.argv[1]).read_text().split(),
            "CONCURRENT_REQUESTS": 32,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
            "LOG_LEVEL": "WARNING",
            "TELNETCONSOLE_ENABLED": False,
            "REMOTE_CONTROL_ENABLED": False,
        }
    )
    process.crawl(BareSpider)
    process.start()
    print(BareSpider.pages)


if __name__ == "__main__":
    main()
