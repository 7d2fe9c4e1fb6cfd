"""A picture at the desk: added, seen, exchanged, taken away, and refused without losing a word."""

import re
from http import HTTPStatus

import pytest

from bot.pictures import PictureFile
from browser.forms import Posted
from storage.broadcasts import pictures, records
from storage.team.staffing import Role
from tests.console.test_broadcasts import FORM, HOME, TEXT, Room, room
from tests.handlers.broadcasts.picturing import CAMERA, camera_data, draw, make_file

__all__ = ["room"]

DESCRIBED = {"described_id": "Mesin jahit di atas meja"}
PNG, JPEG = make_file("PNG"), make_file("JPEG")
_KEPT = re.compile(r'name="picture_kept" value="([0-9a-f]{64})"')
_IMAGE = re.compile(r'<img class="shown" src="([^"]+)" alt="([^"]*)"')


async def add(room: Room, file: bytes, **changed: str) -> str:
    """Write a broadcast with a picture; return the path of its page."""
    made = await room.author.upload(f"{HOME}/add", file, **{**FORM, **DESCRIBED, **changed})
    assert made.status_code == HTTPStatus.SEE_OTHER, made.text
    return str(made.headers["location"].partition("?")[0])


async def kept(room: Room, path: str) -> PictureFile | None:
    """Look up what is kept."""
    broadcast_id = bytes.fromhex(path.rpartition("/")[2])
    return await room.desk.bed.world.database.read(lambda work: pictures.load(work, broadcast_id))


async def save(room: Room, path: str, file: bytes = b"", **changed: str) -> int:
    """Send the form of a broadcast as it stands, but for what is changed."""
    form = (await room.author.open(f"{path}/edit")).text
    fields = {**FORM, **DESCRIBED, "revision": await room.revision(path)}
    fields |= {"picture_kept": found[1]} if (found := _KEPT.search(form)) else {}
    return (await room.author.upload(f"{path}/save", file, **{**fields, **changed})).status_code


async def test_a_picture_is_added_with_the_words_and_seen_as_it_arrives(room: Room) -> None:
    path = await add(room, draw(exif=camera_data()))

    page = (await room.author.open(path)).text
    (source, said), *_ = _IMAGE.findall(page)
    given = await room.author.open(source)

    assert said == DESCRIBED["described_id"]
    assert "Keterangan gambar:" in page
    assert given.headers["content-type"] == "image/jpeg"
    assert given.headers["cache-control"] == "no-store"
    assert CAMERA.encode() not in given.content
    assert PictureFile(given.content) == await kept(room, path)


async def test_a_broadcast_with_a_picture_is_approved_with_it_and_changed_without_it(room: Room) -> None:
    path = await add(room, draw())
    assert await room.note(room.author, f"{path}/dry_run") == "broadcast_tried"
    assert await room.note(room.author, f"{path}/ask") == "broadcast_asked"
    page = (await room.approver.open(path)).text
    source, _ = _IMAGE.findall(page)[0]
    assert (await room.approver.open(source)).status_code == HTTPStatus.OK
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert seen is not None

    assert await save(room, path, draw("PNG")) == HTTPStatus.SEE_OTHER

    assert await room.note(room.approver, f"{path}/decide", answer="yes", seen=seen[1]) == "gone"
    assert (await kept(room, path)) == PNG


async def test_a_picture_stays_is_exchanged_and_taken_away(room: Room) -> None:
    path = await add(room, draw("PNG"))
    assert await save(room, path, text_id="Kata lain.") == HTTPStatus.SEE_OTHER
    assert await kept(room, path) == PNG
    assert await save(room, path, draw()) == HTTPStatus.SEE_OTHER
    assert await kept(room, path) == JPEG
    assert await save(room, path, picture_drop="1") == HTTPStatus.SEE_OTHER
    assert await kept(room, path) is None
    assert not _IMAGE.search((await room.author.open(path)).text)


async def test_without_a_word_on_what_it_shows_nothing_can_be_asked(room: Room) -> None:
    path = await add(room, draw(), described_id=" ")

    assert "keterangan gambar belum ada" in (await room.author.open(path)).text
    assert await room.note(room.author, f"{path}/dry_run") == "broadcast_faulty"


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "bukan gambar JPEG atau PNG"),
        (draw() + b"\0" * 1_100_000, "lebih besar dari 1 MB"),
        (draw("PNG", (4_100, 40)), "lebih dari 4.000 piksel"),
    ],
)
async def test_a_picture_that_is_refused_costs_no_word(room: Room, file: bytes, said: str) -> None:
    refused = await room.author.upload(f"{HOME}/add", file, **{**FORM, **DESCRIBED, "regions": "74"})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    for word in (said, TEXT, DESCRIBED["described_id"], 'name="regions" value="74"', "Lain kali"):
        assert word in refused.text

    path = await add(room, draw("PNG"))
    again = await room.author.upload(
        f"{path}/save",
        file,
        **{**FORM, **DESCRIBED, "revision": await room.revision(path), "picture_kept": PNG.digest},
    )
    assert said in again.text
    assert f'name="picture_kept" value="{PNG.digest}"' in again.text
    assert await kept(room, path) == PNG


async def test_words_written_over_meanwhile_stay_in_the_boxes_with_the_picture_that_is_there(room: Room) -> None:
    path = await add(room, draw("PNG"))
    old = await room.revision(path)
    assert await save(room, path, draw()) == HTTPStatus.SEE_OTHER

    late = await room.author.upload(
        f"{path}/save", b"", **{**FORM, **DESCRIBED, "text_id": "Kataku.", "revision": old, "picture_kept": PNG.digest}
    )

    assert late.status_code == HTTPStatus.CONFLICT
    assert "Kataku." in late.text
    assert f'name="picture_kept" value="{JPEG.digest}"' in late.text


async def test_the_picture_is_there_for_who_sees_the_broadcast_and_for_nobody_else(room: Room) -> None:
    path = await add(room, draw())
    counsellor = await room.desk.sign_in(await room.desk.hire(Role.COUNSELLOR))
    auditor = await room.desk.sign_in(await room.desk.hire(Role.AUDITOR, None))
    for browser in (room.approver, counsellor, auditor):
        assert (await browser.open(f"{path}/picture")).status_code == HTTPStatus.NOT_FOUND
    assert (await room.desk.visitor().get(f"{path}/picture")).status_code == HTTPStatus.UNAUTHORIZED
    assert (await room.author.open(f"{await room.write()}/picture")).status_code == HTTPStatus.NOT_FOUND


async def test_a_forged_form_or_one_that_is_far_too_large_does_nothing(room: Room) -> None:
    forged = await room.author.upload(f"{HOME}/add", draw(), **{**FORM, "check": "0" * 64})
    huge = await room.author.upload(f"{HOME}/add", b"\0" * 9_000_000, **FORM)
    assert (forged.status_code, huge.status_code) == (HTTPStatus.FORBIDDEN, HTTPStatus.FORBIDDEN)
    two = {"file": [("a.png", draw(), "image/png")] * 2}
    named = [("file", one) for one in two["file"]]
    check = await room.author.find_check()
    several = await room.author.http.post(f"{HOME}/add", data={**FORM, "check": check}, files=named)
    assert several.status_code == HTTPStatus.FORBIDDEN
    assert await room.desk.bed.world.database.read(lambda work: records.list_in(work, records.State)) == []


async def test_a_counsellor_can_upload_nothing(room: Room) -> None:
    path = await add(room, draw("PNG"))
    counsellor = await room.desk.sign_in(await room.desk.hire(Role.COUNSELLOR))
    for target in (f"{HOME}/add", f"{path}/save"):
        answer = await counsellor.upload(target, draw(), **FORM)
        assert answer.status_code == HTTPStatus.NOT_FOUND
    assert await kept(room, path) == PNG


def test_what_was_posted_shows_no_byte_of_a_file_in_a_log() -> None:
    assert "rahasia" not in repr(Posted({}, b"rahasia"))
    assert "rahasia" not in repr(PictureFile(b"rahasia"))
