"""Whose a bucket's prefix is: two data folders that wrote into one would replace each other's segments."""

import secrets
import socket
import uuid
from collections.abc import Callable, Container
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import msgspec

from articles.errors import ArchiveError, ConfigError
from store.archive.remote import stubs
from store.archive.remote.bucket import Bucket, MissingObjectError, TakenError
from store.archive.remote.bucket_url import BucketUrl, in_folder
from store.archive.remote.stubs import put

NAME = "bucket.json"  # in the folder
MARKER = "broadsheet-archive.json"  # in the bucket


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The bucket that is this folder's, and why it was not as it should be at `at` ("": it was).

    `worker` is what the folder's worker is called, where the archive is shared ("": it never was).
    """

    url: str = ""
    id: str = ""
    trouble: str = ""
    at: datetime | None = None
    worker: str = ""


def read(folder: Path) -> Claim:
    """What the folder knows; nothing of a bucket yet where it has no claim. Raises ArchiveError."""
    path = folder / NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=Claim)
    except FileNotFoundError:
        return Claim()
    except (OSError, msgspec.MsgspecError) as error:
        raise ArchiveError(f"{path} cannot be read ({error}): remove it, then run again") from error


def note(folder: Path, trouble: str, at: datetime) -> None:
    """Keep how it went with the bucket. Raises StorageError."""
    known = read(folder)
    if known.url or trouble:
        _write(folder, replace(known, trouble=trouble, at=at))


def join(folder: Path, url: BucketUrl) -> str:
    """What the worker of this folder is called, which shares the bucket with others: never anything else, once that was asked.

    That of a folder which had the bucket to itself is called as its archive was. Raises ArchiveError, StorageError.
    """
    known = read(folder)
    if not known.worker:
        name = known.id or f"{socket.gethostname()[:40]}-{secrets.token_hex(4)}"
        known = replace(known, url=known.url or str(url), worker=name)
        _write(folder, known)
    return known.worker


def stake(
    folder: Path,
    url: BucketUrl,
    *,
    new: bool,
    make: Callable[[], uuid.UUID] = uuid.uuid4,
    workers: Container[str] = (),
) -> None:
    """Make the prefix this folder's, unless it is. `new` says that the folder has no segment yet and takes over what is there;
    so does one that has stubs of objects there. What one of the other `workers` has staked, all of them share.

    Raises ConfigError where it is another's, ArchiveUnavailableError, StorageError.
    """
    known = read(folder)
    if known.url == str(url) and known.id:
        return
    bucket = Bucket.named(url.bucket)
    own = known.id or known.worker or str(make())
    try:
        found = _owner(bucket, url)
    except MissingObjectError:  # looked at first: not every service knows conditions
        with suppress(TakenError):
            bucket.put_new(url.key(MARKER), msgspec.json.encode({"archive": own}))
        found = _owner(bucket, url)
    if found != own and found not in workers and not (new or _has_stubs(folder, url)):
        raise ConfigError(
            f"{url} holds the archive of another data folder: name another prefix in [store] archive, "
            "or bring that archive back into an empty folder with `broadsheet rebuild`."
        )
    _write(folder, replace(known, url=str(url), id=found))


def _has_stubs(folder: Path, url: BucketUrl) -> bool:
    copies = (stubs.read(folder, name).copy for name in stubs.names(folder))
    return any(copy and in_folder(copy.url) == url for copy in copies)


def _owner(bucket: Bucket, url: BucketUrl) -> str:
    try:
        said = msgspec.json.decode(bucket.bytes_of(url.key(MARKER)), type=dict[str, str])
    except msgspec.MsgspecError as error:
        raise ArchiveError(f"{url.object(MARKER)} does not say whose archive this is: {error}") from error
    return said.get("archive", "")


def _write(folder: Path, claim: Claim) -> None:
    put(folder / NAME, msgspec.json.format(msgspec.json.encode(claim)))
