"""The index that the configuration names: opened to write, to read, or to be filled again next to the present one.

There are two: of articles as they are, and, where a function is asked for `older`, of their older versions.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from articles.model import Article
from index.backend_record import Backend, NewIndex, Place, Sharding
from index.backends import BACKENDS
from index.patience import Patience
from pipeline.configuration.config import Config

if TYPE_CHECKING:
    from index.protocols import Ack, IndexReader, IndexWriter


def backend(config: Config) -> Backend:
    """The kind of index."""
    return BACKENDS[config.index.backend]


def place(config: Config, *, older: bool = False) -> Place:
    """Where the index is, or that of older versions; credentials are the environment's."""
    index = config.index
    newest = Place(
        folder=config.index_folder,
        url=index.url,
        alias=index.alias,
        allow_plain_http=index.allow_plain_http,
        patience=index.patience,
        sharding=Sharding(split=index.split, shards=index.shards, replicas=index.replicas),
        pipeline=index.pipeline,
        environment=os.environ,
    )
    return newest.of_older if older else newest


def exists(config: Config, *, older: bool = False) -> bool:
    """Whether there is an index at all, even an empty one. Raises SearchIndexError when that cannot be known."""
    return backend(config).exists(place(config, older=older))


def reader(config: Config, *, older: bool = False) -> "IndexReader":
    """Raises SearchIndexError where there is none."""
    return backend(config).reader(place(config, older=older))


def writer(config: Config, *, older: bool = False) -> "IndexWriter":
    """Makes the index where there is none."""
    return backend(config).writer(place(config, older=older))


def erase(config: Config, ids: Sequence[str], *, older: bool = False) -> list[str]:
    """Remove these articles and all that is left of removed ones; what may be left, in sentences."""
    return backend(config).erase(place(config, older=older), ids)


def anew(config: Config, beside: Path, *, older: bool = False) -> AbstractContextManager[NewIndex]:
    """An empty index next to the present one, which searches use until it is published; an embedded one is made in the folder `beside`."""
    return backend(config).new(place(config, older=older), beside)


def resumed(
    config: Config, beside: Path, name: str, *, older: bool = False
) -> AbstractContextManager[NewIndex | None]:
    """A new index that somebody has begun to fill, to go on with; None if it is gone, or of no use to this kind."""
    resuming = backend(config).resuming
    return resuming.resume(place(config, older=older), beside, name) if resuming else nullcontext()


def begun(config: Config, beside: Path, *, older: bool = False) -> Sequence[str]:
    """The names of those that were begun and are not in the present one's place."""
    resuming = backend(config).resuming
    return resuming.names(place(config, older=older), beside) if resuming else ()


def discard(config: Config, beside: Path, name: str, *, older: bool = False) -> None:
    """Delete one of these."""
    if resuming := backend(config).resuming:
        resuming.discard(place(config, older=older), beside, name)


def freeze(config: Config, into: Path, *, older: bool = False) -> bool:
    """Give an index on this machine, as it is now, a second name in a new folder; False if there is none here."""
    freezing = backend(config).freeze
    if freezing is None or not exists(config, older=older):
        return False
    freezing(place(config, older=older), into)
    return True


class LateWriter:
    """The writer of an index that cannot be reached yet, opened by `opening` when it is first needed.

    Asks for `patience` seconds each time, as patiently as a bulk; raises IndexUnavailableError after that.
    """

    def __init__(self, opening: Callable[[], "IndexWriter"], patience: float) -> None:
        self._opening = opening
        self._patience = patience
        self._writer: IndexWriter | None = None

    def add(self, articles: Sequence[Article]) -> "list[Ack]":
        return self._opened().add(articles)

    def delete(self, ids: Sequence[str]) -> None:
        self._opened().delete(ids)

    def close(self) -> None:
        if self._writer:
            self._writer.close()

    def _opened(self) -> "IndexWriter":
        if self._writer is None:
            self._writer = Patience(seconds=self._patience).wait_for(self._opening)
        return self._writer
