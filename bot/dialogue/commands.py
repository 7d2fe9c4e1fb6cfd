"""Obey the words that work at any step."""

from dataclasses import replace
from typing import assert_never

from bot.care.helplines import ASKED
from bot.dialogue import wording
from bot.dialogue.effects import Act, Alert, Message, Say
from bot.dialogue.flow import Kind, read
from bot.dialogue.moves import (
    Move,
    ask_again,
    enter,
    go_on,
    help_card,
    leave,
    note,
    reopen,
    say_accompanied,
    settle,
    turn_to,
)
from bot.dialogue.script import CONTACT, ERASE, LANGUAGE, MENU, MY_DATA, NEWS, TALK, Command, Script
from bot.dialogue.state import State

#: Commands that keep their meaning while a counsellor is speaking with the person.
ALSO_ACCOMPANIED = frozenset(
    {Command.HELP, Command.STOP, Command.ERASE, Command.LANGUAGE, Command.EMERGENCY, Command.DATA, Command.PAUSE}
    | {Command.CLEAR, Command.MOVE, Command.KEEP, Command.CONTACT, Command.NEWS, Command.CHECK_WORDS}
)


def obey(script: Script, state: State, command: Command) -> Move:  # noqa: C901, PLR0911, PLR0912 - one line per command
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
        case Command.STOP | Command.PAUSE | Command.RELAPSE | Command.CLEAR | Command.MOVE | Command.KEEP:
            return ask_again(script, state, Act(command.value))
        case Command.CHECK_WORDS:
            return ask_again(script, state, Act(command.value))
        case Command.ERASE:
            return enter(script, state, ERASE)
        case Command.HUMAN:
            return enter(script, state, TALK)
        case Command.CONTACT:
            return enter(script, state, CONTACT)
        case Command.NEWS:
            return enter(script, state, NEWS)
        case Command.LANGUAGE:
            return enter(script, state, LANGUAGE)
        case Command.EMERGENCY:
            return state, (Alert("immediate", ASKED), *help_card(script, state))
        case Command.RESUME:
            return resume(script, state)
        case Command.DATA:
            return enter(script, state, MY_DATA)
        case _:
            assert_never(command)


def greet(script: Script, state: State) -> Move:
    """Open the chat: a new person meets the menu, a returning one finds the place kept."""
    if state.accompanied:
        return say_accompanied(script, state)
    if state.flow == MENU:
        return enter(script, state, MENU)
    menu = wording.system_button(script, state.language, "menu_button", "menu")
    return ask_again(script, state, Say(Message(script.say("welcome_back", state.language), (menu,))))


def resume(script: Script, state: State) -> Move:
    """Go on where the person was: a waiting check-in first, then the question on the screen."""
    if state.accompanied:
        return say_accompanied(script, state)
    if state.invited is not None:
        return go_on(script, turn_to(replace(state.settle(state.invited, {}), invited=None), state.invited))
    known = script.flows[script.speaks(state.language)]
    unfinished = next((name for name in reversed(tuple(state.answers)) if name in known and name != MENU), None)
    if unfinished is not None and state.flow == MENU:
        return enter(script, state, unfinished)
    return ask_again(script, state)


def give_help(script: Script, state: State) -> Move:
    """List what always works; the question stays."""
    offered = ("emergency_button", "emergency"), ("human_button", "human"), ("menu_button", "menu")
    shown = offered[:1] if state.accompanied else offered
    buttons = tuple(wording.system_button(script, state.language, phrase, choice) for phrase, choice in shown)
    return ask_again(script, state, Say(Message(script.say("help", state.language), buttons)))


def go_back(script: Script, state: State) -> Move:
    """Take back what was picked so far, or ask the question above again; before the first one, leave the flow.

    Somebody who edits the first line of a filled page stays there: leaving would drop the lines below.
    """
    flow = script.flow(state.flow, state.language)
    step = flow.step(state.asked or "")
    if state.draft and step is not None and step.kind is Kind.CHOOSE_MANY:
        return ask_again(script, replace(state, draft=()))
    if step is not None and step.on_request:
        return go_on(script, state)
    reading = read(flow, state.settled(flow.id))
    before = wording.question_before(flow, reading, state.asked or "")
    if before is not None:
        return reopen(script, state, before)
    filled = any(wording.asks(flow, key) for key in reading.kept)
    return ask_again(script, state) if filled else leave(script, state)


def skip(script: Script, state: State) -> Move:
    """Skip the question on the screen if it may be skipped."""
    step = script.flow(state.flow, state.language).step(state.asked or "")
    if step is None or not step.optional or state.asked is None:
        return note(script, state, "cannot_skip")
    return settle(script, state, state.asked, None)
