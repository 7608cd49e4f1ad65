"""Four small news publishers on loopback, entirely invented, to crawl and to test against.

`Newsroom` serves them. `Newsroom.articles` and `Newsroom.entries` say what a crawl should make of each feed entry, from
the same files that the pages are rendered from.
"""

from broadsheet.newsroom.content import Intent
from broadsheet.newsroom.render import SampleArticle, SampleEntry
from broadsheet.newsroom.server import Newsroom, Request

__all__ = ["Intent", "Newsroom", "Request", "SampleArticle", "SampleEntry"]
