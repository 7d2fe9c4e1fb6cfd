"""What stands in the private chats of staff is deleted there: after a day, and at once when somebody leaves."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.ports import Incoming, Text, TryLater, Unreachable
from handlers.team import enrolment, staffcopies
from storage.team import staffing
from storage.trail.audit import OPERATOR
from tests.handlers.given import taken_case
from tests.handlers.walking import CLIENT, COUNSELLOR, in_world
from tests.worlds import TestBed


def _deleted(bed: TestBed, address: str) -> set[str]:
    return {reference for where, reference in bed.channel.taken_back if where == address}


def _sent_to(bed: TestBed, address: str) -> set[str]:
    return {str(number) for number, (where, _) in enumerate(bed.channel.sent, 1) if where == address}


async def test_everything_in_a_counsellors_chat_is_deleted_after_a_day_and_nothing_of_the_clients(bed: TestBed) -> None:
    await taken_case(bed)
    await bed.say(CLIENT, "Kalimat contoh")
    own = Incoming(bed.channel.name, COUNSELLOR, "own", Text("Balasan contoh"), reference="777")
    await bed.receiver.receive(own)
    await bed.flush()
    bed.clock.pass_time(hours=23)
    assert await staffcopies.delete_due(bed.world) == 0
    bed.clock.pass_time(hours=1)

    await staffcopies.delete_due(bed.world)

    assert _deleted(bed, COUNSELLOR) == _sent_to(bed, COUNSELLOR) | {"777"}
    assert _deleted(bed, CLIENT) == set()
    assert await staffcopies.delete_due(bed.world) == 0


async def test_access_that_ends_empties_the_chat_at_once(bed: TestBed) -> None:
    member, _ = await taken_case(bed)
    seen = _sent_to(bed, COUNSELLOR)

    await in_world(bed, lambda work: enrolment.revoke(work, bed.world, OPERATOR, member))
    await staffcopies.delete_due(bed.world)

    assert _deleted(bed, COUNSELLOR) == seen


async def test_what_stood_in_the_chat_of_somebody_whose_key_is_gone_is_forgotten(bed: TestBed) -> None:
    member, _ = await taken_case(bed)
    await in_world(bed, lambda work: work.vault.destroy_folder(staffing.folder_of(member)))
    bed.clock.pass_time(hours=24)

    assert await staffcopies.delete_due(bed.world) > 0
    assert _deleted(bed, COUNSELLOR) == set()
    assert await staffcopies.delete_due(bed.world) == 0


async def test_an_erased_client_is_gone_from_the_counsellors_chat_too(bed: TestBed) -> None:
    await taken_case(bed)
    about_them = {
        str(number)
        for number, (where, message) in enumerate(bed.channel.sent, 1)
        if where == COUNSELLOR and "Selamat datang" not in message.text
    }
    await bed.say(CLIENT, "hapus")
    await bed.tap(CLIENT, "Ya, hapus")

    await staffcopies.delete_due(bed.world)

    assert _deleted(bed, COUNSELLOR) == about_them


async def test_what_cannot_be_deleted_now_is_tried_again_until_no_platform_would(
    bed: TestBed, monkeypatch: pytest.MonkeyPatch
) -> None:
    await taken_case(bed)
    bed.clock.pass_time(hours=24)

    async def refuse(_address: str, _references: Sequence[str]) -> int:
        raise TryLater(5)

    async def miss(_address: str, _references: Sequence[str]) -> int:
        raise Unreachable("gone")

    monkeypatch.setattr(bed.channel, "take_back", refuse)
    assert await staffcopies.delete_due(bed.world) == 0
    monkeypatch.undo()
    assert await staffcopies.delete_due(bed.world) == len(_sent_to(bed, COUNSELLOR))

    await bed.say(CLIENT, "Kalimat contoh")
    bed.clock.now += timedelta(hours=24)
    monkeypatch.setattr(bed.channel, "take_back", miss)
    assert await staffcopies.delete_due(bed.world) > 0
    assert await staffcopies.delete_due(bed.world) == 0
