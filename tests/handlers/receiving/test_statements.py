"""A turn runs prepared statements: what goes through SQLAlchemy's compiler costs five times as much, and is counted."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from sqlalchemy import Engine, event

from bot.ports import ChannelName, Content, Incoming, Start, Tap, Text
from channels.webchat_forms import WEBCHAT
from handlers.conversing.pages import WebPages
from storage.tables.metadata import metadata
from tests.handlers.test_main_path import CLIENT, COUNSELLOR, INTAKE
from tests.handlers.walking import accepted_case
from tests.worlds import TestBed

PAGE = "contoh-halaman"
_NUMBERS = count()
_TABLES = re.compile(rf"\b({'|'.join(metadata.tables)})\b")


@contextmanager
def _compiled() -> Iterator[list[str]]:
    """List what goes through SQLAlchemy and is about what is remembered; BEGIN and COMMIT are not."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if _TABLES.search(statement):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def _receive(bed: TestBed, channel: ChannelName, address: str, *contents: Content) -> None:
    for content in contents:
        await bed.receiver.receive(Incoming(channel, address, f"message-{next(_NUMBERS)}", content))


def _typed(*texts: str) -> tuple[Content, ...]:
    return tuple(Start() if text == "/start" else Text(text) for text in texts)


async def test_the_whole_way_to_a_unit_is_prepared(bed: TestBed) -> None:
    await bed.counsellor(COUNSELLOR)

    with _compiled() as seen:
        await _receive(bed, bed.channel.name, CLIENT, *_typed(*INTAKE, "1", "/menu"))

    await bed.flush()
    assert any("Terkirim" in text for text in bed.heard(CLIENT))
    assert seen == []


async def test_the_same_way_on_the_page_is_prepared_and_so_is_a_look_at_it(bed: TestBed) -> None:
    pages = WebPages(bed.world, bed.receiver)

    with _compiled() as seen:
        await _receive(bed, WEBCHAT, PAGE, *_typed(*INTAKE))
        page = await pages.page(PAGE)
        assert page is not None
        await _receive(bed, WEBCHAT, PAGE, Tap(page.lines[-1].keys[0].token))
        page = await pages.page(PAGE)

    assert page is not None
    assert any("Terkirim" in line.text for line in page.lines)
    assert seen == []


async def test_words_to_a_counsellor_are_prepared(bed: TestBed) -> None:
    await accepted_case(bed)

    with _compiled() as seen:
        await _receive(bed, bed.channel.name, CLIENT, *_typed("saya ingin bicara", "masih di sini"))

    await bed.flush()
    assert "masih di sini" in bed.last(COUNSELLOR).text
    assert seen == []
