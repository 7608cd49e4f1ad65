"""One kind of index, as its callers see it: they never ask for a kind by name."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from index.protocols import IndexReader, IndexWriter


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharding:
    """How an index is spread over a server: as one, or one for each month of first sight, each in so many shards.

    `replicas` are the copies of each shard; "auto" is one where there is a second machine for it.
    """

    split: Literal["never", "month"] = "never"
    shards: int = 1
    replicas: int | Literal["auto"] = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the index of a data folder is, from the configuration; each kind uses the fields it needs.

    `folder` is for an index on this machine. The rest is for one on a server: `patience` is how long, in seconds, to
    retry a server that accepts nothing, `pipeline` what it is to put articles through, if not "", and `environment`
    holds the credentials.
    """

    folder: Path
    url: str
    alias: str
    allow_plain_http: bool
    patience: float
    sharding: Sharding
    pipeline: str
    environment: Mapping[str, str]

    @property
    def of_older(self) -> "Place":
        """Where the older versions of its articles are: in an index of the same kind, next to it."""
        folder = self.folder.with_name(f"{self.folder.name}-versions")
        return replace(self, folder=folder, alias=f"{self.alias}-versions")


@dataclass(frozen=True, slots=True)
class NewIndex:
    """A new index while it is being filled. Call `publish` once it is full: it replaces the present one.

    `name` tells it from others. After `keep`, it stays when the context ends in an error, for somebody to go on with it.
    """

    writer: "IndexWriter"
    reader: "IndexReader"
    publish: Callable[[], None]
    name: str = ""
    keep: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resuming:
    """What is done with a new index that was not filled to its end. Each function raises SearchIndexError.

    `names`: those there are, but for the published one. `resume`: one of them (or the published one, if its filling was not finished),
    to go on with; None if it is gone. It stays when the context ends in an error. `discard` deletes it, unless it is published.
    """

    names: Callable[[Place, Path], Sequence[str]]
    resume: Callable[[Place, Path, str], AbstractContextManager["NewIndex | None"]]
    discard: Callable[[Place, Path, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """What a person does to an index on a server. Each function raises SearchIndexError.

    `create` makes what does not exist, brings what exists in line with the configuration as far as that can be changed, and returns
    by alias what it names; `check` returns what is wrong, one sentence
    each; `drop` deletes everything, and returns the names of the deleted indices.
    """

    create: Callable[[Place], Mapping[str, str]]
    check: Callable[[Place], list[str]]
    drop: Callable[[Place], list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """What a server keeps beside the articles: what runs did, and how sources were. Each function raises SearchIndexError.

    `write` takes documents by their ids, and the time they are of; `trim` deletes what is older than a time, and returns how
    many documents.
    """

    write: Callable[[Place, Mapping[str, Mapping[str, object]], datetime], None]
    trim: Callable[[Place, datetime], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """One kind of index. Its functions import what they need when they are called, since that may take seconds.

    `exists`: whether there is an index, even an empty one. Raises SearchIndexError if this cannot be determined.
    `reader`: raises SearchIndexError if there is no index.
    `writer`: makes the index if there is none.
    `new`: an empty index next to the present one, which searches use until the new one is published; an index on this
    machine is made in the given folder.
    `erase`: removes these articles (ids), with all that is left of what was removed or replaced before; returns what may be left
    all the same, one sentence each. It may be killed and called again. Where there is no index, it does nothing.
    `one_writer`: whether only one process may write at a time.
    `resuming`: None if a new index that was not filled to its end is of no use.
    `freeze`: gives an index on this machine, as it is now, a second name in the given folder; None if it is on a server.
    `by_hand`: None if a person has nothing to do.
    `journal`: None if none is kept.
    """

    exists: Callable[[Place], bool]
    reader: Callable[[Place], "IndexReader"]
    writer: Callable[[Place], "IndexWriter"]
    new: Callable[[Place, Path], AbstractContextManager[NewIndex]]
    erase: Callable[[Place, Sequence[str]], list[str]]
    one_writer: bool
    resuming: Resuming | None = None
    freeze: Callable[[Place, Path], None] | None = None
    by_hand: ByHand | None = None
    journal: Journal | None = None
