"""Take what comes while the PIN has not been typed: danger, stopping and erasing always work, nothing is shown."""

from dataclasses import replace

from bot.care.privacy.discretion import looks_like_pin
from bot.dialogue import wording
from bot.dialogue.effects import Act, Alert, Effect, LookUp
from bot.dialogue.engine import advance
from bot.dialogue.events import Accompanied, Event, Found, Picked, Released, Reminded, Restored, Sent, Typed
from bot.dialogue.moves import Move, ask_again, enter, stand
from bot.dialogue.script import ERASE, UNLOCK, Script
from bot.dialogue.state import State

#: Wishes that are heard without the PIN: they show nothing.
_ALWAYS = frozenset({"stop", "pause", "clear", "keep"})


def advance_locked(script: Script, state: State, event: Event) -> Move:
    """Take an event of somebody who has not typed their PIN, and ask for it."""
    state = stand(script, state)
    if isinstance(event, Typed) and state.flow != UNLOCK and looks_like_pin(event.text):
        state, _ = enter(script, state, UNLOCK)
    moved, effects = advance(script, state, event)
    if _passes(moved, event, effects) or (state.flow == UNLOCK and _tries(event, effects)):
        return moved, effects
    if moved.wondering and not state.wondering:
        wondering = replace(state, wondering=True, wondered=moved.wondered, quiet_until=moved.quiet_until)
        return wondering, effects[-1:]
    heard = tuple(effect for effect in effects if isinstance(effect, Act) and effect.action in _ALWAYS)
    asking, asked = ask_again(script, state) if state.flow == UNLOCK else enter(script, state, UNLOCK)
    return asking, (*heard, *asked)


def is_by_person(event: Event) -> bool:
    """Tell whether the person did it, not the service or a counsellor."""
    return not isinstance(event, Accompanied | Released | Reminded | Restored | Found)


def _passes(moved: State, event: Event, effects: tuple[Effect, ...]) -> bool:
    """Tell whether an event goes through as if there were no PIN."""
    if not is_by_person(event) or moved.flow == ERASE:
        return True
    from_anywhere = isinstance(event, Typed | Sent) or (isinstance(event, Picked) and event.flow == wording.SYSTEM)
    return from_anywhere and any(isinstance(effect, Alert) for effect in effects)


def _tries(event: Event, effects: tuple[Effect, ...]) -> bool:
    return isinstance(event, Typed) and bool(effects) and all(isinstance(effect, LookUp) for effect in effects)
