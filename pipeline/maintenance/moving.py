"""The ledger moved from a SQLite file into PostgreSQL, or back.

All rows are copied and compared one by one, then the configuration names the new place. Killed at any moment, either the old
ledger is the one, as it was, or the new one, whole; the same command goes on.
"""

from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from articles.errors import LedgerError, StorageError
from pipeline.configuration.config import Config, load, parse
from pipeline.configuration.config_file import set_ledger, with_ledger
from store.ledger.database import Ledger
from store.ledger.engines.folder_lock import locked
from store.ledger.engines.places import LedgerPlace, ServerPlace, place, server
from store.ledger.engines.table_copy import compare, copy_rows, is_filled

FILE = "sqlite"  # what the command calls the file in the data folder
LEFT = ".moved"


@dataclass(frozen=True, slots=True)
class MovedLedger:
    """Where the ledger was and is, by name, and the rows of each table; `left` is the old file, or None."""

    old: str
    new: str
    rows: dict[str, int]
    left: Path | None


def move(config: Config, to: str) -> MovedLedger:
    """Move the ledger to a database (as `[store] ledger` names it), or back into the folder (`FILE`). No run can begin meanwhile.

    Raises ConfigError, LockedError, StorageError, LedgerError (LedgerUnavailableError).
    """
    stated = "" if to == FILE else to
    parse(with_ledger(config.path.read_text(encoding="utf-8"), stated), config.path)  # no password, for one
    target = place(config.folder, stated)
    with ExitStack() as stack:
        stack.enter_context(locked(config.folder, config.ledger))
        stack.enter_context(locked(config.folder, config.ledger, "rebuild"))
        config = load(config.path)
        if config.ledger == target:
            return _finished(config, target)
        Ledger.expect(config.ledger)
        rows = (
            _into_file(config, target) if isinstance(target, Path) else _into_server(config, target, stated)
        )
        left = _leave(config.ledger)
        return MovedLedger(str(config.ledger), str(target), rows, left)


def _into_server(config: Config, target: ServerPlace, stated: str) -> dict[str, int]:
    with ExitStack() as stack:
        source = stack.enter_context(stack.enter_context(Ledger.open(config.ledger)).transaction())
        new = stack.enter_context(Ledger.anew(target))
        engine = stack.enter_context(closing(server(target)))
        with new.transaction() as conn:
            if is_filled(conn) and not engine.is_left(conn):
                raise LedgerError(
                    f"{target} holds a ledger already: name an empty database, or drop that one"
                )
            rows = _copied(source, conn)
            engine.leave(conn)  # until the configuration names it
        set_ledger(config.path, stated)
    _take(target)
    return rows


def _into_file(config: Config, target: Path) -> dict[str, int]:
    beside = target.with_name(f"{target.name}.moving")
    for path in _files(beside):
        path.unlink(missing_ok=True)
    with ExitStack() as stack:
        source = stack.enter_context(stack.enter_context(Ledger.anew(config.ledger)).transaction())
        with Ledger.anew(beside) as new, new.transaction() as conn:
            rows = _copied(source, conn)
        _put(beside, target)
        assert isinstance(config.ledger, ServerPlace)
        stack.enter_context(closing(server(config.ledger))).leave(source)
        set_ledger(config.path, "")
    return rows


def _copied(source: Connection, target: Connection) -> dict[str, int]:
    copy_rows(source, target)
    return compare(source, target)


def _put(beside: Path, target: Path) -> None:
    try:
        if target.exists():  # of a move that was killed, or older: whoever wants it finds it
            target.replace(target.with_name(f"{target.name}{LEFT}"))
        beside.replace(target)
    except OSError as error:
        raise StorageError(f"{target} cannot be put in place: {error.strerror}") from error


def _leave(old: LedgerPlace) -> Path | None:
    """The old file gets another name, so that nobody takes it for the ledger."""
    if not isinstance(old, Path) or not old.exists():
        return None
    left = old.with_name(f"{old.name}{LEFT}")
    old.replace(left)
    return left


def _take(target: ServerPlace) -> None:
    """The database is the ledger now."""
    with Ledger.anew(target) as ledger, closing(server(target)) as engine, ledger.transaction() as conn:
        engine.leave(conn, left=False)


def _finished(config: Config, target: LedgerPlace) -> MovedLedger:
    """What is to be done after a kill, once the configuration names the new place."""
    left = None
    if isinstance(target, ServerPlace):
        _take(target)
        left = _leave(place(config.folder, ""))
    return MovedLedger(str(target), str(target), {}, left)


def _files(path: Path) -> list[Path]:
    return [path.with_name(path.name + end) for end in ("", "-wal", "-shm", "-journal")]
