"""Read what Telegram sends into what the handlers understand; everything else about a person is never decoded."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Final, TypeVar

import msgspec
from msgspec import Meta, Raw, Struct

from bot.ports import Blocked, ChannelName, Content, Incoming, Moved, Other, Place, Start, Tap, Text

TELEGRAM: Final = ChannelName("telegram")

#: The kinds of update worth asking for; `_Update` reads exactly these.
KINDS: Final = ("message", "edited_message", "callback_query", "my_chat_member")


@dataclass(frozen=True, slots=True)
class ReadUpdate:
    """One update as far as it could be read.

    `update_id`: None when not even that could be found.  `incoming`: None when there is nothing to react to.
    `broken`: the update is not what Telegram documents; it is to be counted and passed over.
    """

    update_id: int | None
    incoming: Incoming | None
    broken: bool = False


def read_updates(answer: bytes) -> tuple[ReadUpdate, ...]:
    """Read the answer to getUpdates; a malformed update never costs its neighbours.  Raises nothing."""
    try:
        items = [bytes(item) for item in _decode(answer, _Answer).result]
    except _UNREADABLE:
        return (*map(read_update, _cut_apart(answer)), ReadUpdate(None, None, broken=True))
    return tuple(map(read_update, items))


def read_update(raw: bytes) -> ReadUpdate:
    """Read one update, as it comes to a webhook.  Raises nothing."""
    for mend in (bytes, _mend):
        try:
            update = _decode(mend(raw), _Update)
            return ReadUpdate(update.update_id, _read_any(update))
        except _UNREADABLE:
            continue
    return ReadUpdate(_find_id(raw), None, broken=True)


# What is malformed shows as one of these: not JSON, not the documented types, not UTF-8, nested beyond reason.
_UNREADABLE = (ValueError, RecursionError)

_NOTHING = Raw()

UpdateId = Annotated[int, Meta(ge=0)]
#: Telegram promises that ids fit into 52 bits.
ChatId = Annotated[int, Meta(ge=-(2**53), le=2**53)]
#: Latitudes too: a programme that swaps the two numbers is understood where places are, not lost here.
Degrees = Annotated[float, Meta(ge=-180, le=180)]


class _Answer(Struct, frozen=True):
    result: list[Raw]


class _Update(Struct, frozen=True):
    update_id: UpdateId
    message: Raw = _NOTHING
    edited_message: Raw = _NOTHING
    callback_query: Raw = _NOTHING
    my_chat_member: Raw = _NOTHING


class _Chat(Struct, frozen=True):
    id: ChatId
    type: str


class _Sender(Struct, frozen=True):
    id: ChatId
    is_bot: bool = False


class _Location(Struct, frozen=True):
    latitude: Degrees
    longitude: Degrees


class _Venue(Struct, frozen=True):
    location: _Location


class _Replied(Struct, frozen=True):
    message_id: int
    sender: _Sender | None = msgspec.field(name="from", default=None)


class _Message(Struct, frozen=True):
    chat: _Chat
    message_id: int | None = None
    sender: _Sender | None = msgspec.field(name="from", default=None)
    text: str | None = None
    caption: str | None = None
    migrate_to_chat_id: ChatId | None = None
    location: _Location | None = None
    venue: _Venue | None = None
    reply_to_message: _Replied | None = None


class _TappedMessage(Struct, frozen=True):
    chat: _Chat


class _Query(Struct, frozen=True):
    id: str
    sender: _Sender = msgspec.field(name="from")
    message: _TappedMessage | None = None
    data: str | None = None


class _Member(Struct, frozen=True):
    status: str


class _Membership(Struct, frozen=True):
    chat: _Chat
    new_chat_member: _Member


_GROUPS = ("group", "supergroup")
_START = re.compile(r"/start(?:@\w+)?(?:\s+(?P<payload>.*))?", re.ASCII | re.DOTALL)
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_ID = re.compile(rb'"update_id"\s*:\s*(\d{1,18})\b')
_BEGINNING = re.compile(r'\{\s*"update_id"\s*:')

# Keys of a message that name what it carries, and the words of `bot.ports.Other` for it.  First match counts:
# an animation also carries a document.
_UNREAD = {
    "photo": "photo",
    "voice": "voice",
    "video_note": "voice",
    "sticker": "sticker",
    "animation": "file",
    "video": "file",
    "audio": "file",
    "document": "file",
    "contact": "contact",
    "dice": "other",
    "game": "other",
    "paid_media": "other",
    "poll": "other",
    "checklist": "other",
    "story": "other",
}

T = TypeVar("T")


def _decode(raw: bytes | Raw, shape: type[T]) -> T:
    return msgspec.json.decode(raw, type=shape)


def _read_any(update: _Update) -> Incoming | None:
    provider_id = str(update.update_id)
    if _is_there(update.message):
        return _read_message(update.message, provider_id, edited=False)
    if _is_there(update.edited_message):
        return _read_message(update.edited_message, provider_id, edited=True)
    if _is_there(update.callback_query):
        return _read_tap(_decode(update.callback_query, _Query), provider_id)
    if _is_there(update.my_chat_member):
        return _read_membership(_decode(update.my_chat_member, _Membership), provider_id)
    return None


def _is_there(field: Raw) -> bool:
    return bytes(field) not in {b"", b"null"}


def _read_message(raw: Raw, provider_id: str, *, edited: bool) -> Incoming | None:
    message = _decode(raw, _Message)
    content = _read_edit(message) if edited else _read_content(message, _decode(raw, dict[str, Raw]))
    if content is None:
        return None
    if message.chat.type == "private":
        reference = None if edited or message.message_id is None else str(message.message_id)
        return Incoming(TELEGRAM, str(message.chat.id), provider_id, content, reference=reference)
    if message.chat.type in _GROUPS and message.sender:
        return Incoming(TELEGRAM, str(message.chat.id), provider_id, content, str(message.sender.id))
    return None


def _read_edit(message: _Message) -> Content | None:
    # A live location is edited every few seconds without anybody doing anything.
    return None if message.location else Other("edited", message.text or message.caption or "")


def _read_content(message: _Message, fields: dict[str, Raw]) -> Content | None:
    if message.text is not None:
        return _read_text(message.text, message.reply_to_message)
    location = message.venue.location if message.venue else message.location
    if location:
        return Place(location.latitude, location.longitude)
    if message.migrate_to_chat_id is not None:
        return Moved(str(message.migrate_to_chat_id))
    # What remains is a notice of the platform's own, such as a pinned message or somebody joining a group.
    return next((Other(what, message.caption or "") for key, what in _UNREAD.items() if key in fields), None)


def _read_text(text: str, replied: _Replied | None) -> Content:
    start = _START.fullmatch(text.strip())
    if start:
        payload = start["payload"] or ""
        return Start(payload if _PAYLOAD.fullmatch(payload) else "")
    # Only a bot's own messages carry an id of ours, and a chat with a person has one bot.
    is_ours = replied is not None and replied.sender is not None and replied.sender.is_bot
    return Text(text, str(replied.message_id) if replied and is_ours else None)


def _read_tap(query: _Query, provider_id: str) -> Incoming | None:
    if query.data is None:
        return None
    sender = str(query.sender.id)
    tap = Tap(query.data, query.id)
    chat = query.message.chat if query.message else None
    if chat is None or chat.type == "private":
        return Incoming(TELEGRAM, str(chat.id) if chat else sender, provider_id, tap)
    return Incoming(TELEGRAM, str(chat.id), provider_id, tap, sender) if chat.type in _GROUPS else None


def _read_membership(membership: _Membership, provider_id: str) -> Incoming | None:
    is_block = membership.chat.type == "private" and membership.new_chat_member.status == "kicked"
    return Incoming(TELEGRAM, str(membership.chat.id), provider_id, Blocked()) if is_block else None


def _mend(raw: bytes) -> bytes:
    """Write JSON anew with half characters replaced, so that words with a broken emoji still arrive."""
    try:
        return json.dumps(json.loads(raw.decode("utf-8", "replace")), ensure_ascii=False).encode("utf-8", "replace")
    except _UNREADABLE:
        return b""


def _cut_apart(answer: bytes) -> Iterator[bytes]:
    """Cut a list of updates that is no JSON as a whole where each of them begins.

    A quotation mark within somebody's words is escaped, so their words cannot look like a beginning.
    """
    text = answer.decode("utf-8", "replace")
    starts = [beginning.start() for beginning in _BEGINNING.finditer(text)]
    for start, end in pairwise([*starts, len(text)]):
        piece = text[start:end]
        try:
            _, length = json.JSONDecoder().raw_decode(piece)
            yield piece[:length].encode("utf-8", "surrogatepass")
        except _UNREADABLE:
            yield piece.encode("utf-8", "surrogatepass")


def _find_id(raw: bytes) -> int | None:
    found = _ID.search(raw)
    return int(found[1]) if found else None
