"""The people, chats, messages and files behind the loopback Bot API, as Telegram would keep them."""

import asyncio
import contextlib
import itertools
import time
from dataclasses import dataclass, field, replace
from typing import Literal

from tests.botapi import refusals
from tests.botapi.refusals import bad_request, forbidden

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Account:
    """A person or the bot, as others see it."""

    id: int
    first_name: str
    is_bot: bool = False
    username: str | None = None
    language: str = "id"

    def to_json(self) -> Json:
        """Write the account as a `User`."""
        who: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.username:
            who["username"] = self.username
        return who if self.is_bot else {**who, "language_code": self.language}


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it is now. `body` holds what depends on its kind: text, location, photo."""

    id: int
    sender: Account
    sent_at: int
    body: Json
    inline_keyboard: Json | None = None
    is_protected: bool = False
    is_silent: bool = False
    edited_at: int | None = None


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that either side uploaded."""

    file_id: str
    path: str
    content: bytes

    def to_json(self) -> Json:
        """Write the fields every kind of file has."""
        return {"file_id": self.file_id, "file_unique_id": f"u{self.file_id}", "file_size": len(self.content)}


@dataclass(slots=True)
class Query:
    """One press of an inline button. `answer` is None until the bot answers it."""

    id: str
    chat_id: int
    message_id: int
    data: str
    is_stale: bool = False
    answer: str | None = None


@dataclass(slots=True)
class Chat:
    """A private chat or a group, with what is on its screen. `barrier` is why the bot may not write, if it may not."""

    id: int
    kind: Literal["private", "supergroup"]
    title: str
    members: dict[int, Account]
    barrier: str | None = None
    bot_is_admin: bool = False
    messages: dict[int, Message] = field(default_factory=dict)
    reply_keyboard: Json | None = None
    received: list[str] = field(default_factory=list)
    edits: list[str] = field(default_factory=list)
    bot_acts: int = 0
    last_message_id: int = 0

    def to_json(self) -> Json:
        """Write the chat as a `Chat`."""
        name = "first_name" if self.kind == "private" else "title"
        return {"id": self.id, "type": self.kind, name: self.title}

    def show(self, message: Message) -> Json:
        """Write one of its messages as a `Message`; only an inline keyboard is echoed."""
        shown: Json = {"message_id": message.id, "date": message.sent_at, "chat": self.to_json()}
        shown |= {"from": message.sender.to_json(), **message.body}
        if message.inline_keyboard:
            shown["reply_markup"] = message.inline_keyboard
        if message.is_protected:
            shown["has_protected_content"] = True
        if message.edited_at is not None:
            shown["edit_date"] = message.edited_at
        return shown

    def take_id(self) -> int:
        """Hand out the next message id of this chat."""
        self.last_message_id += 1
        return self.last_message_id


class Bell:
    """Wakes whoever waits for something to change."""

    def __init__(self) -> None:
        """Start silent."""
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Wake everybody who is waiting now."""
        self._event.set()
        self._event = asyncio.Event()

    async def hear(self, timeout_seconds: float) -> None:
        """Wait for the next ring, at most `timeout_seconds`."""
        # Not wait_for: up to Python 3.11 it swallows a cancellation that comes together with the ring.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                await self._event.wait()


@dataclass(slots=True)
class World:
    """Everything Telegram would remember about one bot. `skipped_seconds` moves its clock ahead."""

    bot: Account
    bell: Bell = field(default_factory=Bell)
    chats: dict[int, Chat] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    queries: dict[str, Query] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    profile: dict[tuple[str, str], str] = field(default_factory=dict)
    skipped_seconds: float = 0.0
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def now(self) -> float:
        """Tell the time of this world, in seconds since 1970."""
        return time.time() + self.skipped_seconds

    def take_number(self) -> int:
        """Hand out a number that was never handed out before."""
        return next(self._numbers)

    def store_file(self, content: bytes, folder: str, suffix: str) -> StoredFile:
        """Keep an uploaded file and give it an id."""
        number = self.take_number()
        stored = StoredFile(f"file-{number:06d}", f"{folder}/file_{number}{suffix}", content)
        self.files[stored.file_id] = stored
        return stored

    def find_chat(self, chat_id: int | str) -> Chat:
        """Look a chat up, or refuse as Telegram does."""
        known = chat_id if isinstance(chat_id, int) else int(chat_id) if chat_id.lstrip("-").isdigit() else 0
        if known not in self.chats:
            raise bad_request(refusals.CHAT_NOT_FOUND)
        return self.chats[known]

    def find_writable(self, chat_id: int | str) -> Chat:
        """Look up a chat the bot may write to, or refuse as Telegram does."""
        chat = self.find_chat(chat_id)
        if chat.barrier:
            raise forbidden(chat.barrier)
        return chat

    def add_bot_message(self, chat: Chat, message: Message, keyboard: Json | None) -> Json:
        """Put the bot's new message on the screen. `keyboard` is a reply keyboard or its removal."""
        chat.messages[message.id] = message
        if keyboard is not None:
            chat.reply_keyboard = keyboard if "keyboard" in keyboard else None
        chat.received.append(read_text(message))
        self.note_bot_act(chat)
        return chat.show(message)

    def edit_bot_message(self, chat: Chat, message: Message, body: Json, keyboard: Json | None) -> Json:
        """Replace what one of the bot's messages says; its id stays."""
        if body == message.body and keyboard == message.inline_keyboard:
            raise bad_request(refusals.NOT_MODIFIED)
        edited = replace(message, body=body, inline_keyboard=keyboard, edited_at=int(self.now()))
        chat.messages[message.id] = edited
        chat.edits.append(read_text(edited))
        self.note_bot_act(chat)
        return chat.show(edited)

    def note_bot_act(self, chat: Chat) -> None:
        """Count a visible act of the bot and wake whoever waits for one."""
        chat.bot_acts += 1
        self.bell.ring()


def read_text(message: Message) -> str:
    """Say in text what a message shows: its text or caption, else its kind in brackets."""
    for name in ("text", "caption"):
        value = message.body.get(name)
        if isinstance(value, str):
            return value
    return f"[{read_kind(message)}]"


def read_kind(message: Message) -> str:
    """Name the kind of a message: text, location, photo, ..."""
    kinds = ("text", "location", "photo", "voice", "sticker", "contact", "document")
    return next((kind for kind in kinds if kind in message.body), "other")
