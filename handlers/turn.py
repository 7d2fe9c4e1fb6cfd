"""One incoming message as one transaction: who is it, what happened, what follows."""

from dataclasses import dataclass

from bot.dialogue.buttons import read_token
from bot.dialogue.events import Event, Opened, Picked, Pinned, Sent, Typed
from bot.ports import Blocked, Incoming, Other, Place, Start, Tap, Text
from handlers import handoff, staffchat
from handlers.conversation import Conversation
from handlers.speak import WEBCHAT, wake_after
from handlers.world import World
from storage import cases, deliveries, people, staffing, transcripts
from storage.people import ClientId
from storage.transaction import Work

#: A button that cannot be ours: taken as an old one.
_NOT_OURS = Picked("", "", "")


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was worked out before the transaction because it is slow.  `phrase_index`: of a typed return phrase."""

    phrase_index: bytes | None = None


def take(work: Work, world: World, incoming: Incoming, prepared: Prepared) -> None:
    """Take one delivery; a repeated one changes nothing."""
    if not deliveries.is_new(work, world.delivery_index(incoming.channel, incoming.provider_id)):
        return
    if incoming.group_sender is not None:
        staffchat.hear_group(work, world, incoming)
        return
    index = world.address_index(incoming.channel, incoming.address)
    member = staffing.find_staff(work, index)
    if member is not None:
        staffchat.hear(work, world, incoming, member)
        return
    match incoming.content:
        case Start(payload) if payload and staffchat.link(work, world, incoming, payload):
            return
        case Blocked():
            _lose(work, world, index, incoming.channel)
        case _:
            _hear_client(work, world, incoming, index, prepared)


def _hear_client(work: Work, world: World, incoming: Incoming, index: bytes, prepared: Prepared) -> None:
    client_id = people.find_client(work, index)
    if prepared.phrase_index is not None:
        client_id = _come_back(work, world, incoming, index, client_id, prepared.phrase_index)
        if client_id is None:
            return
    elif client_id is None:
        client_id = people.welcome(work, index, incoming.channel, incoming.address, world.script.default)
    else:
        people.use_address(work, client_id, index)
    event = Opened() if prepared.phrase_index is not None else _event(world, client_id, incoming)
    if incoming.channel == WEBCHAT and prepared.phrase_index is None:
        _show_on_page(work, world, client_id, incoming)
    Conversation(work, world, client_id).take(event)


def _come_back(
    work: Work, world: World, incoming: Incoming, index: bytes, present: ClientId | None, phrase_index: bytes
) -> ClientId | None:
    """Link this address to the folder the phrase belongs to; None if nobody has it, and the person was told."""
    owner = people.find_by_phrase(work, phrase_index)
    if owner is None:
        client_id = present or people.welcome(work, index, incoming.channel, incoming.address, world.script.default)
        conversation = Conversation(work, world, client_id)
        conversation.say("phrase_unknown")
        conversation.take(Opened())
        return None
    if present is not None and present != owner:
        people.drop_empty(work, present)
    people.link_address(work, owner, index, incoming.channel, incoming.address)
    conversation = Conversation(work, world, owner)
    conversation.say("phrase_welcome")
    return owner


def _event(world: World, client_id: ClientId, incoming: Incoming) -> Event:
    match incoming.content:
        case Start():
            return Opened()
        case Text(text):
            return Typed(text)
        case Tap(token):
            return read_token(world.keyring.signing_key, client_id, token) or _NOT_OURS
        case Place(latitude, longitude):
            return Pinned(latitude, longitude)
        case Other(what):
            return Sent(what)
        case Blocked():
            return Opened()


def _show_on_page(work: Work, world: World, client_id: ClientId, incoming: Incoming) -> None:
    """Keep the person's own line on the page, in the words of the button for a tap."""
    match incoming.content:
        case Text(text):
            transcripts.add_mine(work, client_id, text)
        case Tap(token):
            label = transcripts.label_of(work, client_id, token)
            if label is not None:
                transcripts.add_mine(work, client_id, label)
        case _:
            pass
    wake_after(work, world, client_id)


def _lose(work: Work, world: World, index: bytes, channel: str) -> None:
    """The person blocked the service: forget the address and tell the counsellor."""
    client_id = people.find_client(work, index)
    if client_id is None:
        return
    people.forget_address(work, client_id, channel)
    case = cases.open_case_of(work, client_id)
    if case is not None:
        handoff.tell_staff_of(work, world, case, "staff_unreachable")
