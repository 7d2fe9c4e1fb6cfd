"""Draw a picture anew, so that nothing of a file is left but what is seen."""

import warnings
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps

from bot.care.broadcasts.content import MOST_PICTURE_BYTES, MOST_SIDE, PictureFlaw
from bot.pictures import PictureFile

# What the library only warns of is refused.
warnings.simplefilter("error", Image.DecompressionBombWarning)

_FORMATS: Final = ("JPEG", "PNG")
#: A strip thinner than this is refused by platforms.
_THINNEST: Final = 20
#: A drawing in passes has a dozen; thousands of them in a small file would keep the processor busy for minutes.
_MOST_PASSES: Final = 100
_PASS: Final = b"\xff\xda"
#: The first that is small enough is taken.
_QUALITIES: Final = (85, 70, 55)


def redraw(upload: bytes) -> PictureFile | PictureFlaw:
    """Draw anew what a file shows: upright, on white, without place, time, camera, words or anything behind it.

    Takes a second for the largest.  What claims to be a picture and cannot be drawn to its end is refused.
    """
    if len(upload) > MOST_PICTURE_BYTES:
        return PictureFlaw.TOO_BIG
    if upload.count(_PASS) > _MOST_PASSES:
        return PictureFlaw.UNREADABLE
    try:
        # Reads the head only: a bomb is known by what it says about itself, before anything is unpacked.
        with Image.open(BytesIO(upload), formats=_FORMATS) as opened:
            if not _is_fit(*opened.size):
                return PictureFlaw.TOO_WIDE
            is_png = opened.format == "PNG"
            ImageOps.exif_transpose(opened, in_place=True)
            drawn = _flatten(opened)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return PictureFlaw.TOO_WIDE
    except Exception:  # noqa: BLE001 - a decoder has many words for what is no picture
        return PictureFlaw.UNREADABLE
    return _write(drawn, is_png=is_png)


def _is_fit(width: int, height: int) -> bool:
    longer, shorter = max(width, height), min(width, height)
    return shorter > 0 and longer <= MOST_SIDE and longer <= shorter * _THINNEST


def _flatten(image: Image.Image) -> Image.Image:
    """Lay what is seen through on white, as not every platform does, and drop everything that is not seen."""
    if image.has_transparency_data:
        layer = image if image.mode == "RGBA" else image.convert("RGBA")
        drawn = Image.new("RGB", layer.size, "white")
        drawn.paste(layer, mask=layer.getchannel("A"))
    elif image.mode.startswith("I"):  # sixteen bits of grey, of which eight can be seen
        drawn = image.convert("I").point(lambda grey: grey / 256).convert("L")
    else:
        drawn = image.copy() if image.mode in {"1", "L", "P", "RGB"} else image.convert("RGB")
    drawn.info.clear()
    return drawn


def _write(drawn: Image.Image, *, is_png: bool) -> PictureFile | PictureFlaw:
    written = [_save(drawn, "PNG")] if is_png else []
    if written and len(written[0]) <= MOST_PICTURE_BYTES:
        return PictureFile(written[0])
    plain = drawn if drawn.mode in {"L", "RGB"} else drawn.convert("RGB")
    for quality in _QUALITIES:
        body = _save(plain, "JPEG", quality=quality)
        if len(body) <= MOST_PICTURE_BYTES:
            return PictureFile(body)
    return PictureFlaw.TOO_BIG


def _save(drawn: Image.Image, kind: str, **options: int) -> bytes:
    body = BytesIO()
    drawn.save(body, kind, **options)
    return body.getvalue()
