"""People and groups as a test moves them."""

import asyncio
from collections.abc import Callable

from tests.botapi import acts, refusals
from tests.botapi.acts import NotOnScreen, Press
from tests.botapi.screen import Screen, read_screen
from tests.botapi.service import Service
from tests.botapi.world import Account, Chat, Json

_SETTLE_SECONDS = 0.05


class NeverHappened(AssertionError):
    """What a test waited for did not come; the message shows the screen."""


class Room:
    """A chat as it is seen and waited for."""

    def __init__(self, service: Service, chat: Chat) -> None:
        """Look at `chat`."""
        self._service = service
        self._chat = chat

    @property
    def chat_id(self) -> int:
        """The id the bot writes to."""
        return self._chat.id

    @property
    def received(self) -> list[str]:
        """Every text the bot ever sent here, in order; other kinds as [location], [photo]."""
        return list(self._chat.received)

    @property
    def edits(self) -> list[str]:
        """Every text the bot ever edited a message to, in order."""
        return list(self._chat.edits)

    @property
    def bot_acts(self) -> int:
        """How often the bot changed the screen: sends, edits and deletions."""
        return self._chat.bot_acts

    async def screen(self) -> Screen:
        """Show what is on the screen now."""
        await asyncio.sleep(0)
        return read_screen(self._chat, self._service.world.bot)

    async def wait_for(self, predicate: Callable[[Screen], bool], timeout: float = 5.0) -> Screen:  # noqa: ASYNC109 - brief
        """Wait until the screen fulfils `predicate`; raises NeverHappened after `timeout` seconds."""
        return await self._wait(lambda: predicate(read_screen(self._chat, self._service.world.bot)), timeout)

    async def wait_for_act(self, after: int, timeout: float = 5.0) -> Screen:  # noqa: ASYNC109 - brief
        """Wait until `bot_acts` exceeds `after` and the bot has been still for a moment."""
        await self._wait(lambda: self._chat.bot_acts > after, timeout)
        while True:
            seen = self._chat.bot_acts
            await asyncio.sleep(_SETTLE_SECONDS)
            if self._chat.bot_acts == seen:
                return await self.screen()

    async def _wait(self, is_so: Callable[[], bool], timeout_seconds: float) -> Screen:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_seconds
        while not is_so():
            if loop.time() >= deadline:
                shown = read_screen(self._chat, self._service.world.bot)
                raise NeverHappened(f"not within {timeout_seconds} s; the screen shows:\n{shown}")
            await self._service.world.bell.hear(deadline - loop.time())
        return await self.screen()


class Person(Room):
    """Somebody with a phone, in the private chat with the bot."""

    def __init__(self, service: Service, chat: Chat, account: Account) -> None:
        """Hold the phone of `account`."""
        super().__init__(service, chat)
        self.account = account

    @property
    def id(self) -> int:
        """The person's id, equal to the id of the private chat."""
        return self.account.id

    @property
    def toasts(self) -> list[str]:
        """The short notices that answered this person's taps, in order, without the empty ones."""
        queries = self._service.world.queries.values()
        return [query.answer for query in queries if query.chat_id == self.chat_id and query.answer]

    async def start(self, payload: str = "") -> int:
        """Press Start, or follow a link with a payload."""
        return await self.send(f"/start {payload}".rstrip())

    async def send(self, text: str, reply_to: int | None = None) -> int:
        """Type and send a text; returns its message id. The first message lets the bot write."""
        return await self.send_raw(acts.write_text_body(text), reply_to)

    async def send_and_wait(self, text: str, timeout: float = 5.0) -> Screen:  # noqa: ASYNC109 - brief
        """Send a text and wait until the bot has reacted here and is still again."""
        before = self.bot_acts
        await self.send(text)
        return await self.wait_for_act(before, timeout)

    async def press(self, label: str, on: int | None = None) -> Press:
        """Tap a button that is there now, else NotOnScreen. `on` names the message if several have it."""
        self._require_phone_can_send()
        return acts.press(self._service, self._chat, self.account, label, on)

    async def press_and_wait(self, label: str, timeout: float = 5.0) -> Screen:  # noqa: ASYNC109 - brief
        """Tap a button and wait until the bot has reacted here and is still again."""
        before = self.bot_acts
        await self.press(label)
        return await self.wait_for_act(before, timeout)

    async def press_old(self, message_id: int, data: str) -> Press:
        """Send a tap with `data` although the button may be gone, as a slow phone does."""
        return acts.press_data(self._service, self._chat, self.account, message_id, data)

    async def find_link(self, label: str) -> str:
        """Give the address behind a link button that is there now, else NotOnScreen."""
        for seen in reversed((await self.screen()).from_bot):
            for button in seen.buttons:
                if button.label == label and button.url:
                    return button.url
        raise NotOnScreen(f"no link {label!r} on the screen now")

    async def share(self, lat: float, lon: float, *, accuracy_m: float | None = None) -> int:
        """Share a place, in degrees; possible at any time, asked for or not."""
        location: Json = {"latitude": lat, "longitude": lon}
        if accuracy_m is not None:
            location["horizontal_accuracy"] = accuracy_m
        return await self.send_raw({"location": location})

    async def share_and_wait(self, lat: float, lon: float, timeout: float = 5.0) -> Screen:  # noqa: ASYNC109 - brief
        """Share a place and wait until the bot has reacted here and is still again."""
        before = self.bot_acts
        await self.share(lat, lon)
        return await self.wait_for_act(before, timeout)

    async def send_photo(self, content: bytes = b"obviously not a photo", caption: str = "") -> int:
        """Send a photo; getFile and the file address serve `content`."""
        stored = self._service.world.store_file(content, "photos", ".jpg")
        body: Json = {"photo": [{**stored.to_json(), "width": 640, "height": 480}]}
        return await self.send_raw({**body, "caption": caption} if caption else body)

    async def send_voice(self, content: bytes = b"obviously not a voice", duration_s: int = 3) -> int:
        """Send a voice message."""
        stored = self._service.world.store_file(content, "voice", ".oga")
        return await self.send_raw({"voice": {**stored.to_json(), "duration": duration_s, "mime_type": "audio/ogg"}})

    async def send_document(self, content: bytes = b"contoh", name: str = "contoh.txt") -> int:
        """Send a file."""
        stored = self._service.world.store_file(content, "documents", "")
        return await self.send_raw({"document": {**stored.to_json(), "file_name": name}})

    async def send_sticker(self, emoji: str = "👍") -> int:
        """Send a sticker."""
        stored = self._service.world.store_file(b"sticker", "stickers", ".webp")
        shape: Json = {"width": 512, "height": 512, "is_animated": False, "is_video": False}
        return await self.send_raw({"sticker": {**stored.to_json(), **shape, "type": "regular", "emoji": emoji}})

    async def send_contact(self, phone: str = "+620000000000", name: str = "Contoh") -> int:
        """Send a phone number, one's own or another's."""
        return await self.send_raw({"contact": {"phone_number": phone, "first_name": name}})

    async def forward(self, text: str, origin: str = "Contoh Lain") -> int:
        """Forward somebody's text; the update carries the name of whom it came from."""
        who: Json = {"type": "hidden_user", "sender_user_name": origin, "date": int(self._service.world.now())}
        return await self.send_raw({**acts.write_text_body(text), "forward_origin": who})

    async def send_raw(self, body: Json, reply_to: int | None = None) -> int:
        """Send a message of any kind; `body` is what stands beside date, chat and from."""
        self._require_phone_can_send()
        if self._chat.barrier == refusals.NEVER_STARTED:
            self._chat.barrier = None
        return acts.say(self._service, self._chat, self.account, body, reply_to)

    async def edit(self, message_id: int, text: str) -> None:
        """Change one of one's own messages."""
        acts.edit(self._service, self._chat, message_id, text)

    async def block(self) -> None:
        """Block the bot."""
        self._chat.barrier = refusals.BLOCKED
        acts.change_membership(self._service, self._chat, self.account, "member", "kicked")

    async def unblock(self) -> None:
        """Unblock the bot."""
        self._chat.barrier = None
        acts.change_membership(self._service, self._chat, self.account, "kicked", "member")

    async def delete_account(self) -> None:
        """Leave the platform for good; the bot gets no update, only a 403 later."""
        self._chat.barrier = refusals.DEACTIVATED

    def _require_phone_can_send(self) -> None:
        if self._chat.barrier in {refusals.BLOCKED, refusals.DEACTIVATED}:
            raise NotOnScreen(f"this person cannot write now: {self._chat.barrier}")


class Group(Room):
    """A group the bot is in."""

    async def post(self, person: Person, text: str, reply_to: int | None = None) -> int:
        """Post a text as a member. Without administrator rights the bot sees commands, mentions and replies only."""
        return acts.say(self._service, self._chat, self._member(person), acts.write_text_body(text), reply_to)

    async def press(self, person: Person, label: str, on: int | None = None) -> Press:
        """Tap a button as a member, else NotOnScreen."""
        return acts.press(self._service, self._chat, self._member(person), label, on)

    async def promote_bot(self) -> None:
        """Make the bot an administrator."""
        self._chat.bot_is_admin = True

    async def remove_bot(self, by: Person) -> None:
        """Throw the bot out."""
        self._chat.barrier = refusals.REMOVED
        acts.change_membership(self._service, self._chat, by.account, "member", "kicked")

    def _member(self, person: Person) -> Account:
        if person.id not in self._chat.members:
            raise NotOnScreen("only members can act in a group")
        return person.account
