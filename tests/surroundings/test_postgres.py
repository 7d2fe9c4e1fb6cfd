"""The databases that tests get are real and empty."""

import pytest
from sqlalchemy import create_engine, inspect, text

from tests.surroundings.postgres import NewDatabase


def test_a_test_gets_an_empty_database_on_each_engine(database_url: str) -> None:
    engine = create_engine(database_url)

    assert inspect(engine).get_table_names() == []

    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE notes (word TEXT)"))
    assert inspect(engine).get_table_names() == ["notes"]
    engine.dispose()


def test_a_second_database_is_another_one(new_database: NewDatabase) -> None:
    assert new_database() != new_database()


@pytest.mark.parametrize("turn", range(3))
def test_nothing_is_left_from_the_test_before(new_postgresql: NewDatabase, turn: int) -> None:
    engine = create_engine(new_postgresql())

    with engine.begin() as connection:
        connection.execute(text(f"CREATE TABLE turn_{turn} (word TEXT)"))

    assert inspect(engine).get_table_names() == [f"turn_{turn}"]
    engine.dispose()
