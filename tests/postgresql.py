"""A real PostgreSQL for the tests that claim one.

BROADSHEET_TEST_POSTGRESQL_URL (of a user who may create databases), else a server that is started from the system's packages,
such as Debian's `postgresql`, and stopped. Without either the tests are skipped and say why.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import URL, create_engine, make_url, text

from store.ledger.engines.places import ServerPlace

PROGRAMS = "/usr/lib/postgresql/*/bin"
USER = "broadsheet"
PASSWORD = "s3cret-of-the-ledger"  # noqa: S105  (of a server that lives as long as the tests)
READY = 60  # seconds


class PostgresqlServer:
    """A server of our own, in a folder of its own. The server refuses to be root, who lends it to the user `postgres`."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder = folder
        self._programs = programs
        self._as_user: list[str] = []
        if os.geteuid() == 0:
            pwd.getpwnam("postgres")
            shutil.chown(folder, "postgres")
            self._as_user = ["runuser", "-u", "postgres", "--"]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]

    @property
    def url(self) -> URL:
        return URL.create("postgresql+psycopg", USER, PASSWORD, "127.0.0.1", self.port, "postgres")

    def make(self) -> None:
        secret = self.folder / "password"
        secret.write_text(PASSWORD, encoding="utf-8")
        options = ["--auth=scram-sha-256", f"--pwfile={secret}", "--encoding=UTF8", "--locale=C.UTF-8", "-N"]
        self._call("initdb", "-D", str(self.folder / "data"), "-U", USER, *options)

    def start(self) -> None:
        settings = f"-p {self.port} -h 127.0.0.1 -k {self.folder} -c fsync=off -c max_connections=50"
        log = str(self.folder / "log")
        self._call(
            "pg_ctl",
            "-D",
            str(self.folder / "data"),
            "-w",
            "-t",
            str(READY),
            "-l",
            log,
            "-o",
            settings,
            "start",
        )

    def stop(self, how: str = "fast") -> None:
        self._call("pg_ctl", "-D", str(self.folder / "data"), "-w", "-m", how, "stop")

    def _call(self, program: str, *words: str) -> None:
        command = [*self._as_user, str(self._programs / program), *words]
        done = subprocess.run(
            command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr.strip()[-500:]}")


def programs() -> Path | None:
    """The folder of the newest server that is installed."""
    found = sorted(
        Path("/").glob(f"{PROGRAMS.removeprefix('/')}/pg_ctl"), key=lambda path: int(path.parts[4])
    )
    on_path = shutil.which("pg_ctl")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@contextmanager
def own_server() -> Iterator[PostgresqlServer]:
    """A server that a test may stop and start again; a skipped test where there is none."""
    pytest.importorskip("psycopg", reason="no driver for PostgreSQL: install the extra `postgresql`")
    found = programs()
    if found is None:
        pytest.skip(
            "no PostgreSQL to test with: neither BROADSHEET_TEST_POSTGRESQL_URL nor a server is there"
        )
    with tempfile.TemporaryDirectory(prefix="broadsheet-postgresql-") as name:
        Path(name).chmod(0o755)
        try:
            server = PostgresqlServer(Path(name), found)
            server.make()
            server.start()
        except (RuntimeError, KeyError, OSError) as error:
            pytest.skip(f"no PostgreSQL to test with: {error}")
        try:
            yield server
        finally:
            server.stop("immediate")


@contextmanager
def server_url() -> Iterator[URL]:
    """The server that is named, or one that is started and stopped; a database of its own on it."""
    if named := os.environ.get("BROADSHEET_TEST_POSTGRESQL_URL"):
        with database(make_url(named)) as url:
            yield url
        return
    with own_server() as server, database(server.url) as url:
        yield url


@contextmanager
def database(server: URL) -> Iterator[URL]:
    """A new database, which is dropped."""
    name = f"broadsheet_test_{uuid4().hex[:12]}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as conn:
            conn.execute(text(f"CREATE DATABASE {name}"))
        yield server.set(database=name)
        with engine.connect() as conn:
            conn.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        engine.dispose()


@contextmanager
def place(url: URL, folder: Path) -> Iterator[ServerPlace]:
    """A ledger of its own in the database: a schema, which costs less than a database."""
    name = f"test_{uuid4().hex[:12]}"
    run = partial(_run, url)
    run([f"CREATE SCHEMA {name}"])
    own = url.update_query_dict({"options": f"-csearch_path={name}"})
    try:
        yield ServerPlace(own.render_as_string(hide_password=False), folder)
    finally:
        run([f"DROP SCHEMA {name} CASCADE"])


def _run(url: URL, statements: Sequence[str]) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        for statement in statements:
            conn.execute(text(statement))
    engine.dispose()
