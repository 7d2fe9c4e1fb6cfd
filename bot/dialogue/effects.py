"""What a step of the conversation asks the outside to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.dialogue.flow import Answer


class Ask(StrEnum):
    """What a message waits for, so that a channel can offer the right way to reply."""

    NOTHING = "nothing"
    CHOICE = "choice"
    TEXT = "text"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Button:
    """A choice to tap.  The three ids come back in `Picked`; `picked` marks a choice already made."""

    flow: str
    key: str
    choice: str
    label: str
    picked: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that goes with words.

    `id`: by which whoever shows it finds it.  `description`: says what it shows, to whoever does not see it.
    """

    id: str
    description: str


@dataclass(frozen=True, slots=True)
class Message:
    """Something to say, free of any channel.

    `buttons`: rows are the channel's business.  `replace`: the message takes the place of the last one with
    buttons, where the channel can do that.  `afterwards`: what a page of ours shows in its place once the person has
    gone on; empty for the message itself.  `calls`: the phrase of a message that names whom to call; the outside says
    it anew with what is true for the place and the hour.
    """

    text: str
    buttons: tuple[Button, ...] = ()
    ask: Ask = Ask.NOTHING
    replace: bool = False
    afterwards: str = ""
    calls: str = ""
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Say:
    """Speak to the person."""

    message: Message


@dataclass(frozen=True, slots=True)
class LookUp:
    """Ask the world; the reply comes back as `Found` with the same key.

    Exactly one of `text`, `picked`, `position` is given, or none for the first offer.
    `known`: what the flow has settled so far.  `offered`: ids on offer at the moment.  `language`: for wording.
    """

    source: str
    key: str
    language: str
    known: Mapping[str, Answer]
    offered: tuple[str, ...] = ()
    text: str | None = None
    picked: str | None = None
    position: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """Do what the person chose, by the name content gives it, such as show_data, pause or erase."""

    action: str


@dataclass(frozen=True, slots=True)
class Complete:
    """A questionnaire is complete: here is everything that was settled."""

    flow: str
    answers: Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Relay:
    """Pass these words to the counsellor."""

    text: str


@dataclass(frozen=True, slots=True)
class Withhold:
    """Keep what was written for half an hour at most, in case the person wants it sent as it is.

    `flow` and `key`: the question it answered; empty for words to the counsellor.
    """

    text: str
    flow: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """Call a human: danger was heard.  `severity`: immediate or high; `danger`: id of the rule, never the words."""

    severity: str
    danger: str


Effect = Say | LookUp | Act | Complete | Relay | Withhold | Alert
