"""What a run does with pages after it has fetched them."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path

from articles.model import Page
from index.protocols import IndexWriter
from pipeline import indexes
from pipeline.batches import Cleaners, Pending
from pipeline.configuration.config import Config, load
from pipeline.configuration.config_file import template
from pipeline.judging import Judge, Judged
from pipeline.load import load_all
from pipeline.run import data_folder
from pipeline.settling import Settler
from pipeline.versions.catching_up import CatchingUp
from store.archive.writer import ArchiveWriter
from store.ledger import capture_table, segment_table

MORNING = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)


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


def loaded(config: Config, pool: Cleaners, writer: IndexWriter | None = None) -> Judged:
    """What is pending in the index, and judged."""
    with (
        data_folder(config) as (_, ledger),
        closing(writer or indexes.writer(config)) as index,
        closing(indexes.writer(config, older=True)) as older,
    ):
        reader = cache(partial(indexes.reader, config))
        load_all(Pending(config.archive, ledger, pool), Settler(ledger, index, older, reader, clock))
        CatchingUp(config.archive, ledger, pool, clock).waiting(reader(), index, older)
        return Judge(config.archive, ledger, reader(), index, pool, clock).judge_waiting()


def collected(config: Config, pool: Cleaners, *runs: Sequence[Page]) -> None:
    """These pages in the archive and the index, in a run for each sequence."""
    for pages in runs:
        archived(config, pages)
        loaded(config, pool)
