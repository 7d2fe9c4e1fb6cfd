"""The desk in a real browser, with scripts and without."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from bot.dialogue.layout import plain
from storage.casework import chats
from storage.casework.cases import Status
from storage.casework.chats import Delivery
from storage.team import staffing
from storage.team.staffing import StaffMember
from tests.botapi.server import serve
from tests.console.desks import TestDesk
from tests.console.payloads import PAYLOADS
from tests.handlers.broadcasts.broadcasting import open_house

_QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
_WATCH = "addEventListener('securitypolicyviolation', event => console.error('violation', event.violatedDirective))"
_PAGES = (
    *("/desk", "/desk/cases", "/desk/cases/{code}", "/desk/tasks", "/desk/units"),
    *("/desk/readings", "/desk/sessions"),
)


@dataclass(slots=True)
class Room:
    """A desk on loopback, a browser in front of it, and what went wrong there."""

    desk: TestDesk
    url: str
    browser: Browser
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def visit(
        self, member: StaffMember | None = None, *, scripts: bool = True, width: int = 1200
    ) -> AsyncIterator[Page]:
        """Sign somebody in, a counsellor if nobody is named, and give the page."""
        context = await self.browser.new_context(
            viewport={"width": width, "height": 800}, java_script_enabled=scripts, base_url=self.url
        )
        page = await self._watch(context)
        await page.goto(await self.desk.invite(member or await self.desk.hire()))
        await page.get_by_role("button", name="Masuk ke meja").click()
        await expect(page.get_by_role("heading", name="Antrean")).to_be_visible()
        yield page
        await context.close()

    async def _watch(self, context: BrowserContext) -> Page:
        page = await context.new_page()
        await page.add_init_script(_WATCH)
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        context.on("request", lambda request: self.asked.append(request.url))
        return page


@pytest.fixture
async def room(desk: TestDesk, chromium_path: Path) -> AsyncIterator[Room]:
    """Serve a desk and open a browser; nothing may be complained about and nobody else asked."""
    listener = await serve(desk.app)
    url = f"http://127.0.0.1:{listener.port}"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=_QUIET)
        room = Room(desk, url, browser)
        yield room
        await browser.close()
    await listener.close()
    assert room.complaints == []
    assert [there for there in room.asked if not there.startswith(url)] == []


async def test_the_desk_works_without_scripts(room: Room) -> None:
    code = await room.desk.refer()
    async with room.visit(scripts=False) as page:
        await page.get_by_role("button", name=f"Terima {code}").click()
        await expect(page.get_by_text("Mandonga, Kota Kendari")).to_be_visible()
        await room.desk.client_says(code, "Halo kak, ini contoh.")
        await page.reload()
        await expect(page.locator("#chat .client")).to_contain_text("Halo kak, ini contoh.")
        await page.fill("#text", "Halo, aku membaca pesanmu.")
        await page.get_by_role("button", name="Kirim", exact=True).click()
        await expect(page.locator("#chat .counsellor")).to_contain_text("dalam antrean kirim")
        await page.locator("summary", has_text="Tutup kasus").click()
        await page.select_option("#outcome", "informed")
        await page.get_by_role("button", name="Tutup kasus").click()
        await expect(page.get_by_text("Kasus ini sudah ditutup: cukup informasi.")).to_be_visible()
    assert (await room.desk.case(code)).status is Status.CLOSED
    await room.desk.bed.flush()
    assert any("aku membaca pesanmu" in text for text in room.desk.bed.heard("9001"))


async def test_what_the_client_writes_appears_by_itself_and_leaves_the_reply_alone(room: Room) -> None:
    code = await room.desk.refer()
    async with room.visit() as page:
        await page.get_by_role("button", name=f"Terima {code}").click()
        await page.fill("#text", "Setengah kalimat")
        await room.desk.client_says(code, "Kak, saya sudah di depan.")
        await expect(page.locator("#chat .client")).to_contain_text("saya sudah di depan")
        assert await page.input_value("#text") == "Setengah kalimat"
        assert "depan" not in await page.title()
        assert "depan" not in page.url


async def test_a_reply_is_sent_from_the_keyboard_and_its_mark_follows_it(room: Room) -> None:
    code = await room.desk.refer()
    async with room.visit() as page:
        await page.get_by_role("button", name=f"Terima {code}").click()
        await room.desk.bed.flush()
        await page.fill("#text", "Halo, ini contoh.")
        await page.keyboard.press("Control+Enter")
        said = page.locator("#chat .counsellor")
        await expect(said).to_contain_text("◷ dalam antrean kirim")
        await expect(page.locator("#text")).to_have_value("")
        await expect(page.locator("#text")).to_be_focused()
        await room.desk.bed.flush()
        await expect(said).to_contain_text("✓ terkirim")
        case = await room.desk.case(code)
        database, signals = room.desk.bed.world.database, room.desk.bed.world.signals
        chat = await database.read(lambda work: chats.load_chat(work, case))
        await database.write(lambda work: chats.mark(work, chat[0].id, Delivery.SEEN))
        signals.wake_page(case.id)
        await expect(said).to_contain_text("✓✓ sudah dilihat")


async def test_a_button_pressed_twice_in_haste_sends_once(room: Room) -> None:
    code = await room.desk.refer()
    async with room.visit() as page:
        await page.get_by_role("button", name=f"Terima {code}").click()
        await page.fill("#text", "Halo, ini contoh.")
        await page.get_by_role("button", name="Kirim", exact=True).dblclick()
        await expect(page.locator("#chat .counsellor")).to_have_count(1)
    await room.desk.bed.flush()
    assert sum("ini contoh" in text for text in room.desk.bed.heard("9001")) == 1


async def test_a_reply_that_could_not_be_sent_stays_in_the_box(room: Room) -> None:
    code = await room.desk.refer()
    async with room.visit() as page:
        await page.get_by_role("button", name=f"Terima {code}").click()
        await expect(page.get_by_text("Yang dikirim klien")).to_be_visible()
        await page.route(re.compile("/speak"), lambda route: route.abort())
        await page.fill("#text", "Halo, ini contoh.")
        await page.get_by_role("button", name="Kirim", exact=True).click()
        await expect(page.get_by_text("Pesan belum terkirim")).to_be_visible()
        await expect(page.locator("#text")).to_have_value("Halo, ini contoh.")
    room.complaints.remove("Failed to load resource: net::ERR_FAILED")


async def test_the_queue_renews_itself(room: Room) -> None:
    async with room.visit() as page:
        await page.clock.install()
        await page.reload()
        await expect(page.get_by_text("Tidak ada yang menunggu")).to_be_visible()
        code = await room.desk.refer()
        await page.clock.run_for(10_000)
        await expect(page.get_by_text(code)).to_be_visible()
        assert await page.title() == "(1) Antrean · Singgah · Meja"


async def test_an_ended_session_is_announced_and_the_words_in_the_box_stay(room: Room) -> None:
    code = await room.desk.refer()
    async with room.visit() as page:
        await page.get_by_role("button", name=f"Terima {code}").click()
        await page.fill("#text", "Setengah kalimat")
        case = await room.desk.case(code)
        assert case.staff_id is not None
        owner = staffing.StaffId(case.staff_id)
        await room.desk.bed.world.database.write(lambda work: staffing.revoke(work, owner))
        await expect(page.get_by_text("Sesimu sudah berakhir")).to_be_visible(timeout=10_000)
        await expect(page.locator("#text")).to_have_value("Setengah kalimat")


@pytest.mark.parametrize("scripts", [True, False])
async def test_words_that_try_to_be_more_than_words_stay_words(room: Room, *, scripts: bool) -> None:
    code = await room.desk.refer()
    async with room.visit(scripts=scripts) as page:
        await page.get_by_role("button", name=f"Terima {code}").click()
        half = len(PAYLOADS) // 2
        for payload in PAYLOADS[:half]:
            await room.desk.client_says(code, payload)
        await page.reload()
        await expect(page.locator("#chat > li")).to_have_count(half)
        for payload in PAYLOADS[half:]:
            await room.desk.client_says(code, payload)
        if not scripts:
            await page.reload()
        lines = page.locator("#chat > li")
        await expect(lines).to_have_count(len(PAYLOADS))
        assert await lines.locator(".typed").all_text_contents() == [plain(payload) for payload in PAYLOADS]
        assert await lines.locator(".label b").all_text_contents() == ["Klien"] * len(PAYLOADS)
        assert await lines.locator(".words *:not(.typed)").count() == 0
        assert await page.evaluate("window.ran") is None
        assert page.url.startswith(f"{room.url}/desk/cases/{code}")


async def test_wild_words_stay_inside_their_bubble(room: Room) -> None:
    code = await room.desk.refer()
    async with room.visit(width=320) as page:
        await page.get_by_role("button", name=f"Terima {code}").click()
        for payload in PAYLOADS:
            await room.desk.client_says(code, payload)
        await page.reload()
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320
        styles = await page.locator("#chat .typed").first.evaluate(
            "it => [getComputedStyle(it).unicodeBidi, getComputedStyle(it).whiteSpace]"
        )
        assert styles == ["isolate", "pre-wrap"]
        assert await page.locator("#chat .words").first.evaluate("it => getComputedStyle(it).contain") == "paint"


@pytest.mark.parametrize("language", ["id", "en"])
async def test_every_page_fits_a_small_phone(room: Room, language: str) -> None:
    codes = [await room.desk.refer(str(9001 + number)) for number in range(3)]
    async with room.visit(width=320) as page:
        await page.get_by_role("button", name=f"Terima {codes[0]}").click()
        for path in _PAGES:
            await page.goto(f"{path.format(code=codes[0])}?lang={language}")
            assert await page.locator("html").get_attribute("lang") == language
            assert await page.evaluate("document.documentElement.scrollWidth") <= 320, path
            assert await page.locator("h1").count() == 1


async def test_the_desk_can_be_used_by_keyboard_alone(room: Room) -> None:
    code = await room.desk.refer()
    async with room.visit() as page:
        await page.keyboard.press("Tab")
        await expect(page.locator(".skip")).to_be_focused()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("button", name=f"Terima {code}")).to_be_focused()
        outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("Kasus ini sekarang bersamamu")).to_be_visible()


async def test_a_broadcast_is_written_on_a_small_screen_and_its_progress_renews_itself(room: Room) -> None:
    house = await open_house(room.desk.bed, 25)
    broadcast_id = await house.approved()
    async with room.visit(house.author, width=360) as page:
        await page.goto("/desk/broadcasts/new")
        await page.get_by_label("Isi", exact=True).first.fill("Kelas memasak dibuka.")
        await page.get_by_label("Topik").select_option("training")
        await page.get_by_label("Tambah daerah").select_option("74.71")
        await page.get_by_role("button", name="Tambah").click()
        await expect(page.get_by_role("button", name="Hapus Kota Kendari")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360
        await page.get_by_role("button", name="Simpan").last.click()
        await expect(page.get_by_text("Kelas memasak dibuka.").first).to_be_visible()
        await page.goto(f"/desk/broadcasts/{broadcast_id}")
        await page.get_by_role("button", name="Kirim sekarang").click()
        await house.feed()
        await page.reload()
        sent = page.locator("dt", has_text=re.compile("^Terkirim$")).locator("xpath=following-sibling::dd")
        await expect(sent).to_have_text("0")
        await house.finish(3)
        await expect(sent).to_have_text("25")
