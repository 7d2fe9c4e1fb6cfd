"""Understand a shared position in whatever state it comes."""

from dataclasses import replace

from bot.dialogue.effects import Effect, LookUp, Message, Say
from bot.dialogue.flow import Kind
from bot.dialogue.moves import DETOURS, Move, enter, note, present, reopen
from bot.dialogue.script import NEAR, Script
from bot.dialogue.state import State

_AREAS = "areas"


def locate(script: Script, state: State, position: tuple[float, float]) -> Move:
    """Use a position for the place asked about, for one told earlier, or to show what is near; `position` in degrees.

    A questionnaire that has not come to the place yet keeps its question: what comes before may change what is kept.
    """
    if state.accompanied:
        return state, (Say(Message(script.say("relay_text_only", state.language))),)
    if _asks_for_place(script, state):
        return _look_up(script, state, (), position)
    flow = script.flow(state.flow, state.language)
    told = next((step.id for step in flow.steps if step.source == _AREAS and state.settled(flow.id).get(step.id)), None)
    if told is not None:
        moved, _ = reopen(script, state, told)
        taken = Say(Message(script.say("location_taken", state.language)))
        return _look_up(script, moved, (taken,), position)
    if flow.completes or flow.id in DETOURS:
        return note(script, state, "unsupported_location")
    moved, effects = enter(script, replace(state.settle(NEAR, {}), asked=None), NEAR)
    return _look_up(script, moved, effects[:-1], position)


def _asks_for_place(script: Script, state: State) -> bool:
    if state.asked is None:
        return False
    _, step, _ = present(script, state)
    return step.kind is Kind.LOOK_UP and step.source == _AREAS


def _look_up(script: Script, state: State, said: tuple[Effect, ...], position: tuple[float, float]) -> Move:
    """Ask the world about the position in the place of what was about to be asked."""
    _, step, reading = present(script, state)
    asked = state.asked or ""
    looked = LookUp(step.source, asked, state.language, reading.known, state.draft, position=position)
    return state, (*said, looked)
