"""Every kind of danger on the page: the card comes at once, in the middle of the intake and of a talk."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from channels.webchat import webchat_routes
from channels.webchat_opening import make_opening
from handlers.conversing.pages import WebPages
from tests.attacks.outside import CONSENT, SEEK, WebPerson
from tests.channels.webchat_site import SECRET, Screen
from tests.worlds import TestBed, config_in, open_test_bed

COUNSELLOR, ORIGIN = "2001", "http://127.0.0.1"
#: Words, a line of the card that only this danger has (or one that all have), and whether it is immediate.
DANGERS = {
    "suicide": ("aku mau mati malam ini", "Ingin menyakiti diri?", "ingin mengakhiri hidup"),
    "self_harm": ("saya lagi nyayat tangan saya", "Ingin menyakiti diri?", "menyakiti diri"),
    "overdose": ("teman saya overdosis, tidak bangun", "gosok tulang dadanya", "overdosis"),
    "withdrawal_emergency": ("saya sakau parah, kejang kejang", "Sedang kejang:", "putus zat yang berbahaya"),
    "psychosis": ("ada suara di kepala nyuruh saya bunuh ibu", "Beri jarak.", "kehilangan kendali atau halusinasi"),
    "violence_or_abuse": ("suami saya mukulin saya sekarang", "110: polisi", "kekerasan"),
    "child_danger": ("anak saya umur 3 tahun nelen pil", "SAPA", "anak dalam bahaya"),
}


@pytest.fixture
async def bed(tmp_path: Path, new_sqlite: Callable[[], str]) -> AsyncIterator[TestBed]:
    """A world over the real content; what matters here is the page, not the store."""
    async with open_test_bed(config_in(tmp_path, new_sqlite(), new_sqlite())) as opened:
        yield opened


@pytest.fixture
async def person(bed: TestBed) -> AsyncIterator[WebPerson]:
    """Somebody at the page of that world."""
    pages = WebPages(bed.world, bed.receiver)
    opening = make_opening(bed.world.script)
    routes = webchat_routes(pages, opening, secrets=[SECRET], public_url=ORIGIN, clock=lambda: bed.clock().timestamp())
    transport = httpx.ASGITransport(Starlette(routes=routes))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as http:
        yield WebPerson(http, Screen((await http.get("/chat")).text))


async def write(person: WebPerson, *texts: str) -> None:
    """Write one text after the other."""
    for text in texts:
        await person.post(text=text)


async def begin_intake(person: WebPerson) -> None:
    """Come as far as the question about substances."""
    await person.tap(SEEK)
    await person.tap(CONSENT)
    await write(person, "25-34", "kecamatan kadia, kota kendari")


@pytest.mark.parametrize("danger", DANGERS)
async def test_in_the_middle_of_the_intake(bed: TestBed, person: WebPerson, danger: str) -> None:
    words, on_card, told = DANGERS[danger]
    await bed.counsellor(COUNSELLOR)
    await begin_intake(person)
    assert "Apa yang kamu pakai" in person.screen.texts[-1]

    await write(person, words)
    await bed.flush()

    card = person.screen.texts[-1]
    assert on_card in card
    assert "119" in card
    assert "112" in card
    assert ("Kami sudah memberi tahu BNN Kota Kendari" in card) is bool(told)
    assert (f"Tanda bahaya tanpa permintaan: {told}" in bed.last(COUNSELLOR).text) is bool(told)
    await person.tap("Saya aman, lanjut")
    assert "Apa yang kamu pakai" in person.screen.texts[-1]


@pytest.mark.parametrize("danger", DANGERS)
async def test_in_the_middle_of_a_talk(bed: TestBed, person: WebPerson, danger: str) -> None:
    words, on_card, _ = DANGERS[danger]
    await bed.counsellor(COUNSELLOR)
    await begin_intake(person)
    await write(person, "1", "tiap minggu", "tidak ada", "pelan", "kapan saja", "bnn kota kendari")
    await person.tap("Kirim ke konselor")
    await bed.flush()
    await bed.tap(COUNSELLOR, "Terima")

    await write(person, words)
    await bed.flush()

    card = person.screen.texts[-1]
    assert on_card in card
    assert "Kami sudah memberi tahu konselor di BNN Kota Kendari" in card
    heard = "\n".join(bed.heard(COUNSELLOR)[-2:])
    assert "tanda bahaya" in heard
    assert words in heard
