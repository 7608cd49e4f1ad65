"""Four little news publishers on loopback, invented from masthead to last line, to crawl and to test against.

`Newsroom` serves them. What a crawl should make of each feed entry is told by `Newsroom.articles` and
`Newsroom.entries`, from the same files that the pages are rendered from.
"""

from broadsheet.newsroom.content import Intent
from broadsheet.newsroom.render import SampleArticle, SampleEntry
from broadsheet.newsroom.server import Newsroom, Request

__all__ = ["Intent", "Newsroom", "Request", "SampleArticle", "SampleEntry"]
