"""Consent comes first, minors leave no answers, nothing typed lies open, and erasing leaves nothing."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, func, select

from bot.dialogue.state import State
from bot.ports import Uncertain
from storage.casework.cases import Stage
from storage.clients import conversations, people
from storage.clients.people import Client
from storage.sealing.sealed import Id16
from storage.tables import erasures, metadata, outbox
from storage.transaction import Work
from tests.handlers.walking import (
    CLIENT,
    COUNSELLOR,
    INTAKE,
    accepted_case,
    case_of,
    client_at,
    closed_in,
    in_world,
    send_intake,
)
from tests.worlds import TestBed, config_in, open_test_bed

CANARY = "kenarikuning"
ERASE = "hapus", "Ya, hapus sekarang"


async def _client(bed: TestBed) -> Client:
    client_id = await client_at(bed)
    return await in_world(bed, lambda work: people.load_client(work, client_id))


async def _state(bed: TestBed) -> State:
    client_id = await client_at(bed)
    loaded = await in_world(bed, lambda work: conversations.load_state(work, client_id))
    assert loaded is not None
    return loaded[0]


async def test_consent_is_kept_with_version_and_time_before_any_answer(bed: TestBed) -> None:
    await bed.say(CLIENT, *INTAKE[:2])
    assert (await _client(bed)).consent_version is None

    await bed.say(CLIENT, INTAKE[2])

    client = await _client(bed)
    assert (client.consent_version or "").startswith("intake.id.")
    assert client.profile.consented_at == "2026-11-23T02:00Z"
    assert not (await _state(bed)).settled("intake").keys() & {"age_band", "substances", "safety"}


async def test_another_language_later_does_not_change_what_was_agreed_to(bed: TestBed) -> None:
    await bed.say(CLIENT, *INTAKE[:4])
    agreed = (await _client(bed)).consent_version

    await bed.say(CLIENT, "bahasa")
    await bed.tap(CLIENT, "English")
    await bed.say(CLIENT, "kecamatan kadia, kota kendari")

    assert (await _client(bed)).consent_version == agreed


@pytest.mark.parametrize("way", ["typed", "tapped"])
async def test_somebody_under_eighteen_leaves_no_answers(bed: TestBed, way: str) -> None:
    await bed.say(CLIENT, *INTAKE[:3])

    if way == "typed":
        await bed.say(CLIENT, "di bawah 18 tahun")
    else:
        await bed.tap(CLIENT, "Di bawah 18")

    state = await _state(bed)
    assert state.settled("intake") == {}
    assert set(state.settled("minor").values()) == {True}  # cards that were read
    assert "under_18" not in str(state)


async def test_the_area_decides_the_time_zone(bed: TestBed) -> None:
    await send_intake(bed)

    assert (await _client(bed)).profile.zone == "Asia/Makassar"


@pytest.mark.parametrize("when", ["new", "midway", "offered", "accepted", "after"])
async def test_erasing_leaves_no_row_no_key_and_no_letter(bed: TestBed, when: str) -> None:
    match when:
        case "new":
            await bed.say(CLIENT, "/start")
        case "midway":
            await bed.say(CLIENT, *INTAKE[:6])
        case "offered":
            await bed.counsellor(COUNSELLOR)
            await send_intake(bed)
        case "accepted":
            await accepted_case(bed)
            bed.channel.failures.extend([Uncertain(), Uncertain()])
            await bed.say(CLIENT, "kata-kata yang belum sampai")
            bed.clock.pass_time(minutes=1)
            await bed.flush()
        case _:
            await closed_in(bed, Stage.AFTER_REHABILITATION)
    client_id = await client_at(bed)

    await bed.say(CLIENT, ERASE[0])
    await bed.tap(CLIENT, ERASE[1])

    assert bed.last(CLIENT).text == bed.world.script.say("erased", "id")
    assert await in_world(bed, lambda work: _rows_left(work, client_id)) == []
    assert await in_world(bed, lambda work: work.data.execute(select(func.count()).select_from(outbox)).scalar()) == 0
    with pytest.raises(Exception, match="destroyed"):
        await in_world(bed, lambda work: work.vault.seal(people.folder(client_id), "t", "c", client_id, b""))
    if when in {"offered", "accepted"}:
        assert any("klien menghapus datanya" in text for text in bed.heard(COUNSELLOR))
    await bed.say(CLIENT, "halo")
    assert "silakan singgah" in bed.last(CLIENT).text


async def test_nothing_a_client_typed_lies_open_in_any_file(tmp_path: Path, new_sqlite: Callable[[], str]) -> None:
    async with open_test_bed(config_in(tmp_path, new_sqlite(), new_sqlite())) as bed:
        await bed.counsellor(COUNSELLOR, alias=CANARY)
        await bed.say(CLIENT, CANARY, *INTAKE)
        await bed.tap(CLIENT, "Kirim")
        await bed.tap(COUNSELLOR, "Terima")
        bed.channel.failures.extend([Uncertain()] * 4)
        await bed.say(CLIENT, CANARY)
        await bed.say(COUNSELLOR, CANARY)
        address = bed.world.config.storage.url.removeprefix("sqlite:///")
        files = [path for path in Path(address).parent.rglob("*") if path.is_file()]
        blobs = b"".join(path.read_bytes() for path in files)
        with sqlite3.connect(address) as connection:
            dump = "\n".join(connection.iterdump())

    assert CANARY.encode() not in blobs
    assert CANARY not in dump
    for word in ("stimulants", "Sabu", "74.71", CLIENT, COUNSELLOR, "kadia"):
        assert f"'{word}'" not in dump


async def test_somebody_comes_back_by_phrase_and_the_empty_folder_goes(bed: TestBed) -> None:
    await send_intake(bed)
    case = await case_of(bed)
    await bed.say(CLIENT, "data saya")
    await bed.tap(CLIENT, "Kalimat kembali")
    phrase = next(text for text in bed.heard(CLIENT) if "Kalimat kembalimu" in text).split("\n\n")[1]
    await bed.say("1008", "/start")
    empty = await client_at(bed, "1008")

    await bed.say("1008", phrase)

    assert await client_at(bed, "1008") == case.client_id
    assert await in_world(bed, lambda work: _rows_left(work, empty)) == []


async def test_a_phrase_nobody_has_opens_nothing(bed: TestBed) -> None:
    await bed.world.phrases.make_ready()
    words = bed.world.phrases.take()[0]

    await bed.say(CLIENT, words)

    assert bed.world.script.say("phrase_unknown", "id") in bed.heard(CLIENT)


def _rows_left(work: Work, client_id: bytes) -> list[str]:
    """Name every table but that of the tombstones that still holds the folder's id in any column of ids."""
    left = []
    for table in set(metadata.sorted_tables) - {erasures}:
        for column in table.columns:
            if isinstance(column.type, Id16 | LargeBinary):
                count = select(func.count()).select_from(table).where(column == client_id)
                if work.data.execute(count).scalar_one():
                    left.append(f"{table.name}.{column.name}")
    return left
