"""A picture is added and seen at the desk in a real browser."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.console.test_browser import Room, room
from tests.handlers.broadcasts.broadcasting import open_house
from tests.handlers.broadcasts.picturing import draw

__all__ = ["room"]

_IS_SHOWN = "[...document.querySelectorAll('img.shown')].every(one => one.naturalWidth > 0)"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
async def test_a_picture_is_chosen_kept_and_shown_as_it_arrives(room: Room, tmp_path: Path, *, scripts: bool) -> None:
    house = await open_house(room.desk.bed, 25)
    file = tmp_path / "mesin.jpg"
    file.write_bytes(draw(size=(640, 480)))
    async with room.visit(house.author, scripts=scripts) as page:
        await page.goto("/desk/broadcasts/new")
        await page.fill("#text_id", "Pelatihan menjahit dibuka hari Senin.")
        await page.select_option("#topic", "training")
        await page.set_input_files("#file", file)
        await page.fill("#described_id", "Mesin jahit di atas meja")
        await page.get_by_role("button", name="Simpan").click()
        shown = page.get_by_alt_text("Mesin jahit di atas meja")
        await expect(shown.first).to_be_visible()
        assert scripts is False or await page.evaluate(_IS_SHOWN)
        await page.get_by_role("link", name="Ubah").click()
        await page.get_by_label("Lepas gambar ini").check()
        await page.get_by_role("button", name="Simpan").click()
        await expect(page.get_by_text("Tersimpan.")).to_be_visible()
        await expect(shown).to_have_count(0)
