"""The web chat in a real browser, with scripts and without."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Awaitable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from bot.ports import Line, Start, Tap, Text
from bot.ports import Place as SharedPlace
from tests.channels.webchat_site import CHOICES, GREETING, PHRASES, RETURN_PHRASE, TinyPages, make_site

SEEK, CONSENT = CHOICES[0], "Ya, saya setuju"
PHONE = {"width": 360, "height": 740}


@dataclass(slots=True)
class Stand:
    """A served page, and what browsers asked for or complained about."""

    url: str
    pages: TinyPages
    browser: Browser
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    async def visit(self, *, scripts: bool = True, width: int = PHONE["width"], **options: object) -> Page:
        """Open the chat on a phone of that width, coming from an empty page."""
        context = await self.browser.new_context(
            java_script_enabled=scripts, viewport={"width": width, "height": PHONE["height"]}, **options  # type: ignore[arg-type] # options of Playwright's own
        )
        self.contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(10_000)
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        await page.goto(f"{self.url}/chat")
        return page


@pytest_asyncio.fixture
async def stand(chromium_path: Path) -> AsyncIterator[Stand]:
    pages = TinyPages()
    config = uvicorn.Config(make_site(pages), port=0, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        stand = Stand(f"http://127.0.0.1:{port}", pages, browser)
        yield stand
        for context in stand.contexts:
            await context.close()
        await browser.close()
    server.should_exit = True
    await serving
    assert all(url.startswith(stand.url) for url in stand.asked), "a page asked somebody else"
    assert not stand.complaints


async def tap(page: Page, label: str) -> None:
    await page.get_by_role("button", name=label, exact=True).click()


async def agree(page: Page) -> None:
    await tap(page, SEEK)
    await tap(page, CONSENT)
    await expect(page.get_by_text("Kamu tinggal di mana?")).to_be_visible()


async def write(page: Page, text: str) -> None:
    await page.get_by_label("Tulis pesan").fill(text)
    await tap(page, "Kirim")


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():
            await asyncio.sleep(0.02)


both = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])


@both
async def test_somebody_can_tap_write_and_read(stand: Stand, scripts: bool) -> None:
    page = await stand.visit(scripts=scripts)
    await agree(page)
    await write(page, "Contoh kota")
    await expect(page.get_by_text("Kamu menulis 11 huruf.")).to_be_visible()

    contents = [one.content for one in stand.pages.arrived]
    assert contents == [Start(), Text(SEEK), Tap(f"t:{CONSENT}"), Text("Contoh kota")]
    await expect(page.get_by_label("Tulis pesan")).to_have_value("")


@both
async def test_a_double_click_is_answered_once(stand: Stand, scripts: bool) -> None:
    page = await stand.visit(scripts=scripts)
    await agree(page)
    await page.get_by_role("button", name="Contoh Selatan").dblclick()
    await expect(page.get_by_role("button", name="Lanjut")).to_be_visible()

    assert sum(one.content == Tap("t:Contoh Selatan") for one in stand.pages.arrived) == 1


@both
async def test_there_is_no_cookie_before_consent_and_one_for_this_page_only_after_it(
    stand: Stand, scripts: bool
) -> None:
    page = await stand.visit(scripts=scripts)
    await tap(page, SEEK)
    await expect(page.get_by_role("button", name=CONSENT)).to_be_visible()
    assert await page.context.cookies() == []

    await tap(page, CONSENT)
    await expect(page.get_by_text("Kamu tinggal di mana?")).to_be_visible()
    (cookie,) = await page.context.cookies()
    assert (cookie["path"], cookie["sameSite"], cookie["httpOnly"], cookie["expires"]) == ("/chat", "Strict", True, -1)


@both
async def test_reloading_keeps_the_conversation(stand: Stand, scripts: bool) -> None:
    page = await stand.visit(scripts=scripts)
    await agree(page)
    await page.reload()

    await expect(page.get_by_text("Kamu tinggal di mana?")).to_be_visible()
    assert len(stand.pages.arrived) == 3


async def test_before_consent_a_reload_keeps_the_place_in_this_tab_only(stand: Stand) -> None:
    page = await stand.visit()
    await tap(page, SEEK)
    await expect(page.get_by_role("button", name=CONSENT)).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("button", name=CONSENT)).to_be_visible()

    other = await page.context.new_page()
    await other.goto(f"{stand.url}/chat")
    await expect(other.get_by_text("Mau mulai dari mana?")).to_be_visible()
    await expect(other.get_by_role("button", name=CONSENT)).to_have_count(0)


async def leave_by_button(page: Page) -> None:
    await tap(page, "Tutup cepat")


async def leave_by_key(page: Page) -> None:
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")


@pytest.mark.parametrize("leave", [leave_by_button, leave_by_key])
async def test_quick_exit_leaves_nothing_to_go_back_to(stand: Stand, leave: Callable[[Page], Awaitable[None]]) -> None:
    page = await stand.visit()
    await agree(page)
    await write(page, "Rahasia contoh")
    await expect(page.get_by_text("Kamu menulis 14 huruf.")).to_be_visible()
    await leave(page)
    await page.wait_for_url("**/chat/away")
    await expect(page.get_by_role("heading", name="Catatan")).to_be_visible()
    assert await page.evaluate("sessionStorage.length") == 0

    await page.go_back()
    assert page.url == "about:blank"
    async with asyncio.timeout(5):
        while await page.context.cookies():
            await asyncio.sleep(0.02)
    await page.goto(f"{stand.url}/chat")
    await expect(page.get_by_text("Rahasia contoh")).to_have_count(0)


async def test_without_scripts_quick_exit_forgets_and_back_shows_nothing(stand: Stand) -> None:
    page = await stand.visit(scripts=False)
    await agree(page)
    await write(page, "Rahasia contoh")
    await expect(page.get_by_text("Kamu menulis 14 huruf.")).to_be_visible()
    await tap(page, "Tutup cepat")
    await page.wait_for_url("**/chat/away")
    assert await page.context.cookies() == []

    await page.go_back()
    await expect(page.get_by_text("Rahasia contoh")).to_have_count(0)


async def test_everything_can_be_done_with_the_keyboard(stand: Stand) -> None:
    page = await stand.visit()
    for expected in ("🆘 Darurat", "Tutup cepat", SEEK):
        await page.keyboard.press("Tab")
        await expect(page.locator(":focus")).to_have_text(expected)
        assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    await page.keyboard.press("Enter")
    await expect(page.locator(":focus")).to_have_text(CONSENT)
    await page.keyboard.press("Space")
    await expect(page.get_by_text("Kamu tinggal di mana?")).to_be_visible()

    await page.get_by_label("Tulis pesan").focus()
    await page.keyboard.type("Baris satu")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("baris dua")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Kamu menulis 20 huruf.")).to_be_visible()
    assert stand.pages.texts()[-1] == "Baris satu\nbaris dua"
    await expect(page.get_by_label("Tulis pesan")).to_be_focused()


@both
async def test_nothing_runs_out_of_a_narrow_screen(stand: Stand, scripts: bool) -> None:
    page = await stand.visit(scripts=scripts, width=320)
    await agree(page)
    await write(page, "panjang" * 40)
    await expect(page.get_by_text("Kamu menulis 280 huruf.")).to_be_visible()
    box = await page.locator("html").bounding_box()
    right = [await one.bounding_box() for one in await page.locator("button:visible, .words, textarea:visible").all()]

    assert box is not None
    assert all(place and place["x"] >= 0 and place["x"] + place["width"] <= 320 for place in right)
    if scripts:
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320


async def test_fingers_and_tired_eyes_find_what_they_need(stand: Stand) -> None:
    page = await stand.visit(width=320)
    await agree(page)
    for button in await page.locator("button:visible, textarea").all():
        place = await button.bounding_box()
        assert place is not None
        assert place["height"] >= 44
        assert place["width"] >= 44
    sizes = await page.evaluate(
        "[...document.querySelectorAll('h1, p, button, textarea, summary')].map(one => parseFloat(getComputedStyle(one).fontSize))"
    )
    assert min(sizes) >= 16


@both
async def test_emergency_and_quick_exit_stay_on_the_screen_in_a_long_conversation(stand: Stand, scripts: bool) -> None:
    page = await stand.visit(scripts=scripts)
    await agree(page)
    for number in range(30):
        stand.pages.only_talk().add(Line(f"Baris {number}", mine=False))
    await write(page, "halo")
    await expect(page.get_by_text("Kamu menulis 4 huruf.")).to_be_visible()

    for label in ("🆘 Darurat", "Tutup cepat"):
        await expect(page.get_by_role("button", name=label)).to_be_in_viewport()
    await expect(page.get_by_text("Kamu menulis 4 huruf.")).to_be_in_viewport()
    await tap(page, "🆘 Darurat")
    await expect(page.get_by_text("Hubungi 119")).to_be_visible()


async def test_what_a_counsellor_says_appears_by_itself_and_only_once(stand: Stand) -> None:
    page = await stand.visit()
    await agree(page)
    before = len(stand.asked)
    stand.pages.only_talk().add(Line("Halo, saya konselor contoh.", mine=False))
    await expect(page.get_by_text("Halo, saya konselor contoh.")).to_be_visible()
    stand.pages.only_talk().add(Line("Apa kabar?", mine=False))
    await expect(page.get_by_text("Apa kabar?")).to_be_visible()

    assert await page.get_by_text("Halo, saya konselor contoh.").count() == 1
    assert sum(url.endswith("/chat/log") for url in stand.asked[before:]) == 2


async def test_what_is_being_written_survives_what_arrives(stand: Stand) -> None:
    page = await stand.visit()
    await agree(page)
    await page.get_by_label("Tulis pesan").fill("belum selesai")
    stand.pages.only_talk().add(Line("Halo, saya konselor contoh.", mine=False))
    await expect(page.get_by_text("Halo, saya konselor contoh.")).to_be_visible()

    await expect(page.get_by_label("Tulis pesan")).to_have_value("belum selesai")
    await expect(page.get_by_label("Tulis pesan")).to_be_focused()


async def test_a_message_that_fails_stays_in_the_field_and_goes_out_once_later(stand: Stand) -> None:
    page = await stand.visit()
    await agree(page)
    stand.pages.broken = True
    await write(page, "jangan hilang")
    await expect(page.get_by_text(PHRASES["web_not_sent"])).to_be_visible()
    await expect(page.get_by_label("Tulis pesan")).to_have_value("jangan hilang")
    # The browser itself writes down the refusal that this test is about.
    stand.complaints.clear()

    stand.pages.broken = False
    await tap(page, "Kirim")
    await expect(page.get_by_text("Kamu menulis 13 huruf.")).to_be_visible()
    assert stand.pages.texts().count("jangan hilang") == 1


async def test_the_place_is_asked_for_only_on_a_tap_and_coarsened(stand: Stand) -> None:
    place = {"latitude": -3.9723456, "longitude": 122.5149876}
    page = await stand.visit(geolocation=place, permissions=["geolocation"])
    await agree(page)
    await tap(page, "📍 Kirim lokasi")
    await expect(page.get_by_text("Terima kasih, itu dekat Contoh Selatan.")).to_be_visible()

    assert stand.pages.arrived[-1].content == SharedPlace(-3.972, 122.515)


async def test_without_scripts_there_is_no_key_that_needs_them(stand: Stand) -> None:
    page = await stand.visit(scripts=False)
    await agree(page)

    await expect(page.get_by_text("📍 Kirim lokasi")).to_be_hidden()


@both
async def test_a_return_phrase_opens_the_conversation_from_another_browser(stand: Stand, scripts: bool) -> None:
    page = await stand.visit(scripts=scripts)
    await page.get_by_text("Punya kalimat kembali?").click()
    await page.get_by_label("Tulis tujuh katanya").fill(RETURN_PHRASE)
    await page.keyboard.press("Enter")

    await expect(page.get_by_text("Selamat datang kembali.")).to_be_visible()
    await expect(page.get_by_text(GREETING[:20])).to_have_count(0)


PAYLOADS = [
    "<script>document.title='x'</script>",
    "<img src=x onerror=document.title='x'>",
    '"><svg onload=document.title="x">',
    "</textarea><script>document.title='x'</script>",
    "{{ 7 * 7 }}",
    "javascript:document.title='x'",
]


@both
async def test_words_are_never_taken_for_a_page(stand: Stand, scripts: bool) -> None:
    page = await stand.visit(scripts=scripts)
    await agree(page)
    for payload in PAYLOADS:
        stand.pages.only_talk().ask(payload, payload)
        await write(page, payload)
        await expect(page.locator(".mine .words").last).to_have_text(payload)
        await expect(page.locator(".line:not(.mine) .words").nth(-2)).to_have_text(payload)

    assert await page.title() == "Catatan"


async def test_when_the_conversation_was_erased_elsewhere_the_page_starts_afresh(stand: Stand) -> None:
    page = await stand.visit()
    await agree(page)
    talk = stand.pages.only_talk()
    stand.pages.talks.clear()
    talk.add(Line("tidak terlihat", mine=False))

    await expect(page.get_by_text(PHRASES["web_gone"])).to_be_visible()
    await expect(page.get_by_text("Kamu tinggal di mana?")).to_have_count(0)


async def test_a_stream_says_that_something_happened_but_never_what(stand: Stand) -> None:
    page = await stand.visit()
    await agree(page)
    (cookie,) = await page.context.cookies()
    await page.close()
    async with httpx.AsyncClient(base_url=stand.url, cookies={cookie["name"]: cookie["value"]}) as http:
        revision = stand.pages.only_talk().changes
        async with http.stream("GET", f"/chat/events?after={revision}") as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            assert stream.headers["cache-control"] == "no-store"
            pieces = stream.aiter_text()
            heard = await anext(pieces)
            stand.pages.only_talk().add(Line("Rahasia contoh", mine=False))
            heard += "".join([piece async for piece in pieces])

    assert "event: moved" in heard
    assert "Rahasia" not in heard


async def test_one_address_holds_few_streams_open(stand: Stand) -> None:
    page = await stand.visit()
    await agree(page)
    (cookie,) = await page.context.cookies()
    await page.close()
    url = f"/chat/events?after={stand.pages.only_talk().changes}"
    async with httpx.AsyncClient(base_url=stand.url, cookies={cookie["name"]: cookie["value"]}) as http:
        streams = [await http.send(http.build_request("GET", url), stream=True) for _ in range(4)]
        for stream in streams:
            await anext(stream.aiter_text())
        assert (await http.get(url)).status_code == 429
        for stream in streams:
            await stream.aclose()
        async with asyncio.timeout(5):
            while (again := await http.send(http.build_request("GET", url), stream=True)).status_code != 200:
                await again.aclose()
                await asyncio.sleep(0.05)
        await again.aclose()


@pytest.mark.parametrize(
    ("name", "scheme", "width"), [("light", "light", 360), ("dark", "dark", 360), ("narrow", "light", 320)]
)
async def test_it_can_be_looked_at(stand: Stand, tmp_path: Path, name: str, scheme: str, width: int) -> None:
    folder = Path(os.environ.get("SCREENSHOTS", tmp_path))
    page = await stand.visit(width=width, color_scheme=scheme, reduced_motion="reduce")
    await page.screenshot(path=folder / f"{name}-1-first.png")
    await tap(page, SEEK)
    await expect(page.get_by_role("button", name=CONSENT)).to_be_visible()
    await page.screenshot(path=folder / f"{name}-2-consent.png")
    await tap(page, CONSENT)
    await expect(page.get_by_text("Kamu tinggal di mana?")).to_be_visible()
    stand.pages.only_talk().accompanied = True
    await write(page, "Saya di dekat pasar.")
    await expect(page.get_by_text("Konselor sedang menemanimu")).to_be_attached()
    await page.screenshot(path=folder / f"{name}-3-chat.png")
    await tap(page, "Tutup cepat")
    await page.wait_for_url("**/chat/away")
    shot = await page.screenshot(path=folder / f"{name}-4-away.png")

    assert shot.startswith(b"\x89PNG")
