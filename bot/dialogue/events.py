"""What can happen in a conversation."""

from dataclasses import dataclass, field

from bot.dialogue.flow import Settled


@dataclass(frozen=True, slots=True)
class Opened:
    """The person opened the chat or asked to start."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The person wrote something.

    `recent`: what the same person wrote within the last minute and a half, oldest first.  `minute`: since 1970.
    """

    text: str
    recent: tuple[str, ...] = ()
    minute: int = 0


@dataclass(frozen=True, slots=True)
class Picked:
    """The person tapped a button of ours, new or old."""

    flow: str
    key: str
    choice: str


@dataclass(frozen=True, slots=True)
class Pinned:
    """The person shared a position, in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Sent:
    """The person sent something that is not text: photo, voice, sticker, file, contact, other, or an edit.

    `words`: that came with it; only danger is heard in them.
    """

    what: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """Something the world offers as an answer: an area to tap, a unit to choose."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Found:
    """The world's reply to `LookUp`.

    `settled`: the answer, if the world is sure.  Otherwise `text` is said with `offers` to tap; empty offers
    mean that nothing was found and the person may say it differently.
    `opens`: another question of the flow that is to be asked first.  `also`: answers to questions on request that are
    settled beside this one, which stays open.
    """

    key: str
    settled: str | None = None
    text: str = ""
    offers: tuple[Offer, ...] = ()
    opens: str | None = None
    also: Settled = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reminded:
    """A check-in is due.  `words`: the neutral sentence the person chose; empty for the usual one."""

    flow: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Accompanied:
    """A counsellor took the case and speaks with the person from now on."""

    text: str


@dataclass(frozen=True, slots=True)
class Released:
    """The counsellor closed or handed over the case; the service speaks again."""

    text: str
    flow: str


@dataclass(frozen=True, slots=True)
class Restored:
    """What was sent earlier lies open again to be corrected."""

    flow: str
    settled: Settled


Event = Opened | Typed | Picked | Pinned | Sent | Found | Reminded | Accompanied | Released | Restored
