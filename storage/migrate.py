"""Brings the tables of a store up to date; `python -m storage.migrate data "Add a table"` drafts the next change."""

import argparse
import re
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sqlalchemy import Connection, MetaData, inspect
from sqlalchemy.exc import OperationalError

from storage.engine.engines import is_sqlite, open_migrator, will_pass
from storage.errors import StorageError, StoreUnavailable
from storage.keys.keystore import key_metadata
from storage.tables import metadata
from storage.tables.metadata import with_conditions

if TYPE_CHECKING:
    from alembic.config import Config

# Alembic takes a tenth of a second to import, and nearly every start finds its tables up to date: it is imported
# where a migration is due.
_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x51664A  # an arbitrary number: processes that start at once migrate one after the other


class SchemaTooNew(StorageError):
    """The store was written by a newer release."""


class MigrationBroken(StorageError):
    """A change of the tables left rows that point at nothing."""


class Store(StrEnum):
    """The two stores, each with migrations of its own."""

    DATA = "data"
    KEYS = "keys"

    @property
    def metadata(self) -> MetaData:
        """The tables as they should be."""
        return with_conditions(metadata) if self is Store.DATA else key_metadata


def bring_up_to_date(store: Store, url: str, revision: str = "head") -> None:
    """Apply the missing migrations, all of them or none.

    Raises SchemaTooNew, MigrationBroken, or StoreUnavailable when the database does not answer.
    """
    engine = open_migrator(url)
    try:
        with engine.begin() as connection:
            if not is_sqlite(engine):
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            _upgrade(store, connection, revision)
    except OperationalError as error:
        if not is_sqlite(engine):
            raise StoreUnavailable(
                f"the {store} database does not answer; start or make it, or correct its address"
            ) from error
        if not will_pass(error):
            raise
        raise StoreUnavailable(f"the {store} database is busy or the disk full; repeat it in a moment") from error
    finally:
        engine.dispose()


def compare_revisions(store: Store, connection: Connection) -> tuple[str | None, str | None]:
    """Return the version of the tables that are there, and the newest this release knows; None without any."""
    return _read_revision(connection), _newest_revision(store)


def draft(store: Store, message: str) -> Path:
    """Write the draft of the next migration, by comparing the tables with a new SQLite file; check it by hand."""
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.script import Script, ScriptDirectory  # noqa: PLC0415

    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/draft.db"
        bring_up_to_date(store, url)
        engine = open_migrator(url)
        with engine.begin() as connection:
            config = _configure(store, connection)
            number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
            made = command.revision(config, message, autogenerate=True, rev_id=f"{number:04}")
        engine.dispose()
    if not isinstance(made, Script):
        raise MigrationBroken(f"there is more than one newest migration of the {store} store; merge them first")
    return Path(made.path)


def _upgrade(store: Store, connection: Connection, revision: str) -> None:
    present = _read_revision(connection)
    if present == _newest_revision(store):
        return
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.util import CommandError  # noqa: PLC0415

    try:
        command.upgrade(_configure(store, connection), revision)
    except CommandError as unknown:
        raise SchemaTooNew(
            f"the {store} store is at version {present}; start the newer release that wrote it"
        ) from unknown
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise MigrationBroken(f"a migration of the {store} store broke a reference; nothing was changed, report it")


def _read_revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return revision


def _newest_revision(store: Store) -> str | None:
    """Read the newest revision off the names of the files, which begin with it."""
    names = (re.match(r"v(\d+)_", path.name) for path in (_FOLDER / store).glob("v*.py"))
    return max((name[1] for name in names if name), default=None)


def _configure(store: Store, connection: Connection) -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(_FOLDER / store))
    config.set_main_option("file_template", "v%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    config.attributes["metadata"] = store.metadata
    return config


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", type=Store, choices=list(Store))
    parser.add_argument("message")
    arguments = parser.parse_args()
    print(draft(arguments.store, arguments.message))  # noqa: T201 - the command's whole output is the file's name
