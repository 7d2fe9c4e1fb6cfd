"""A database that is given to one test after the other is for each as if it were new."""

import psycopg
import pytest
from sqlalchemy import make_url

from storage.migrate import Store
from tests.surroundings.kept import KeptDatabases

_ADD = "INSERT INTO duties VALUES ('tick', decode(repeat('00', 16), 'hex'), 1, 0)"
_COUNT = "SELECT count(*) FROM duties"


def _run(url: str, *statements: str) -> object:
    """Run statements and return the first value of what was found."""
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        done = [connection.execute(statement.encode()) for statement in statements]
        found = [cursor.fetchone() for cursor in done if cursor.description]
    return next((row[0] for row in found if row), None)


def test_the_next_test_gets_the_same_database_without_a_row(kept_databases: KeptDatabases) -> None:
    with kept_databases.lend(Store.DATA) as first:
        _run(first, _ADD)

    with kept_databases.lend(Store.DATA) as again:
        assert again == first
        assert _run(again, _COUNT) == 0


def test_two_that_are_lent_at_once_are_two(kept_databases: KeptDatabases) -> None:
    with kept_databases.lend(Store.DATA) as one, kept_databases.lend(Store.DATA) as other:
        assert one != other


def test_a_table_of_a_test_goes_with_it(kept_databases: KeptDatabases) -> None:
    with kept_databases.lend(Store.DATA) as first:
        _run(first, "CREATE TABLE scratch (number INTEGER)")

    with kept_databases.lend(Store.DATA) as again:
        assert again == first
        assert _run(again, "SELECT to_regclass('scratch')") is None


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE duties ADD COLUMN note TEXT",
        "ALTER TABLE duties SET (fillfactor = 10)",
        "DROP TABLE tries",
        "DROP INDEX ix_tries_full_at",
        "ALTER TABLE tries DROP CONSTRAINT pk_tries",
        "CREATE FUNCTION leave() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA elsewhere",
        "UPDATE alembic_version SET version_num = '9999'",
        "ALTER DATABASE {name} SET default_transaction_read_only = on",
        f"{_ADD}; ANALYZE duties",
        "INSERT INTO duties SELECT number, decode(repeat('00', 16), 'hex'), 1, 0 FROM generate_series(1, 9999) number",
    ],
)
def test_one_that_was_changed_or_has_grown_is_given_to_nobody(kept_databases: KeptDatabases, change: str) -> None:
    with kept_databases.lend(Store.DATA) as changed:
        _run(changed, *change.format(name=make_url(changed).database).split("; "))

    with kept_databases.lend(Store.DATA) as next_one:
        assert next_one != changed
        assert _run(next_one, _COUNT) == 0


def test_whoever_is_still_connected_is_sent_away(kept_databases: KeptDatabases) -> None:
    with kept_databases.lend(Store.DATA) as lent:
        address = make_url(lent).set(drivername="postgresql").render_as_string(hide_password=False)
        lingering = psycopg.connect(address)
        lingering.execute(_ADD.encode())

    with pytest.raises(psycopg.OperationalError):
        lingering.execute(_COUNT)
    lingering.close()
