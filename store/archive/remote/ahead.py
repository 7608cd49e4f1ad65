"""Records that are only in a bucket, fetched a few ahead of who needs them, so that nobody waits for each."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from articles.errors import ArchiveError, ArchiveUnavailableError
from store.archive.remote.bucket import CONNECTIONS
from store.archive.remote.remote_reading import copy_of, fetch_range
from store.records import ArchiveRef

Item = TypeVar("Item")
Fetched = bytes | ArchiveUnavailableError


def fetch_ahead(
    folder: Path, items: Iterable[Item], place: Callable[[Item], ArchiveRef]
) -> Iterator[tuple[Item, Fetched]]:
    """Each item, in order, with its bytes in the archive, or why the bucket does not give them; b"" where they are in the folder.

    Once the bucket could not be reached, it is not asked for any other: each failure takes long.
    """
    known: dict[str, bool] = {}
    away: list[ArchiveUnavailableError] = []
    waiting: deque[tuple[Item, Future[Fetched] | None]] = deque()
    threads = ThreadPoolExecutor(CONNECTIONS, "fetch")
    try:
        for item in items:
            ref = place(item)
            if not known.get(ref.segment):
                known[ref.segment] = not (folder / ref.segment).exists()
            if known[ref.segment]:
                waiting.append((item, threads.submit(_fetched, folder, ref, away)))
            elif waiting:
                waiting.append((item, None))
            else:
                yield item, b""
            if len(waiting) >= CONNECTIONS:
                yield _result(*waiting.popleft())
        while waiting:
            yield _result(*waiting.popleft())
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


def _result(item: Item, fetching: "Future[Fetched] | None") -> tuple[Item, Fetched]:
    return item, b"" if fetching is None else fetching.result()


def _fetched(folder: Path, ref: ArchiveRef, away: list[ArchiveUnavailableError]) -> Fetched:
    if away:
        return away[0]
    try:
        if copy_of(folder, ref.segment) is None:
            return b""  # who reads it there says what is wrong
        return fetch_range(folder, ref.segment, ref.offset, ref.length)
    except ArchiveUnavailableError as error:
        away.append(error)
        return error
    except ArchiveError:
        return b""
