"""What a folder of backups holds: one folder for each backup, named by its time, each with a manifest of its files.

A backup is made in `unfinished` and gets its name last, so that whatever has one is whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from articles.errors import BackupError

MANIFEST = "manifest.json"
UNFINISHED = "unfinished"
LEDGER = "ledger.sqlite"
ARCHIVE = "archive/"
INDEXES = ("index/", "index-versions/")  # of articles, and of their older versions
CONFIG = "config/"  # what lies beside broadsheet.toml, and the file itself
SCHEMA = 1
_NAMED = "%Y-%m-%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of a backup. `modified` is when the file that it was copied from was last written, in ns since 1970."""

    size: int
    sha256: str
    modified: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A whole backup: when it was begun, by which version, and its files by their paths in it.

    `config` is the name of the configuration's file. `indexed` is how many articles the index held by the ledger.
    """

    schema: int
    made_at: datetime
    version: str
    config: str
    backend: str
    captures: int
    indexed: int
    files: Mapping[str, KeptFile]

    @property
    def size(self) -> int:
        """Of all files, in bytes."""
        return sum(each.size for each in self.files.values())


def whole(folder: Path) -> list[Path]:
    """The folders of the whole backups, oldest first."""
    return sorted(path.parent for path in folder.glob(f"*/{MANIFEST}") if path.parent.name != UNFINISHED)


def chosen(folder: Path) -> Path:
    """The backup that a folder is, or else the newest in it. Raises BackupError if there is none."""
    if (folder / MANIFEST).is_file():
        return folder
    found = whole(folder)
    if not found:
        unfinished = (folder / UNFINISHED).is_dir()
        raise BackupError(
            f"{folder} holds no whole backup"
            + ("; one was interrupted: `broadsheet backup` goes on with it." if unfinished else ".")
        )
    return found[-1]


def read(backup: Path) -> Manifest:
    """Raises BackupError for a manifest that is damaged, or a newer version's."""
    path = backup / MANIFEST
    try:
        data = path.read_bytes()
        if msgspec.json.decode(data).get("schema", 0) > SCHEMA:
            raise BackupError(f"{path} was written by a newer version: upgrade Broadsheet.")
        manifest = msgspec.json.decode(data, type=Manifest)
    except (OSError, msgspec.MsgspecError, AttributeError) as error:
        raise BackupError(f"{path} cannot be read: {error}. Use another backup, if there is one.") from error
    if strange := [each for each in manifest.files if not _is_inside(each)]:
        raise BackupError(f"{path} names a file outside of the backup: {strange[0]!r}.")
    return manifest


def _is_inside(path: str) -> bool:
    return not path.startswith("/") and ".." not in path.split("/")


def encode(manifest: Manifest) -> bytes:
    """In JSON, for people, too."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"


def name(folder: Path, made_at: datetime) -> str:
    """A free name for the folder of a backup, in the order of time."""
    base = made_at.strftime(_NAMED)
    number = 1
    while (folder / (found := base if number == 1 else f"{base}-{number}")).exists():
        number += 1
    return found
