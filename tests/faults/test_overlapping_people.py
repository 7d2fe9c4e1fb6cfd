"""People who act at the same moment through two processes on one PostgreSQL: nobody's act is lost or done twice."""

from collections.abc import Callable

import pytest

from bot.dialogue.events import Opened
from bot.ports import Incoming, Start, Text
from handlers.caring import casework, handoff
from handlers.caring.casework import Result
from handlers.conversing.conversation import Conversation
from handlers.keeping import sweep
from handlers.receiving import turn
from handlers.steps import Steps
from handlers.team import enrolment
from storage.casework import cases, chats
from storage.casework.cases import Case, Stage, Status
from storage.clients import people
from storage.keeping import retention
from storage.team.staffing import StaffMember
from storage.trail.audit import OPERATOR
from storage.transaction import Work
from tests.console.desks import ANSWERS, ELSEWHERE, HERE
from tests.faults.twice import House, arriving
from tests.handlers.given import taken_case
from tests.handlers.walking import CLIENT, COUNSELLOR, case_of, client_at, in_world
from tests.surroundings.overlapping import overlap_with
from tests.worlds import TELEGRAM, TestBed

_SECOND_COUNSELLOR = "7009"


def _hear(bed: TestBed, incoming: Incoming) -> Callable[[Work], bool]:
    return lambda work: turn.take(work, bed.world, incoming, turn.Prepared())


async def _offer(bed: TestBed) -> tuple[StaffMember, Case]:
    """Have a case wait for a counsellor."""
    member = await bed.counsellor(COUNSELLOR)
    await bed.say(CLIENT, "/start")
    client_id = await client_at(bed)
    await in_world(bed, lambda work: _refer(bed, work, client_id))
    await bed.flush()
    return member, await case_of(bed)


def _refer(bed: TestBed, work: Work, client_id: people.ClientId) -> None:
    handoff.refer(work, bed.world, client_id, "intake", {**ANSWERS, "unit": HERE}, "id")


def _failures(outcomes: list[object]) -> list[object]:
    return [outcome for outcome in outcomes if isinstance(outcome, BaseException)]


async def _open_cases(bed: TestBed) -> list[Case]:
    client_id = await client_at(bed)
    found = await in_world(bed, lambda work: cases.list_cases_of(work, client_id))
    return [case for case in found if case.status is not Status.CLOSED]


async def test_two_first_messages_of_one_person_open_one_folder(house: House) -> None:
    first = arriving(CLIENT, Start())
    second = arriving(CLIENT, Text("menu"))

    outcomes = await overlap_with(
        (house.one.world.database, _hear(house.one, first)), lambda: house.other.receiver.receive(second)
    )

    assert _failures(outcomes) == []
    assert await client_at(house.one) == await client_at(house.other)
    await house.one.flush()
    assert len(house.one.heard(CLIENT)) >= 2


async def test_one_delivery_that_two_processes_have_is_taken_once(house: House) -> None:
    taken = arriving(CLIENT, Start())

    assert await house.at_once(_hear(house.one, taken), _hear(house.other, taken)) == [True, False]


async def test_client_and_counsellor_who_speak_at_once_are_both_heard(house: House) -> None:
    _, case = await taken_case(house.one)
    asked = arriving(CLIENT, Text("apa kabar"))
    told = arriving(COUNSELLOR, Text("baik"))

    outcomes = await house.at_once(_hear(house.other, told), _hear(house.one, asked))

    chat = await in_world(house.one, lambda work: chats.load_chat(work, case))
    assert outcomes == [True, True]
    assert [(said.sequence, said.text) for said in chat] == [(1, "baik"), (2, "apa kabar")]


async def test_of_two_counsellors_who_take_a_case_at_once_one_has_it(house: House) -> None:
    first, case = await _offer(house.one)
    second = await house.one.counsellor(_SECOND_COUNSELLOR, alias="Kak Mawar")

    def take(bed: TestBed, member: StaffMember) -> Callable[[Work], Result]:
        return lambda work: casework.accept(work, bed.world, member, case.code)[0]

    assert await house.at_once(take(house.one, first), take(house.other, second)) == [Result.DONE, Result.TAKEN]
    assert (await case_of(house.one)).staff_id == first.id


async def test_whoever_is_revoked_while_taking_a_case_does_not_keep_it(house: House) -> None:
    member, case = await _offer(house.one)

    def revoke(work: Work) -> int:
        return enrolment.revoke(work, house.other.world, OPERATOR, member)

    outcomes = await house.at_once(lambda work: casework.accept(work, house.one.world, member, case.code)[0], revoke)

    assert outcomes == [Result.DONE, 1]
    assert (await case_of(house.one)).status is Status.OFFERED


async def test_whoever_takes_a_case_while_being_revoked_does_not_get_it(house: House) -> None:
    member, case = await _offer(house.one)

    outcomes = await house.at_once(
        lambda work: enrolment.revoke(work, house.one.world, OPERATOR, member),
        lambda work: casework.accept(work, house.other.world, member, case.code)[0],
    )

    assert outcomes[1] is not Result.DONE
    assert (await case_of(house.one)).status is Status.OFFERED


async def test_a_case_closed_while_its_counsellor_is_revoked_stays_closed(house: House) -> None:
    member, case = await taken_case(house.one)

    outcomes = await house.at_once(
        lambda work: casework.close(work, house.one.world, member, case.code, "completed"),
        lambda work: enrolment.revoke(work, house.other.world, OPERATOR, member),
    )

    assert outcomes == [Result.DONE, 0]
    assert (await case_of(house.one)).outcome == "completed"


@pytest.mark.parametrize("client_is_first", [True, False])
async def test_a_client_who_asks_anew_while_the_old_case_is_taken_up_has_one_case(
    house: House, *, client_is_first: bool
) -> None:
    member, case = await taken_case(house.one)
    await in_world(house.one, lambda work: casework.close(work, house.one.world, member, case.code, "started"))
    client_id = await client_at(house.one)

    def ask(work: Work) -> None:
        arrival = people.find_arrival(work, house.one.world.address_index(TELEGRAM, CLIENT))
        conversation = Conversation(work, house.one.world, client_id, arrival=arrival)
        _refer(house.one, work, client_id)
        conversation.take(Opened())

    def take_up(work: Work) -> bool:
        return casework.take_up(work, house.other.world, member, case.code) is not None

    steps = (ask, take_up) if client_is_first else (take_up, ask)
    await house.at_once(*steps)

    assert len(await _open_cases(house.one)) == 1


async def test_a_word_said_while_a_silent_case_is_closed_keeps_it_open(house: House) -> None:
    member, case = await taken_case(house.one)
    rules = house.one.world.retention
    house.one.clock.pass_time(days=rules.finished + 1)

    def close(work: Work) -> bool:
        silent = retention.load_silent(work, rules, case.id)
        if silent is not None:
            casework.close_silent(work, house.other.world, silent)
        return silent is not None

    outcomes = await house.at_once(
        lambda work: casework.speak(work, house.one.world, member, case.code, "apa kabar"), close
    )

    assert outcomes == [Result.DONE, False]
    assert (await case_of(house.one)).status is Status.ACCEPTED


async def test_whoever_writes_while_their_folder_is_to_go_keeps_it(house: House) -> None:
    await house.one.say(CLIENT, "/start")
    rules = house.one.world.retention
    house.one.clock.pass_time(days=rules.unfinished + 1)
    before = await client_at(house.one)

    outcomes = await house.at_once(
        _hear(house.one, arriving(CLIENT, Text("menu"))),
        lambda work: retention.is_expired(work, rules, before),
    )

    assert outcomes == [True, False]


async def test_words_of_a_case_taken_up_while_they_were_to_go_stay(house: House) -> None:
    member, case = await taken_case(house.one)
    await house.one.say(COUNSELLOR, "apa kabar")
    world = house.one.world
    await in_world(house.one, lambda work: casework.set_stage(work, world, member, case.code, Stage.IN_REHABILITATION))
    await in_world(house.one, lambda work: casework.close(work, world, member, case.code, "started"))

    outcomes = await house.at_once(
        lambda work: casework.take_up(work, world, member, case.code) is not None,
        lambda work: retention.drop_chat(work, case.id),
    )

    assert outcomes == [True, False]
    assert await in_world(house.one, lambda work: chats.count_messages(work, case)) == 1


async def test_two_sweeps_at_once_warn_a_person_once(house: House) -> None:
    await _offer(house.one)
    rules = house.one.world.retention
    client_id = await client_at(house.one)
    house.one.clock.pass_time(days=rules.finished - rules.warning + 1)

    warned = await house.at_once(
        lambda work: retention.note_warned(work, client_id), lambda work: retention.note_warned(work, client_id)
    )
    await sweep.sweep(Steps(house.one.world))

    assert warned == [True, False]


async def test_a_case_given_away_while_its_client_speaks_is_not_heard_by_who_had_it(house: House) -> None:
    member, case = await taken_case(house.one)
    outcomes = await house.at_once(
        lambda work: casework.transfer(work, house.one.world, member, case.code, ELSEWHERE),
        lambda work: handoff.client_says(work, house.other.world, case.client_id, "rahasia-contoh"),
    )
    await house.one.flush()

    assert _failures(outcomes) == []
    assert not [text for text in house.one.heard(COUNSELLOR) if "rahasia-contoh" in text]
