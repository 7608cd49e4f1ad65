"""Pages of the Norland Post that are edited, and what the ledger makes of them."""

from collections.abc import Sequence
from datetime import timedelta
from html import escape

from articles.model import FeedEntry, Page
from articles.urls import article_id
from pipeline.configuration.config import Config
from pipeline.run import data_folder
from store.ledger import version_table
from store.ledger.version_table import Version
from tests.collected_pages import MORNING
from tests.desk import WIRE

HOME = "https://post.example.org"
TITLE = "Norland orders a second battery of the Krait"


def page(
    name: str, hour: float, *, title: str = TITLE, body: Sequence[str] = WIRE, day: str = "", footer: str = ""
) -> Page:
    """A page as it stood so many hours after the morning; `footer` is more of its text, as HTML."""
    url = f"{HOME}/{name}"
    text = "".join(f"<p>{escape(line)}</p>" for line in body)
    dated = f'<meta property="article:published_time" content="{day}T05:00:00Z">' if day else ""
    html = (
        f'<html lang="en"><head><title>{title}</title><meta property="og:type" content="article">{dated}'
        f'<meta property="og:title" content="{title}"></head><body><article><h1>{title}</h1>{text}{footer}</article></body></html>'
    )
    return Page(
        url=url,
        final_url=url,
        status=200,
        headers=(("content-type", "text/html; charset=utf-8"),),
        body=html.encode(),
        fetched_at=MORNING + timedelta(hours=hour),
        entry=FeedEntry(url=url, source="post"),
    )


def versions(config: Config, name: str) -> tuple[Version, ...]:
    """The versions of a page's article in the ledger."""
    with data_folder(config) as (_, ledger), ledger.reading() as conn:
        return version_table.versions(conn, article_id(f"{HOME}/{name}"))


def told(config: Config, name: str) -> list[tuple[int, float, tuple[str, ...], int]]:
    """Number, hour, what changed, and number of captures of each version."""
    return [
        (one.number, (one.seen.at - MORNING) / timedelta(hours=1), one.changed, one.captures)
        for one in versions(config, name)
    ]
