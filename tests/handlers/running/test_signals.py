"""Who waits here is woken by what happens here and in other processes, which learn nothing of anybody."""

import asyncio

from handlers.running.signals import Signals

FOLDER, OTHER = b"folder of contoh", b"folder of orang."


def _two() -> tuple[Signals, Signals, list[str]]:
    """Two processes, and what was told between them."""
    here, there, told = Signals(), Signals(), list[str]()

    def tell_there(notice: str) -> None:
        told.append(notice)
        there.hear(notice)

    here.share(tell_there, _blind)
    there.share(here.hear, _blind)
    return here, there, told


def _blind(folder: bytes) -> bytes:
    return folder[::-1]


async def test_a_page_open_in_another_process_is_woken_without_its_folder_being_named() -> None:
    here, there, told = _two()
    pages = there.page(FOLDER), there.page(OTHER)
    page, others_page = (open_page.listen() for open_page in pages)

    here.wake_page(FOLDER)

    assert await page.wait(0.01)
    assert not await others_page.wait(0.01)
    assert FOLDER.hex() not in told[0]


async def test_letters_wake_the_sender_of_another_process_and_nobody_if_this_one_sends() -> None:
    here, there, told = _two()
    here.outbox.set()
    assert there.outbox.is_set()
    assert told == ["outbox"]

    here.outbox.is_ours = lambda: True
    here.outbox.set()
    assert told == ["outbox"]


async def test_a_claim_forgets_what_it_has_seen_but_not_what_others_told_meanwhile() -> None:
    here, there, _ = _two()
    heard = here.outbox.heard
    here.outbox.set()
    here.outbox.expect()
    here.outbox.forget(heard)
    assert not here.outbox.is_set()

    there.outbox.set()
    here.outbox.forget(heard)
    assert here.outbox.is_set()


async def test_a_farewell_is_shown_once_in_whichever_process_the_page_comes_to() -> None:
    here, there, _ = _two()
    here.say_farewell(FOLDER, "Sampai jumpa, contoh.")

    assert there.take_farewell(FOLDER) == "Sampai jumpa, contoh."
    assert (there.take_farewell(FOLDER), here.take_farewell(FOLDER)) == (None, None)


async def test_when_something_may_have_been_missed_everybody_looks() -> None:
    here, _, _ = _two()
    open_page = here.page(FOLDER)
    page, duties = open_page.listen(), here.duties.listen()
    here.hear("everything")

    assert here.outbox.is_set()
    assert all(await asyncio.gather(page.wait(0.01), duties.wait(0.01)))


async def test_alone_a_process_tells_nobody() -> None:
    alone = Signals()
    open_page = alone.page(FOLDER)
    page = open_page.listen()
    alone.wake_page(FOLDER)
    alone.outbox.set()

    assert await page.wait(0.01)
