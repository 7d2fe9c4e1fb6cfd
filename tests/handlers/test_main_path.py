"""From the first message to a human and back."""

from tests.worlds import TestBed

CLIENT, COUNSELLOR = "1001", "2002"
INTAKE = (
    "/start",
    "1",  # for myself
    "Ya, saya setuju",
    "25-34",
    "kecamatan kadia, kota kendari",
    "1, 2",
    "tiap minggu",
    "tidak ada",
    "1",  # readiness
    "1",  # contact
    "1",  # unit
)


async def send_intake(bed: TestBed, address: str = CLIENT) -> None:
    """Answer everything up to the review card and send it."""
    await bed.say(address, *INTAKE)
    await bed.tap(address, "Kirim")


async def test_a_person_reaches_a_counsellor_and_is_answered(bed: TestBed) -> None:
    await bed.counsellor(COUNSELLOR)
    await send_intake(bed)
    assert any("Terkirim ke BNN Kota Kendari" in text for text in bed.heard(CLIENT))

    await bed.tap(COUNSELLOR, "Terima")
    assert "Sabu" in bed.last(COUNSELLOR).text
    assert "Kak Melati" in bed.last(CLIENT).text

    await bed.say(CLIENT, "saya ingin bicara")
    assert "saya ingin bicara" in bed.last(COUNSELLOR).text
    await bed.say(COUNSELLOR, "Halo, saya di sini.")
    assert bed.last(CLIENT).text.endswith("Halo, saya di sini.")
