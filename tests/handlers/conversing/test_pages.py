"""What the page of the web chat shows, and that it hears of everything new."""

import asyncio
import threading

import pytest

from bot.ports import Incoming, Key, Page, Start, Tap, Text
from channels.webchat_forms import WEBCHAT
from handlers.conversing.pages import WebPages
from storage.clients import people, transcripts
from storage.clients.people import ClientId
from storage.transaction import Work
from tests.handlers.walking import in_world
from tests.worlds import TestBed

ADDRESS = "contoh-halaman"
SHOWN, GONE = "Kalimat kembalimu:", "satu kali saja"


def _incoming(number: int, content: Start | Text | Tap) -> Incoming:
    return Incoming(WEBCHAT, ADDRESS, f"form-{number}", content)


def _key(page: Page, label: str) -> Key:
    return next(key for line in reversed(page.lines) for key in line.keys if key.label.startswith(label))


async def _page(pages: WebPages) -> Page:
    page = await pages.page(ADDRESS)
    assert page is not None
    return page


def _words(page: Page) -> str:
    return "\n".join(line.text for line in page.lines)


async def _show_phrase(bed: TestBed) -> WebPages:
    pages = WebPages(bed.world, bed.receiver)
    await pages.receive(_incoming(1, Start()))
    await pages.receive(_incoming(2, Text("data saya")))
    await pages.receive(_incoming(3, Tap(_key(await _page(pages), "Kalimat kembali").token)))
    return pages


async def test_a_return_phrase_can_be_read_and_is_gone_once_the_person_goes_on(bed: TestBed) -> None:
    pages = await _show_phrase(bed)
    shown = [_words(await _page(pages)) for _ in range(2)]
    phrase = shown[0].split(f"{SHOWN}\n\n")[1].split("\n\n")[0]
    revision = (await _page(pages)).revision

    await pages.receive(_incoming(4, Text("menu")))
    after = await _page(pages)

    assert all(phrase in words for words in shown)
    assert phrase not in _words(after)
    assert GONE in _words(after)
    assert after.revision > revision
    assert phrase not in await in_world(bed, lambda work: _kept(work, bed))


async def test_a_return_phrase_is_gone_after_ten_minutes_without_moving_the_page(bed: TestBed) -> None:
    pages = await _show_phrase(bed)
    before = await _page(pages)

    bed.clock.pass_time(minutes=10)
    after = await _page(pages)

    assert SHOWN in _words(before)
    assert SHOWN not in _words(after)
    assert before.revision == after.revision


async def test_a_line_that_comes_while_the_page_is_compared_is_not_missed(
    bed: TestBed, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = WebPages(bed.world, bed.receiver)
    await pages.receive(_incoming(1, Start()))
    revision = (await _page(pages)).revision
    has_read, may_go_on = threading.Event(), threading.Event()
    latest_revision = transcripts.latest_revision

    def read_slowly(work: Work, client_id: ClientId) -> int:
        found = latest_revision(work, client_id)
        if threading.current_thread().name != writer:
            has_read.set()
            may_go_on.wait(10)
        return found

    writer = await in_world(bed, lambda _work: threading.current_thread().name)
    monkeypatch.setattr(transcripts, "latest_revision", read_slowly)
    waiting = asyncio.create_task(pages.wait(ADDRESS, revision, 5))
    await asyncio.to_thread(has_read.wait, 10)
    await pages.receive(_incoming(2, Text("menu")))
    may_go_on.set()

    assert await waiting


def _kept(work: Work, bed: TestBed) -> str:
    client_id = people.find_client(work, bed.world.address_index(WEBCHAT, ADDRESS))
    assert client_id is not None
    return "\n".join(line.text for line in transcripts.load_transcript(work, client_id).lines)
