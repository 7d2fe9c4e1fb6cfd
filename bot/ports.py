"""What the handlers need from a channel: what comes in, what goes out, and how sending can fail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NewType, Protocol

from bot.dialogue.effects import Ask, Picture
from bot.pictures import PictureFile

#: telegram, webchat, terminal, whatsapp.
ChannelName = NewType("ChannelName", str)


@dataclass(frozen=True, slots=True)
class Start:
    """The chat was opened.  `payload`: what a deep link carried, at most 64 characters, or empty."""

    payload: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """Words.  `reply_to`: the provider's id of the message of ours that is being answered, or None."""

    text: str
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class Tap:
    """A button of ours.  `token` is what we put on it; `callback` is what the provider wants acknowledged, or None."""

    token: str
    callback: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A shared position in degrees, dropped after it has been understood as an area."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Other:
    """Something that is not read.

    `what`: photo, voice, sticker, file, contact, edited or other.  `words`: written under it or into it; they are
    only screened for danger, never kept or passed on.
    """

    what: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """The chat got another address."""

    address: str


@dataclass(frozen=True, slots=True)
class Blocked:
    """The person blocked the service or deleted the chat."""


Content = Start | Text | Tap | Place | Other | Moved | Blocked


class Entry(Enum):
    """What somebody brings who opens a conversation where anybody can open any number of them."""

    NOTHING = "nothing"
    WORK = "work"  #: their device has solved what it was asked
    PATIENCE = "patience"  #: they have waited as long as they were asked


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing that arrived, stripped at the edge of names, numbers and pictures.

    `address`: where to reply, canonical for the channel.  `provider_id`: unique per channel, the same when delivered
    again.  `group`: the sender's own address when the message stands in a group, otherwise None.  `reference`: the
    provider's id of the person's own message, by which it can be taken back; None if it is no message or has none.
    `entry`: counts only for somebody new.
    """

    channel: ChannelName
    address: str
    provider_id: str
    content: Content
    group_sender: str | None = None
    reference: str | None = None
    entry: Entry = Entry.NOTHING


@dataclass(frozen=True, slots=True)
class Key:
    """A button ready for a channel: the signed token that comes back, and its label."""

    token: str
    label: str
    picked: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message ready for a channel.

    `replaces`: the provider's id of the message to edit in place, where the channel can.  `quiet`: no sound.
    `picture`: stands above the words; only where the limits say that the channel shows pictures.
    """

    text: str
    keys: tuple[Key, ...] = ()
    ask: Ask = Ask.NOTHING
    replaces: str | None = None
    share_label: str = ""  #: label of a "share my location" key when `ask` is PLACE; empty for none
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What a channel can carry.

    `text_units`: longest text in UTF-16 code units.  `keys`: most keys under one message.  `label_chars`: longest
    label shown whole.  `token_bytes`: longest token.  `can_take_back`: messages of both sides can be deleted later.
    `caption_units`: longest text under a picture, None where no pictures are shown.
    `per_second`: messages a second the platform takes, all chats together.  `per_chat`, `per_group`: so many at once in
    one chat, and as many again in so many seconds.  None: as many as there are.
    """

    text_units: int
    keys: int
    label_chars: int
    token_bytes: int
    can_replace: bool
    can_take_back: bool = False
    caption_units: int | None = None
    per_second: float | None = None
    per_chat: tuple[int, float] | None = None
    per_group: tuple[int, float] | None = None


class Channel(Protocol):
    """A way to reach people.  One contract test runs over all of them."""

    @property
    def name(self) -> ChannelName:
        """Name the channel, as in addresses and configuration."""
        ...

    @property
    def limits(self) -> Limits:
        """Tell what one message can carry."""
        ...

    async def send(self, address: str, message: Outgoing) -> str | None:
        """Send one message that fits the limits; return the provider's id of it, or None if there is none.

        Raises Unreachable when the address is gone for good, TryLater when the message certainly did not arrive and
        may later, Uncertain when it may or may not have arrived, Rejected when the platform will never take it.
        """
        ...

    async def acknowledge(self, callback: str) -> None:
        """Tell the platform that a tap was heard; failures do not matter."""
        ...

    async def take_back(self, address: str, references: Sequence[str]) -> int:
        """Delete messages of either side by the provider's ids; return how many of them stay.

        One that is gone already does not stay, so that the same may be asked again.  Raises Unreachable, TryLater, or
        Uncertain, which then is harmless.
        """
        ...

    async def check(self) -> object:
        """Ask the platform something that changes nothing and that nobody notices; return once it answers as itself.

        Raises TryLater or Uncertain when it does not.
        """
        ...


class ChannelError(Exception):
    """Sending did not work."""


class Unreachable(ChannelError):
    """The address is gone: blocked, deleted, never started.  Forget it."""


class TryLater(ChannelError):
    """The platform certainly did not take it, and may later.

    `seconds` from now.  `everywhere`: the whole channel, not only this address.
    """

    def __init__(self, seconds: float, *, everywhere: bool = False) -> None:
        """Remember how long to wait."""
        super().__init__(f"the platform asks to wait {seconds:g} s")
        self.seconds = seconds
        self.everywhere = everywhere


class Uncertain(ChannelError):
    """No answer of the platform's came: what was asked may have been done.

    `reason`: a class of error, never words of anybody.  `is_harmless`: done twice is as if done once, as with an edit.
    """

    def __init__(self, reason: str = "", *, is_harmless: bool = False) -> None:
        """Remember why nothing is known."""
        super().__init__(reason)
        self.is_harmless = is_harmless


class Rejected(ChannelError):
    """The platform will never take this message.  Carries the class of the refusal, never the words."""


class Crowded(ChannelError):
    """Too much of something arrives at once to take it now; it may be sent again."""


class EntryWanted(Crowded):
    """So many begin at once that somebody new has to bring something, see `Entry`.

    `load`: from 0 to 1, how much of what may come in that way has come.
    """

    def __init__(self, load: float) -> None:
        """Remember how many there are."""
        super().__init__("many new conversations at once; bring work or patience")
        self.load = load


#: Channels by name, as the composition root builds them.
Channels = Mapping[ChannelName, Channel]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a web conversation.  `mine`: the person said it.  Only the newest line's keys can be tapped.

    `picture`: its id is that of the line.
    """

    text: str
    mine: bool
    keys: tuple[Key, ...] = ()
    ask: Ask = Ask.NOTHING
    share_label: str = ""
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """What a web page shows now.

    `revision` grows with every new line.  `consented`: a cookie may be set from now on.  `accompanied`: a counsellor
    is speaking.  `language`: of the page.
    """

    lines: tuple[Line, ...]
    revision: int
    language: str
    consented: bool
    accompanied: bool


class Pages(Protocol):
    """What the web chat needs from the handlers."""

    async def receive(self, incoming: Incoming) -> None:
        """Take what a person sent; returns after the commit.

        Raises Crowded when it can not be taken now, EntryWanted when it would be with something brought along.
        """
        ...

    async def page(self, address: str) -> Page | None:
        """Return the conversation of a web address and mark it as seen; None if the address is unknown."""
        ...

    async def picture(self, line: str, address: str | None) -> PictureFile | None:
        """Return the picture of a line somebody has.  `address`: of the cookie; it must be theirs if they have one."""
        ...

    async def wait(self, address: str, revision: int, seconds: float) -> bool:
        """Wait until the conversation has moved past `revision`; False when the time is over."""
        ...

    def phrase(self, name: str, language: str) -> str:
        """Return one of the service's own sentences, for labels of the page."""
        ...
