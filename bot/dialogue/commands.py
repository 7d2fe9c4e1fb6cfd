"""Obey the words that work at any step."""

from dataclasses import replace
from typing import assert_never

from bot.dialogue import wording
from bot.dialogue.effects import Act, Alert, Message, Say
from bot.dialogue.flow import read
from bot.dialogue.moves import Move, enter, go_on, help_card, leave, note, put_question, reopen, settle
from bot.dialogue.script import ERASE, LANGUAGE, MENU, MY_DATA, TALK, Command, Script
from bot.dialogue.state import State

#: Commands that keep their meaning while a counsellor is speaking with the person.
ALSO_ACCOMPANIED = frozenset(
    {Command.HELP, Command.STOP, Command.ERASE, Command.LANGUAGE, Command.EMERGENCY, Command.DATA, Command.PAUSE}
)


def obey(script: Script, state: State, command: Command) -> Move:  # noqa: PLR0911 - one line per command
    """Do what the command says; the answers given so far are kept."""
    match command:
        case Command.START:
            return greet(script, state)
        case Command.MENU:
            return enter(script, state, MENU)
        case Command.HELP:
            return give_help(script, state)
        case Command.BACK:
            return go_back(script, state)
        case Command.SKIP:
            return skip(script, state)
        case Command.STOP | Command.PAUSE:
            return enter_after(script, state, Act(command.value))
        case Command.ERASE:
            return enter(script, state, ERASE)
        case Command.HUMAN:
            return enter(script, state, TALK)
        case Command.LANGUAGE:
            return enter(script, state, LANGUAGE)
        case Command.EMERGENCY:
            return state, (*help_card(script, state), Alert("immediate", "asked"))
        case Command.RESUME:
            return resume(script, state)
        case Command.DATA:
            return enter(script, state, MY_DATA)
        case _:
            assert_never(command)


def greet(script: Script, state: State) -> Move:
    """Open the chat: a new person meets the menu, a returning one finds the place kept."""
    if state.accompanied:
        return state, (Say(Message(script.say("accompanied_button", state.language))),)
    if state.asked is None or state.flow == MENU:
        return enter(script, state, MENU)
    menu = wording.system_button(script, state.language, "menu_button", "menu")
    return state, (Say(Message(script.say("welcome_back", state.language), (menu,))), put_question(script, state))


def resume(script: Script, state: State) -> Move:
    """Go on where the person was: a waiting check-in first, then the question on the screen."""
    if state.accompanied:
        return state, (Say(Message(script.say("accompanied_button", state.language))),)
    if state.invited is not None:
        opened = replace(state.settle(state.invited, {}), flow=state.invited, invited=None, beneath=None)
        return go_on(script, opened)
    unfinished = next((name for name in reversed(tuple(state.answers)) if name != state.flow), None)
    if unfinished is not None and state.flow == MENU:
        return enter(script, state, unfinished)
    return (state, (put_question(script, state),)) if state.asked else enter(script, state, MENU)


def give_help(script: Script, state: State) -> Move:
    """List what always works; the question stays."""
    offered = ("emergency_button", "emergency"), ("human_button", "human"), ("menu_button", "menu")
    shown = offered[:1] if state.accompanied else offered
    buttons = tuple(wording.system_button(script, state.language, phrase, choice) for phrase, choice in shown)
    said = Say(Message(script.say("help", state.language), buttons))
    return (state, (said, put_question(script, state))) if state.asked and not state.accompanied else (state, (said,))


def enter_after(script: Script, state: State, act: Act) -> Move:
    """Do something and show the question again, unless a counsellor is speaking."""
    return state, (act, put_question(script, state)) if state.asked and not state.accompanied else (act,)


def go_back(script: Script, state: State) -> Move:
    """Drop the last answer and ask that question again; before the first one, leave the flow."""
    flow = script.flow(state.flow, state.language)
    if state.draft:
        return go_on(script, state)
    before = [key for key in read(flow, state.settled(flow.id)).kept if wording.asks(flow, key)]
    return reopen(script, state, before[-1]) if before else leave(script, state)


def skip(script: Script, state: State) -> Move:
    """Skip the question on the screen if it may be skipped."""
    step = script.flow(state.flow, state.language).step(state.asked or "")
    if step is None or not step.optional or state.asked is None:
        return note(script, state, "cannot_skip")
    return settle(script, state, state.asked, None)
