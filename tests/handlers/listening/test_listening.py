"""How a running service takes up what staff changed, and what it does with what does not fit."""

import logging
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.care.listening.changes import Change, ChangeKind
from bot.care.safety import Alarm, screen
from handlers.house.spoken import Spoken
from handlers.listening.desk import ListeningDesk, Proposed
from handlers.listening.watch import ListeningWatch
from handlers.running.clock import Clock
from handlers.world import World
from storage.hearing import listening
from storage.hearing.listening import Agreed, ChangeOf
from storage.team import staffing
from storage.team.staffing import Role, StaffMember
from tests.worlds import TestBed, config_in, open_test_bed

SAID = "pengen brangkat ke awan biru"
DAY = date(2026, 11, 22)


async def hire(bed: TestBed, role: Role, alias: str) -> StaffMember:
    unit = "bnnk-kendari" if role is Role.COUNSELLOR else None
    return await bed.world.database.write(lambda work: staffing.add_staff(work, role, unit, alias))


async def put_in_force(bed: TestBed, change: Change) -> None:
    """Put a change in force as another version of the program may have done, without looking whether it fits here."""
    first, second, third = [await hire(bed, Role.ADMIN, name) for name in ("Satu", "Dua", "Tiga")]
    database = bed.world.database
    change_id = await database.write(lambda work: listening.propose(work, first, ChangeOf.DANGER, 0, (change,), None))
    found = await database.read(lambda work: listening.load(work, change_id))
    assert found is not None
    seen = found.content_hash
    assert await database.write(lambda work: listening.agree(work, second, change_id, seen)) is Agreed.NOTED
    assert await database.write(lambda work: listening.agree(work, third, change_id, seen)) is Agreed.LIVE


def is_alarmed(world: World) -> bool:
    return isinstance(screen(SAID, world.script.dangers), Alarm)


async def test_a_service_that_starts_hears_people_by_the_version_in_force(tmp_path: Path) -> None:
    async with open_test_bed(config_in(tmp_path)) as bed:
        await put_in_force(bed, Change(ChangeKind.ADD_PHRASES, "META_CLEAR", ("brangkat ke awan",), DAY))
        assert not is_alarmed(bed.world)

    async with open_test_bed(config_in(tmp_path)) as bed:
        assert bed.world.spoken.version == 1
        assert is_alarmed(bed.world)
        await bed.say("7001", "/start", SAID)
        assert any("119" in heard for heard in bed.heard("7001"))


async def test_a_running_service_takes_it_up_at_a_tick(bed: TestBed) -> None:
    clock = Clock(bed.world)
    await put_in_force(bed, Change(ChangeKind.ADD_PHRASES, "META_CLEAR", ("brangkat ke awan",), DAY))

    await clock._take_up_listening()  # noqa: SLF001 - what the tick calls

    assert is_alarmed(bed.world)


async def test_a_version_that_does_not_fit_is_reported_once_and_danger_is_still_heard(
    bed: TestBed, caplog: pytest.LogCaptureFixture
) -> None:
    await put_in_force(bed, Change(ChangeKind.ADD_PHRASES, "OF_LATER", ("brangkat ke awan",), DAY))
    watch, caplog.handler.level = ListeningWatch(bed.world), logging.WARNING

    assert not await watch.take_up()
    assert not await watch.take_up()

    refused = [row for row in caplog.records if getattr(row, "action", "") == "listening.refused"]
    assert len(refused) == 1
    assert bed.world.spoken.version == 0
    assert isinstance(screen("pengen mati aja", bed.world.script.dangers), Alarm)
    desk = ListeningDesk(bed.world)
    assert "OF_LATER" not in await desk.concepts()


async def test_a_forbidden_number_comes_into_no_answer(bed: TestBed) -> None:
    admin, desk = await hire(bed, Role.ADMIN, "Satu"), ListeningDesk(bed.world)

    result, faults = await desk.proposing.propose(
        admin, ChangeKind.ANSWER, "cost", ("Gratis. Tanya 500-454.", "It is free.")
    )

    assert result is Proposed.FAULTY
    assert "500-454" in faults[0].where


async def test_somebody_without_the_right_changes_and_sees_nothing(bed: TestBed) -> None:
    counsellor, auditor = await hire(bed, Role.COUNSELLOR, "Kak Melati"), await hire(bed, Role.AUDITOR, "Kak Dua")
    desk = ListeningDesk(bed.world)

    assert await desk.proposing.propose(counsellor, ChangeKind.ADD_PHRASES, "DIE", ("awan",)) == (Proposed.GONE, ())
    assert await desk.proposing.propose_return(counsellor, 0) == (Proposed.GONE, ())
    assert await desk.proposing.agree(counsellor, b"x" * 16, b"") is Agreed.GONE
    assert not await desk.proposing.refuse(counsellor, b"x" * 16)
    assert not await desk.marking.drop(counsellor, b"x" * 16)
    assert desk.try_sentence(auditor, SAID, "id") is None
    assert await desk.proposing.versions(auditor) == await desk.proposing.proposals(auditor) == []
    assert await desk.marking.marks(auditor) == []


async def test_two_processes_do_not_share_what_they_took_up(bed: TestBed) -> None:
    other = replace(bed.world, spoken=Spoken(bed.world.spoken.shipped))
    await put_in_force(bed, Change(ChangeKind.ADD_PHRASES, "META_CLEAR", ("brangkat ke awan",), DAY))

    assert await ListeningWatch(other).take_up()

    assert is_alarmed(other)
    assert not is_alarmed(bed.world)


async def test_a_changed_answer_on_law_says_that_no_lawyer_has_signed_it(bed: TestBed) -> None:
    said = ("Datang sendiri tidak ditangkap.", "Whoever comes is not arrested.")
    await put_in_force(bed, Change(ChangeKind.ANSWER, "arrest_fear", said, DAY))

    assert await ListeningWatch(bed.world).take_up()

    shipped = bed.world.spoken.shipped.questions
    assert bed.world.script.questions is not None
    assert shipped is not None
    answers = bed.world.script.questions.answers
    assert answers["arrest_fear"].short["id"] == "Datang sendiri tidak ditangkap. Belum ditinjau ahli hukum."
    assert answers["arrest_fear"].short["en"].startswith("Whoever comes is not arrested. ")
    assert answers["cost"] == shipped.answers["cost"]
