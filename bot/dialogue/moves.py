"""The moves every part of the engine makes: go on, enter another flow, say something and ask again."""

from collections.abc import Iterable
from dataclasses import replace

from bot.dialogue import wording
from bot.dialogue.effects import Act, Alert, Complete, Effect, LookUp, Message, Say
from bot.dialogue.flow import NO, QUESTIONS, YES, Answer, Choice, Flow, Kind, Reading, Step, read
from bot.dialogue.script import (
    CONTACT,
    CONTACT_PARTS,
    ERASE,
    LANGUAGE,
    MENU,
    MY_DATA,
    NEWS,
    RETURN,
    SHOWN,
    SPEAK,
    UNLOCK,
    Script,
)
from bot.dialogue.state import State

#: A new state and what is to be done.
Move = tuple[State, tuple[Effect, ...]]

#: Flows that are only a detour: the one beneath is kept and comes back.
DETOURS = frozenset({LANGUAGE, MY_DATA, ERASE, SHOWN, CONTACT, UNLOCK, NEWS}) | CONTACT_PARTS
#: Flows without a question may follow each other only so far; content with longer chains is refused.
CHAIN = 8


def stand(script: Script, state: State) -> State:
    """Find the question on the screen in the present wording of its flow.

    A question that was renamed is still the same; one that is gone, or no longer on this person's path, is not asked
    any more, so that a reply to it is filed nowhere.
    """
    if state.asked is None:
        return state
    flow = script.flow(state.flow, state.language)
    if flow.id != state.flow:
        return replace(state.settle(state.flow, {}), asked=None, draft=())
    reading = read(flow, state.settled(flow.id))
    key = flow.present_key(state.asked)
    step = flow.step(key)
    if reading.kept != state.settled(flow.id):
        state = state.settle(flow.id, reading.kept)
    if step is None or step.kind is Kind.TELL or not _may_be_asked(step, key, reading):
        return replace(state, asked=None, draft=())
    draft = _still_offered(step, state.draft)
    return state if (key, draft) == (state.asked, state.draft) else replace(state, asked=key, draft=draft)


def go_on(script: Script, state: State, said: Iterable[Effect] = ()) -> Move:
    """Read the present flow again and do what comes next: show cards, ask, or finish and open what follows."""
    effects = list(said)
    for _ in range(CHAIN):
        if state.accompanied and state.flow not in DETOURS:
            return _fall_silent(script, state, effects)
        flow = script.flow(state.flow, state.language)
        reading = _show_cards(flow, read(flow, state.settled(flow.id)), effects)
        state = state.settle(flow.id, reading.kept)
        if reading.still_open:
            state = replace(state, flow=flow.id, draft=(), asked=reading.still_open[0])
            return state, (*effects, _put(script, flow, state, reading))
        state = replace(state, flow=flow.id, draft=())
        if flow.completes:
            effects.append(Complete(flow.id, _questions_only(flow, reading)))
        state = _follow(replace(state.settle(flow.id, {}), asked=None), flow.then)
    return go_on(script, replace(state.settle(MENU, {}), flow=MENU, beneath=None), effects)


def present(script: Script, state: State) -> tuple[Flow, Step, Reading]:
    """Return the flow on the screen, the step being asked and the reading.  Only while something is asked."""
    flow = script.flow(state.flow, state.language)
    return flow, step_on_screen(script, state), read(flow, state.settled(flow.id))


def step_on_screen(script: Script, state: State) -> Step:
    """Return the step being asked.  Only while something is asked."""
    return script.flow(state.flow, state.language).by_id[(state.asked or "").partition("[")[0]]


def ask_again(script: Script, state: State, *said: Effect) -> Move:
    """Say something and ask again what was being asked; where nothing was, go on, unless a counsellor is speaking."""
    if state.asked is not None:
        flow, _, reading = present(script, state)
        return state, (*said, _put(script, flow, state, reading))
    return (state, said) if state.accompanied else go_on(script, state, said)


def note(script: Script, state: State, phrase: str, **words: object) -> Move:
    """Say one of the service's own sentences, then ask again what was being asked."""
    return ask_again(script, state, Say(Message(script.say(phrase, state.language, **words))))


def say_accompanied(script: Script, state: State) -> Move:
    """Remind the person that a counsellor is listening."""
    return state, (Say(Message(script.say("accompanied_button", state.language))),)


def enter(script: Script, state: State, flow_id: str) -> Move:
    """Open a flow where the person left it; cards alone are shown anew, and so is a detour."""
    flow = script.flow(flow_id, state.language)
    begun = flow_id not in DETOURS and any(wording.asks(flow, key) for key in read(flow, state.settled(flow_id)).kept)
    return go_on(script, turn_to(state if begun else state.settle(flow_id, {}), flow_id))


def turn_to(state: State, flow_id: str) -> State:
    """Stand in a flow without asking yet; a detour remembers the flow beneath, and leaves nothing when left."""
    if flow_id == state.flow:
        return state
    beneath = state.beneath if state.flow in DETOURS else state.flow
    left = state.settle(state.flow, {}) if state.flow in DETOURS else state
    return replace(left, flow=flow_id, asked=None, draft=(), beneath=beneath if flow_id in DETOURS else None)


def leave(script: Script, state: State) -> Move:
    """Go back to the flow beneath, or to the menu."""
    return go_on(script, _follow(state, RETURN))


def settle(script: Script, state: State, key: str, answer: Answer) -> Move:
    """Settle a question of the present flow and go on; what no longer applies falls out."""
    flow = script.flow(state.flow, state.language)
    answered = state.settle(flow.id, {**state.settled(flow.id), key: answer})
    return go_on(script, answered, _raise_alarm(script, state, flow.by_id[key.partition("[")[0]], answer))


def reopen(script: Script, state: State, key: str, *, marked: bool = False) -> Move:
    """Ask a settled question again.  `marked`: choices picked before stay marked, to be changed one by one."""
    flow = script.flow(state.flow, state.language)
    kept = read(flow, state.settled(flow.id)).kept
    reading = read(flow, {name: answer for name, answer in kept.items() if name != key})
    picked = kept.get(key)
    draft = picked if marked and isinstance(picked, tuple) else ()
    opened = replace(state.settle(flow.id, reading.kept), asked=key, draft=draft)
    return opened, (_put(script, flow, opened, reading),)


def open_on_request(script: Script, state: State, key: str) -> Move:
    """Ask a question that is asked on request only, or once more one the world answered; what was picked is marked."""
    flow = script.flow(state.flow, state.language)
    step = flow.step(key)
    looked_up = step is not None and step.kind is Kind.LOOK_UP and key in state.settled(flow.id)
    if step is None or not (step.on_request or looked_up):
        return note(script, state, "not_understood_choice")
    return reopen(script, state, key, marked=True)


def follow(script: Script, state: State, choice: Choice) -> Move:
    """Do what a choice stands for: an action, another flow, or both."""
    if choice.does == SPEAK:
        state = replace(state, language=script.speaks(choice.id))
    acts = (Act(choice.does),) if choice.does and choice.does != SPEAK else ()
    if choice.goes is None:
        return ask_again(script, state, *acts)
    if choice.goes == RETURN:
        moved, effects = leave(script, state)
    else:
        moved, effects = enter(script, _left(state, choice.goes), choice.goes)
    return moved, (*acts, *effects)


def help_card(script: Script, state: State, danger: str = "") -> tuple[Effect, ...]:
    """Show what to do now and whom to call; the place in the conversation is kept.

    `danger`: has a card of its own where first aid differs; empty for the one that fits all.
    """
    phrase = f"emergency_card_{danger}"
    if phrase not in script.phrases[script.default]:
        phrase = "emergency_card"
    buttons = (
        wording.system_button(script, state.language, "safe_continue", "resume"),
        wording.system_button(script, state.language, "misunderstood", "resume"),
        *(() if state.accompanied else (wording.system_button(script, state.language, "human_button", "human"),)),
    )
    return (Say(Message(script.say(phrase, state.language), buttons, calls=phrase)),)


def _put(script: Script, flow: Flow, state: State, reading: Reading) -> Effect:
    """Ask the question on the screen: in words, or of the world first."""
    key = state.asked or ""
    step = flow.by_id[key.partition("[")[0]]
    if step.kind is Kind.LOOK_UP:
        return LookUp(step.source, key, state.language, reading.known)
    return Say(wording.ask_step(script, flow, state, reading))


def _fall_silent(script: Script, state: State, effects: list[Effect]) -> Move:
    """Leave the word to the counsellor; somebody who just came back from a detour is told so."""
    silent = replace(state, asked=None, draft=(), beneath=None)
    return (silent, tuple(effects)) if effects else say_accompanied(script, silent)


def _may_be_asked(step: Step, key: str, reading: Reading) -> bool:
    return key in reading.still_open or (step.on_request and key in reading.path and key not in reading.kept)


def _still_offered(step: Step, draft: tuple[str, ...]) -> tuple[str, ...]:
    match step.kind:
        case Kind.LOOK_UP:
            return draft
        case Kind.CHOOSE_MANY:
            return tuple(one for one in draft if step.choice(one) is not None)
        case _:
            return ()


def _raise_alarm(script: Script, state: State, step: Step, answer: Answer) -> tuple[Effect, ...]:
    """Bring the help card and call a human if the answer is one of the step's alarms."""
    match answer:
        case tuple():
            picked = answer
        case bool():
            picked = (YES if answer else NO,)
        case _:
            picked = (str(answer),)
    heard = next((one for one in picked if one in step.alarms), None)
    return () if heard is None else (Alert("high", f"{state.flow}.{step.id}.{heard}"), *help_card(script, state))


def _show_cards(flow: Flow, reading: Reading, effects: list[Effect]) -> Reading:
    while reading.still_open:
        key = reading.still_open[0]
        step = flow.step(key)
        if step is None or step.kind is not Kind.TELL:
            break
        effects.append(Say(Message(step.text)))
        reading = read(flow, {**reading.kept, key: True})
    return reading


def _questions_only(flow: Flow, reading: Reading) -> dict[str, Answer]:
    return {
        key: answer
        for key, answer in reading.kept.items()
        if (step := flow.step(key)) is not None and step.kind in QUESTIONS
    }


def _follow(state: State, target: str | None) -> State:
    if target is None or target == RETURN:
        return replace(state.settle(state.flow, {}), flow=state.beneath or MENU, beneath=None)
    return replace(state, flow=target, beneath=state.beneath if target in DETOURS else None)


def _left(state: State, target: str) -> State:
    return state if target in DETOURS else state.settle(state.flow, {})
