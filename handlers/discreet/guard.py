"""Stand between a person and whoever reads along: the PIN, words that wait, and what was hidden in their own words."""

from typing import TYPE_CHECKING

from bot.care.privacy.discretion import looks_like_pin
from bot.dialogue import guarding, wording
from bot.dialogue.effects import Withhold
from bot.dialogue.engine import advance
from bot.dialogue.events import Event, Opened, Picked, Restored, Typed
from bot.dialogue.flow import Kind
from bot.dialogue.locking import advance_locked, is_by_person
from bot.dialogue.moves import Move
from bot.dialogue.picks import OPEN
from bot.dialogue.script import Command
from bot.dialogue.state import State
from handlers.caring import handoff
from handlers.discreet import knocking
from handlers.world import World
from storage.clients import hidden_words
from storage.clients.discretion import load_discretion
from storage.clients.held import has_held, minute_of
from storage.clients.hidden_words import HiddenWords

if TYPE_CHECKING:
    from handlers.conversing.conversation import Conversation

#: Sources of look-ups in which a PIN is typed.
PIN_SOURCES = frozenset({"pin", "new_pin", "same_pin"})


def advance_guarded(conversation: "Conversation", event: Event) -> Move:
    """Take an event; while the PIN has not been typed nothing is shown, and what waits is said once it is opened."""
    state, script = conversation.state, conversation.world.script
    if not (state.careful and is_by_person(event)):
        return advance(script, state, event)
    if is_locked(state, minute_of(conversation.work.now)):
        return advance_locked(script, state, event)
    here = knocking.be_there(state, conversation.work.now)
    if _opens(conversation, event) and here.invited is None:
        return here, ()
    return advance(script, here, event)


def is_locked(state: State, minute: int) -> bool:
    """Tell whether the PIN has to be typed before anything is shown."""
    return state.has_pin and state.present_until <= minute


def remind_of_held(conversation: "Conversation", event: Event) -> None:
    """Say once more that something waits, under whatever else the person did."""
    work, client_id, state = conversation.work, conversation.client_id, conversation.state
    if not (state.careful and is_by_person(event)) or is_locked(state, minute_of(work.now)):
        return
    if has_held(work, client_id):
        wishes = load_discretion(work, client_id)
        conversation.add(knocking.knock(conversation.world, wishes, state.language, "knock"))


def keep_hidden(conversation: "Conversation", withheld: Withhold) -> None:
    """Keep what was hidden, in case the person wants it sent as it is."""
    words = HiddenWords(withheld.text, withheld.flow, withheld.key)
    hidden_words.keep(conversation.work, conversation.client_id, words)


def send_as_is(conversation: "Conversation") -> Event | None:
    """Send what was hidden as it was written: to the counsellor, or as the answer it was."""
    words = hidden_words.take(conversation.work, conversation.client_id)
    settled = conversation.state.settled(words.flow) if words else {}
    if words is None or (words.key and words.key not in settled):
        conversation.say("hidden_gone")
        return None
    conversation.say("sent_as_is")
    if not words.key:
        handoff.client_says(conversation.work, conversation.world, conversation.client_id, words.text)
        return None
    return Restored(words.flow, {**settled, words.key: words.text})


def stay_hidden(conversation: "Conversation") -> Event | None:
    """Let go of what was hidden."""
    hidden_words.forget(conversation.work, conversation.client_id)
    conversation.say("stayed_hidden")
    return None


def words_for_page(world: World, state: State, text: str, minute: int) -> str:
    """Return what the page keeps of a person's own words: no PIN, nothing private, nothing said against others."""
    if is_locked(state, minute) or _asks_pin(world, state):
        return world.script.say("page_pin", state.language) if looks_like_pin(text) or _asks_pin(world, state) else text
    return guarding.show_on_page(world.script, text, state.language)


def _opens(conversation: "Conversation", event: Event) -> bool:
    """Let in what waits if the person opens; False if nothing waited."""
    match event:
        case Picked(flow=wording.SYSTEM, choice=choice):
            is_opening = choice == OPEN
        case Typed(text):
            is_opening = conversation.world.script.command(text.strip()) is Command.RESUME
        case _:
            is_opening = isinstance(event, Opened)
    return is_opening and knocking.let_in(conversation.work, conversation.world, conversation.client_id)


def _asks_pin(world: World, state: State) -> bool:
    if state.asked is None:
        return False
    step = world.script.flow(state.flow, state.language).step(state.asked)
    return step is not None and step.kind is Kind.LOOK_UP and step.source in PIN_SOURCES
