"""The index that the configuration names: opened to write, to read, or to be filled anew beside the present one."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from articles.errors import IndexUnavailableError, SearchIndexError
from articles.model import Article
from index.protocols import Ack, IndexReader, IndexWriter
from pipeline.configuration.config import Config

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch


def exists(config: Config) -> bool:
    """Whether there is an index at all, be it empty. Raises SearchIndexError when it cannot be told."""
    if config.index.backend == "embedded":
        return config.index_folder.exists()
    from index.elastic.mapping import current

    with closing(connection(config)) as client:
        return bool(current(client, config.index.alias))


def reader(config: Config) -> IndexReader:
    """Raises SearchIndexError where there is none."""
    if config.index.backend == "embedded":
        from index.embedded.local import EmbeddedReader

        return EmbeddedReader(config.index_folder)
    from index.elastic.cluster import ElasticReader

    return ElasticReader(connection(config), config.index.alias)


def writer(config: Config) -> IndexWriter:
    """Makes the index where there is none."""
    if config.index.backend == "embedded":
        from index.embedded.local import EmbeddedWriter

        return EmbeddedWriter(config.index_folder)
    from index.elastic.bulk import Patience
    from index.elastic.cluster import ElasticWriter
    from index.elastic.mapping import create

    client = connection(config)
    try:
        create(client, config.index.alias)
    except SearchIndexError:
        client.close()
        raise
    return ElasticWriter(client, config.index.alias, Patience(seconds=config.index.patience))


@dataclass(frozen=True, slots=True)
class NewIndex:
    """An index in the making; `publish` puts it in the present one's place, to be called once it is full."""

    writer: IndexWriter
    reader: IndexReader
    publish: Callable[[], None]


class LateWriter:
    """The writer of an index that cannot be reached yet, opened by `opening` when it is first needed.

    Asks for `patience` seconds each time, as patiently as a bulk; raises IndexUnavailableError after that.
    """

    def __init__(self, opening: Callable[[], IndexWriter], patience: float) -> None:
        self._opening = opening
        self._patience = patience
        self._writer: IndexWriter | None = None

    def add(self, articles: Sequence[Article]) -> list[Ack]:
        return self._opened().add(articles)

    def delete(self, ids: Sequence[str]) -> None:
        self._opened().delete(ids)

    def close(self) -> None:
        if self._writer:
            self._writer.close()

    def _opened(self) -> IndexWriter:
        from index.elastic.bulk import Patience

        patience = Patience(seconds=self._patience)
        pauses = patience.pauses()
        while self._writer is None:
            try:
                self._writer = self._opening()
            except IndexUnavailableError:
                pause = next(pauses, None)
                if pause is None:
                    raise
                patience.sleep(pause)
        return self._writer


@contextmanager
def anew(config: Config, beside: Path) -> Iterator[NewIndex]:
    """An empty index beside the present one.

    Searches see the present index until then. An embedded one is made in the folder `beside`.
    """
    if config.index.backend == "embedded":
        from index.embedded.local import EmbeddedReader, EmbeddedWriter

        shutil.rmtree(beside / "index", ignore_errors=True)  # what one that was killed has left
        making = EmbeddedWriter(beside / "index")

        def publish() -> None:
            making.close()
            shutil.rmtree(config.index_folder, ignore_errors=True)
            (beside / "index").replace(config.index_folder)

        yield NewIndex(making, EmbeddedReader(beside / "index"), publish)
        return
    from index.elastic import mapping
    from index.elastic.bulk import Patience
    from index.elastic.cluster import ElasticReader, ElasticWriter

    alias = config.index.alias
    with closing(connection(config)) as client:
        name = mapping.make(client, alias)
        patience = Patience(seconds=config.index.patience)
        try:
            yield NewIndex(
                ElasticWriter(client, alias, patience, index=name),
                ElasticReader(client, name),
                lambda: mapping.publish(client, alias, name),
            )
        except BaseException:
            mapping.abandon(client, alias, name)
            raise


def connection(config: Config) -> "Elasticsearch":
    """A client of the configured server, with the environment's credentials. Raises ConfigError."""
    from index.elastic.client import connect

    return connect(config.index.url, os.environ, allow_plain_http=config.index.allow_plain_http)
