"""Knock before words are shown on a phone that others read, and let them in once the person opens."""

from dataclasses import replace
from datetime import datetime
from functools import partial

from bot.care.followup import after_quiet
from bot.care.privacy.discretion import PRESENT_MINUTES, Discretion, Wording
from bot.dialogue import wording
from bot.dialogue.effects import Message
from bot.dialogue.picks import OPEN
from bot.dialogue.state import State
from handlers.speak import WEBCHAT, Way, to_client, wake_after
from handlers.steps import Steps
from handlers.world import World
from storage.clients import held, people, transcripts
from storage.clients.discretion import read_discretion
from storage.clients.people import Client, ClientId
from storage.outbox import Lane
from storage.transaction import Work

#: Phrases that are sent unasked, or stand on a button under them; none may hold a word of [discreet].
UNASKED = frozenset(
    {"reminder_first", "reminder_second", "reminder_third", "reminder_fourth", "reminder_open", "knock"}
    | {"going_soon", "keep_button", "news_knock", "news_open", "news_refuse"}
)


async def announce_held(steps: Steps) -> int:
    """Knock where words wait and the hour is right; return for how many people something was decided."""
    return await steps.for_each(await steps.look(held.list_unannounced), partial(_announce, steps.world))


def let_in(work: Work, world: World, client_id: ClientId) -> bool:
    """Say everything that has waited for the person; False if nothing did."""
    channel = people.current_channel(work, client_id)
    if channel is None or not held.has_held(work, client_id):
        return False
    if channel == WEBCHAT:
        for letter in held.take_held(work, client_id):
            transcripts.add_ours(work, client_id, letter.message, message_id=letter.message_id)
    else:
        held.release(work, client_id, channel)
    wake_after(work, world, client_id)
    return True


def knock(world: World, wishes: Discretion, language: str, usual: str) -> Message:
    """Make the neutral message that says no more than that something waits.

    `usual`: phrase of whoever chose no other sentence.
    """
    button = wording.system_button(world.script, language, "reminder_open", OPEN)
    return Message(neutral_sentence(world, wishes, language, usual), (button,))


def neutral_sentence(world: World, wishes: Discretion, language: str, usual: str = "reminder_first") -> str:
    """Return the sentence a person chose for what is sent unasked."""
    match wishes.wording:
        case Wording.OWN:
            return wishes.own
        case Wording.FIRST:
            return world.script.say(usual, language)
        case _:
            return world.script.say(f"reminder_{wishes.wording}", language)


def be_there(state: State, now: datetime) -> State:
    """Count a person as being there for a while."""
    return replace(state, present_until=held.minute_of(now) + PRESENT_MINUTES)


def may_come_at(work: Work, world: World, client: Client) -> datetime:
    """Return now, or when a person's pause is over and the hours come in which they may be written to unasked."""
    wanted = max(work.now, client.paused_until or work.now)
    zone = client.profile.zone or world.plans.zone(None)
    return after_quiet(wanted, zone, read_discretion(client.profile).quiet(world.plans.quiet))


def _announce(world: World, work: Work, client_id: ClientId) -> bool:
    if not held.is_unannounced(work, client_id):
        return False  # let in meanwhile
    client = people.load_client(work, client_id)
    wishes = read_discretion(client.profile)
    zone = client.profile.zone or world.plans.zone(None)
    opens = work.now if wishes.hours is None else after_quiet(work.now, zone, wishes.quiet(world.plans.quiet))
    if opens > work.now:
        held.shift(work, client_id, opens)
    elif not wishes.knocks:
        let_in(work, world, client_id)
    elif held.mark_knocked(work, client_id):
        to_client(work, world, client_id, [knock(world, wishes, client.language, "knock")], Way(Lane.REMINDER))
    return True
