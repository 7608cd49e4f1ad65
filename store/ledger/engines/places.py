"""Where a ledger is: the path of a SQLite file, or a database on a PostgreSQL server."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from articles.errors import ConfigError

if TYPE_CHECKING:  # these import SQLAlchemy, which takes longer than a search
    from sqlalchemy import URL

    from store.ledger.engines.ledger_engine import LedgerEngine
    from store.ledger.engines.postgresql_server import PostgresqlServer

DRIVER = "postgresql+psycopg"


@dataclass(frozen=True, slots=True)
class ServerPlace:
    """A database that holds one ledger, by its URL, which may hold a password: `str` never says it. `folder` is the data folder."""

    url: str = field(repr=False)
    folder: Path

    def __post_init__(self) -> None:
        parsed(self.url)

    def __str__(self) -> str:
        url = parsed(self.url)
        port = f":{url.port}" if url.port else ""
        return f"the database {url.database or 'of the user'} on PostgreSQL at {url.host or 'this machine'}{port}"

    def exists(self) -> bool:
        """Whether there is a ledger. Raises LedgerError, LedgerUnavailableError."""
        engine = server(self)
        try:
            with engine.translating():
                return not engine.is_empty()
        finally:
            engine.close()


LedgerPlace = Path | ServerPlace


def place(folder: Path, stated: str) -> LedgerPlace:
    """Where the ledger of a data folder is: `stated` is a URL, or the environment variable with one, or "" for a file in the folder.

    Raises ConfigError for a variable that is not set, and for a URL of something else.
    """
    if not stated:
        return folder / "ledger.sqlite"
    url = stated if "://" in stated else os.environ.get(stated, "")
    if not url:
        raise ConfigError(
            f"The environment variable {stated} is not set, which is to have the URL of the ledger."
        )
    return ServerPlace(url, folder)


def parsed(url: str) -> "URL":
    """The URL of a server in its parts. Raises ConfigError, which does not repeat it: it may hold a password."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        parts = make_url(url)
    except (ArgumentError, ValueError):
        raise ConfigError(_advice()) from None
    if parts.drivername not in {DRIVER, "postgresql"}:
        raise ConfigError(_advice())
    return parts.set(drivername=DRIVER)


def opened(place: LedgerPlace) -> "LedgerEngine":
    """What keeps the ledger there. Raises ConfigError where the driver is not installed."""
    if isinstance(place, Path):
        from store.ledger.engines.sqlite_file import SqliteFile

        return SqliteFile(place)
    return server(place)


def server(place: ServerPlace) -> "PostgresqlServer":
    """The server, which is not asked yet. Raises ConfigError where the driver is not installed."""
    from store.ledger.engines.postgresql_server import PostgresqlServer

    return PostgresqlServer(parsed(place.url), str(place), place.folder)


def _advice() -> str:
    return f"The URL of the ledger is none of PostgreSQL: write it as {DRIVER}://USER@HOST:5432/DATABASE."
