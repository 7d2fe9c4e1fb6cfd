"""A folder goes ninety days after the last word, whatever became of its case, and a crash keeps nobody."""

from sqlalchemy import select

from handlers.caring import handoff
from handlers.running import clock
from handlers.steps import Steps
from storage import outbox
from storage.casework import cases
from storage.casework.cases import Status
from storage.clients import conversations, people
from storage.outbox import Lane
from storage.sealing.encryption import FolderId
from storage.tables import clients
from storage.transaction import Work
from tests.handlers.walking import (
    CLIENT,
    COUNSELLOR,
    OTHER_CLIENT,
    accepted_case,
    case_of,
    client_at,
    in_world,
    reasons,
    send_intake,
    tick,
)
from tests.worlds import TestBed


async def _tidy(bed: TestBed) -> None:
    await clock.tidy(Steps(bed.world))
    await bed.flush()


async def _clients(bed: TestBed) -> list[bytes]:
    return await in_world(bed, lambda work: list(work.data.execute(select(clients.c.client_id)).scalars()))


async def test_a_case_that_nobody_took_keeps_the_folder_no_longer_than_was_promised(bed: TestBed) -> None:
    await send_intake(bed)
    bed.clock.pass_time(days=people.KEPT_DAYS)
    await _tidy(bed)
    assert len(await _clients(bed)) == 1

    bed.clock.pass_time(days=1)
    await _tidy(bed)

    assert await _clients(bed) == []


async def test_a_case_without_a_word_is_closed_after_a_warning_and_its_folder_goes(bed: TestBed) -> None:
    _, case = await accepted_case(bed)
    bed.clock.pass_time(days=60)
    await bed.say(COUNSELLOR, "apa kabar")
    heard = len(bed.heard(CLIENT))
    bed.clock.pass_time(days=75)
    await _tidy(bed)
    assert await reasons(bed) == []

    bed.clock.pass_time(days=2)
    for _ in range(3):
        await _tidy(bed)
    assert await reasons(bed) == ["silent"]
    assert sum("ditutup dalam 14 hari" in text for text in bed.heard(COUNSELLOR)) == 1

    bed.clock.pass_time(days=14)
    await _tidy(bed)
    closed = await case_of(bed)
    assert (closed.code, closed.status, closed.outcome) == (case.code, Status.CLOSED, "no_reply")
    assert len(bed.heard(CLIENT)) == heard
    loaded = await in_world(bed, lambda work: conversations.load_state(work, case.client_id))
    assert loaded is not None
    assert not loaded[0].accompanied

    bed.clock.pass_time(days=people.KEPT_DAYS + 1)
    await _tidy(bed)
    assert await _clients(bed) == []


async def test_a_folder_without_a_key_stops_no_tick_and_no_desk_and_goes(bed: TestBed) -> None:
    await bed.counsellor(COUNSELLOR)
    await send_intake(bed)
    await send_intake(bed, OTHER_CLIENT)
    lost = await client_at(bed)
    await in_world(bed, lambda work: work.vault.destroy_folder(people.folder(lost)))

    bed.clock.pass_time(days=2)
    await tick(bed)
    assert len(await in_world(bed, lambda work: cases.queue_of(work, None))) == 1
    await bed.say(CLIENT, "halo")
    assert "silakan singgah" in bed.last(CLIENT).text
    await _tidy(bed)

    assert sorted(await _clients(bed)) == sorted([await client_at(bed), await client_at(bed, OTHER_CLIENT)])
    assert lost not in await _clients(bed)


async def test_erasing_takes_back_whatever_staff_was_still_to_read_about_the_case(bed: TestBed) -> None:
    _, case = await accepted_case(bed)
    address = await client_at(bed)

    def call_and_erase(work: Work) -> list[str]:
        handoff.tell_about_task(work, bed.world, case, "danger")
        handoff.tell_client_unreachable(work, bed.world, address)
        people.erase_client(work, address)
        return [letter.message.text for letter in outbox.claim(work, ["telegram"], most=9)]

    assert await in_world(bed, call_and_erase) == []


async def test_what_was_parked_about_a_case_that_is_gone_is_forgotten(bed: TestBed) -> None:
    member, case = await accepted_case(bed)

    def park(work: Work) -> None:
        handoff.tell_staff_of(work, bed.world, case, "staff_unreachable")
        (letter,) = outbox.claim(work, ["telegram"], most=9)
        people.erase_client(work, case.client_id)
        outbox.put(work, FolderId(member.id), "telegram", Lane.COUNSELLOR, letter.message, about=case.id)
        (again,) = outbox.claim(work, ["telegram"], most=9)
        outbox.park(work, again, "failed")

    await in_world(bed, park)
    await _tidy(bed)

    assert await in_world(bed, outbox.count_states) == {}
