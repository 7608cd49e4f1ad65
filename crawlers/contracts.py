"""What `scrapy check` does with the spiders: their callbacks read a list that is asked for as in a crawl, or a sample.

Nobody is asked for anything unless the check names an address: `scrapy check feed -a url=https://example.org/feed`.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.contracts import Contract
from scrapy.http import Response
from scrapy.responsetypes import responsetypes
from scrapy.settings import BaseSettings

from crawlers.pipelines import StorePipeline
from store.feed_records import FeedTarget

if TYPE_CHECKING:
    from crawlers.spiders.listing import ListSpider

_SAMPLES = Path(__file__).parent / "samples"
_SITE = "https://sample.invalid/"  # a name that leads nowhere (RFC 2606)
_SAMPLE = "sample"
_BEFORE_ALL = 0


class ListContract(Contract):
    """Sets (`@list`) the request of a `ListSpider`'s callback: that for the first list of its argument `url`.

    Where that is not given, the list is the spider's `sample`, a file of this project.
    """

    name = "list"

    def __init__(self, method: Any, *args: str) -> None:
        super().__init__(method, *args)
        self._spider: ListSpider = method.__self__

    def adjust_request_args(self, args: dict[str, Any]) -> dict[str, Any]:
        spider = self._spider
        named = spider.first_list()
        request = spider.request(named or FeedTarget(source=spider.name, url=_SITE + spider.sample))
        meta = request.meta if named else {**request.meta, _SAMPLE: spider.sample}
        return args | {
            "url": request.url,
            "headers": request.headers,
            "cb_kwargs": request.cb_kwargs,
            "meta": meta,
        }


class SampleMiddleware:
    """Answers a request for a sample with the file."""

    def process_request(self, request: Request) -> Response | None:
        name = request.meta.get(_SAMPLE)
        if name is None:
            return None
        body = (_SAMPLES / name).read_bytes()
        kind = responsetypes.from_args(url=request.url, body=body)
        return kind(request.url, body=body, request=request)


def prepare_check(settings: BaseSettings) -> None:
    """The settings of a checked spider: its store, which Scrapy takes away, is one that is thrown away at the end."""
    settings.set("STORE_FOLDER", "", priority="cmdline")
    settings.setdefault_in_component_priority_dict("ITEM_PIPELINES", StorePipeline, 900)
    settings.setdefault_in_component_priority_dict("DOWNLOADER_MIDDLEWARES", SampleMiddleware, _BEFORE_ALL)
