"""A source gets another name, and its history goes with it: configuration, archive, ledger, index, in this order.

Whatever it is killed at, the same command goes on with it, and doctor and health name that. Archived pages keep the old
name; the archive's own list of renamings says what it is now.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from pydantic import TypeAdapter, ValidationError

from articles.content_hash import content_hash
from articles.errors import ConfigError
from articles.model import Article
from crawlers.clock import now
from index.query import Query
from pipeline import indexes
from pipeline.configuration.config import Config
from pipeline.configuration.config_file import rename_source
from pipeline.configuration.values import SourceName
from pipeline.run import data_folder
from store.archive import renames
from store.archived import Rename
from store.ledger import rename_table, segment_table
from store.ledger.database import Ledger
from store.ledger.engines.folder_lock import locked
from store.ledger.queries import moved_sources

_AT_ONCE = 250  # articles of one turn


@dataclass(frozen=True, slots=True)
class Renamed:
    """How many captures have the new name, and how many articles of the index; `in_file` if the configuration named it."""

    captures: int = 0
    articles: int = 0
    in_file: bool = False


def rename(config: Config, old: str, new: str, clock: Callable[[], datetime] = now) -> Renamed:
    """Rename a source in configuration, archive, ledger and index, or go on with that.

    Raises ConfigError for names that this cannot be done for, LockedError beside a run, StorageError, SearchIndexError.
    """
    try:
        TypeAdapter(SourceName).validate_python(new)
    except ValidationError as error:
        raise ConfigError(f"`{new}` is no name for a source: {error.errors()[0]['msg']}.") from None
    named = {source.name for source in config.sources}
    if old == new or {old, new} <= named:
        raise ConfigError(f"`{old}` cannot become `{new}`: {config.path} has a source of that name already.")
    if not config.ledger.exists():
        _expect(config, old, known=old in named)
        rename_source(config.path, old, new)
        return Renamed(in_file=True)
    with data_folder(config) as (_, ledger), locked(config.folder, config.ledger, "rebuild"):
        with ledger.reading() as conn:
            is_begun = (old, new) in rename_table.unfinished(conn)
            known = old in named or is_begun or moved_sources.is_known(conn, old)
            taken = not is_begun and new not in named and moved_sources.is_known(conn, new)
        _expect(config, old, known=known)
        if taken:
            raise ConfigError(
                f"`{old}` cannot become `{new}`: there are articles of an earlier source of that name, and the two "
                "could not be told apart any more."
            )
        if old in named:
            rename_source(config.path, old, new)
        captures = _move(config, ledger, Rename(old=old, new=new, at=clock(), segment="", length=0))
        articles = _rename_in_index(config, ledger, old, new)
        with ledger.transaction() as conn:
            rename_table.finish(conn, old, new)
    return Renamed(captures, articles, old in named)


def _expect(config: Config, old: str, *, known: bool) -> None:
    if not known:
        raise ConfigError(
            f"There is no source `{old}` in {config.path}, nor was one of that name ever collected."
        )


def _move(config: Config, ledger: Ledger, named: Rename) -> int:
    """Note the renaming in the archive, then move what the ledger has; both as often as it takes."""
    with ledger.transaction() as conn:
        if (named.old, named.new) in rename_table.unfinished(conn):
            return moved_sources.move(conn, named.old, named.new)
        lengths = segment_table.lengths(conn)
        segment = max(lengths, default="")
        here = replace(named, segment=segment, length=lengths.get(segment, 0))
        renames.write(config.archive, [*renames.read(config.archive), here])
        rename_table.add(conn, here)
        return moved_sources.move(conn, named.old, named.new)


def _rename_in_index(config: Config, ledger: Ledger, old: str, new: str) -> int:
    for older in (True, False):
        count = _rename_in(config, ledger, old, new, older=older)
    return count


def _rename_in(config: Config, ledger: Ledger, old: str, new: str, *, older: bool) -> int:
    if not indexes.exists(config, older=older):
        return 0
    count = 0
    with (
        closing(indexes.reader(config, older=older)) as reader,
        closing(indexes.writer(config, older=older)) as writer,
    ):
        of_source = (each for each in reader.scan(Query(text=f'source:"{old}"')) if each.source == old)
        while some := list(islice(of_source, _AT_ONCE)):
            with ledger.turn():
                writer.add([_named(article, new) for article in some])
            count += len(some)
    return count


def _named(article: Article, name: str) -> Article:
    named = replace(article, source=name)
    return replace(named, content_hash=content_hash(named))
