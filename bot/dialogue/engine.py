"""Decide the next step of a conversation: `advance(script, state, event) -> (state, effects)`, pure.

Danger is heard before anything else, then commands, then the answer to the question on the screen.
"""

from dataclasses import replace
from typing import assert_never

from bot.care.safety import Alarm, Doubt, screen
from bot.dialogue import danger, guarding, questions, wording
from bot.dialogue.answers import MAX_WRITTEN_CHARS, NOT_UNDERSTOOD, add, choose_from, read_number, understand
from bot.dialogue.commands import ALSO_ACCOMPANIED, greet, obey
from bot.dialogue.danger import MAX_RELAYED_CHARS
from bot.dialogue.effects import LookUp, Message, Say
from bot.dialogue.events import (
    Accompanied,
    Event,
    Found,
    Opened,
    Picked,
    Pinned,
    Released,
    Reminded,
    Restored,
    Sent,
    Typed,
)
from bot.dialogue.flow import NO, YES, Answer, Choice, Kind, Settled, Step, read
from bot.dialogue.location import locate
from bot.dialogue.moves import (
    Move,
    enter,
    follow,
    go_on,
    note,
    open_on_request,
    present,
    say_accompanied,
    settle,
    stand,
    step_on_screen,
    turn_to,
)
from bot.dialogue.picks import OPEN, pick
from bot.dialogue.script import MENU, Command, Script
from bot.dialogue.state import State


def begin(script: Script, language: str | None = None) -> State:
    """Return the state of somebody who has never been here."""
    return State(language=script.speaks(language or script.default), flow=MENU)


def advance(script: Script, state: State, event: Event) -> Move:
    """Take one event and return the new state and what is to be done, in order.

    Never raises on any event; what cannot be understood is answered kindly and the place is kept.
    """
    moved, effects = _take(script, stand(script, state), event)
    return _forget_passing(script, moved), effects


def _take(script: Script, state: State, event: Event) -> Move:  # noqa: C901, PLR0911 - one line per event
    match event:
        case Opened():
            return greet(script, state)
        case Typed(text):
            chosen = guarding.choose_hidden(script, state, text)
            heard = event if text.isascii() else replace(event, text=_mend(text))
            return chosen or _hear(script, guarding.let_go(state), heard)
        case Picked():
            return pick(script, state, event)
        case Pinned(latitude, longitude):
            return locate(script, state, (latitude, longitude))
        case Sent(what, words):
            return _refuse(script, state, what, _mend(words))
        case Found():
            return _take_up(script, state, event)
        case Reminded():
            return _remind(script, state, event)
        case Accompanied(text):
            return _accompany(state), (Say(Message(text)),)
        case Released(text, flow):
            moved, effects = enter(script, replace(state, accompanied=False, draft=()), flow)
            return moved, (Say(Message(text)), *effects)
        case Restored(flow, settled):
            return _restore(script, state, flow, settled)
        case _:
            assert_never(event)


def _forget_passing(script: Script, state: State) -> State:
    """Keep no answers of a flow that was left and tells nobody anything: it was only looked at."""
    flows = script.flows[script.speaks(state.language)]
    here = (state.flow, state.beneath)
    for name in tuple(state.answers):
        if name not in here and not (name in flows and flows[name].completes):
            state = state.settle(name, {})
    return state


def _hear(script: Script, state: State, typed: Typed) -> Move:
    """Hear danger first; what is in doubt is asked about, beside whatever the words mean to the conversation."""
    verdict = danger.listen(script, state, typed)
    if isinstance(verdict, Alarm):
        return danger.raise_alarm(script, state, typed.text, verdict)
    answered = danger.read_answer(script, state, typed.text)
    if answered is not None:
        return answered
    state = replace(state, wondering=False) if state.wondering else state
    move = _understand(script, state, typed.text)
    return danger.ask_about(script, state, move, verdict, typed) if isinstance(verdict, Doubt) else move


def _understand(script: Script, state: State, text: str) -> Move:
    """Take the words as a command, as words for the counsellor, or as an answer."""
    said = text.strip()
    command = script.command(said)
    if command is None and said.startswith("/"):
        return note(script, state, "unknown_command")
    if state.accompanied:
        return _hear_accompanied(script, state, text, command)
    if command is not None:
        return obey(script, state, command)
    if state.asked is None:
        return questions.reply(script, state, text) or go_on(script, state)
    return _hear_answer(script, state, text)


def _mend(text: str) -> str:
    """Replace half characters, which no database and no platform takes."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _hear_accompanied(script: Script, state: State, text: str, command: Command | None) -> Move:
    if command in ALSO_ACCOMPANIED:
        return obey(script, state, command)
    if state.asked is not None and step_on_screen(script, state).kind is Kind.LOOK_UP:
        return _hear_answer(script, state, text)
    tapped = _choose_typed(script, state, text) if state.asked else None
    if tapped is not None:
        return tapped
    if len(text) > MAX_RELAYED_CHARS:
        return state, (Say(Message(script.say("too_long", state.language, limit=MAX_RELAYED_CHARS))),)
    return guarding.pass_on(script, state, text) if text.strip() else (state, ())


def _hear_answer(script: Script, state: State, text: str) -> Move:
    step = step_on_screen(script, state)
    asked = questions.reply_if_asked(script, state, step, text)
    if asked is not None:
        return asked
    if step.kind is Kind.LOOK_UP:
        return state, (_search(state, step, present(script, state)[2].known, text),)
    answer = understand(step, text, script)
    if answer is not NOT_UNDERSTOOD:
        return _take_answer(script, state, step, answer)
    if len(text) > MAX_WRITTEN_CHARS:
        return note(script, state, "too_long", limit=MAX_WRITTEN_CHARS)
    return (
        _choose_typed(script, state, text)
        or questions.mark_substances(script, state, step, text)
        or questions.reply(script, state, text)
        or _say_not_understood(script, state, step, text)
    )


def _say_not_understood(script: Script, state: State, step: Step, text: str) -> Move:
    asked_again = "not_understood" if not step.choices else "not_understood_choice"
    return note(script, state, "others_declined" if guarding.accuses(text) else asked_again)


def _take_answer(script: Script, state: State, step: Step, answer: Answer) -> Move:
    """Follow an answer that leads elsewhere, or settle it."""
    choice = _choice_of(step, answer)
    if choice is not None and (choice.goes or choice.does):
        return follow(script, state, choice)
    if isinstance(answer, tuple) and state.draft:
        answer = add(step, state.draft, answer)
    if isinstance(answer, str) and step.kind is Kind.WRITE and not step.as_written:
        return guarding.settle_written(script, state, state.asked or "", answer)
    return settle(script, state, state.asked or "", answer)


def _choice_of(step: Step, answer: Answer) -> Choice | None:
    match answer:
        case bool():
            return step.choice(YES if answer else NO)
        case str() if step.kind is Kind.CHOOSE:
            return step.choice(answer)
        case _:
            return None


def _choose_typed(script: Script, state: State, text: str) -> Move | None:
    """Take a typed number or label as a tap on one of the buttons on the screen; on a scale a number is a value."""
    flow, step, reading = present(script, state)
    if step.kind is Kind.LOOK_UP or (step.kind is Kind.RATE and read_number(text) is not None):
        return None
    buttons = wording.ask_step(script, flow, state, reading).buttons
    chosen = choose_from(tuple((str(place), button.label) for place, button in enumerate(buttons)), text)
    if chosen is None:
        return None
    button = buttons[int(chosen)]
    return pick(script, state, Picked(button.flow, button.key, button.choice))


def _search(state: State, step: Step, known: dict[str, Answer], text: str) -> LookUp:
    """Ask the world about typed words; a number means the one on offer at that place."""
    place = read_number(text)
    if place is not None and 1 <= place <= len(state.draft):
        picked = state.draft[place - 1]
        return LookUp(step.source, state.asked or "", state.language, known, state.draft, picked=picked)
    return LookUp(step.source, state.asked or "", state.language, known, state.draft, text=text)


def _take_up(script: Script, state: State, found: Found) -> Move:
    """Take the world's reply: settle it, or show what is on offer."""
    if found.key != state.asked:
        return state, ()
    flow, step, reading = present(script, state)
    if step.kind is not Kind.LOOK_UP:
        return state, ()
    if found.settled:
        return settle(script, state, found.key, found.settled)
    if found.opens is not None:
        return open_on_request(script, state, found.opens)
    if found.also:
        state = state.settle(flow.id, {**state.settled(flow.id), **found.also})
        reading = read(flow, state.settled(flow.id))
    offered = replace(state, draft=tuple(one.id for one in found.offers))
    return offered, (Say(wording.offer(script, flow, offered, reading, found.text, found.offers)),)


def _refuse(script: Script, state: State, what: str, words: str) -> Move:
    """Say kindly that only words can be read; danger in words that came along is heard, nothing of it is kept."""
    verdict = screen(words, script.dangers)
    if isinstance(verdict, Alarm):
        return danger.raise_alarm(script, state, "", verdict)
    if script.command(words.strip()) is Command.EMERGENCY:
        return obey(script, state, Command.EMERGENCY)
    if state.accompanied:
        return state, (Say(Message(script.say("relay_text_only", state.language))),)
    known = f"unsupported_{what}" in script.phrases[script.default]
    return note(script, state, f"unsupported_{what}" if known else "unsupported_other")


def _remind(script: Script, state: State, reminded: Reminded) -> Move:
    """Knock with neutral words; the questions come only after a tap."""
    if state.accompanied:
        return state, ()
    knock = wording.system_button(script, state.language, "reminder_open", OPEN)
    said = Say(Message(reminded.words or script.say("reminder_first", state.language), (knock,)))
    return replace(state, invited=reminded.flow), (said,)


def _accompany(state: State) -> State:
    """Fall silent; a detour that was open is closed, and the flow beneath keeps its place."""
    beneath = state.beneath or state.flow
    return replace(turn_to(state, beneath), accompanied=True, asked=None, draft=(), beneath=None)


def _restore(script: Script, state: State, flow_id: str, settled: Settled) -> Move:
    """Lay sent answers open again; cards that were read once are not shown again."""
    if state.accompanied:
        return say_accompanied(script, state)
    flow = script.flow(flow_id, state.language)
    cards = {step.id: True for step in flow.steps if step.kind is Kind.TELL}
    return go_on(script, turn_to(state.settle(flow.id, {**cards, **settled}), flow.id))
