"""The migrations make the tables as they are described, once, and never touch what is newer."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

import storage.migrations
from storage.engine.engines import open_migrator
from storage.migrate import SchemaTooNew, Store, bring_up_to_date, draft

both_stores = pytest.mark.parametrize("store", list(Store))


def _execute(url: str, statement: str) -> None:
    engine = open_migrator(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


@both_stores
def test_the_migrations_make_exactly_the_tables_described(store: Store, database_url: str) -> None:
    bring_up_to_date(store, database_url)

    engine = open_migrator(database_url)
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), store.metadata)
    engine.dispose()
    assert differences == []


@both_stores
def test_the_foreign_keys_and_their_deletion_rules_are_as_described(store: Store, database_url: str) -> None:
    bring_up_to_date(store, database_url)

    engine = open_migrator(database_url)
    made = {
        (name, key["constrained_columns"][0], key["referred_table"], key["options"].get("ondelete"))
        for name in store.metadata.tables
        for key in inspect(engine).get_foreign_keys(name)
    }
    engine.dispose()
    described = {
        (table.name, key.parent.name, key.column.table.name, key.ondelete)
        for table in store.metadata.tables.values()
        for key in table.foreign_keys
    }
    assert made == described


@both_stores
def test_a_second_start_changes_nothing_and_keeps_the_rows(store: Store, database_url: str) -> None:
    bring_up_to_date(store, database_url)
    _execute(database_url, "CREATE TABLE kept (number INTEGER)")

    bring_up_to_date(store, database_url)

    engine = open_migrator(database_url)
    assert set(inspect(engine).get_table_names()) == {*store.metadata.tables, "alembic_version", "kept"}
    engine.dispose()


@both_stores
def test_a_store_of_a_newer_release_is_refused_with_the_remedy(store: Store, database_url: str) -> None:
    bring_up_to_date(store, database_url)
    _execute(database_url, "UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(SchemaTooNew, match="version 9999; start the newer release"):
        bring_up_to_date(store, database_url)


@both_stores
def test_a_migration_that_fails_midway_leaves_nothing(store: Store, database_url: str) -> None:
    last = list(store.metadata.sorted_tables)[-1].name
    _execute(database_url, f"CREATE TABLE {last} (in_the_way INTEGER)")

    with pytest.raises(Exception, match="already exists"):
        bring_up_to_date(store, database_url)

    engine = open_migrator(database_url)
    assert inspect(engine).get_table_names() == [last]
    engine.dispose()


def test_processes_that_start_at_once_migrate_one_after_the_other(database_url: str) -> None:
    script = "import sys; from storage.migrate import *; bring_up_to_date(Store.DATA, sys.argv[1])"
    command = [sys.executable, "-c", script, database_url]

    started = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]  # noqa: S603 - our own script
    errors = [process.communicate(timeout=60)[1] for process in started]

    assert [process.returncode for process in started] == [0, 0, 0], errors


@both_stores
def test_there_is_nothing_left_to_draft(store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(Path(storage.migrations.__file__).parent, folder)
    monkeypatch.setattr("storage.migrate._FOLDER", folder)

    drafted = draft(store, "Nothing at all").read_text()

    assert "down_revision = " in drafted
    assert "op." not in drafted.split("def upgrade")[1]
