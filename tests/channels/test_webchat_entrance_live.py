"""Beginning a conversation in a real browser while too many do."""

import pytest
from playwright.async_api import Page, expect

from bot.ports import Entry, Start, Text
from tests.channels.webchat_site import PHRASES
from tests.channels.webchat_stand import CONSENT, SEEK, Stand, agree, browser, stand, tap, write

__all__ = ["browser", "stand"]

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_with_scripts_the_device_works_and_the_person_only_sees_the_next_question(stand: Stand) -> None:
    stand.pages.load = 0.0
    page = await stand.visit()
    await tap(page, SEEK)
    await expect(page.get_by_role("button", name=CONSENT)).to_be_visible()

    assert [one.content for one in stand.pages.arrived] == [Start(), Text(SEEK)]
    assert {one.entry for one in stand.pages.arrived} == {Entry.WORK}
    await expect(page.locator("#status")).to_be_hidden()
    forget_refusals(stand)
    await agree_on(page)
    await page.reload()
    await expect(page.get_by_text("Kamu tinggal di mana?")).to_be_visible()


async def test_while_the_device_works_the_page_names_whom_to_call_and_quick_exit_works(stand: Stand) -> None:
    stand.pages.load = 1.0
    page = await stand.visit()
    await write(page, "jangan hilang")
    await expect(page.get_by_text(PHRASES["web_entrance_working"])).to_be_visible()
    await expect(page.get_by_label("Tulis pesan")).to_have_value("jangan hilang")

    await tap(page, "Tutup")
    await page.wait_for_url("**/chat/away")
    await page.go_back()
    assert page.url == "about:blank"
    forget_refusals(stand)


async def test_where_the_work_cannot_be_done_the_script_waits(stand: Stand) -> None:
    page = await stand.visit()
    stand.pages.load = 0.0
    await page.route("**/work.js", lambda route: route.abort())
    await page.clock.install()
    await tap(page, SEEK)
    await expect(page.get_by_text(PHRASES["web_entrance_working"])).to_be_visible()
    stand.pages.load = None
    await page.clock.run_for(31_000)

    await expect(page.get_by_role("button", name=CONSENT)).to_be_visible()
    forget_refusals(stand)


async def test_when_even_work_does_not_help_the_page_says_so_and_keeps_what_was_written(stand: Stand) -> None:
    stand.pages.crowded = True
    page = await stand.visit()
    await write(page, "jangan hilang")
    await expect(page.get_by_text(PHRASES["web_crowded"])).to_be_visible()
    await expect(page.get_by_label("Tulis pesan")).to_have_value("jangan hilang")
    forget_refusals(stand)


async def test_without_scripts_the_button_comes_after_the_wait(stand: Stand) -> None:
    stand.pages.load = 0.0
    page = await stand.visit(scripts="off")
    await tap(page, SEEK)
    await expect(page.get_by_text(PHRASES["web_entrance"])).to_be_visible()
    button = page.locator("#entrance button")
    await expect(button).to_be_hidden()

    stand.pages.load = None
    await page.evaluate("document.getAnimations().forEach((one) => { one.currentTime = 30000; })")
    await button.click()
    await expect(page.get_by_role("button", name=CONSENT)).to_be_visible()
    forget_refusals(stand)


async def test_inside_nothing_is_asked_and_no_work_is_fetched(stand: Stand) -> None:
    page = await stand.visit()
    await agree(page)
    stand.pages.load = 1.0
    before = len(stand.asked)
    await write(page, "halo")
    await expect(page.get_by_text("Kamu menulis 4 huruf.")).to_be_visible()

    assert not [url for url in stand.asked[before:] if url.endswith("/work.js")]


async def agree_on(page: Page) -> None:
    await tap(page, CONSENT)
    await expect(page.get_by_text("Kamu tinggal di mana?")).to_be_visible()


def forget_refusals(stand: Stand) -> None:
    """Leave out what the browser itself writes down about each 429 and about a script that was withheld."""
    stand.complaints[:] = [one for one in stand.complaints if "429" not in one and "ERR_FAILED" not in one]
