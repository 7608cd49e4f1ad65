"""The embedded index as a backend."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from index.backend_record import Backend, NewIndex, Place

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
    from index.embedded.local_reader import EmbeddedReader
    from index.embedded.local_writer import EmbeddedWriter

    folder = parent / place.folder.name
    shutil.rmtree(folder, ignore_errors=True)  # left by a process that was killed
    writer = EmbeddedWriter(folder)

    def publish() -> None:
        writer.close()
        shutil.rmtree(place.folder, ignore_errors=True)
        folder.replace(place.folder)

    yield NewIndex(writer, EmbeddedReader(folder), publish)


def _freeze(place: Place, into: Path) -> None:
    from index.embedded import disk

    disk.freeze(place.folder, into)


def _erase(place: Place, ids: Sequence[str]) -> list[str]:
    from index.embedded.erasing import erase

    if place.folder.exists():
        erase(place.folder, ids)
    return []


BACKEND = Backend(
    exists=_exists, reader=_reader, writer=_writer, new=_new, erase=_erase, one_writer=True, freeze=_freeze
)
