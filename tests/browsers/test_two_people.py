"""Somebody at the web chat and a counsellor at the desk, in two real browsers."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.browsers.rooms import ChatPage, House, open_house
from tests.worlds import config_in, open_test_bed

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"


@pytest.fixture
async def house(tmp_path: Path, chromium_path: Path) -> AsyncIterator[House]:
    """Open a house."""
    async with open_test_bed(config_in(tmp_path)) as bed, open_house(bed, chromium_path) as opened:
        yield opened


async def send_intake(chat: ChatPage) -> None:
    """Tap and write a whole self-referral and send it."""
    await chat.tap("Bantuan untuk saya")
    await chat.tap("Ya, saya setuju")
    await chat.tap("25-34")
    await chat.write("Kecamatan Kadia, Kota Kendari")
    await chat.mark("Sabu")
    await chat.tap("Selesai memilih")
    await chat.tap("Tiap minggu")
    await chat.mark("Tidak ada")
    await chat.tap("Selesai memilih")
    await chat.tap("Mau, pelan-pelan")
    await chat.tap("Di sini, kapan saja")
    await chat.tap("BNN Kota Kendari")
    await chat.tap("Kirim ke konselor")


async def take_case(desk: Page) -> None:
    """Take the case that waits in the queue."""
    await desk.reload()
    await desk.get_by_role("button", name="Terima").first.click()
    await desk.get_by_text("Yang dikirim klien").wait_for()


async def answer(desk: Page, text: str) -> None:
    """Write to the client."""
    await desk.locator("textarea").first.fill(text)
    await desk.get_by_role("button", name="Kirim", exact=True).click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with_scripts", "without_scripts"])
async def test_two_people_find_each_other(house: House, scripts: bool) -> None:  # noqa: FBT001 - a parameter
    desk = await house.visit_desk(scripts=scripts)
    chat = await house.visit_chat(scripts=scripts)

    await send_intake(chat)
    await chat.reads("Terkirim ke BNN Kota Kendari")
    await take_case(desk)
    assert await desk.get_by_text("Kadia, Kota Kendari").count()
    await chat.reads("Kak Melati")

    await chat.write("Halo, saya mau cerita.")
    if not scripts:
        await desk.reload()
    await desk.locator("#chat, main").get_by_text("Halo, saya mau cerita.").first.wait_for()
    await answer(desk, "Aku di sini. Ceritakan pelan-pelan saja.")
    await chat.reads("Ceritakan pelan-pelan saja.")


async def test_the_pictures_of_the_readme(house: House, tmp_path: Path) -> None:
    """Take the pictures; they are kept in docs/pictures only when `SINGGAH_PICTURES=1` asks for it."""
    import os  # noqa: PLC0415 - only this test asks

    folder = PICTURES if os.environ.get("SINGGAH_PICTURES") else tmp_path
    desk = await house.visit_desk(scripts=True)
    chat = await house.visit_chat(scripts=True)
    await chat.page.screenshot(path=folder / "chat-start.png")
    await send_intake(chat)
    await take_case(desk)
    await chat.write("Halo, saya mau cerita.")
    await desk.get_by_text("Halo, saya mau cerita.").first.wait_for()
    await answer(desk, "Aku di sini. Ceritakan pelan-pelan saja.")
    await chat.reads("Ceritakan pelan-pelan saja.")
    await desk.get_by_text("sudah dilihat").first.wait_for()
    await chat.page.screenshot(path=folder / "chat-counsellor.png")
    await desk.screenshot(path=folder / "desk-case.png")

    for name in ("chat-start.png", "chat-counsellor.png", "desk-case.png"):
        assert (folder / name).stat().st_size > 10_000
