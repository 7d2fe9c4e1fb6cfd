"""One incoming message as one transaction: who is it, what happened, what follows."""

from dataclasses import dataclass

from bot.dialogue.buttons import read_any_token
from bot.dialogue.events import Event, Opened, Picked, Pinned, Sent, Typed
from bot.dialogue.script import Command
from bot.dialogue.wording import SYSTEM
from bot.ports import Blocked, Incoming, Moved, Other, Place, Start, Tap, Text
from handlers.broadcasts import tapping
from handlers.caring import handoff
from handlers.conversing import moving
from handlers.conversing.conversation import Conversation
from handlers.discreet import cleaning, guard, wishing
from handlers.speak import WEBCHAT, wake_after
from handlers.team import staffchat
from handlers.world import World
from storage.casework import cases
from storage.clients import people, phrases, transcripts
from storage.clients.held import minute_of
from storage.clients.people import Arrival, ClientId
from storage.receiving import deliveries
from storage.team import staffing
from storage.transaction import Work

#: A button that cannot be ours: taken as an old one.
_NOT_OURS = Picked("", "", "")
#: Ask again what was being asked.
_GO_ON = Picked(SYSTEM, SYSTEM, Command.RESUME.value)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was worked out before the transaction because it is slow.  `phrase_index`: of a typed return phrase."""

    phrase_index: bytes | None = None


def take(work: Work, world: World, incoming: Incoming, prepared: Prepared) -> bool:
    """Take one delivery; False for a repeated one, which changes nothing."""
    if not deliveries.is_new(work, world.delivery_index(incoming.channel, incoming.provider_id)):
        return False
    _hear(work, world, incoming, prepared)
    return True


def _hear(work: Work, world: World, incoming: Incoming, prepared: Prepared) -> None:
    if incoming.group_sender is not None:
        staffchat.hear_group(work, world, incoming)
        return
    arrival = people.find_arrival(work, world.address_index(incoming.channel, incoming.address))
    if arrival is None and _is_staff_matter(work, world, incoming):
        return
    present = arrival.client_id if arrival else None
    match incoming.content:
        case Start(payload) if payload and staffchat.link(work, world, incoming, payload):
            return
        case Blocked():
            if present is not None:
                _lose(work, world, incoming, present)
        case _ if prepared.phrase_index is not None:
            _come_back(work, world, incoming, present, prepared.phrase_index)
        case _:
            _hear_client(work, world, incoming, arrival)


def _is_staff_matter(work: Work, world: World, incoming: Incoming) -> bool:
    """Let staff handle it if the address is linked to somebody who works here."""
    member = staffing.find_staff(work, world.address_index(incoming.channel, incoming.address))
    if member is None:
        return False
    staffchat.hear(work, world, incoming, member)
    return True


def _hear_client(work: Work, world: World, incoming: Incoming, arrival: Arrival | None) -> None:
    if arrival is None:
        client_id = _welcome(work, world, incoming)
    else:
        client_id = arrival.client_id
        people.keep_longer(work, arrival)
        if not arrival.is_current:
            index = world.address_index(incoming.channel, incoming.address)
            people.use_address(work, client_id, index, incoming.channel, incoming.address)
    cleaning.note_incoming(work, world, client_id, incoming)
    conversation = Conversation(work, world, client_id, arrival=arrival, channel=incoming.channel)
    if incoming.channel == WEBCHAT:
        _show_on_page(work, world, conversation, incoming)
    event = tapping.hear(conversation, _event(work, world, client_id, incoming))
    if event is not None:
        conversation.take(event)


def _welcome(work: Work, world: World, incoming: Incoming) -> ClientId:
    """Open a folder for somebody new.  Raises Crowded or EntryWanted when a page anybody can open brings too many."""
    if incoming.channel == WEBCHAT:
        world.allowances.admit_from_web(incoming.entry, work.now.timestamp())
    index = world.address_index(incoming.channel, incoming.address)
    return people.welcome(work, index, incoming.channel, incoming.address, world.script.default)


def _come_back(work: Work, world: World, incoming: Incoming, present: ClientId | None, phrase_index: bytes) -> None:
    """Link this address to the folder the phrase belongs to, and greet whoever it is where they were.

    A folder here that holds another request stays: without this address nobody could open or erase it any more.
    """
    index = world.address_index(incoming.channel, incoming.address)
    owner = phrases.find_by_phrase(work, phrase_index)
    occupied = owner is not None and present not in {None, owner} and bool(cases.list_cases_of(work, present or owner))
    if owner is None or occupied:
        client_id = present or _welcome(work, world, incoming)
        cleaning.note_incoming(work, world, client_id, incoming)
        conversation = Conversation(work, world, client_id, channel=incoming.channel)
        conversation.say("phrase_unknown" if owner is None else "phrase_occupied")
        conversation.take(Opened())
        return
    if present not in {None, owner}:
        people.drop_empty(work, present or owner)
    people.link_address(work, owner, index, incoming.channel, incoming.address)
    people.restart_retention(work, owner)
    conversation = Conversation(work, world, owner, channel=incoming.channel)
    if present != owner or guard.is_locked(conversation.state, minute_of(work.now)):
        wishing.reset_pin(conversation)
    if incoming.channel == WEBCHAT and phrases.moves(work, phrase_index):
        moving.finish(conversation, index)
    else:
        _greet(conversation, incoming, phrase_index, is_back=present != owner)
    conversation.take(Opened() if present != owner else _GO_ON)


def _greet(conversation: Conversation, incoming: Incoming, phrase_index: bytes, *, is_back: bool) -> None:
    """Say that the phrase was right; on a platform it does not stay on the screen."""
    work, world, owner = conversation.work, conversation.world, conversation.client_id
    is_first = not phrases.moves(work, phrase_index) and phrases.confirm_phrase(work, owner, phrase_index)
    phrase = "phrase_confirmed" if is_first and not is_back else "phrase_welcome"
    said = world.script.say(phrase, conversation.state.language)
    if not cleaning.take_back_passing(work, world, owner, incoming, said):
        conversation.say(phrase)


def _event(work: Work, world: World, client_id: ClientId, incoming: Incoming) -> Event:
    match incoming.content:
        case Start():
            return Opened()
        case Text(text):
            lately = world.lately.note(client_id, text, work.now.timestamp())
            return Typed(text, lately, minute_of(work.now))
        case Tap(token):
            return read_any_token(world.keyring.signing_keys(work.now.date()), client_id, token) or _NOT_OURS
        case Place(latitude, longitude):
            return Pinned(latitude, longitude)
        case Other(what, words):
            return Sent(what, words)
        case Blocked() | Moved():
            return Opened()


def _show_on_page(work: Work, world: World, conversation: Conversation, incoming: Incoming) -> None:
    """Keep the person's own line on the page, in the words of the button for a tap."""
    client_id = conversation.client_id
    match incoming.content:
        case Text(text):
            kept = guard.words_for_page(world, conversation.state, text, minute_of(work.now))
            transcripts.add_mine(work, client_id, kept)
        case Tap(token):
            label = transcripts.label_of(work, client_id, token)
            if label is not None:
                transcripts.add_mine(work, client_id, label)
        case _:
            pass
    wake_after(work, world, client_id)


def _lose(work: Work, world: World, incoming: Incoming, client_id: ClientId) -> None:
    """The person blocked the service: forget the address and tell the counsellor."""
    if people.forget_address(work, client_id, world.address_index(incoming.channel, incoming.address)):
        handoff.tell_client_unreachable(work, world, client_id)
