"""Claiming costs the same however much waits, and nobody's letters are forgotten behind those of others."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, event, insert, select

from bot.ports import Outgoing
from storage import outbox
from storage.database import Database
from storage.outbox import Lane, Letter
from storage.sealing.encryption import FolderId, new_id
from storage.tables import outbox as letters
from storage.transaction import Work
from tests.storage.conftest import SettableClock

ANI, BUDI = FolderId(b"a" * 16), FolderId(b"b" * 16)
MANY = 300


def _put(work: Work, to: FolderId, *texts: str, lane: Lane = Lane.REPLY) -> None:
    work.vault.create_folder(to)
    for words in texts:
        outbox.put(work, to, "telegram", lane, Outgoing(words))


def _claim(work: Work, most: int = 50) -> list[Letter]:
    return outbox.claim(work, ["telegram"], most=most)


def _texts(claimed: list[Letter]) -> list[str]:
    return [letter.message.text for letter in claimed]


def _send_all(work: Work, most: int = 50) -> list[str]:
    """Claim and send until nothing is due."""
    sent: list[str] = []
    while claimed := _claim(work, most):
        for letter in claimed:
            sent.append(letter.message.text)
            outbox.mark_sent(work, letter)
    return sent


async def test_a_flood_for_one_recipient_holds_up_nobody_and_keeps_its_order(store: Database) -> None:
    def step(work: Work) -> tuple[list[str], list[str], list[str]]:
        _put(work, ANI, *map(str, range(MANY)))
        _put(work, BUDI, "satu")
        first = _claim(work)
        second = _texts(_claim(work))
        for letter in first:
            outbox.mark_sent(work, letter)
        return _texts(first), second, _send_all(work)

    first, second, rest = await store.write(step)

    assert "satu" in first + second
    assert [said for said in first + rest if said != "satu"] == list(map(str, range(MANY)))


async def test_what_is_urgent_takes_along_all_that_was_said_before_it(store: Database) -> None:
    def step(work: Work) -> list[str]:
        _put(work, BUDI, *(f"lain {number}" for number in range(20)))
        _put(work, ANI, *(f"kabar {number}" for number in range(20)), lane=Lane.REMINDER)
        _put(work, ANI, "dari konselor", lane=Lane.COUNSELLOR)
        return _send_all(work, most=1)

    sent = await store.write(step)

    assert sent[:21] == [*(f"kabar {number}" for number in range(20)), "dari konselor"]


async def test_help_in_danger_passes_all_that_was_said_before_it(store: Database) -> None:
    def step(work: Work) -> list[str]:
        _put(work, BUDI, *(f"lain {number}" for number in range(20)))
        _put(work, ANI, *(f"kabar {number}" for number in range(20)))
        _put(work, ANI, "bahaya", lane=Lane.DANGER)
        return _send_all(work, most=1)

    sent = await store.write(step)

    assert sent[0] == "bahaya"
    assert [said for said in sent if said.startswith("kabar")] == [f"kabar {number}" for number in range(20)]
    assert len(sent) == 41


async def test_what_stands_behind_a_letter_that_was_taken_away_is_found_again(store: Database) -> None:
    def step(work: Work) -> tuple[list[str], list[str]]:
        _put(work, ANI, "1", "2")
        (first,) = _claim(work, most=1)
        _put(work, BUDI, "3")
        assert _texts(_claim(work)) == ["3"]  # and "2" stands behind "1" from now on
        work.data.execute(delete(letters).where(letters.c.outbox_id == first.id))
        before = _texts(_claim(work))
        outbox.revive(work, "telegram")
        return before, _texts(_claim(work))

    assert await store.write(step) == ([], ["2"])


async def test_what_an_earlier_release_has_put_is_found_after_the_start(store: Database) -> None:
    def step(work: Work) -> list[str]:
        _put(work, ANI, "1", "2")
        work.data.execute(letters.update().values(look_at=None))
        outbox.recover(work, ["telegram"])
        return _texts(_claim(work))

    assert await store.write(step) == ["1", "2"]


async def test_a_flood_behind_a_postponed_letter_waits_with_it(store: Database, clock: SettableClock) -> None:
    def postpone(work: Work) -> list[str]:
        _put(work, ANI, *map(str, range(MANY)))
        _put(work, BUDI, "lain")
        (first,) = _claim(work, most=1)
        outbox.postpone(work, first, timedelta(seconds=30), first.message, again=False)
        return _texts(_claim(work, most=1))

    assert await store.write(postpone) == ["lain"]
    clock.pass_time(seconds=31)
    assert (await store.write(_send_all))[:MANY] == list(map(str, range(MANY)))


async def test_a_process_that_lost_its_lease_undoes_nothing_of_its_successor(store: Database) -> None:
    def step(work: Work) -> dict[str, int]:
        _put(work, ANI, "1", "2")
        first, second = _claim(work)
        outbox.recover(work, ["telegram"])
        _claim(work)
        outbox.postpone(work, first, timedelta(), first.message, again=False)
        outbox.put_back(work, [second], timedelta())
        outbox.park(work, second, "failed")
        return outbox.count_states(work)

    assert await store.write(step) == {"sending": 2}


async def test_no_statement_of_a_claim_reads_all_that_waits(store: Database) -> None:
    def step(work: Work) -> list[str]:
        _put(work, ANI, "1")
        _put(work, BUDI, "2")
        _let_many_wait(work, 5_000)
        plans: list[str] = []

        def explain(
            _connection: object, _cursor: object, statement: str, parameters: Sequence[object], *_: object
        ) -> None:
            if "outbox" in statement:
                plans.extend(_explain(work, statement, parameters))

        event.listen(work.data, "before_cursor_execute", explain)
        for letter in _claim(work, most=10):
            outbox.mark_sent(work, letter)
        event.remove(work.data, "before_cursor_execute", explain)
        return plans

    plans = await store.write(step)

    assert plans
    assert [line for line in plans if _reads_all(line)] == []


def _let_many_wait(work: Work, count: int) -> None:
    """Let other people wait for the same words, less urgently."""
    row = work.data.execute(select(letters).where(letters.c.recipient_id == ANI)).mappings().one()
    later = {"lane": Lane.BROADCAST.value, "look_at": work.now, "not_before": work.now}
    rows = [{**row, **later, "outbox_id": new_id(), "recipient_id": new_id()} for _ in range(count)]
    work.data.execute(insert(letters), rows)


def _explain(work: Work, statement: str, parameters: Sequence[object]) -> list[str]:
    cursor = work.data.connection.cursor()
    cursor.execute(
        ("EXPLAIN QUERY PLAN " if work.data.dialect.name == "sqlite" else "EXPLAIN ") + statement, parameters
    )
    return [str(row[-1]) for row in cursor.fetchall()]


def _reads_all(line: str) -> bool:
    return ("SCAN outbox" in line) or ("SCAN behind" in line) or ("Seq Scan on outbox" in line)
