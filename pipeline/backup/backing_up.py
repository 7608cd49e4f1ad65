"""A backup of a collection, made beside a running run: its ledger as of one moment, and what that ledger speaks of.

The archive is only ever appended to, so the bytes that the copied ledger has committed are those of that moment. The
embedded index is frozen in the same turn in which the ledger is read, so that the two agree. What an earlier backup
holds already is not copied again but gets a second name (a hard link).
"""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from articles.errors import ArchiveError, BackupError, ConfigError, StorageError
from crawlers.clock import now
from pipeline import indexes
from pipeline.backup import manifest as kept
from pipeline.backup.file_copies import checksum, copy, link_or_copy, write
from pipeline.backup.manifest import KeptFile, Manifest
from pipeline.configuration.config import Config
from pipeline.run import at_rest
from store.archive.reader import RENAMES, is_there
from store.archive.remote import claim, stubs
from store.durable import sync_folder
from store.ledger import capture_table, segment_table
from store.ledger.database import Ledger
from store.ledger.engines.folder_lock import locked
from store.lock import RunLock
from store.records import Outcome

_TRIES = 5  # retention may drop segments while they are copied
_FROZEN = "backup"


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup that was made: its folder, what is in it, and how many of its files, and bytes, had to be copied."""

    folder: Path
    manifest: Manifest
    copied_files: int
    copied_bytes: int


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A file to be taken, the first `size` bytes of it, by its path in the backup."""

    path: str
    source: Path
    size: int


class _DroppedError(Exception):
    """A segment went by retention after the ledger was copied."""


def back_up(
    config: Config,
    folder: Path,
    progress: Callable[[int, int], None] = lambda _, __: None,
    clock: Callable[[], datetime] = now,
) -> BackedUp:
    """Add a backup to this folder, or go on with one that was interrupted. `progress` is called with the bytes in it, and all there will be.

    Raises LedgerError where nothing was collected yet, LockedError beside a rebuild or another backup, ArchiveError for
    an archive that lacks what the ledger has committed, ConfigError for a folder within the data folder, StorageError.
    """
    Ledger.expect(config.ledger)
    folder = folder.absolute()
    if folder.resolve().is_relative_to(config.folder.resolve()):
        raise ConfigError(f"{folder} lies in the data folder; a backup belongs on another disk.")
    with (
        locked(config.folder, config.ledger, "rebuild"),
        at_rest(config),
        RunLock(folder, "backup"),
        _writing(folder),
    ):
        for _ in range(_TRIES):
            with suppress(_DroppedError):
                return _Making(config, folder, progress, clock).make()
    raise ArchiveError(f"{config.archive} lost segments faster than they were copied; try again later.")


@dataclass(slots=True)
class _Making:
    config: Config
    folder: Path
    progress: Callable[[int, int], None]
    clock: Callable[[], datetime]
    files: dict[str, KeptFile] = field(default_factory=dict)
    done: int = 0
    total: int = 0
    copied_files: int = 0
    copied_bytes: int = 0

    @property
    def beside(self) -> Path:
        return self.folder / kept.UNFINISHED

    def make(self) -> BackedUp:
        made_at = self.clock()
        self.beside.mkdir(exist_ok=True)
        (self.beside / kept.MANIFEST).unlink(missing_ok=True)
        frozen = self.config.folder / _FROZEN
        try:
            committed, counts = self._settle_what_it_is(frozen)
            wanted = [
                *_segments(self.config.archive, committed),
                *_renames(self.config.archive),
                *_all("", frozen, frozen),
                *_beside_config(self.config),
            ]
            self._take_all(wanted)
        finally:
            shutil.rmtree(frozen, ignore_errors=True)
        manifest = Manifest(
            schema=kept.SCHEMA,
            made_at=made_at,
            version=version("broadsheet"),
            config=self.config.path.name,
            backend=self.config.index.backend,
            captures=sum(counts.values()),
            indexed=counts[Outcome.INDEXED.value],
            files=dict(sorted(self.files.items())),
        )
        return BackedUp(self._finish(manifest), manifest, self.copied_files, self.copied_bytes)

    def _settle_what_it_is(self, frozen: Path) -> tuple[dict[str, int], dict[str, int]]:
        """Copy the ledger, freeze the index; the committed lengths of segments and the counts of captures of that moment."""
        target = self.beside / kept.LEDGER
        target.unlink(missing_ok=True)
        shutil.rmtree(frozen, ignore_errors=True)
        with Ledger.open(self.config.ledger) as ledger, ExitStack() as turn:
            turn.enter_context(ledger.turn())
            for name, older in zip(kept.INDEXES, (False, True), strict=True):
                indexes.freeze(self.config, frozen / name, older=older)
            ledger.copy(target, turn.close)
        with Ledger.open(target) as ledger, ledger.reading() as conn:
            committed, counts = segment_table.lengths(conn), capture_table.counts(conn)
        size, sha256 = checksum(target)
        self.files[kept.LEDGER] = KeptFile(size, sha256, target.stat().st_mtime_ns)
        self.copied_files, self.copied_bytes = 1, size
        self.done = self.total = size
        return committed, counts

    def _take_all(self, wanted: list[_Wanted]) -> None:
        self.total += sum(each.size for each in wanted)
        backup, earlier = self._earlier()
        for each in wanted:
            try:
                if not self._take_from(backup / each.path, each, earlier.get(each.path)):
                    self._take(each)
            except FileNotFoundError:
                self._refuse_lost(each)
        self._clear(self.files)

    def _earlier(self) -> tuple[Path, Mapping[str, KeptFile]]:
        """The newest backup whose manifest can be read, and its files."""
        for backup in reversed(kept.whole(self.folder)):
            with suppress(BackupError):  # `verify` tells of it
                return backup, kept.read(backup).files
        return self.folder, {}

    def _take_from(self, there: Path, wanted: _Wanted, known: KeptFile | None) -> bool:
        """Whether the earlier backup has the same file, which gets a second name then.

        One of the same size and time of writing is taken for the same; else its sum is compared.
        """
        if known is None or known.size != wanted.size:
            return False
        if not there.is_file() or there.stat().st_size != known.size:
            return False
        modified = wanted.source.stat().st_mtime_ns
        if modified != known.modified and checksum(wanted.source, wanted.size) != (known.size, known.sha256):
            return False
        link_or_copy(there, self.beside / wanted.path)
        self.files[wanted.path] = KeptFile(known.size, known.sha256, modified)
        self._tell(known.size)
        return True

    def _take(self, wanted: _Wanted) -> None:
        target = self.beside / wanted.path
        modified = wanted.source.stat().st_mtime_ns
        if target.is_file() and target.stat().st_size == wanted.size:  # of a backup that was interrupted
            found = checksum(target)
            if found == checksum(wanted.source, wanted.size):
                self.files[wanted.path] = KeptFile(*found, modified)
                self._tell(wanted.size)
                return
        size, sha256 = copy(wanted.source, target, wanted.size, self._tell)
        self.files[wanted.path] = KeptFile(size, sha256, modified)
        self.copied_files += 1
        self.copied_bytes += size

    def _tell(self, size: int) -> None:
        self.done += size
        self.progress(self.done, self.total)

    def _refuse_lost(self, wanted: _Wanted) -> None:
        """A file is not there: the ledger says whether it went as it should."""
        with Ledger.open(self.config.ledger) as ledger, ledger.reading() as conn:
            known = wanted.source.name in segment_table.lengths(conn)
            if known and not is_there(wanted.source.parent, wanted.source.name):
                raise ArchiveError(f"{wanted.source} is missing; see `broadsheet doctor`.")
        raise _DroppedError

    def _clear(self, keeping: Iterable[str]) -> None:
        """Remove what is left of an interrupted backup and not of this one."""
        kept_paths = {self.beside / path for path in keeping}
        for path in sorted(self.beside.rglob("*"), reverse=True):
            if path.is_dir():
                if not any(path.iterdir()):
                    path.rmdir()
            elif path not in kept_paths:
                path.unlink()

    def _finish(self, manifest: Manifest) -> Path:
        write(self.beside / kept.MANIFEST, kept.encode(manifest))
        for path in (self.beside, *(each for each in self.beside.rglob("*") if each.is_dir())):
            sync_folder(path)
        made = self.folder / kept.name(self.folder, manifest.made_at)
        self.beside.rename(made)
        sync_folder(self.folder)
        return made


def _segments(archive: Path, committed: Mapping[str, int]) -> Iterator[_Wanted]:
    """The segments in the folder, and the stubs of those in a bucket: what is there is as safe as a backup makes it."""
    for name, size in committed.items():
        if (archive / name).exists() or not is_there(archive, name):
            yield _Wanted(f"{kept.ARCHIVE}{name}", archive / name, size)
        stub = archive / f"{name}{stubs.SUFFIX}"
        if stub.exists():
            yield _Wanted(f"{kept.ARCHIVE}{stub.name}", stub, stub.stat().st_size)


def _renames(archive: Path) -> Iterator[_Wanted]:
    """The archive's list of renamed sources, and which bucket is its own, if there are such."""
    for name in (RENAMES, claim.NAME):
        if (archive / name).exists():
            yield _Wanted(f"{kept.ARCHIVE}{name}", archive / name, (archive / name).stat().st_size)


def _beside_config(config: Config) -> Iterator[_Wanted]:
    """The configuration, and a user's spiders, as far as these lie in a folder of their own below it."""
    yield _Wanted(f"{kept.CONFIG}{config.path.name}", config.path, config.path.stat().st_size)
    spiders = config.spiders.resolve()
    base = config.path.parent.resolve()
    if spiders != base and spiders.is_relative_to(base):
        yield from (
            each for each in _all(kept.CONFIG, base, spiders) if "__pycache__" not in each.source.parts
        )


def _all(prefix: str, base: Path, folder: Path) -> Iterator[_Wanted]:
    """The files in a folder, by their paths from the base."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield _Wanted(f"{prefix}{path.relative_to(base)}", path, path.stat().st_size)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"{error.filename or folder}: {error.strerror}. Make room or mend the disk; "
            "the same command goes on where it was"
        ) from error
