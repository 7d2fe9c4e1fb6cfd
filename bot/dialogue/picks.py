"""Hear a tap: on the question on the screen, on an older one, or on a button that works anywhere."""

from dataclasses import replace

from bot.dialogue import wording
from bot.dialogue.answers import arrange, read_number, toggle
from bot.dialogue.commands import ALSO_ACCOMPANIED, go_back, obey, resume
from bot.dialogue.danger import ANSWERS, answer
from bot.dialogue.effects import LookUp, Say
from bot.dialogue.events import Picked
from bot.dialogue.flow import NO, YES, Answer, Choice, Flow, Kind, Step, fits, read
from bot.dialogue.guarding import AS_IS, STAYS_HIDDEN, decide_hidden
from bot.dialogue.moves import Move, enter, follow, note, reopen, say_accompanied, settle, turn_to
from bot.dialogue.questions import take_tap
from bot.dialogue.script import RETURN, SHOWN, Command, Script
from bot.dialogue.state import State

#: Choice of the button under a neutral reminder.
OPEN = "open"

_COMMANDS = {command.value: command for command in Command}


def pick(script: Script, state: State, tap: Picked) -> Move:
    """Do what the tapped button stood for; an old button edits its own question and never another."""
    if tap.flow == wording.SYSTEM:
        return _pick_anywhere(script, state, tap.choice)
    flow = script.flow(tap.flow, state.language)
    tap = replace(tap, key=flow.present_key(tap.key))
    step = flow.step(tap.key)
    on_screen = _is_on_screen(state, tap)
    if state.accompanied and not on_screen:
        return say_accompanied(script, state)
    if flow.id != tap.flow or step is None:
        return note(script, state, "old_button")
    choice = step.choice(tap.choice)
    if choice is not None and (choice.goes or choice.does):
        return _lead(script, state, flow, choice, tap)
    if not on_screen and (tap.choice == wording.BACK or tap.key not in read(flow, state.settled(flow.id)).kept):
        return note(script, state, "old_button")
    return _answer(script, turn_to(state, flow.id), step, tap)


def _pick_anywhere(script: Script, state: State, choice: str) -> Move:
    if choice == OPEN:
        return resume(script, state)
    if choice in ANSWERS:
        return answer(script, state, choice)
    if choice in (AS_IS, STAYS_HIDDEN):
        return decide_hidden(script, state, choice)
    command = _COMMANDS.get(choice)
    if state.accompanied and command not in ALSO_ACCOMPANIED:
        return say_accompanied(script, state)
    asked = take_tap(script, state, choice)
    if asked is not None:
        return asked
    return note(script, state, "old_button") if command is None else obey(script, state, command)


def _lead(script: Script, state: State, flow: Flow, choice: Choice, tap: Picked) -> Move:
    """Follow a choice that leads elsewhere; one that acts must be on the screen, so that nothing old acts again."""
    if _is_on_screen(state, tap) or (flow.id == state.flow and not choice.does):
        return follow(script, state, choice)
    if choice.does:
        return enter(script, state, flow.id)
    if choice.goes == RETURN:
        return note(script, state, "old_button")
    return follow(script, turn_to(state, flow.id), choice)


def _answer(script: Script, state: State, step: Step, tap: Picked) -> Move:
    match step.kind:
        case _ if tap.choice == wording.AGAIN:
            return reopen(script, state, tap.key, marked=True)
        case _ if tap.choice in {wording.BACK, wording.LINES}:
            return go_back(script, state) if tap.choice == wording.BACK else enter(script, state, SHOWN)
        case _ if tap.choice == wording.SKIP:
            return settle(script, state, tap.key, None) if step.optional else note(script, state, "cannot_skip")
        case Kind.CHOOSE_MANY:
            return _pick_several(script, state, step, tap)
        case Kind.LOOK_UP:
            return _pick_offered(script, state, step, tap)
        case _:
            answer = _answer_of(step, tap.choice)
            fitting = answer is not None and fits(step, answer)
            return settle(script, state, tap.key, answer) if fitting else note(script, state, "old_button")


def _pick_several(script: Script, state: State, step: Step, tap: Picked) -> Move:
    """Mark or unmark one of several choices on the same message; `done` settles them."""
    here = state.asked == tap.key
    flow = script.flow(state.flow, state.language)
    settled = read(flow, state.settled(flow.id)).kept.get(tap.key)
    before = state.draft if here else settled if isinstance(settled, tuple) else ()
    if tap.choice == wording.DONE:
        picked = arrange(step, before)
        return settle(script, state, tap.key, picked) if picked else note(script, state, "not_understood_choice")
    if step.choice(tap.choice) is None:
        return note(script, state, "old_button")
    opened, _ = (state, ()) if here else reopen(script, state, tap.key)
    marked = replace(opened, draft=toggle(step, before, tap.choice))
    reading = read(flow, marked.settled(flow.id))
    return marked, (Say(wording.ask_step(script, flow, marked, reading, replace=here)),)


def _pick_offered(script: Script, state: State, step: Step, tap: Picked) -> Move:
    opened, _ = (state, ()) if state.asked == tap.key else reopen(script, state, tap.key)
    flow = script.flow(opened.flow, opened.language)
    known = read(flow, opened.settled(flow.id)).known
    return opened, (LookUp(step.source, tap.key, opened.language, known, opened.draft, picked=tap.choice),)


def _answer_of(step: Step, choice: str) -> Answer:
    match step.kind:
        case Kind.YES_NO | Kind.REVIEW:
            return {YES: True, NO: False}.get(choice)
        case Kind.RATE:
            return read_number(choice)
        case Kind.CHOOSE:
            return choice
        case _:
            return None


def _is_on_screen(state: State, tap: Picked) -> bool:
    return tap.flow == state.flow and tap.key == state.asked
