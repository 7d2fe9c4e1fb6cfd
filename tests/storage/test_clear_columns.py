"""Nothing is clear by accident: every column is sealed or stands in the list, and the data map names them all."""

import re
from pathlib import Path

from sqlalchemy import Column

from storage.clear_columns import CLEAR_COLUMNS
from storage.keys.keystore import key_metadata
from storage.sealing.sealed import Minute, Moment, Sealed
from storage.tables import metadata
from storage.transaction import Work
from tests.storage.conftest import Stores

COLUMNS = {
    f"{table.name}.{column.name}": column
    for store in (metadata, key_metadata)
    for table in store.sorted_tables
    for column in table.columns
}
DATA_MAP = Path(__file__).parents[2] / "docs" / "data-map.md"
#: About people who work here, whose order is no secret, or about no person.
OF_STAFF = {"staff", "staff_addresses", "staff_sessions", "invites"}
TO_THE_SECOND = {"outbox.not_before", "outbox.look_at", "holds.until", "tries.since"}


def test_every_column_is_sealed_or_listed_with_a_reason() -> None:
    clear = {name for name, column in COLUMNS.items() if not _is_sealed(column)}

    assert clear == CLEAR_COLUMNS.keys()
    assert all(len(reason.split()) >= 3 for reason in CLEAR_COLUMNS.values())


def test_the_list_is_sorted_so_that_a_reviewer_finds_a_column() -> None:
    assert list(CLEAR_COLUMNS) == sorted(CLEAR_COLUMNS)


def test_times_are_no_finer_than_a_minute() -> None:
    moments = {name for name, column in COLUMNS.items() if isinstance(column.type, Moment)}

    assert {name for name in moments if not isinstance(COLUMNS[name].type, Minute)} == TO_THE_SECOND


def test_the_data_map_names_every_table_and_column() -> None:
    table, mapped = "", set()
    for line in DATA_MAP.read_text().splitlines():
        if heading := re.match(r"### `(\w+)`", line):
            table = heading[1]
        elif row := re.match(r"\| `(\w+)` \|", line):
            mapped.add(f"{table}.{row[1]}")

    assert mapped == COLUMNS.keys()


async def test_no_file_numbers_the_rows_of_people_as_they_come(sqlite_stores: Stores) -> None:
    database = await sqlite_stores.open()

    def list_numbered(work: Work) -> set[str]:
        tables = work.data.exec_driver_sql("SELECT name, wr FROM pragma_table_list WHERE type = 'table'")
        return {name for name, without_rowid in tables if not without_rowid}

    numbered = await database.read(list_numbered)
    await database.close()

    assert numbered & metadata.tables.keys() == OF_STAFF


def _is_sealed(column: Column[object]) -> bool:
    return isinstance(column.type, Sealed)
