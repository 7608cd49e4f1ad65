"""Pages of the Norland Post that are edited, and what a run does with them after it has fetched them."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from html import escape
from pathlib import Path

from articles.model import FeedEntry, Page
from articles.urls import article_id
from pipeline import indexes
from pipeline.batches import Cleaners, Pending
from pipeline.configuration.config import Config, load
from pipeline.configuration.config_file import template
from pipeline.judging import Judge
from pipeline.load import load_all
from pipeline.run import data_folder
from pipeline.settling import Settler
from pipeline.versions.catching_up import CatchingUp
from store.archive.writer import ArchiveWriter
from store.ledger import capture_table, segment_table, version_table
from store.ledger.version_table import Version
from tests.desk import WIRE

MORNING = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
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


def configured(folder: Path) -> Config:
    """A configuration with one cleaner."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "broadsheet.toml"
    path.write_text(template().replace("workers = 2", "workers = 1"), encoding="utf-8")
    return load(path)


def clock() -> datetime:
    """The time of every run here."""
    return MORNING + timedelta(days=9)


def archived(config: Config, pages: Iterable[Page]) -> None:
    """The pages in archive and ledger, pending."""
    with data_folder(config) as (_, ledger):
        with ledger.reading() as conn:
            archive = ArchiveWriter(config.archive, segment_table.lengths(conn), clock)
        pairs = [(each, archive.append(each)) for each in pages]
        with ledger.transaction() as conn:
            segment_table.commit(conn, archive.sync())
            capture_table.add(conn, pairs)
        archive.close()


def loaded(config: Config, pool: Cleaners) -> None:
    """What is pending in the index, and judged."""
    with data_folder(config) as (_, ledger), closing(indexes.writer(config)) as writer:
        reader = cache(partial(indexes.reader, config))
        load_all(Pending(config.archive, ledger, pool), Settler(ledger, writer, reader, clock))
        CatchingUp(config.archive, ledger, pool, clock).waiting(reader(), writer)
        Judge(config.archive, ledger, reader(), writer, pool, clock).judge_waiting()


def collected(config: Config, pool: Cleaners, *runs: Sequence[Page]) -> None:
    """These pages in the archive and the index, in a run for each sequence."""
    for pages in runs:
        archived(config, pages)
        loaded(config, pool)


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
