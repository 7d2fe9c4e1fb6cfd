"""Cases, and that only one person can take one."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.flow import Answer
from storage.casework import cases
from storage.casework.cases import Case, Stage, Status, make_code, read_code
from storage.clients import people
from storage.database import Database
from storage.team import staffing
from storage.team.staffing import Role
from storage.transaction import Work
from tests.storage.conftest import SettableClock, Stores

ANSWERS: dict[str, Answer] = {"age_band": "age_25_34", "substances": ("pills", "other"), "want": True, "skipped": None}


def _open(work: Work, address: bytes = b"h" * 16) -> Case:
    client_id = people.welcome(work, address, "telegram", "1001", "id")
    return cases.open_case(work, client_id, "unit", "intake", ANSWERS)


def _close(work: Work, case: Case, stage: Stage = Stage.REFERRED) -> None:
    cases.save_case(work, replace(case, status=Status.CLOSED, stage=stage, outcome="informed"))


async def test_a_case_comes_back_as_it_was_saved(store: Database) -> None:
    def step(work: Work) -> tuple[Case, Case | None]:
        noted = {"flow": "checkin_month", "day": "2026-11-21", "answers": {"use": "not"}}
        member = staffing.add_staff(work, Role.COUNSELLOR, "unit", "Kak Melati")
        taken = replace(_open(work), status=Status.ACCEPTED, staff_id=member.id)
        case = replace(taken, asked_units=("other",), check_ins=(noted,), card="9")
        cases.save_case(work, case)
        return case, cases.find_by_code(work, case.code)

    saved, loaded = await store.write(step)
    assert loaded == saved


async def test_the_open_case_comes_before_one_that_goes_on(store: Database) -> None:
    def step(work: Work) -> list[bool]:
        first = _open(work)
        found = []
        _close(work, first)
        found.append(cases.last_case_of(work, first.client_id) is None)
        _close(work, first, Stage.AFTER_REHABILITATION)
        found.append(cases.last_case_of(work, first.client_id) is not None)
        second = cases.open_case(work, first.client_id, "unit", "intake", {})
        found.append(cases.last_case_of(work, first.client_id) == second)
        return [*found, len(cases.list_cases_of(work, first.client_id)) == 2]

    assert await store.write(step) == [True] * 4


async def test_offers_are_overdue_at_their_minute(store: Database, clock: SettableClock) -> None:
    def offer(work: Work) -> None:
        cases.save_case(work, replace(_open(work), answer_by=clock.now))
        cases.save_case(work, replace(_open(work, b"t" * 16), answer_by=None))

    await store.write(offer)
    assert len(await store.read(cases.list_overdue)) == 1
    clock.pass_time(minutes=-1)
    assert await store.read(cases.list_overdue) == []


async def test_queue_and_own_cases_are_apart(store: Database) -> None:
    def step(work: Work) -> list[int]:
        member = staffing.add_staff(work, Role.COUNSELLOR, "unit", "Kak Melati")
        _open(work)
        cases.save_case(work, replace(_open(work, b"t" * 16), status=Status.ACCEPTED, staff_id=member.id))
        lists = cases.queue_of(work, "unit"), cases.queue_of(work, "other"), cases.queue_of(work, None)
        return [len(found) for found in (*lists, cases.cases_of(work, member.id))]

    assert await store.write(step) == [1, 0, 1, 1]


async def test_a_locked_case_is_read_by_one_process_after_the_other(postgresql_stores: Stores) -> None:
    first, second = await postgresql_stores.open(), await postgresql_stores.open()
    code = (await first.write(_open)).code

    def take(work: Work) -> bool:
        case = cases.find_by_code(work, code, lock=True)
        assert case is not None
        if case.status is not Status.OFFERED:
            return False
        cases.save_case(work, replace(case, status=Status.ACCEPTED))
        return True

    try:
        taken = await asyncio.gather(*(database.write(take) for database in (first, second) * 5))
    finally:
        await first.close()
        await second.close()
    assert sum(taken) == 1


def test_a_code_is_read_however_it_is_typed() -> None:
    code = make_code()
    assert read_code(code) == read_code(f" {code.lower().replace('-', ' ')} ") == code


@given(st.text(max_size=20))
def test_nothing_else_is_read_as_a_code(typed: str) -> None:
    read = read_code(typed)
    assert read is None or read_code(read) == read


@pytest.mark.parametrize("place", [0, 5, 10])
def test_a_single_wrong_letter_is_noticed(place: int) -> None:
    code = "K7QM-2XVR-"
    whole = next(found for letter in "0123456789ABCDEFGHJKMNPQRSTVWXYZ" if (found := read_code(code + letter)))
    wrong = "A" if whole[place] != "A" else "B"
    assert read_code(whole[:place] + wrong + whole[place + 1 :]) is None
