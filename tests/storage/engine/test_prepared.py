"""Statements that go past SQLAlchemy mean what they mean through it: values, failures and lost connections."""

from collections.abc import Sequence

import pytest
from sqlalchemy import Integer, Select, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError, NoResultFound

from bot.ports import Outgoing
from storage import outbox
from storage.clients import people
from storage.clients.people import ClientId
from storage.database import Database
from storage.engine.prepared import Prepared, PreparedForMany, Record
from storage.outbox import Lane
from storage.sealing.sealed import ClearTextRefused, Id16, WrongIdLength
from storage.tables import addresses, clients
from storage.tables import outbox as letters
from storage.transaction import Work
from tests.storage.conftest import Stores
from tests.storage.scratch import children

INDEX = b"i" * 16
_ADD = Prepared(insert(children), ("number", "note"))


def _welcome(work: Work) -> ClientId:
    client_id = people.welcome(work, INDEX, "telegram", "1001", "id")
    outbox.put(work, people.folder(client_id), "telegram", Lane.REPLY, Outgoing("Halo"))
    return client_id


@pytest.mark.parametrize("statement", [select(clients), select(addresses), select(letters)], ids=str)
async def test_a_row_has_the_values_sqlalchemy_gives(store: Database, statement: Select[tuple[object]]) -> None:
    def look(work: Work) -> tuple[object, object]:
        _welcome(work)
        (row,) = Prepared(statement).all(work)
        known = work.data.execute(statement).one()
        return [getattr(row, name) for name in known._fields], [*known]

    found, known = await store.write(look)

    assert found == known


async def test_no_row_is_none_unless_there_must_be_one(store: Database) -> None:
    nobody = Prepared(select(clients))

    assert await store.write(nobody.first) is None
    with pytest.raises(NoResultFound):
        await store.write(nobody.one)


@pytest.mark.parametrize("length", [1, 2, 3, 5, 8])
async def test_a_list_may_be_of_any_length(store: Database, length: int) -> None:
    def build(names: Sequence[str]) -> Select[tuple[bytes]]:
        return select(letters.c.recipient_id).where(
            letters.c.outbox_id.in_([bindparam(name, type_=Id16) for name in names])
        )

    def look(work: Work) -> int:
        client_id = _welcome(work)
        for _ in range(10):
            outbox.put(work, people.folder(client_id), "telegram", Lane.REPLY, Outgoing("Halo"))
        return len(PreparedForMany("one", build).all(work, [letter.id for letter in work.letters[:length]]))

    assert await store.write(look) == length


async def test_outside_a_step_it_runs_on_any_connection(database: Database) -> None:
    look = Prepared(select(children).where(children.c.number == bindparam("number", type_=Integer)))

    def add_and_look(work: Work) -> tuple[Record | None, Record | None]:
        _ADD.change(work, {"number": 7, "note": b"canary"})
        return look.first_on(work.data, {"number": 7}), look.first_on(work.data, {"number": 8})

    found, missing = await database.write(add_and_look)

    assert (found and found.note, missing) == (b"canary", None)


async def test_how_many_rows_were_changed_is_told(store: Database) -> None:
    moved = Prepared(update(addresses).where(addresses.c.channel == bindparam("on")).values(current=False))
    await store.write(_welcome)

    def move(work: Work) -> list[int]:
        return [moved.change(work, {"on": name}) for name in ("telegram", "webchat")]

    assert await store.write(move) == [1, 0]


async def test_a_failure_is_sqlalchemys_and_says_nothing_of_the_values(database: Database) -> None:
    def add_twice(work: Work) -> None:
        for _ in range(2):
            _ADD.change(work, {"number": 1, "note": b"canary"})

    with pytest.raises(IntegrityError) as refusal:
        await database.write(add_twice)

    assert "canary" not in str(refusal.value)


async def test_what_a_column_refuses_is_refused(store: Database) -> None:
    keep = Prepared(
        update(addresses)
        .where(addresses.c.address_index == bindparam("index", type_=Id16))
        .values(screen=bindparam("shown", type_=addresses.c.screen.type))
    )

    with pytest.raises(ClearTextRefused):
        await store.write(lambda work: keep.change(work, {"index": INDEX, "shown": b"clear"}))
    with pytest.raises(WrongIdLength):
        await store.write(lambda work: keep.change(work, {"index": b"short", "shown": None}))


async def test_a_step_whose_connection_was_lost_is_taken_again(postgresql_stores: Stores) -> None:
    database = await postgresql_stores.open()
    end_connection = Prepared(select(func.pg_terminate_backend(func.pg_backend_pid()).label("ended")))
    tries: list[int] = []

    def lose_once(work: Work) -> int:
        tries.append(len(tries))
        if len(tries) == 1:
            end_connection.all(work)
        return len(Prepared(select(clients)).all(work))

    assert await database.write(lose_once) == 0
    assert len(tries) == 2
    await database.close()
