"""Understand a typed reply to a question: a number, a label, or a word of it."""

import re
from enum import Enum
from functools import lru_cache
from typing import Final, Literal

from bot.dialogue.flow import NO, YES, Answer, Kind, Step
from bot.dialogue.script import Script, normalise

#: Longest free text an answer may have, in characters.
MAX_WRITTEN_CHARS = 1_000
#: Longer numbers are no numbers of a choice, nor on a scale.
_MAX_DIGITS = 3
_BETWEEN = re.compile(r"[,;/+&\n]|\bdan\b|\band\b|\bserta\b|\bsama\b")
_NUMBERS = re.compile(r"\d+(?:\s+\d+)*")
#: For what the service says itself, which is the same for everybody.
_plain = lru_cache(4_096)(normalise)


class _Nothing(Enum):
    """The reply fits no answer of the question."""

    NOT_UNDERSTOOD = "not understood"


NOT_UNDERSTOOD: Final = _Nothing.NOT_UNDERSTOOD


def understand(step: Step, text: str, script: Script) -> Answer | Literal[_Nothing.NOT_UNDERSTOOD]:
    """Read a typed reply as an answer to this step, or NOT_UNDERSTOOD.

    Choices that lead elsewhere (`goes`, `does`) are returned by id like any other; of a yes_no as True or False.
    """
    match step.kind:
        case Kind.YES_NO:
            return _yes_or_no(step, text, script)
        case Kind.CHOOSE:
            return _one(step, text, script) or NOT_UNDERSTOOD
        case Kind.CHOOSE_MANY:
            return _many(step, text, script) or NOT_UNDERSTOOD
        case Kind.RATE:
            number = read_number(text)
            return number if number is not None and step.least <= number <= step.most else NOT_UNDERSTOOD
        case Kind.WRITE:
            written = text.strip()
            return written if 0 < len(written) <= MAX_WRITTEN_CHARS else NOT_UNDERSTOOD
        case _:
            return NOT_UNDERSTOOD


def read_number(text: str) -> int | None:
    """Read a typed number from 0 to 999, in any script's digits; None if it is not one."""
    said = normalise(text)
    positive = not text.lstrip().startswith(("-", "\N{MINUS SIGN}"))
    return int(said) if positive and said.isdecimal() and len(said) <= _MAX_DIGITS else None


def choose_from(labels: tuple[tuple[str, str], ...], text: str) -> str | None:
    """Find the one id whose number, label or word of its label was typed; None if none or several fit.

    `labels`: (id, label) pairs in the order they were shown; numbers count from 1.  A number that is also a word of
    another label ("3" where one says "3 kali") fits several.
    """
    said = normalise(text)
    if not said:
        return None
    plain = [(identifier, _plain(label)) for identifier, label in labels]
    exact = [identifier for identifier, label in plain if said in (label, _plain(identifier))]
    word = [identifier for identifier, label in plain if f" {said} " in f" {label} "]
    place = read_number(text)
    if place is not None and 1 <= place <= len(labels):
        counted = labels[place - 1][0]
        return counted if set(word) <= {counted} else None
    found = exact or word
    return found[0] if len(found) == 1 else None


def arrange(step: Step, picked: tuple[str, ...]) -> tuple[str, ...]:
    """Put picked choices into page order, once each; a choice that stands alone drops the others."""
    for choice in reversed(picked):
        if choice in step.exclusive:
            return (choice,)
    return tuple(choice.id for choice in step.choices if choice.id in picked)


def toggle(step: Step, picked: tuple[str, ...], choice: str) -> tuple[str, ...]:
    """Add a choice to those picked so far, or take it back."""
    if choice in picked:
        return tuple(other for other in picked if other != choice)
    return add(step, picked, (choice,))


def add(step: Step, picked: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    """Add choices to those picked so far; one that stands alone gives way to others, and takes their place."""
    return arrange(step, (*(one for one in picked if one not in step.exclusive), *more))


def _yes_or_no(step: Step, text: str, script: Script) -> bool | Literal[_Nothing.NOT_UNDERSTOOD]:
    said = script.yes_no.get(normalise(text))
    if said is not None:
        return said
    picked = _one(step, text, script)
    return NOT_UNDERSTOOD if picked is None else picked == YES


def _one(step: Step, text: str, script: Script) -> str | None:
    return choose_from(_labels(step), text) or _mentioned(step, text, script)


def _mentioned(step: Step, text: str, script: Script) -> str | None:
    """Find the one label that stands in a longer reply; a reply that denies anything is left to the person."""
    said = f" {normalise(text)} "
    harmless = {choice.id for choice in step.choices if choice.does is None}
    found = [
        (one, label)
        for one, said_label in _labels(step)
        if one in harmless and (label := f" {normalise(said_label)} ").strip() and label in said
    ]
    if len(found) != 1:
        return None
    one, label = found[0]
    return None if any(script.yes_no.get(word) is False for word in said.replace(label, " ").split()) else one


def _many(step: Step, text: str, script: Script) -> tuple[str, ...]:
    """Read a list; one part that is not understood, or "none" beside others, leaves all of it to the person."""
    whole = choose_from(_labels(step), text)
    if whole is not None:
        return (whole,)
    picked: list[str] = []
    for part in filter(str.strip, _BETWEEN.split(text.casefold())):
        found = _part(step, part.strip(), script)
        if not found:
            return ()
        picked += found
    mixed = len(set(picked)) > 1 and any(choice in step.exclusive for choice in picked)
    return () if mixed else arrange(step, tuple(picked))


def _part(step: Step, part: str, script: Script) -> list[str]:
    if _NUMBERS.fullmatch(part):
        counted = [choose_from(_labels(step), number) for number in part.split()]
        return [one for one in counted if one is not None] if None not in counted else []
    one = _one(step, part, script)
    return _listed(step, part) if one is None else [one]


def _listed(step: Step, part: str) -> list[str]:
    """Find labels that follow each other with nothing in between."""
    left = f" {normalise(part).replace(' ', '  ')} "
    found = []
    for one, label in sorted(_labels(step), key=lambda pair: -len(pair[1])):
        said = f" {normalise(label).replace(' ', '  ')} "
        if said.strip() and said in left:
            left = left.replace(said, "")
            found.append(one)
    return [] if left.strip() else found


def _labels(step: Step) -> tuple[tuple[str, str], ...]:
    if step.kind is Kind.YES_NO and not step.choices:
        return ((YES, YES), (NO, NO))
    return tuple((choice.id, choice.label) for choice in step.choices)
