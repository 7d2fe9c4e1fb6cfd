"""Settle what a person wishes about contact: a shared phone, hours, words, a PIN."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import time
from typing import TYPE_CHECKING

from bot.care.privacy.discretion import (
    MOST_TRIES,
    RETRY_MINUTES,
    Discretion,
    Wording,
    judge_own,
    looks_like_pin,
    note_try,
)
from bot.dialogue import wording
from bot.dialogue.effects import LookUp, Message
from bot.dialogue.events import Event, Found, Picked
from bot.dialogue.flow import Answer
from bot.dialogue.picks import OPEN
from bot.dialogue.script import MENU, UNLOCK
from handlers.discreet import knocking
from storage.clients.discretion import load_discretion, save_discretion
from storage.clients.held import minute_of

if TYPE_CHECKING:
    from handlers.conversing.conversation import Conversation


def complete_wishes(conversation: "Conversation", flow: str, answers: Mapping[str, Answer]) -> bool:
    """Keep what a questionnaire about contact has settled; False for any other questionnaire."""
    wishes = load_discretion(conversation.work, conversation.client_id)
    match flow:
        case "contact_shared":
            wishes = replace(wishes, shared=answers["shared"] == "on")
        case "contact_hours":
            wishes = replace(wishes, hours=_hours(str(answers["from"]), str(answers.get("length", ""))))
        case "contact_words":
            own = str(answers.get("own", ""))
            wishes = replace(wishes, wording=Wording(str(answers["wording"])), own=own)
        case _:
            return False
    _keep(conversation, wishes)
    conversation.say("contact_kept")
    return True


def look_up_wish(conversation: "Conversation", asked: LookUp) -> Event | None:
    """Judge words or digits that were typed about contact; a PIN leaves here only as a keyed hash."""
    return _JUDGES[asked.source](conversation, asked)


def show_contact(conversation: "Conversation") -> Event | None:
    """Show what the person wishes about contact, as it is kept."""
    wishes, say = load_discretion(conversation.work, conversation.client_id), _sayer(conversation)
    house_ends, house_begins = conversation.world.plans.quiet
    begins, ends = wishes.hours or (house_begins, house_ends)
    hours = {"from": f"{begins:%H.%M}", "until": f"{ends:%H.%M}"}
    words = knocking.neutral_sentence(conversation.world, wishes, conversation.state.language)
    lines = (
        say("contact_header"),
        say("contact_shared_on" if wishes.shared else "contact_shared_off"),
        say("contact_hours" if wishes.hours else "contact_hours_any", **hours),
        say("contact_words", words=words),
        say("contact_pin_on" if wishes.pin else "contact_pin_off"),
    )
    conversation.add(Message("\n".join(lines)))
    return None


def remove_pin(conversation: "Conversation", phrase: str = "pin_removed") -> Event | None:
    """Let go of the PIN, and say so."""
    wishes = load_discretion(conversation.work, conversation.client_id)
    _keep(conversation, replace(wishes, pin=None, tries=0, retry_at=0))
    conversation.say(phrase)
    return None


def reset_pin(conversation: "Conversation") -> None:
    """Let go of a PIN because the return phrase was typed."""
    if conversation.state.has_pin:
        remove_pin(conversation, "pin_reset")


def _judge_own(conversation: "Conversation", asked: LookUp) -> Event:
    if asked.text is None:
        return Found(asked.key)
    unfit = judge_own(asked.text, conversation.world.plans.telling)
    if unfit is not None:
        return Found(asked.key, text=_sayer(conversation)(f"own_words_{unfit}"))
    return Found(asked.key, settled=asked.text.strip())


def _judge_new(conversation: "Conversation", asked: LookUp) -> Event:
    if asked.text is None:
        return Found(asked.key)
    if not looks_like_pin(asked.text):
        return Found(asked.key, text=_sayer(conversation)("pin_form"))
    return Found(asked.key, settled=_blind(conversation, asked.text))


def _judge_same(conversation: "Conversation", asked: LookUp) -> Event:
    if asked.text is None:
        return Found(asked.key)
    typed, first = _blind(conversation, asked.text), str(asked.known.get("new", ""))
    if not hmac.compare_digest(typed, first):
        return Found(asked.key, text=_sayer(conversation)("pin_differs"))
    wishes = load_discretion(conversation.work, conversation.client_id)
    _keep(conversation, replace(wishes, pin=first, tries=0, retry_at=0))
    conversation.say("pin_set")
    return Found(asked.key, settled="set")


def _judge_pin(conversation: "Conversation", asked: LookUp) -> Event:
    """Compare a typed PIN, five times; then none is looked at for a quarter of an hour, the right one neither."""
    wishes, minute = load_discretion(conversation.work, conversation.client_id), minute_of(conversation.work.now)
    if wishes.pin is None:
        return _open(conversation)
    if asked.text is None:
        return Found(asked.key)
    if minute < wishes.retry_at:
        return _refuse(conversation, asked, "pin_wait", minutes=wishes.retry_at - minute)
    if looks_like_pin(asked.text) and hmac.compare_digest(_blind(conversation, asked.text), wishes.pin):
        save_discretion(conversation.work, conversation.client_id, replace(wishes, tries=0, retry_at=0))
        return _open(conversation)
    tries, retry_at = note_try(wishes, minute=minute)
    save_discretion(conversation.work, conversation.client_id, replace(wishes, tries=tries, retry_at=retry_at))
    if minute < retry_at:
        return _refuse(conversation, asked, "pin_wait", minutes=RETRY_MINUTES)
    return _refuse(conversation, asked, "pin_wrong", left=MOST_TRIES - tries)


def _refuse(conversation: "Conversation", asked: LookUp, phrase: str, **words: object) -> Event:
    return Found(asked.key, text=_sayer(conversation)(phrase, **words))


def _open(conversation: "Conversation") -> Event:
    """Go back to where the person was, and to whatever waits for them."""
    state = conversation.state
    beneath = state.beneath or MENU if state.flow == UNLOCK else state.flow
    opened = replace(state.settle(UNLOCK, {}), flow=beneath, beneath=None, asked=None, draft=())
    conversation.state = knocking.be_there(opened, conversation.work.now)
    return Picked(wording.SYSTEM, wording.SYSTEM, OPEN)


def _keep(conversation: "Conversation", wishes: Discretion) -> None:
    """Keep wishes, and in the state what every turn must know of them."""
    save_discretion(conversation.work, conversation.client_id, wishes)
    marked = replace(conversation.state, careful=wishes.holds_back, has_pin=wishes.pin is not None)
    conversation.state = knocking.be_there(marked, conversation.work.now)
    if not wishes.holds_back:
        knocking.let_in(conversation.work, conversation.world, conversation.client_id)


def _blind(conversation: "Conversation", pin: str) -> str:
    """Blind a PIN with a key that lies apart from the data, bound to one person."""
    return conversation.world.keyring.index("pin", f"{conversation.client_id.hex()}.{pin.strip()}").hex()


def _hours(begins: str, length: str) -> tuple[time, time] | None:
    if not begins.startswith("h"):
        return None
    start = int(begins[1:])
    return time(start), time((start + int(length.removeprefix("for_"))) % 24)


def _sayer(conversation: "Conversation") -> Callable[..., str]:
    def say(phrase: str, /, **words: object) -> str:
        return conversation.world.script.say(phrase, conversation.state.language, **words)

    return say


#: Sources of the look-ups that are answered here.
_JUDGES: Mapping[str, Callable[["Conversation", LookUp], Event]] = {
    "own_words": _judge_own,
    "new_pin": _judge_new,
    "same_pin": _judge_same,
    "pin": _judge_pin,
}
SOURCES = frozenset(_JUDGES)
