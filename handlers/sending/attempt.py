"""One attempt to send a letter, and what became of it."""

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.dialogue.layout import fit
from bot.ports import Channel, ChannelError, Outgoing, Rejected, TryLater, Uncertain, Unreachable
from storage.outbox import Letter

log = logging.getLogger(__name__)

#: At five minutes each more than a day: an outage is waited out before anything is given up.
_MOST_ATTEMPTS = 400
_LONGEST_DELAY_S = 300.0
#: Stands before the words of a second copy, so that both people can tell that the first may have arrived.
SECOND_COPY = "↻ "


class NotOurs(TryLater):
    """Another process sends on the channel by now."""

    def __init__(self) -> None:
        """Leave it to that one at once."""
        super().__init__(0)


@dataclass(frozen=True, slots=True)
class Route:
    """Where a letter goes.

    `index`: of a client's address, None for staff.  `screen`: the message to replace.  `traces`: what can be taken
    back there, for a letter that clears the chat.
    """

    channel: Channel
    address: str
    index: bytes | None = None
    screen: str | None = None
    traces: tuple[str, ...] = ()
    is_group: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a letter.

    `rest`: what was not sent yet.  `references`: the provider's ids of what was sent.  `error`: what went wrong.
    """

    letter: Letter
    route: Route | None
    rest: Outgoing
    references: tuple[str, ...] = ()
    error: ChannelError | None = None

    @property
    def reference(self) -> str | None:
        """Return the id of the last piece, which carries the buttons; None if it has none."""
        return self.references[-1] if self.references else None

    @property
    def waits(self) -> bool:
        """Tell whether the letter will be tried again, so that what comes after it must wait too."""
        match self.error:
            case TryLater() | Uncertain(is_harmless=True):
                return self.letter.attempts < _MOST_ATTEMPTS
            case Uncertain():
                return not (self.letter.again or self.letter.is_unrepeatable)
            case _:
                return False


async def send(letter: Letter, route: Route | None, may_send: Callable[[], bool]) -> Outcome:
    """Send a letter piece by piece; whatever happens is in the outcome.

    `may_send`: asked before each piece; once it is False the rest is left to whoever sends now.
    """
    if route is None:
        return Outcome(letter, None, letter.message, error=Unreachable("no address left"))
    pieces: Sequence[Outgoing] = ()
    references: tuple[str, ...] = ()
    sent = 0
    message = _mark_second_copy(letter.message) if letter.again else letter.message
    try:
        message = await _clear(letter, route, message)
        screen = route.screen if letter.replace else None
        pieces = fit(message if message.replaces == screen else replace(message, replaces=screen), route.channel.limits)
        for piece in pieces:
            if not may_send():
                raise NotOurs  # noqa: TRY301 - the rest is kept like the rest of what a platform did not take
            reference = await route.channel.send(route.address, piece)
            references += () if reference is None else (reference,)
            sent += 1
    except ChannelError as error:
        log.info("outbox", extra={"action": "outbox.unsent", "channel": letter.channel, "error": error})
        return Outcome(letter, route, _rest_of(message, pieces, sent), references, error)
    except Exception as error:
        log.exception("outbox", extra={"action": "outbox.broken", "channel": letter.channel, "error": error})
        return Outcome(letter, route, letter.message, error=Rejected(type(error).__name__))
    return Outcome(letter, route, letter.message, references)


def delay(attempts: int) -> float:
    """Back off from one second to five minutes, with a jitter of half."""
    longest = min(2.0 ** (attempts - 1), _LONGEST_DELAY_S)
    return longest * (0.5 + secrets.randbelow(1000) / 2000)


def _mark_second_copy(message: Outgoing) -> Outgoing:
    return message if message.text.startswith(SECOND_COPY) else replace(message, text=SECOND_COPY + message.text)


async def _clear(letter: Letter, route: Route, message: Outgoing) -> Outgoing:
    """Take back what the letter is to take back first; return what may honestly be said afterwards."""
    if letter.clearing is None:
        return message
    references = tuple(dict.fromkeys((*letter.clearing.references, *route.traces)))
    stayed = await route.channel.take_back(route.address, references) if references else 0
    return replace(message, text=letter.clearing.if_kept) if stayed else message


def _rest_of(message: Outgoing, pieces: Sequence[Outgoing], sent: int) -> Outgoing:
    """Return what is left of a message after its first pieces have been sent."""
    if sent == 0:
        return message
    keys = tuple(key for piece in pieces[sent:] for key in piece.keys)
    # A picture is what goes out first.
    return replace(message, text="\n".join(piece.text for piece in pieces[sent:]), keys=keys, picture=None)
