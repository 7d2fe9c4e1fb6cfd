"""A broadcast from the first word to the report, in the chats of staff and of the people who get it."""

from handlers.broadcasts.desk import Group
from storage.clients import news
from storage.team.staffing import Role
from tests.handlers.broadcasts.broadcasting import APPROVER, AUTHOR, TEXT, BroadcastHouse, open_house, staff
from tests.handlers.walking import client_at, in_world
from tests.worlds import TestBed


async def write(bed: TestBed) -> None:
    """Write a broadcast in the chat, for clients who want trainings."""
    await bed.say(AUTHOR, "/siarkan")
    await bed.tap(AUTHOR, "Tulis siaran baru")
    await bed.say(AUTHOR, TEXT)
    await bed.tap(AUTHOR, "Pilihan jawaban")
    await bed.say(AUTHOR, "Saya ikut | I join\nLain kali | Later")
    await bed.tap(AUTHOR, "Pilih sasaran")
    await bed.tap(AUTHOR, "klien")
    await bed.tap(AUTHOR, "pelatihan dan kerja")
    await bed.tap(AUTHOR, "Semua tahap")
    await bed.tap(AUTHOR, "Seluruh Indonesia")


async def answer_later(bed: TestBed) -> None:
    """Wait for what is counted beside everything else, and send it."""
    await bed.world.later.finish()
    await bed.flush()


async def approve(bed: TestBed) -> None:
    """Try it, ask for approval and give it."""
    await bed.tap(AUTHOR, "Coba kirim")
    await bed.tap(AUTHOR, "Minta persetujuan")
    await answer_later(bed)
    await bed.tap(APPROVER, "Setujui")


async def test_a_broadcast_goes_from_the_first_word_to_the_report_in_chats(bed: TestBed) -> None:
    house = await open_house(bed, 25)
    await write(bed)
    await bed.tap(AUTHOR, "Hitung sasaran")
    await answer_later(bed)
    assert "sekitar 20 orang" in bed.last(AUTHOR).text

    await approve(bed)
    assert any(TEXT in text for text in bed.heard(APPROVER))
    await bed.tap(AUTHOR, "Lihat siaran")
    await bed.tap(AUTHOR, "Kirim sekarang")
    await house.finish(5)

    reached = [address for address in map(str, range(2_000, 2_025)) if bed.heard(address)]
    assert len(reached) == 25
    assert all(bed.heard(address) == ["Ada kabar yang kamu minta. Mau dibuka sekarang?"] for address in reached)
    assert "Terkirim: 25" in bed.last(AUTHOR).text


async def test_a_time_is_asked_for_and_told_with_its_zone(bed: TestBed) -> None:
    house = await open_house(bed, 20)
    await house.approved()
    await bed.flush()
    await bed.tap(AUTHOR, "Lihat siaran")
    await bed.tap(AUTHOR, "Jadwalkan")
    assert "WIB" in bed.last(AUTHOR).text

    await bed.say(AUTHOR, "2026-11-24 09:30")
    assert "Mulai: 2026-11-24 09.30 WIB" in bed.last(AUTHOR).text
    await bed.say(AUTHOR, "/siarkan")
    await bed.tap(AUTHOR, "dijadwalkan: Pelatihan")
    assert "Mulai: 2026-11-24 09.30 WIB" in bed.last(AUTHOR).text

    bed.clock.pass_time(days=2)
    await house.finish(3)
    await bed.tap(AUTHOR, "Lihat siaran")
    assert "Mulai:" not in bed.last(AUTHOR).text


async def test_the_words_come_only_after_the_tap_and_an_answer_counts_once(bed: TestBed) -> None:
    house = await open_house(bed, 20)
    broadcast_id = await house.running()
    await house.finish(3)

    await bed.tap("2003", "Buka")
    assert TEXT in bed.last("2003").text
    await bed.tap("2003", "Saya ikut")
    await bed.tap("2003", "Lain kali")

    view = await house.desk.view(house.author, broadcast_id)
    assert view is not None
    assert view.progress is not None
    assert (view.progress.opened, view.progress.answers) == (1, (1, 0))


async def test_no_to_a_topic_holds_for_the_next_broadcast_and_after_a_new_start(bed: TestBed) -> None:
    house = await open_house(bed, 25)
    await house.running()
    await house.finish(3)
    await bed.tap("2000", "Jangan kirim")
    await bed.say("2000", "/start")
    before = len(bed.heard("2000"))

    bed.clock.pass_time(days=2)
    await house.running()
    await house.finish(3)

    assert len(bed.heard("2000")) == before
    assert len(bed.heard("2001")) == 2


async def test_whoever_may_not_broadcast_is_not_even_told_that_there_is_such_a_thing(bed: TestBed) -> None:
    await open_house(bed)
    await staff(bed, "7003", Role.COUNSELLOR, "Kak Melati", "bnnk-kendari")

    await bed.say("7003", "/siarkan")

    assert "siaran" not in bed.last("7003").text.casefold()


async def test_words_for_a_client_are_not_taken_for_a_broadcast_once_that_is_written(bed: TestBed) -> None:
    await open_house(bed)
    await write(bed)

    await bed.say(AUTHOR, "Halo, apa kabar?")

    assert "tidak dikirim ke siapa pun" in bed.last(AUTHOR).text


async def test_of_somebody_under_eighteen_nothing_is_kept(bed: TestBed) -> None:
    await bed.say("2000", "/start")
    for label in ("🌱 Bantuan", "Ya, saya setuju", "Di bawah 18"):
        await bed.tap("2000", label)
    await bed.say("2000", "kabar")
    await bed.tap("2000", "Ya, kabari")
    await bed.tap("2000", "Untuk saya")
    await bed.say("2000", "2", "lewati")

    client = await client_at(bed, "2000")
    assert await in_world(bed, lambda work: news.was_asked(work, client)) is False
    assert any("hanya untuk usia 18 tahun" in text for text in bed.heard("2000"))


async def test_staff_get_it_at_once_without_a_knock(bed: TestBed) -> None:
    house: BroadcastHouse = await open_house(bed)
    await write(bed)
    await bed.tap(AUTHOR, "Pilih sasaran")
    await bed.tap(AUTHOR, "semua petugas")
    await bed.tap(AUTHOR, "Seluruh Indonesia")
    await approve(bed)
    await bed.tap(AUTHOR, "Lihat siaran")
    await bed.tap(AUTHOR, "Kirim sekarang")
    await house.finish(3)

    assert any(text.startswith("Kabar untuk petugas") and TEXT in text for text in bed.heard(APPROVER))
    entries = await house.desk.entries(house.author)
    view = await house.desk.view(house.author, entries[0].id)
    assert view is not None
    assert (view.audience.group, view.state) == (Group.STAFF, "done")
