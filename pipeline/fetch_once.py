"""One-off fetches by the same polite, guarded crawl process, into a folder that is thrown away afterwards."""

import tempfile
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from articles.model import FeedEntry, Page
from articles.urls import canonical
from crawlers.plan import CrawlPlan
from pipeline.configuration.config import Config
from pipeline.crawl import Crawl, settings
from store.archive.reader import read
from store.ledger import capture_table, url_table
from store.ledger.database import Ledger


@dataclass(frozen=True, slots=True)
class Unfetched:
    """A URL that gave no page, and why."""

    url: str
    reason: str


def fetch(
    config: Config, addresses: list[str], max_bytes: int = 0, ahead: timedelta = timedelta(0)
) -> list[Page | Unfetched]:
    """The pages at these addresses, in order, of `max_bytes` at most (0: as configured). Nothing is kept.

    Their clock is `ahead` of the machine's.

    Raises UrlError, CrawlError.
    """
    if not addresses:
        return []
    limits = settings(config)
    if max_bytes:
        limits = replace(limits, max_bytes=max_bytes)
    entries = tuple(FeedEntry(url=canonical(address), source="once") for address in addresses)
    with tempfile.TemporaryDirectory(prefix="broadsheet-") as name:
        folder = Path(name)
        (folder / "archive").mkdir()
        with Crawl(CrawlPlan(folder=name, settings=limits, pages=entries, ahead=ahead)) as crawl:
            crawl.wait()
        with Ledger.open(folder / "ledger.sqlite") as ledger, ledger.reading() as conn:
            found: list[Page | Unfetched] = []
            for entry in entries:
                taken = capture_table.of_url(conn, entry.url)
                if taken:
                    found.append(read(folder / "archive", taken[-1].ref))
                else:
                    known = url_table.get(conn, entry.url)
                    found.append(Unfetched(entry.url, known.last_error if known else "was not tried"))
            return found
