"""The person sees the very card staff sees, and withholds or releases its lines."""

from handlers.office.desk import Desk
from handlers.team import staffwords
from storage.casework.cases import Stage
from tests.handlers.walking import CLIENT, COUNSELLOR, INTAKE, accepted_case, case_of, closed_in, send_intake, tick
from tests.worlds import TestBed

_LINES = (
    "Usia",
    "Daerah",
    "Zat",
    "Seberapa sering",
    "Keadaan",
    "Kesiapan",
    "Cara dihubungi",
    "Unit",
    "Jalan ke unit",
)


async def _card(bed: TestBed) -> dict[str, str]:
    return dict(staffwords.card_lines(bed.world, await case_of(bed)))


def _shown(bed: TestBed) -> dict[str, str]:
    """Read the lines of the newest message to the client."""
    text = bed.last(CLIENT).text
    lines = [line.removeprefix("• ") for line in text.splitlines() if line.startswith("• ")]
    return dict(line.split(": ", 1) for line in lines)


async def _open(bed: TestBed) -> None:
    await bed.say(CLIENT, "data saya")
    await bed.tap(CLIENT, "Yang dilihat konselor")


async def test_the_person_sees_line_by_line_what_staff_sees(bed: TestBed) -> None:
    member, case = await accepted_case(bed)
    await _open(bed)

    view = await Desk(bed.world).case(member, case.code)
    assert view is not None
    assert _shown(bed) == dict(view.card) == await _card(bed)
    assert tuple(_shown(bed)) == _LINES


async def test_a_withheld_line_reads_like_one_that_was_skipped_until_it_is_released(bed: TestBed) -> None:
    member, case = await accepted_case(bed)
    told = (await _card(bed))["Zat"]
    await _open(bed)
    await bed.tap(CLIENT, "Tutup: Zat")

    assert (await _card(bed))["Zat"] == "dilewati"
    assert _shown(bed) == await _card(bed)
    view = await Desk(bed.world).case(member, case.code)
    assert view is not None
    assert told not in str(view.card)

    await bed.tap(CLIENT, "Buka: Zat")
    assert (await _card(bed))["Zat"] == told
    await bed.tap(CLIENT, "Selesai")
    assert "konselor" in bed.last(CLIENT).text


async def test_a_line_withheld_on_the_card_is_never_seen_by_staff(bed: TestBed) -> None:
    await bed.counsellor(COUNSELLOR)
    await bed.say(CLIENT, *INTAKE)
    told = _shown(bed)["Zat"]
    await bed.tap(CLIENT, "Pilih yang terlihat")
    await bed.tap(CLIENT, "Tutup: Zat")
    await bed.tap(CLIENT, "Selesai")
    assert _shown(bed)["Zat"] == "dilewati"

    await bed.tap(CLIENT, "Kirim ke konselor")
    await bed.tap(COUNSELLOR, "Terima")

    assert told not in "\n".join(bed.heard(COUNSELLOR))
    assert (await case_of(bed)).withheld == ("substances",)


async def test_after_the_last_day_staff_is_shown_nothing(bed: TestBed) -> None:
    member, case = await accepted_case(bed)
    await _open(bed)
    await bed.tap(CLIENT, "Terlihat 7 hari lagi saja")
    assert "Terlihat sampai 2026-11-30." in bed.last(CLIENT).text

    bed.clock.pass_time(days=7)
    assert len(await _card(bed)) == len(_LINES)
    bed.clock.pass_time(days=1)
    assert await _card(bed) == {}
    view = await Desk(bed.world).case(member, case.code)
    assert view is not None
    assert view.card == ()

    await bed.say(CLIENT, "data saya")
    await bed.tap(CLIENT, "Yang dilihat konselor")
    assert "tanggalnya sudah lewat" in bed.last(CLIENT).text
    await bed.tap(CLIENT, "Tanpa batas tanggal")
    assert len(await _card(bed)) == len(_LINES)


async def test_correcting_the_answers_keeps_what_was_withheld(bed: TestBed) -> None:
    await send_intake(bed)
    await _open(bed)
    await bed.tap(CLIENT, "Tutup: Zat")
    await bed.say(CLIENT, "data saya")
    await bed.tap(CLIENT, "Ubah jawaban saya")
    assert _shown(bed)["Zat"] == "dilewati"
    await bed.tap(CLIENT, "Kirim ke konselor")

    assert (await _card(bed))["Zat"] == "dilewati"


async def test_without_answers_there_is_nothing_to_withhold(bed: TestBed) -> None:
    await bed.say(CLIENT, "/start", "data saya")
    await bed.tap(CLIENT, "Yang dilihat konselor")

    assert any("Tidak ada jawabanmu" in text for text in bed.heard(CLIENT))


async def test_withholding_the_area_withholds_what_is_reckoned_from_it(bed: TestBed) -> None:
    await accepted_case(bed)
    await _open(bed)
    await bed.tap(CLIENT, "Tutup: Daerah")

    assert "Jalan ke unit" not in _shown(bed)
    assert _shown(bed) == await _card(bed)


async def test_the_check_ins_staff_reads_are_shown_too(bed: TestBed) -> None:
    await closed_in(bed, Stage.AFTER_REHABILITATION)
    bed.clock.pass_time(days=7)
    await tick(bed)
    await bed.tap(CLIENT, "Buka")
    while not (await case_of(bed)).check_ins:
        await bed.say(CLIENT, "1")
    await _open(bed)

    ((day, lines),) = staffwords.check_in_lines(bed.world, await case_of(bed))
    assert _shown(bed)[f"Kabar {day}"] == ", ".join(value for _, value in lines)
