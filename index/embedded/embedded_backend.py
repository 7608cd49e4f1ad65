"""The embedded index as a backend."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from articles.errors import SearchIndexError, StorageError
from index.backend_record import Backend, NewIndex, Place, Resuming

if TYPE_CHECKING:
    from index.embedded.local_reader import EmbeddedReader
    from index.embedded.local_writer import EmbeddedWriter


def _exists(place: Place) -> bool:
    return place.folder.exists()


def _reader(place: Place) -> "EmbeddedReader":
    from index.embedded.local_reader import EmbeddedReader

    return EmbeddedReader(place.folder)


def _writer(place: Place) -> "EmbeddedWriter":
    from index.embedded.local_writer import EmbeddedWriter

    return EmbeddedWriter(place.folder)


@contextmanager
def _new(place: Place, parent: Path) -> Iterator[NewIndex]:
    from index.embedded.local_writer import EmbeddedWriter

    folder = parent / place.folder.name
    shutil.rmtree(folder, ignore_errors=True)  # left by a process that was killed
    with _filling(place, folder, EmbeddedWriter(folder)) as new:
        yield new


@contextmanager
def _resume(place: Place, parent: Path, name: str) -> Iterator[NewIndex | None]:
    from index.embedded.local_writer import EmbeddedWriter

    folder = parent / name
    try:
        found = EmbeddedWriter(folder) if folder.is_dir() else None
    except SearchIndexError:  # nothing to go on with
        found = None
    if found is None:
        yield None
        return
    with _filling(place, folder, found) as new:
        yield new


@contextmanager
def _filling(place: Place, folder: Path, writer: "EmbeddedWriter") -> Iterator[NewIndex]:
    """Whatever it ends in, the folder stays, and the next one clears it away or goes on with it."""
    from index.embedded.local_reader import EmbeddedReader

    def publish() -> None:
        writer.close()
        shutil.rmtree(place.folder, ignore_errors=True)
        folder.replace(place.folder)

    try:
        yield NewIndex(writer, EmbeddedReader(folder), publish, folder.name)
    except BaseException:
        with suppress(SearchIndexError, StorageError):  # the first error is the cause
            writer.close()
        raise


def _names(place: Place, parent: Path) -> list[str]:
    return [place.folder.name] if (parent / place.folder.name).is_dir() else []


def _discard(_: Place, parent: Path, name: str) -> None:
    shutil.rmtree(parent / name, ignore_errors=True)


def _freeze(place: Place, into: Path) -> None:
    from index.embedded import disk

    disk.freeze(place.folder, into)


def _erase(place: Place, ids: Sequence[str]) -> list[str]:
    from index.embedded.erasing import erase

    if place.folder.exists():
        erase(place.folder, ids)
    return []


BACKEND = Backend(
    exists=_exists,
    reader=_reader,
    writer=_writer,
    new=_new,
    erase=_erase,
    one_writer=True,
    resuming=Resuming(names=_names, resume=_resume, discard=_discard),
    freeze=_freeze,
)
