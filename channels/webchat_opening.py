"""Show somebody new the first screen at once, before anything about them is stored."""

from bot.dialogue.effects import Ask
from bot.dialogue.script import MENU, Script
from bot.ports import Key, Line, Page


def make_opening(script: Script) -> Page:
    """Make the page of a conversation that has not begun; each key carries the words that choose it."""
    menu = script.flow(MENU, script.default)
    first = menu.steps[0]
    keys = tuple(Key(choice.label, choice.label) for choice in first.choices)
    line = Line(first.text, mine=False, keys=keys, ask=Ask.CHOICE)
    return Page((line,), 0, script.default, consented=False, accompanied=False)
