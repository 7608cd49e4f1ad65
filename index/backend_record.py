"""What a kind of index gives to its callers, who know no kind by its name."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.protocols import IndexReader, IndexWriter


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the index of a data folder is, as the configuration says; each kind uses what it needs of it.

    `folder` is for an index on this machine. The rest is for one on a server: `patience`, in seconds, is how long one that
    takes nothing is asked again, and `environment` has the credentials.
    """

    folder: Path
    url: str
    alias: str
    allow_plain_http: bool
    patience: float
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NewIndex:
    """An index in the making; `publish` puts it in the present one's place, to be called once it is full."""

    writer: "IndexWriter"
    reader: "IndexReader"
    publish: Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """What is done by hand to an index on a server. Each raises SearchIndexError.

    `create` makes what there is not yet, and gives the index's name; `check` says what is wrong, a sentence each;
    `drop` deletes everything, and gives the names of what it deleted.
    """

    create: Callable[[Place], str]
    check: Callable[[Place], list[str]]
    drop: Callable[[Place], list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """One kind of index. Its functions import what they need when they are called, since that may take seconds.

    `exists`: whether there is an index at all, be it empty; raises SearchIndexError when it cannot be told.
    `reader`: raises SearchIndexError where there is no index.
    `writer`: makes the index where there is none.
    `new`: an empty index next to the present one, which searches see until then; one on this machine is made in the
    folder that is given.
    `one_writer`: whether no run may write while something else does.
    `by_hand`: None where nothing is to be done by hand.
    """

    exists: Callable[[Place], bool]
    reader: Callable[[Place], "IndexReader"]
    writer: Callable[[Place], "IndexWriter"]
    new: Callable[[Place, Path], AbstractContextManager[NewIndex]]
    one_writer: bool
    by_hand: ByHand | None = None
