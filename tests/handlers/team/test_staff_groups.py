"""The group of a unit sees codes, never stories."""

from bot.ports import Moved, Start, Tap, Text
from storage.team import staffing
from storage.team.staffing import Purpose
from tests.handlers.walking import (
    CLIENT,
    COUNSELLOR,
    KENDARI,
    in_world,
    send_intake,
)
from tests.worlds import TestBed

GROUP = "-3001"


async def test_a_group_sees_codes_only_and_everything_else_is_private(bed: TestBed) -> None:
    member = await bed.counsellor(COUNSELLOR)
    token = await in_world(bed, lambda work: staffing.invite(work, member.id, Purpose.LINK_GROUP))
    await bed.deliver(GROUP, Start(token), group_sender=COUNSELLOR)
    await send_intake(bed)
    key = bed.find_key(GROUP, "Terima")

    await bed.deliver(GROUP, Tap(key.token), group_sender="4004")
    assert "Buka dulu obrolan pribadi" in bed.last(GROUP).text
    await bed.deliver(GROUP, Text("siapa yang ambil?"), group_sender=COUNSELLOR)
    await bed.deliver(GROUP, Tap(key.token), group_sender=COUNSELLOR)

    assert "diterima Kak Melati" in bed.last(GROUP).text
    assert not any("Sabu" in text for text in bed.heard(GROUP))
    assert any("Sabu" in text for text in bed.heard(COUNSELLOR))


async def test_an_unknown_group_is_refused_and_remembered_nowhere(bed: TestBed) -> None:
    await bed.deliver(GROUP, Start(), group_sender=CLIENT)
    await bed.deliver(GROUP, Start("salah"), group_sender=CLIENT)
    await bed.deliver(GROUP, Text("halo"), group_sender=CLIENT)

    assert len(bed.heard(GROUP)) == 2
    assert await in_world(bed, lambda work: staffing.groups_of(work, KENDARI)) == []


async def test_an_unknown_group_is_refused_once_a_day_however_often_it_asks(bed: TestBed) -> None:
    for _ in range(5):
        await bed.deliver(GROUP, Start(), group_sender=CLIENT)
        await bed.deliver(GROUP, Start("salah"), group_sender=CLIENT)
    assert len(bed.heard(GROUP)) == 2

    bed.clock.pass_time(days=1)
    await bed.deliver(GROUP, Start(), group_sender=CLIENT)
    assert len(bed.heard(GROUP)) == 3


async def test_a_group_that_got_another_address_is_followed_there_with_its_buttons(bed: TestBed) -> None:
    member = await bed.counsellor(COUNSELLOR)
    token = await in_world(bed, lambda work: staffing.invite(work, member.id, Purpose.LINK_GROUP))
    await bed.deliver(GROUP, Start(token), group_sender=COUNSELLOR)
    await send_intake(bed)
    key = bed.find_key(GROUP, "Terima")

    await bed.deliver(GROUP, Moved("-100200"), group_sender=COUNSELLOR)
    await bed.deliver("-100200", Tap(key.token), group_sender=COUNSELLOR)

    assert "diterima Kak Melati" in bed.last("-100200").text
    assert [group.address for group in await in_world(bed, lambda work: staffing.groups_of(work, KENDARI))] == [
        "-100200"
    ]
