"""A picture is what it says it is, and says nothing but what is seen."""

import re
import struct
import time
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from bot.care.broadcasts.content import MOST_PICTURE_BYTES, MOST_SIDE, PictureFlaw
from bot.pictures import PictureFile
from handlers.broadcasts.redrawing import redraw
from tests.handlers.broadcasts.picturing import CAMERA, GREEN, ORANGE, REMARK, camera_data, draw, head_of, look, write

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PAGE = b"<html><script>alert('contoh')</script></html>"
NOISE = Image.effect_noise((1_000, 1_000), 200).convert("RGB")
_SEEN_OF_PNG = {b"IHDR", b"PLTE", b"IDAT", b"IEND"}


def taken(upload: bytes) -> PictureFile:
    """Redraw what must be taken."""
    file = redraw(upload)
    assert isinstance(file, PictureFile), file
    return file


def is_like(seen: object, wanted: tuple[int, int, int]) -> bool:
    """Tell whether a colour is as it was, as nearly as a JPEG keeps one."""
    return isinstance(seen, tuple) and all(abs(one - two) < 12 for one, two in zip(seen, wanted, strict=True))


def list_chunks(body: bytes) -> list[bytes]:
    """List the names of the chunks of a PNG."""
    names, place = [], 8
    while place < len(body):
        length, name = struct.unpack_from(">I4s", body, place)
        names.append(name)
        place += length + 12
    return names


def list_segments(body: bytes) -> list[int]:
    """List the markers of a JPEG up to where its drawing begins."""
    markers, place = [], 2
    while body[place] == 0xFF and body[place + 1] != 0xDA:
        markers.append(body[place + 1])
        place += 2 + struct.unpack_from(">H", body, place + 2)[0]
    return markers


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_stays_what_it_shows_and_of_which_kind_it_is(kind: str) -> None:
    file = taken(draw(kind))

    shown = look(file).convert("RGB")
    assert (look(file).format, file.kind, shown.size) == (kind, f"image/{kind.lower()}", (64, 48))
    assert is_like(shown.getpixel((5, 5)), ORANGE)
    assert is_like(shown.getpixel((60, 40)), GREEN)


def test_of_a_photo_neither_place_nor_camera_nor_words_are_left() -> None:
    photo = draw(exif=camera_data(), comment=REMARK.encode(), icc_profile=b"contoh-profil" * 9)
    assert CAMERA.encode() in photo

    body = taken(photo).body

    assert not re.search(rb"Exif|GPS|contoh|Contoh|ICC", body)
    assert [one for one in list_segments(body) if 0xE1 <= one <= 0xEF or one == 0xFE] == []


def test_of_a_drawing_no_words_are_left() -> None:
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", CAMERA)
    words.add_itxt("Comment", REMARK, zip=True)
    words.add(b"eXIf", camera_data().tobytes()[6:], after_idat=False)

    body = taken(draw("PNG", pnginfo=words, icc_profile=b"contoh-profil" * 9)).body

    assert set(list_chunks(body)) <= _SEEN_OF_PNG


def test_what_stands_behind_a_picture_or_inside_it_is_gone() -> None:
    for kind in ("JPEG", "PNG"):
        body = taken(draw(kind) + PAGE + b"PK\x03\x04 contoh.zip").body
        assert b"script" not in body
        assert b"contoh" not in body
    assert b"script" not in taken(draw(comment=PAGE)).body


def test_a_photo_taken_sideways_stands_upright() -> None:
    shown = look(taken(draw(exif=camera_data(orientation=6)))).convert("RGB")

    assert shown.size == (48, 64)
    assert is_like(shown.getpixel((45, 5)), ORANGE)


def test_what_is_seen_through_is_laid_on_white() -> None:
    glass = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    glass.paste((*GREEN, 255), (0, 0, 10, 20))
    for picture in (glass, glass.quantize(8)):
        file = taken(write(picture, "PNG"))
        assert is_like(look(file).convert("RGB").getpixel((15, 5)), (255, 255, 255))
        assert b"tRNS" not in file.body


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_way_of_colouring_a_drawing_is_taken(mode: str) -> None:
    picture = Image.new("I;16", (40, 30), 30_000) if mode == "I;16" else Image.new("RGB", (40, 30), GREEN).convert(mode)

    shown = look(taken(write(picture, "PNG"))).convert("RGB")

    assert shown.size == (40, 30)
    assert shown.getpixel((20, 15)) not in {(0, 0, 0), (255, 255, 255)} or mode == "1"


def test_a_photo_for_print_is_taken() -> None:
    assert look(taken(draw(mode="CMYK"))).mode == "RGB"


def test_a_drawing_too_rich_to_be_kept_as_one_is_kept_as_a_photo() -> None:
    rich = Image.effect_noise((590, 590), 200).convert("RGB").quantize(256)
    smallest = write(rich, "PNG", optimize=True)
    assert len(smallest) < MOST_PICTURE_BYTES

    assert len(taken(smallest).body) <= MOST_PICTURE_BYTES
    crowded = write(NOISE.resize((1_300, 1_300)), "JPEG", quality=45)
    assert len(crowded) < MOST_PICTURE_BYTES
    assert len(taken(crowded).body) <= MOST_PICTURE_BYTES


@pytest.mark.parametrize(
    ("upload", "flaw"),
    [
        (b"", PictureFlaw.UNREADABLE),
        (b"bukan gambar", PictureFlaw.UNREADABLE),
        (SVG, PictureFlaw.UNREADABLE),
        (b"\x89PNG\r\n\x1a\n" + SVG, PictureFlaw.UNREADABLE),
        (b"\xff\xd8\xff\xe0" + PAGE, PictureFlaw.UNREADABLE),
        (draw("GIF"), PictureFlaw.UNREADABLE),
        (draw("BMP"), PictureFlaw.UNREADABLE),
        (draw("WEBP"), PictureFlaw.UNREADABLE),
        (draw()[:-200], PictureFlaw.UNREADABLE),
        (draw("PNG")[:-30], PictureFlaw.UNREADABLE),
        (draw("PNG", size=(MOST_SIDE + 1, 400)), PictureFlaw.TOO_WIDE),
        (draw("PNG", size=(400, MOST_SIDE + 1)), PictureFlaw.TOO_WIDE),
        (draw("PNG", size=(210, 10)), PictureFlaw.TOO_WIDE),
        (write(NOISE, "PNG"), PictureFlaw.TOO_BIG),
    ],
)
def test_what_is_no_picture_or_too_large_is_refused(upload: bytes, flaw: PictureFlaw) -> None:
    assert redraw(upload) is flaw


def test_the_widest_and_the_heaviest_that_may_be_are_taken() -> None:
    assert look(taken(draw("PNG", size=(MOST_SIDE, MOST_SIDE)))).size == (MOST_SIDE, MOST_SIDE)
    padded = draw()
    assert len(taken(padded + b"\0" * (MOST_PICTURE_BYTES - len(padded))).body) < 2 * len(padded)
    assert redraw(padded + b"\0" * (MOST_PICTURE_BYTES - len(padded) + 1)) is PictureFlaw.TOO_BIG


@pytest.mark.parametrize("size", [(60_000, 60_000), (2_000_000_000, 2), (12_000, 12_000), (0, 10)])
def test_a_bomb_is_known_by_its_head_and_never_unpacked(size: tuple[int, int]) -> None:
    started = time.process_time()

    assert isinstance(redraw(head_of(*size)), PictureFlaw)
    assert time.process_time() - started < 1


def test_a_drawing_in_a_thousand_passes_is_not_begun() -> None:
    passes = draw(progressive=True).replace(b"\xff\xd9", b"")
    again = b"\xff\xda" + passes.rpartition(b"\xff\xda")[2]

    assert redraw(passes + again * 1_000 + b"\xff\xd9") is PictureFlaw.UNREADABLE


def test_words_packed_to_a_thousandth_inside_a_drawing_harm_nothing() -> None:
    bomb = zlib.compress(b"a" * 20_000_000, 9)
    body = draw("PNG")
    named = b"zTXtComment\0\0" + bomb
    chunk = struct.pack(">I", len(named) - 4) + named + struct.pack(">I", zlib.crc32(named))
    found = redraw(body[:33] + chunk + body[33:])

    assert found is PictureFlaw.UNREADABLE or (isinstance(found, PictureFile) and len(found.body) < 10_000)


@settings(max_examples=150)
@given(kind=st.sampled_from(["JPEG", "PNG"]), place=st.integers(0, 2**16), put=st.binary(max_size=4), cut=st.booleans())
def test_a_damaged_file_is_refused_or_whole_and_never_breaks_anything(
    *, kind: str, place: int, put: bytes, cut: bool
) -> None:
    body = draw(kind, (24, 24), exif=camera_data())
    place %= len(body)
    damaged = body[:place] + put + (b"" if cut else body[place + len(put) :])

    found = redraw(damaged)

    if isinstance(found, PictureFile):
        assert look(found).size[0] <= MOST_SIDE
        assert CAMERA.encode() not in found.body
