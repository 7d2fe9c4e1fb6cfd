"""What happens on an open page of the web chat without a reload."""

from functools import partial

import httpx
import pytest
from playwright.async_api import expect

from bot.ports import Line
from tests.channels.webchat_site import PHRASES
from tests.channels.webchat_stand import Stand, agree, browser, stand, tap, until, write

__all__ = ["browser", "stand"]

pytestmark = pytest.mark.asyncio(loop_scope="module")


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


async def test_after_erasing_the_farewell_stays_and_what_follows_begins_somewhere_new(stand: Stand) -> None:
    page = await stand.visit()
    await agree(page)
    old = stand.pages.arrived[-1].address
    await write(page, "hapus")
    await expect(page.get_by_text(PHRASES["erased"])).to_be_visible()
    await expect(page.get_by_text("Kamu tinggal di mana?")).to_have_count(0)
    assert await page.context.cookies() == []

    await write(page, "halo lagi")
    await expect(page.get_by_text("Kamu menulis 9 huruf.")).to_be_visible()
    assert stand.pages.arrived[-1].address != old


async def test_when_the_conversation_was_erased_elsewhere_the_page_starts_afresh(stand: Stand) -> None:
    page = await stand.visit()
    await agree(page)
    talk = stand.pages.only_talk()
    stand.pages.talks.clear()
    talk.add(Line("tidak terlihat", mine=False))

    await expect(page.get_by_text(PHRASES["web_gone"])).to_be_visible()
    await expect(page.get_by_text("Kamu tinggal di mana?")).to_have_count(0)


async def test_a_stream_says_that_something_happened_but_never_what(stand: Stand) -> None:
    page = await stand.visit(scripts="off")
    await agree(page)
    (cookie,) = await page.context.cookies()
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


async def opens(http: httpx.AsyncClient, url: str) -> bool:
    async with http.stream("GET", url) as stream:
        return stream.status_code == 200


async def test_one_address_holds_few_streams_open(stand: Stand) -> None:
    page = await stand.visit(scripts="off")
    await agree(page)
    (cookie,) = await page.context.cookies()
    url = f"/chat/events?after={stand.pages.only_talk().changes}"
    async with httpx.AsyncClient(base_url=stand.url, cookies={cookie["name"]: cookie["value"]}) as http:
        streams = [await http.send(http.build_request("GET", url), stream=True) for _ in range(4)]
        for stream in streams:
            await anext(stream.aiter_text())
        assert not await opens(http, url)
        for stream in streams:
            await stream.aclose()
        await until(partial(opens, http, url))
