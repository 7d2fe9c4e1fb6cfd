"""The moves every part of the engine makes: go on, enter another flow, say something and ask again."""

from collections.abc import Iterable
from dataclasses import replace

from bot.dialogue import wording
from bot.dialogue.effects import Act, Alert, Complete, Effect, LookUp, Message, Say
from bot.dialogue.flow import QUESTIONS, Answer, Choice, Flow, Kind, Reading, Step, read
from bot.dialogue.script import ERASE, LANGUAGE, MENU, MY_DATA, RETURN, SPEAK, Script
from bot.dialogue.state import State

#: A new state and what is to be done.
Move = tuple[State, tuple[Effect, ...]]

#: Flows that are only a detour: the one beneath is kept and comes back.
DETOURS = frozenset({LANGUAGE, MY_DATA, ERASE})
#: Flows without a question may follow each other only so far; `check` refuses longer chains.
_CHAIN = 8


def go_on(script: Script, state: State, said: Iterable[Effect] = ()) -> Move:
    """Read the present flow again and do what comes next: show cards, ask, or finish and open what follows."""
    effects = list(said)
    for _ in range(_CHAIN):
        if state.accompanied and state.flow not in DETOURS:
            return replace(state, asked=None, draft=(), beneath=None), tuple(effects)
        flow = script.flow(state.flow, state.language)
        reading = _show_cards(flow, read(flow, state.settled(flow.id)), effects)
        state = replace(state.settle(flow.id, reading.kept), flow=flow.id, draft=())
        if reading.still_open:
            state = replace(state, asked=reading.still_open[0])
            return state, (*effects, put_question(script, state))
        if flow.completes:
            effects.append(Complete(flow.id, _questions_only(flow, reading)))
        state = _follow(replace(state.settle(flow.id, {}), asked=None), flow.then)
    return go_on(script, State(language=state.language, flow=MENU), effects)


def put_question(script: Script, state: State) -> Effect:
    """Ask the question on the screen (again)."""
    flow, step, reading = present(script, state)
    if step.kind is Kind.LOOK_UP:
        return LookUp(step.source, state.asked or "", state.language, reading.known)
    return Say(wording.ask_step(script, flow, state, reading))


def present(script: Script, state: State) -> tuple[Flow, Step, Reading]:
    """Return the flow on the screen, the step being asked and the reading.  Only while something is asked."""
    flow = script.flow(state.flow, state.language)
    step = flow.step(state.asked or "")
    assert step is not None, "only questions of the flow are asked"
    return flow, step, read(flow, state.settled(flow.id))


def note(script: Script, state: State, phrase: str, **words: object) -> Move:
    """Say one of the service's own sentences, then ask again what was being asked."""
    said = Say(Message(script.say(phrase, state.language, **words)))
    return (state, (said, put_question(script, state))) if state.asked else (state, (said,))


def enter(script: Script, state: State, flow_id: str) -> Move:
    """Open a flow; a detour remembers the flow beneath."""
    if flow_id in DETOURS:
        beneath = state.beneath if state.flow in DETOURS else state.flow
        return go_on(script, replace(state.settle(flow_id, {}), flow=flow_id, beneath=beneath))
    return go_on(script, replace(state, flow=flow_id, beneath=None))


def leave(script: Script, state: State) -> Move:
    """Go back to the flow beneath, or to the menu."""
    return go_on(script, _follow(state, RETURN))


def settle(script: Script, state: State, key: str, answer: Answer) -> Move:
    """Settle a question of the present flow and go on; what no longer applies falls out."""
    flow = script.flow(state.flow, state.language)
    step = flow.step(key)
    assert step is not None, "only questions of the flow are settled"
    answered = state.settle(flow.id, {**state.settled(flow.id), key: answer})
    return go_on(script, answered, raise_alarm(script, state, step, answer))


def reopen(script: Script, state: State, key: str) -> Move:
    """Ask a settled question again."""
    settled = {name: answer for name, answer in state.settled(state.flow).items() if name != key}
    flow = script.flow(state.flow, state.language)
    reading = read(flow, settled)
    opened = replace(state.settle(flow.id, reading.kept), asked=key, draft=())
    return opened, (put_question(script, opened),)


def follow(script: Script, state: State, choice: Choice) -> Move:
    """Do what a choice stands for: an action, another flow, or both."""
    if choice.does == SPEAK:
        state = replace(state, language=script.speaks(choice.id))
    acts = (Act(choice.does),) if choice.does and choice.does != SPEAK else ()
    if choice.goes is None:
        return state, (*acts, *((put_question(script, state),) if state.asked else ()))
    if choice.goes == RETURN:
        moved, effects = leave(script, state)
    else:
        moved, effects = enter(script, _left(state, choice.goes), choice.goes)
    return moved, (*acts, *effects)


def raise_alarm(script: Script, state: State, step: Step, answer: Answer) -> tuple[Effect, ...]:
    """Bring the help card and call a human if the answer is one of the step's alarms."""
    picked = answer if isinstance(answer, tuple) else (answer,)
    heard = next((one for one in picked if isinstance(one, str) and one in step.alarms), None)
    return () if heard is None else (*help_card(script, state), Alert("high", f"{state.flow}.{step.id}.{heard}"))


def help_card(script: Script, state: State) -> tuple[Effect, ...]:
    """Show what to do now and whom to call; the place in the conversation is kept."""
    buttons = (
        wording.system_button(script, state.language, "safe_continue", "resume"),
        wording.system_button(script, state.language, "misunderstood", "resume"),
        *(() if state.accompanied else (wording.system_button(script, state.language, "human_button", "human"),)),
    )
    return (Say(Message(script.say("emergency_card", state.language), buttons)),)


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
    if target in (None, RETURN):
        return replace(state.settle(state.flow, {}), flow=state.beneath or MENU, beneath=None)
    return replace(state, flow=target or MENU, beneath=None if target not in DETOURS else state.flow)


def _left(state: State, target: str) -> State:
    return state if target in DETOURS or state.flow in DETOURS else state.settle(state.flow, {})
