"""`pindah` brings a case to the web chat; the platform is forgotten, and nothing else is lost."""

import re

from bot.ports import ChannelName, Incoming, Start, Text
from handlers.caring.casework import speak
from handlers.conversing.pages import WebPages
from storage.clients import people
from tests.handlers.walking import CLIENT, COUNSELLOR, accepted_case, case_of, client_at, in_world, send_intake
from tests.worlds import TestBed

_WEB = ChannelName("webchat")
_PAGE = "alamat-halaman-contoh"
_PHRASE = re.compile(r"^[a-z]+(?: [a-z]+){6}$", re.MULTILINE)


def _phrase(bed: TestBed) -> str:
    found = [match[0] for text in bed.heard(CLIENT) if (match := _PHRASE.search(text))]
    return found[-1]


async def _type_on_page(bed: TestBed, text: str, number: int = 1, page: str = _PAGE) -> list[str]:
    await bed.receiver.receive(Incoming(_WEB, page, f"{page}{number}", Text(text)))
    await bed.flush()
    return await _read_page(bed, page)


async def _read_page(bed: TestBed, page: str = _PAGE) -> list[str]:
    shown = await WebPages(bed.world, bed.receiver).page(page)
    return [line.text for line in shown.lines] if shown else []


async def test_the_case_goes_on_in_the_web_chat_and_the_platform_is_forgotten(bed: TestBed) -> None:
    member, case = await accepted_case(bed)
    await bed.say(CLIENT, "aku takut, tapi mau mencoba")
    await bed.say(CLIENT, "pindah")
    before = len(bed.heard(CLIENT))

    lines = await _type_on_page(bed, _phrase(bed))

    assert "aku takut, tapi mau mencoba" in lines
    assert any("Aplikasi yang lama sudah kami lupakan" in line for line in lines)
    assert bed.heard(CLIENT)[before:] == ["Sampai di sini dulu. Terima kasih."]
    assert len(bed.channel.taken_back) > 0
    index = bed.world.address_index(bed.channel.name, CLIENT)
    assert await in_world(bed, lambda work: people.find_client(work, index)) is None
    moved = await in_world(bed, lambda work: people.list_addresses(work, case.client_id))
    assert [one.channel for one in moved] == [_WEB]
    await in_world(bed, lambda work: speak(work, bed.world, member, case.code, "baik, aku di sini"))
    assert any("baik, aku di sini" in line for line in await _read_page(bed))
    await _type_on_page(bed, "terima kasih, kak", 2)
    await bed.flush()
    assert any("terima kasih, kak" in text for text in bed.heard(COUNSELLOR))


async def test_the_old_chat_knows_nothing_afterwards(bed: TestBed) -> None:
    await send_intake(bed)
    code = (await case_of(bed)).code
    await bed.say(CLIENT, "pindah")
    phrase = _phrase(bed)
    await _type_on_page(bed, phrase)
    before = len(bed.heard(CLIENT))

    await bed.say(CLIENT, "data saya", phrase, "/start")

    later = "\n".join(bed.heard(CLIENT)[before:])
    assert code not in later
    assert "Kalimat itu tidak kami kenali" in later


async def test_the_phrase_of_a_move_works_once_and_another_one_takes_its_place(bed: TestBed) -> None:
    await send_intake(bed)
    await bed.say(CLIENT, "pindah")
    first = _phrase(bed)
    lines = await _type_on_page(bed, first)
    second = next(match[0] for line in lines if (match := _PHRASE.search(line)))

    assert second != first
    assert any("tidak kami kenali" in line for line in await _type_on_page(bed, first, 2, "halaman-lain-contoh"))
    assert any("Kalimatmu cocok" in line for line in await _type_on_page(bed, second, 3, "halaman-ketiga-contoh"))


async def test_words_that_still_waited_for_the_platform_come_to_the_page(bed: TestBed) -> None:
    member, case = await accepted_case(bed)
    await bed.say(CLIENT, "pindah")
    phrase = _phrase(bed)
    await in_world(bed, lambda work: speak(work, bed.world, member, case.code, "sampai nanti sore"))

    lines = await _type_on_page(bed, phrase)

    assert sum("sampai nanti sore" in line for line in lines) == 1


async def test_who_never_opens_the_web_chat_stays_where_they_are(bed: TestBed) -> None:
    await send_intake(bed)
    await bed.say(CLIENT, "pindah")
    owner = await client_at(bed)
    await bed.say(CLIENT, "menu", "data saya")

    assert await client_at(bed) == owner


async def test_the_web_chat_itself_has_nowhere_to_move_to(bed: TestBed) -> None:
    await bed.receiver.receive(Incoming(_WEB, _PAGE, "open", Start()))

    lines = await _type_on_page(bed, "pindah")

    assert "Kamu sudah di obrolan web" in lines[-1]


async def test_a_phrase_that_was_typed_back_stands_in_the_chat_no_more(bed: TestBed) -> None:
    await send_intake(bed)
    await bed.say(CLIENT, "data saya")
    await bed.tap(CLIENT, "Kalimat kembali")
    sent = len(bed.channel.taken_back)

    await bed.receiver.receive(Incoming(bed.channel.name, CLIENT, "typed", Text(_phrase(bed)), reference="909"))
    await bed.flush()

    taken = [reference for _, reference in bed.channel.taken_back[sent:]]
    assert "909" in taken
    assert len(taken) == 2
    assert any("Catatanmu benar" in text for text in bed.heard(CLIENT))
