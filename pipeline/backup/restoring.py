"""A data folder brought back from a backup: every file is checked, and nothing counts before all is in place.

Files are copied into `restoring` within the data folder, then moved to their places, the ledger last. What a killed
restore leaves is therefore told from a data folder in use, and the next one begins again.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from articles.errors import BackupError, BroadsheetError, ConfigError, StorageError
from pipeline import indexes
from pipeline.backup import manifest as kept
from pipeline.backup.file_copies import copy, write
from pipeline.backup.manifest import KeptFile, Manifest
from pipeline.backup.verifying import difference
from pipeline.configuration.config import Config, load, parse
from pipeline.configuration.config_file import in_folder, with_ledger
from pipeline.maintenance.offloading import take_over
from store.lock import RunLock

_BESIDE = "restoring"
_LOCKS = frozenset(("lock", "lock.rebuild"))
_PLACES = (
    "archive",
    "index",
    "index-versions",
    "ledger.sqlite",
)  # in the order in which they are put in place


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back from which backup into which data folder, which files were damaged, and what is to be done next.

    `config` is the configuration's file if that was brought back, too.
    """

    backup: Path
    manifest: Manifest
    folder: Path
    config: Path | None
    damages: tuple[str, ...]
    next_steps: tuple[str, ...]


def restore(
    config_path: Path,
    source: Path,
    to: Path | None = None,
    *,
    despite_damage: bool = False,
    progress: Callable[[int, int], None] = lambda _, __: None,
) -> Restored:
    """Bring back the newest backup of a folder, or the one that it is, into an empty data folder: `to`, or the configured one.

    A configuration that is not there is brought back, too. `progress` is called with the bytes copied, and all there are.
    `despite_damage` brings back what can be had of a damaged backup. Raises BackupError, ConfigError, StorageError.
    """
    backup = kept.chosen(source.absolute())
    manifest = kept.read(backup)
    with _putting(backup):
        text = "" if config_path.exists() else _config_text(backup, manifest)
        config = parse(text, config_path) if text else load(config_path)
        _refuse_server(config, config_path)
        folder = to.absolute() if to else config.folder
        _refuse_taken(folder)
        with RunLock(folder):
            files = {path: known for path, known in manifest.files.items() if _is_wanted(path, config)}
            damages = _Copying(backup, folder / _BESIDE, files, progress).copy_all()
            if damages and not despite_damage:
                shutil.rmtree(folder / _BESIDE)
                raise BackupError(_refusal(backup, damages))
            if text:
                _put_config(backup, manifest, config_path, in_folder(text, config_path, folder))
            _put_in_place(folder, damages)
    where = (
        ()
        if text or folder == config.folder
        else (f'put `folder = "{folder}"` into [store] of {config_path}',)
    )
    return Restored(
        backup=backup,
        manifest=manifest,
        folder=folder,
        config=config_path if text else None,
        damages=tuple(damages.values()),
        next_steps=(*where, *_next_steps(manifest, files, damages), *_found_again(config, folder)),
    )


@dataclass(frozen=True, slots=True)
class _Copying:
    backup: Path
    beside: Path
    files: dict[str, KeptFile]
    progress: Callable[[int, int], None]

    def copy_all(self) -> dict[str, str]:
        """Copy all files; those that are damaged, by their paths in the backup, a sentence each."""
        damages: dict[str, str] = {}
        self.beside.mkdir(parents=True)
        total = sum(each.size for each in self.files.values())
        done = 0
        for path, known in self.files.items():
            try:
                wrong = difference(copy(self.backup / path, self.beside / path), known)
            except FileNotFoundError:
                wrong = "is missing"
            if wrong:
                damages[path] = f"{self.backup / path} {wrong}"
            done += known.size
            self.progress(done, total)
        return damages


def _is_wanted(path: str, config: Config) -> bool:
    """All but the configuration; the index only where it is of the kind that is configured."""
    has_index = indexes.backend(config).freeze is not None
    return not path.startswith(kept.CONFIG) and (has_index or not path.startswith(kept.INDEXES))


def _refuse_taken(folder: Path) -> None:
    """Raises BackupError unless the folder is empty, or what a killed restore left, which is removed."""
    present = {path.name for path in folder.iterdir()} - _LOCKS if folder.is_dir() else set()
    if _BESIDE in present and "ledger.sqlite" not in present:
        for name in (_BESIDE, *_PLACES[:-1]):
            shutil.rmtree(folder / name, ignore_errors=True)
            present.discard(name)
    if present:
        raise BackupError(
            f"{folder} is not empty (it holds {min(present)}); move that elsewhere, or name an empty folder with --to."
        )


def _refuse_server(config: Config, config_path: Path) -> None:
    if config.store.ledger:
        raise ConfigError(
            f"{config_path} says that the ledger is in PostgreSQL, and a backup has it as a file: leave that "
            "out, restore, then `broadsheet move --to URL`."
        )


def _config_text(backup: Path, manifest: Manifest) -> str:
    path = backup / kept.CONFIG / manifest.config
    try:
        text = path.read_text(encoding="utf-8")
        return with_ledger(text, "") if parse(text, path).store.ledger else text
    except (OSError, UnicodeDecodeError) as error:
        raise BackupError(
            f"{path} cannot be read ({error}), and there is no other configuration: `broadsheet init` makes one."
        ) from error


def _put_config(backup: Path, manifest: Manifest, config_path: Path, text: str) -> None:
    """The configuration, and beside it what is not there yet."""
    for path in manifest.files:
        name = path.removeprefix(kept.CONFIG)
        beside = config_path.absolute().parent / name
        if path.startswith(kept.CONFIG) and name != manifest.config and not beside.exists():
            copy(backup / path, beside)
    write(config_path.absolute(), text.encode())


def _put_in_place(folder: Path, damages: dict[str, str]) -> None:
    """Move what was copied; neither a damaged ledger nor any part of a damaged index."""
    beside = folder / _BESIDE
    if kept.LEDGER in damages:
        (beside / kept.LEDGER).unlink(missing_ok=True)
    if any(path.startswith(kept.INDEXES) for path in damages):
        for name in kept.INDEXES:
            shutil.rmtree(beside / name, ignore_errors=True)
    for name in _PLACES:
        if (beside / name).exists():
            (beside / name).rename(folder / name)
    shutil.rmtree(beside)


def _next_steps(manifest: Manifest, files: dict[str, KeptFile], damages: dict[str, str]) -> tuple[str, ...]:
    if any(path == kept.LEDGER or path.startswith(kept.ARCHIVE) for path in damages):
        return ("`broadsheet rebuild` makes ledger and index again from the pages that can be read",)
    has_index = any(path.startswith(kept.INDEXES) for path in files.keys() - damages.keys())
    if manifest.indexed and (not has_index or any(path.startswith(kept.INDEXES) for path in damages)):
        return ("`broadsheet index rebuild` fills the index from ledger and archive",)
    return ("`broadsheet doctor` looks at what was brought back",)


def _found_again(config: Config, folder: Path) -> tuple[str, ...]:
    """Find segments in the bucket that were written anew there since the backup; what is to be done where that cannot be."""
    here = config.model_copy(update={"store": config.store.model_copy(update={"folder": folder})})
    try:
        with RunLock(folder):
            take_over(here)
    except BroadsheetError as error:
        return (f"`broadsheet rebuild` once the bucket of [store] archive can be asked: {error}",)
    return ()


def _refusal(backup: Path, damages: dict[str, str]) -> str:
    lines = "\n".join(damages.values())
    return (
        f"{backup} is damaged, and nothing was brought back:\n{lines}\n"
        "Name another backup, or bring back all that can be read with --despite-damage."
    )


@contextmanager
def _putting(backup: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"{error.filename or backup}: {error.strerror}. The backup is as it was."
        ) from error
