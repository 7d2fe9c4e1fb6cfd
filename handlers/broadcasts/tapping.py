"""Hear what people tap under a broadcast: read it, answer it, never this topic again."""

from dataclasses import dataclass

from bot.care.broadcasts.audience import refuse
from bot.dialogue import wording as dialogue_wording
from bot.dialogue.effects import Message
from bot.dialogue.events import Event, Picked
from bot.dialogue.picks import OPEN as OPEN_HELD
from handlers.broadcasts import wording
from handlers.broadcasts.names import BROADCAST, OPEN, REFUSE, read_answer, read_key
from handlers.conversing.conversation import Conversation
from handlers.discreet import guard
from handlers.speak import Way, to_client
from storage.broadcasts import recipients, records
from storage.broadcasts.recipients import REFUSED
from storage.broadcasts.records import Broadcast, State
from storage.clients import held, news
from storage.clients.held import minute_of
from storage.outbox import Lane


@dataclass(frozen=True, slots=True)
class _Tap:
    conversation: Conversation
    broadcast: Broadcast | None  # None once it is gone, or was never for this person
    choice: str


def hear(conversation: Conversation, event: Event) -> Event | None:
    """Do what a button of a broadcast stands for; return the event that is left for the conversation, or None.

    The question on the screen stays where it is.  While the PIN has not been typed, what was opened waits behind it.
    """
    if not (isinstance(event, Picked) and event.flow == BROADCAST):
        return event
    tap = _Tap(conversation, _find(conversation, event.key), event.choice)
    if tap.broadcast is None or tap.broadcast.state is State.STOPPED:
        _say(conversation, "news_gone")
        return None
    if tap.choice == REFUSE:
        _refuse(tap, tap.broadcast)
        return None
    if tap.choice == OPEN:
        return _open(tap, tap.broadcast)
    _answer(tap, tap.broadcast)
    return None


def _find(conversation: Conversation, key: str) -> Broadcast | None:
    broadcast_id = read_key(key)
    if not broadcast_id or not recipients.is_among(conversation.work, broadcast_id, conversation.client_id):
        return None
    return records.load(conversation.work, broadcast_id)


def _open(tap: _Tap, broadcast: Broadcast) -> Event | None:
    conversation = tap.conversation
    work, client_id, language = conversation.work, conversation.client_id, conversation.state.language
    recipients.note_opened(work, broadcast.id, client_id)
    said = wording.content(conversation.world, broadcast, language)
    if not guard.is_locked(conversation.state, minute_of(work.now)):
        to_client(work, conversation.world, client_id, [said], Way(Lane.REPLY, conversation.channel, language))
        return None
    to_client(work, conversation.world, client_id, [said], Way(Lane.COUNSELLOR, conversation.channel, language))
    held.mark_knocked(work, client_id)
    return Picked(dialogue_wording.SYSTEM, dialogue_wording.SYSTEM, OPEN_HELD)


def _answer(tap: _Tap, broadcast: Broadcast) -> None:
    conversation = tap.conversation
    choices = wording.words_of(conversation.world, broadcast, conversation.state.language).choices
    place = read_answer(tap.choice, len(choices))
    if place is None:
        _say(conversation, "news_gone")
        return
    is_first = recipients.note_answered(conversation.work, broadcast.id, conversation.client_id, place)
    _say(conversation, "news_thanks" if is_first else "news_thanked")


def _refuse(tap: _Tap, broadcast: Broadcast) -> None:
    conversation = tap.conversation
    work, topic = conversation.work, broadcast.paper.audience.topic
    wishes = news.load_wishes(work, conversation.client_id, lock=True)
    if topic is not None and topic not in wishes.refused:
        news.save_wishes(work, conversation.client_id, refuse(wishes, topic))
        recipients.count_tap(work, broadcast.id, REFUSED)
    _say(conversation, "news_refused")


def _say(conversation: Conversation, phrase: str) -> None:
    language = conversation.state.language
    said = Message(conversation.world.script.say(phrase, language))
    way = Way(Lane.REPLY, conversation.channel, language)
    to_client(conversation.work, conversation.world, conversation.client_id, [said], way)
