"""Invented pictures, honest ones and others, as somebody at a desk may send them."""

import struct
import zlib
from io import BytesIO

from PIL import Image

from bot.pictures import PictureFile
from handlers.broadcasts.redrawing import redraw

#: What a camera writes beside the picture; none of it may be left.
CAMERA, REMARK = "Kamera Contoh 3000", "di depan rumah Bu Contoh"
GREEN, ORANGE = (30, 110, 80), (220, 140, 40)


def draw(kind: str = "JPEG", size: tuple[int, int] = (64, 48), *, mode: str = "RGB", **options: object) -> bytes:
    """Draw a green picture whose upper left quarter is orange, and write it as a file."""
    picture = Image.new("RGB", size, GREEN)
    picture.paste(ORANGE, (0, 0, size[0] // 2, size[1] // 2))
    return write(picture.convert(mode), kind, **options)


def write(picture: Image.Image, kind: str, **options: object) -> bytes:
    """Write a picture as a file of a kind."""
    body = BytesIO()
    picture.save(body, kind, **options)
    return body.getvalue()


def look(file: PictureFile) -> Image.Image:
    """Read a picture to its end."""
    shown = Image.open(BytesIO(file.body))
    shown.load()
    return shown


def make_file(kind: str = "PNG") -> PictureFile:
    """Make a picture as it is kept."""
    file = redraw(draw(kind))
    assert isinstance(file, PictureFile)
    return file


def camera_data(orientation: int = 1) -> Image.Exif:
    """Make what a phone writes about a photo: camera, remark, how it was held, and where it stood."""
    data = Image.Exif()
    data[0x0110], data[0x010E], data[0x0112] = CAMERA, REMARK, orientation
    place = data.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "S", (3.0, 58.0, 22.0), "E", (122.0, 30.0, 46.0)
    return data


def head_of(width: int, height: int) -> bytes:
    """Write a PNG of a few bytes that says it is as large as that."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (
        (b"IHDR", head),
        (b"IDAT", zlib.compress(b"\0" * 64)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in parts)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
