"""Turns the parameters of a send or an edit into what a message shows, refusing what Telegram refuses."""

from urllib.parse import urlsplit

from tests.botapi import refusals
from tests.botapi.arguments import Arguments
from tests.botapi.markup import count_units, read_html, trim
from tests.botapi.refusals import bad_request, not_modelled
from tests.botapi.world import Chat, Json, StoredFile, World

_INLINE = "inline_keyboard"


def read_text_body(arguments: Arguments) -> Json:
    """Read `text` with its formatting; the limit counts what is left after parsing."""
    text, entities = _read_formatted(arguments, "text", "entities")
    if not text:
        raise bad_request(refusals.TEXT_EMPTY)
    if count_units(text) > refusals.MESSAGE_MAX_UNITS:
        raise bad_request(refusals.TEXT_TOO_LONG)
    return {"text": text, "entities": entities} if entities else {"text": text}


def read_location_body(arguments: Arguments) -> Json:
    """Read `latitude` and `longitude`, in degrees."""
    latitude, longitude = arguments.read_float("latitude"), arguments.read_float("longitude")
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise bad_request("invalid location specified")
    location: Json = {"latitude": latitude, "longitude": longitude}
    if arguments.has("live_period"):
        location["live_period"] = arguments.read_integer("live_period")
    return {"location": location}


def read_photo_body(world: World, arguments: Arguments) -> Json:
    """Read `photo` (an upload or a known file id) and its caption."""
    upload = arguments.find_upload("photo")
    if upload:
        stored = world.store_file(upload.content, "photos", ".jpg")
    else:
        stored = _find_file(world, arguments.read_text("photo"))
    small = {**stored.to_json(), "file_id": f"small-{stored.file_id}", "file_size": 1_000, "width": 90, "height": 67}
    return {"photo": [small, {**stored.to_json(), "width": 640, "height": 480}], **_read_caption(arguments)}


def read_document_body(world: World, arguments: Arguments) -> Json:
    """Read `document` (an upload or a known file id) and its caption."""
    upload = arguments.find_upload("document")
    if upload:
        document: Json = {**world.store_file(upload.content, "documents", "").to_json(), "file_name": upload.name}
    else:
        document = _find_file(world, arguments.read_text("document")).to_json()
    return {"document": document, **_read_caption(arguments)}


def read_keyboards(chat: Chat, arguments: Arguments) -> tuple[Json | None, Json | None]:
    """Read `reply_markup`: the inline keyboard of the message, and the reply keyboard of the chat."""
    given = arguments.read_object("reply_markup")
    if given is None:
        return None, None
    if _INLINE in given:
        return _check_inline(given), None
    _require_private_requests(chat, given)
    return None, given


def read_inline_keyboard(arguments: Arguments) -> Json | None:
    """Read the `reply_markup` of an edit, where only an inline keyboard may stand."""
    given = arguments.read_object("reply_markup")
    if given is not None and _INLINE not in given:
        raise bad_request(refusals.INLINE_EXPECTED)
    return _check_inline(given) if given else None


def list_buttons(keyboard: Json | None, name: str) -> list[Json]:
    """List the buttons of a keyboard, row by row. `name` is `inline_keyboard` or `keyboard`."""
    rows = (keyboard or {}).get(name, [])
    assert isinstance(rows, list)
    buttons = [button for row in rows for button in row]
    return [button if isinstance(button, dict) else {"text": str(button)} for button in buttons]


def _read_formatted(arguments: Arguments, name: str, entities_name: str) -> tuple[str, list[Json]]:
    text, entities = arguments.read_text(name), arguments.read_objects(entities_name)
    mode = arguments.read_text("parse_mode", "").upper()
    if mode and not entities:
        if mode != "HTML":
            raise not_modelled(f"parse_mode {mode}; use HTML or entities")
        text, entities = read_html(text)
    return trim(text, entities)


def _read_caption(arguments: Arguments) -> Json:
    if not arguments.has("caption"):
        return {}
    text, entities = _read_formatted(arguments, "caption", "caption_entities")
    if count_units(text) > refusals.CAPTION_MAX_UNITS:
        raise bad_request(refusals.CAPTION_TOO_LONG)
    if not text:
        return {}
    return {"caption": text, "caption_entities": entities} if entities else {"caption": text}


def _find_file(world: World, given: str) -> StoredFile:
    if given.startswith(("http://", "https://")):
        raise not_modelled("files fetched from an address")
    if given not in world.files:
        raise bad_request(refusals.WRONG_FILE)
    return world.files[given]


def _check_inline(keyboard: Json) -> Json | None:
    buttons = list_buttons(keyboard, _INLINE)
    for button in buttons:
        if not str(button["text"]).strip():
            raise bad_request("inline keyboard button text must be non-empty")
        if "url" in button and not _is_web_address(str(button["url"])):
            raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    return keyboard if buttons else None


def _is_web_address(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "tg" or (parts.scheme in {"http", "https"} and "." in (parts.hostname or ""))


def _require_private_requests(chat: Chat, keyboard: Json) -> None:
    if chat.kind == "private":
        return
    for button in list_buttons(keyboard, "keyboard"):
        if button.get("request_location"):
            raise bad_request(refusals.LOCATION_PRIVATE_ONLY)
        if button.get("request_contact"):
            raise bad_request(refusals.CONTACT_PRIVATE_ONLY)
