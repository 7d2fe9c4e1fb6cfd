"""Danger reaches a human once and at once, and nothing is asked or shown where nobody can read it."""

import re
from datetime import UTC, datetime

from bot.ports import Blocked, Incoming, Start
from handlers.receiving import turn
from handlers.receiving.turn import Prepared
from storage.casework import tasks
from storage.casework.cases import Stage
from storage.clients import phrases
from tests.handlers.walking import (
    CLIENT,
    COUNSELLOR,
    KENDARI,
    OTHER_CLIENT,
    accepted_case,
    case_of,
    client_at,
    closed_in,
    in_world,
    live_in,
    reasons,
    send_intake,
    tick,
)
from tests.worlds import TestBed

PHRASE_INDEX = b"invented phrase!"


async def send_urgent_intake(bed: TestBed) -> None:
    """Send an intake in which the client thinks of dying."""
    await bed.say(
        CLIENT, "/start", "1", "Ya, saya setuju", "25-34", "kecamatan kadia, kota kendari", "1, 2", "tiap minggu"
    )
    await bed.tap(CLIENT, "Pikiran untuk mati")
    await bed.tap(CLIENT, "Selesai memilih")
    await bed.say(CLIENT, "1", "1", "1")
    await bed.tap(CLIENT, "Kirim")


async def come_back(bed: TestBed, address: str) -> None:
    """Write the return phrase of whoever keeps PHRASE_INDEX."""
    incoming = Incoming(bed.channel.name, address, f"phrase from {address}", Start())
    await in_world(bed, lambda work: turn.take(work, bed.world, incoming, Prepared(PHRASE_INDEX)))
    await bed.flush()


async def test_an_alarm_in_the_request_calls_a_human_with_the_offer(bed: TestBed) -> None:
    await bed.counsellor(COUNSELLOR)

    await send_urgent_intake(bed)

    code = (await case_of(bed)).code
    assert bed.last(COUNSELLOR).text == f"Permintaan baru · {code} · segera\nUnit: BNN Kota Kendari"
    assert await reasons(bed, KENDARI) == ["danger"]


async def test_a_request_without_an_alarm_is_not_urgent(bed: TestBed) -> None:
    await bed.counsellor(COUNSELLOR)

    await send_intake(bed)

    assert "segera" not in bed.last(COUNSELLOR).text
    assert await reasons(bed, KENDARI) == []


async def test_danger_said_again_is_told_again_only_after_ten_minutes(bed: TestBed) -> None:
    await accepted_case(bed)

    for minutes in (0, 1, 5, 5, 1):
        bed.clock.pass_time(minutes=minutes)
        await bed.say(CLIENT, "saya mau mati")

    assert sum("tanda bahaya" in text for text in bed.heard(COUNSELLOR)) == 2
    assert sum("saya mau mati" in text for text in bed.heard(COUNSELLOR)) == 5
    assert await reasons(bed) == ["danger"]


async def test_danger_after_somebody_has_looked_is_told_at_once(bed: TestBed) -> None:
    await accepted_case(bed)
    await bed.say(CLIENT, "saya mau mati")
    [task] = await in_world(bed, lambda work: tasks.open_tasks(work, KENDARI))
    await in_world(bed, lambda work: tasks.finish_task(work, task.id))

    bed.clock.pass_time(minutes=1)
    await bed.say(CLIENT, "saya mau mati")

    assert sum("tanda bahaya" in text for text in bed.heard(COUNSELLOR)) == 2


async def test_who_cannot_be_reached_is_not_reported_as_silent(bed: TestBed) -> None:
    await closed_in(bed, Stage.IN_REHABILITATION)
    await bed.deliver(CLIENT, Blocked())

    bed.clock.pass_time(days=7, hours=1)
    await tick(bed)
    bed.clock.pass_time(days=4)
    await tick(bed)

    assert await reasons(bed) == []


async def test_coming_back_does_not_lock_another_request_out(bed: TestBed) -> None:
    await bed.say(CLIENT, "/start")
    owner = await client_at(bed)
    await in_world(bed, lambda work: phrases.keep_phrase(work, owner, PHRASE_INDEX))
    await send_intake(bed, OTHER_CLIENT)
    other = await client_at(bed, OTHER_CLIENT)

    await come_back(bed, OTHER_CLIENT)

    assert await client_at(bed, OTHER_CLIENT) == other
    assert any("Di sini sudah ada permintaanmu yang lain" in text for text in bed.heard(OTHER_CLIENT))


async def test_coming_back_where_nothing_was_sent_brings_the_conversation(bed: TestBed) -> None:
    await bed.say(CLIENT, "/start")
    owner = await client_at(bed)
    await in_world(bed, lambda work: phrases.keep_phrase(work, owner, PHRASE_INDEX))
    await bed.say(OTHER_CLIENT, "/start")

    await come_back(bed, OTHER_CLIENT)

    assert await client_at(bed, OTHER_CLIENT) == owner
    assert any("Kalimatmu cocok" in text for text in bed.heard(OTHER_CLIENT))


async def test_days_are_those_of_the_clients_own_zone(bed: TestBed) -> None:
    await closed_in(bed, Stage.IN_REHABILITATION)
    await live_in(bed, "Asia/Jayapura")
    bed.clock.now = datetime(2026, 11, 30, 10, tzinfo=UTC)
    await tick(bed)
    bed.clock.now = datetime(2026, 11, 30, 16, tzinfo=UTC)  # one in the morning of the next day in Jayapura

    await bed.say(CLIENT, "buka")
    for label in ("Lumayan baik", "Tidak", "Masih datang", "Tidak perlu dulu"):
        await bed.tap(CLIENT, label)
    await bed.say(CLIENT, "jeda", "data saya")
    await bed.tap(CLIENT, "Lihat yang tersimpan")

    assert [noted["day"] for noted in (await case_of(bed)).check_ins] == ["2026-12-01"]
    shown = re.findall(r"jeda sampai (\S+)", "\n".join(bed.heard(CLIENT)))
    assert shown == ["2026-12-08"]
