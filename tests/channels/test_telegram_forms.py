"""A form with a file is read by others as it was written."""

import asyncio
from collections.abc import AsyncGenerator

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import MultiPartParser

from bot.pictures import PictureFile
from channels.telegram_forms import write_form
from channels.telegram_methods import InlineButton, InlineKeyboard, SendPhoto


async def _give(body: bytes) -> AsyncGenerator[bytes, None]:
    yield body


def read(kind: str, body: bytes) -> FormData:
    """Read a form with the parser of a web framework."""
    return asyncio.run(MultiPartParser(Headers({"content-type": kind}), _give(body)).parse())


@given(
    words=st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    drawn=st.binary(max_size=500),
    is_png=st.booleans(),
)
def test_words_keys_and_file_come_back_whatever_they_hold(*, words: str, drawn: bytes, is_png: bool) -> None:
    file = PictureFile((b"\x89PNG" if is_png else b"\xff\xd8") + drawn)
    keyboard = InlineKeyboard([[InlineButton(words, "token")]])

    kind, body = write_form(SendPhoto(7, caption=words, reply_markup=keyboard, protect_content=True), "photo", file)
    form = read(kind, body)

    photo = form["photo"]
    assert isinstance(photo, UploadFile)
    with photo.file:
        uploaded = photo.file.read()
    assert (uploaded, photo.content_type, photo.filename) == (
        file.body,
        file.kind,
        "photo.png" if is_png else "photo.jpg",
    )
    assert (form["chat_id"], form["caption"], form["protect_content"]) == ("7", words, "true")
    assert msgspec.json.decode(str(form["reply_markup"])) == msgspec.to_builtins(keyboard)


def test_what_is_not_given_is_not_written() -> None:
    kind, body = write_form(SendPhoto(7), "photo", PictureFile(b"\xff\xd8"))

    form = read(kind, body)
    asyncio.run(form.close())
    assert sorted(form) == ["chat_id", "photo"]
