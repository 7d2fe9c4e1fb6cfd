"""What a person wrote by mistake is hidden at once, and sent as it is only if they say so."""

from sqlalchemy import func, select

from handlers.running import clock
from handlers.steps import Steps
from storage.clients import hidden_words
from storage.clients.hidden_words import HiddenWords
from storage.tables import hidden_words as rows
from tests.handlers.walking import CLIENT, COUNSELLOR, accepted_case, client_at, in_world, tick
from tests.worlds import TestBed

NUMBER = "081234567890"
SAID = f"telepon saya di {NUMBER}"
HIDDEN = "telepon saya di [nomor telepon disembunyikan]"


async def _waiting(bed: TestBed) -> int:
    return await in_world(bed, lambda work: work.data.execute(select(func.count()).select_from(rows)).scalar_one())


async def test_the_counsellor_reads_at_once_that_something_is_hidden(bed: TestBed) -> None:
    await accepted_case(bed)

    await bed.say(CLIENT, SAID)

    assert HIDDEN in bed.heard(COUNSELLOR)[-1]
    assert "nomor telepon" in bed.heard(CLIENT)[-1]
    assert [key.label for key in bed.last(CLIENT).keys] == ["Kirim apa adanya", "Biarkan"]


async def test_one_tap_sends_it_as_it_is(bed: TestBed) -> None:
    await accepted_case(bed)
    await bed.say(CLIENT, SAID)

    await bed.tap(CLIENT, "Kirim apa adanya")

    assert SAID in bed.heard(COUNSELLOR)[-1]
    assert bed.heard(CLIENT)[-1] == "Sudah kami teruskan apa adanya."
    assert await _waiting(bed) == 0


async def test_a_second_tap_sends_nothing_again(bed: TestBed) -> None:
    await accepted_case(bed)
    await bed.say(CLIENT, SAID)
    await bed.tap(CLIENT, "Kirim apa adanya")
    before = len(bed.heard(COUNSELLOR))

    await bed.tap(CLIENT, "Kirim apa adanya")

    assert len(bed.heard(COUNSELLOR)) == before


async def test_left_hidden_it_is_forgotten(bed: TestBed) -> None:
    await accepted_case(bed)
    await bed.say(CLIENT, SAID)

    await bed.tap(CLIENT, "Biarkan")

    assert await _waiting(bed) == 0


async def test_the_next_message_forgets_it(bed: TestBed) -> None:
    await accepted_case(bed)
    await bed.say(CLIENT, SAID)

    await bed.say(CLIENT, "sudah ya kak")

    assert await _waiting(bed) == 0
    assert NUMBER not in "".join(bed.heard(COUNSELLOR))


async def test_after_half_an_hour_it_is_gone_though_nobody_wrote(bed: TestBed) -> None:
    await accepted_case(bed)
    await bed.say(CLIENT, SAID)
    bed.clock.pass_time(minutes=31)

    await tick(bed)

    assert await _waiting(bed) == 0
    await bed.tap(CLIENT, "Kirim apa adanya")
    assert bed.heard(CLIENT)[-1].startswith("Tulisan tadi sudah tidak kami simpan")


async def test_what_is_over_is_not_taken_even_before_the_tick(bed: TestBed) -> None:
    await bed.say(CLIENT, "/start")
    client_id = await client_at(bed)
    await in_world(bed, lambda work: hidden_words.keep(work, client_id, HiddenWords("a", "", "")))
    bed.clock.pass_time(minutes=30)

    assert await in_world(bed, lambda work: hidden_words.take(work, client_id)) is None


async def test_erasing_takes_it_along(bed: TestBed) -> None:
    await accepted_case(bed)
    await bed.say(CLIENT, SAID, "hapus")
    await bed.say(CLIENT, SAID)
    await bed.tap(CLIENT, "Ya, hapus sekarang")

    assert await _waiting(bed) == 0


async def test_who_supplies_reaches_nobody(bed: TestBed) -> None:
    await accepted_case(bed)
    before = len(bed.heard(COUNSELLOR))

    await bed.say(CLIENT, "bandarnya si Joko di gang mawar")

    assert len(bed.heard(COUNSELLOR)) == before
    assert bed.heard(CLIENT)[-1].startswith("Di sini kami hanya bicara soal kamu")


async def test_a_counsellor_s_own_words_are_never_masked(bed: TestBed) -> None:
    await accepted_case(bed)

    await bed.say(COUNSELLOR, f"Hubungi kami di {NUMBER}")

    assert NUMBER in bed.heard(CLIENT)[-1]


async def test_ticks_count_what_they_forgot(bed: TestBed) -> None:
    await accepted_case(bed)
    await bed.say(CLIENT, SAID)
    bed.clock.pass_time(minutes=31)

    assert await clock.tick(Steps(bed.world)) >= 1
