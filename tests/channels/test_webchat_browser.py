"""The web chat in a real browser, with scripts and without."""

import os
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, expect

from bot.ports import Line, Start, Tap, Text
from bot.ports import Place as SharedPlace
from tests.channels.webchat_site import GREETING, RETURN_PHRASE
from tests.channels.webchat_stand import CONSENT, SEEK, Scripts, Stand, agree, both, browser, stand, tap, until, write

__all__ = ["browser", "stand"]

pytestmark = pytest.mark.asyncio(loop_scope="module")


@both
async def test_somebody_can_tap_write_and_read(stand: Stand, scripts: Scripts) -> None:
    page = await stand.visit(scripts=scripts)
    await agree(page)
    await write(page, "Contoh kota")
    await expect(page.get_by_text("Kamu menulis 11 huruf.")).to_be_visible()

    contents = [one.content for one in stand.pages.arrived]
    assert contents == [Start(), Text(SEEK), Tap(f"t:{CONSENT}"), Text("Contoh kota")]
    await expect(page.get_by_label("Tulis pesan")).to_have_value("")


@both
async def test_a_double_click_is_answered_once(stand: Stand, scripts: Scripts) -> None:
    page = await stand.visit(scripts=scripts)
    await agree(page)
    await page.get_by_role("button", name="Contoh Selatan").dblclick()
    await expect(page.get_by_role("button", name="Lanjut")).to_be_visible()

    assert sum(one.content == Tap("t:Contoh Selatan") for one in stand.pages.arrived) == 1


@both
async def test_there_is_no_cookie_before_consent_and_one_for_this_page_only_after_it(
    stand: Stand, scripts: Scripts
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
async def test_reloading_keeps_the_conversation(stand: Stand, scripts: Scripts) -> None:
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
    await tap(page, "Tutup")


async def leave_by_key(page: Page) -> None:
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")


async def has_no_cookie(context: BrowserContext) -> bool:
    return not await context.cookies()


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
    await until(partial(has_no_cookie, page.context))
    await page.goto(f"{stand.url}/chat")
    await expect(page.get_by_text("Rahasia contoh")).to_have_count(0)


async def test_quick_exit_before_consent_forgets_the_place_as_well(stand: Stand) -> None:
    page = await stand.visit()
    await tap(page, SEEK)
    await expect(page.get_by_role("button", name=CONSENT)).to_be_visible()
    await leave_by_button(page)
    await page.wait_for_url("**/chat/away")
    await page.goto(f"{stand.url}/chat")

    await expect(page.get_by_role("button", name=SEEK)).to_be_visible()
    await expect(page.get_by_role("button", name=CONSENT)).to_have_count(0)


async def test_without_scripts_quick_exit_forgets_and_back_shows_nothing(stand: Stand) -> None:
    page = await stand.visit(scripts="off")
    await agree(page)
    await write(page, "Rahasia contoh")
    await expect(page.get_by_text("Kamu menulis 14 huruf.")).to_be_visible()
    await tap(page, "Tutup")
    await page.wait_for_url("**/chat/away")
    assert await page.context.cookies() == []

    await page.go_back()
    await expect(page.get_by_text("Rahasia contoh")).to_have_count(0)


async def test_everything_can_be_done_with_the_keyboard(stand: Stand) -> None:
    page = await stand.visit()
    for expected in ("🆘 Darurat", "Tutup", SEEK):
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
async def test_nothing_runs_out_of_a_narrow_screen(stand: Stand, scripts: Scripts) -> None:
    page = await stand.visit(scripts=scripts, width=320)
    await agree(page)
    await write(page, "panjang" * 40)
    await expect(page.get_by_text("Kamu menulis 280 huruf.")).to_be_visible()
    right = [await one.bounding_box() for one in await page.locator("button:visible, .words, textarea:visible").all()]

    assert all(place and place["x"] >= 0 and place["x"] + place["width"] <= 320 for place in right)
    if scripts == "on":
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320


async def test_fingers_and_tired_eyes_find_what_they_need(stand: Stand) -> None:
    page = await stand.visit(width=320)
    await agree(page)
    for button in await page.locator("button:visible, textarea").all():
        place = await button.bounding_box()
        assert place is not None
        assert place["height"] >= 44
        assert place["width"] >= 44
    words = "[...document.querySelectorAll('h1, p, button, textarea, summary')]"
    sizes = await page.evaluate(f"{words}.map(one => parseFloat(getComputedStyle(one).fontSize))")
    assert min(sizes) >= 16


@both
async def test_emergency_and_quick_exit_stay_on_the_screen_in_a_long_conversation(
    stand: Stand, scripts: Scripts
) -> None:
    page = await stand.visit(scripts=scripts)
    await agree(page)
    for number in range(30):
        stand.pages.only_talk().add(Line(f"Baris {number}", mine=False))
    await write(page, "halo")
    await expect(page.get_by_text("Kamu menulis 4 huruf.")).to_be_visible()

    for label in ("🆘 Darurat", "Tutup"):
        await expect(page.get_by_role("button", name=label)).to_be_in_viewport()
    await expect(page.get_by_text("Kamu menulis 4 huruf.")).to_be_in_viewport()
    await tap(page, "🆘 Darurat")
    await expect(page.get_by_text("Hubungi 119")).to_be_visible()


async def test_the_place_is_asked_for_only_on_a_tap_and_coarsened(stand: Stand) -> None:
    place = {"latitude": -3.9723456, "longitude": 122.5149876}
    page = await stand.visit(geolocation=place, permissions=["geolocation"])
    await agree(page)
    await tap(page, "📍 Kirim lokasi")
    await expect(page.get_by_text("Terima kasih, itu dekat Contoh Selatan.")).to_be_visible()

    assert stand.pages.arrived[-1].content == SharedPlace(-3.972, 122.515)


async def test_without_scripts_there_is_no_key_that_needs_them(stand: Stand) -> None:
    page = await stand.visit(scripts="off")
    await agree(page)

    await expect(page.get_by_text("📍 Kirim lokasi")).to_be_hidden()


@both
async def test_a_return_phrase_opens_the_conversation_from_another_browser(stand: Stand, scripts: Scripts) -> None:
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
async def test_words_are_never_taken_for_a_page(stand: Stand, scripts: Scripts) -> None:
    page = await stand.visit(scripts=scripts)
    await agree(page)
    for payload in PAYLOADS:
        stand.pages.only_talk().ask(payload, payload)
        await write(page, payload)
        await expect(page.locator(".mine .words").last).to_have_text(payload)
        await expect(page.locator(".line:not(.mine) .words").nth(-2)).to_have_text(payload)

    assert await page.title() == "Catatan"


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
    await tap(page, "Tutup")
    await page.wait_for_url("**/chat/away")
    shot = await page.screenshot(path=folder / f"{name}-4-away.png")

    assert shot.startswith(b"\x89PNG")
