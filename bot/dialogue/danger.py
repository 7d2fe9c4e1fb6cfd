"""Answer danger in what a person writes: the help card and a human at once, or one question where it is not sure."""

import re
from dataclasses import replace
from functools import lru_cache

from bot.care.helplines import ASKED
from bot.care.safety import HIGH, IMMEDIATE, Alarm, Calm, Doubt, Verdict, screen
from bot.dialogue import guarding, questions, wording
from bot.dialogue.answers import choose_from
from bot.dialogue.effects import Alert, Message, Say
from bot.dialogue.events import Typed
from bot.dialogue.moves import Move, ask_again, help_card, note
from bot.dialogue.script import Script, normalise
from bot.dialogue.state import State

#: Longest message passed on between client and counsellor, in characters.
MAX_RELAYED_CHARS = 4_000
#: Between several answers written at once.
_PARTS = re.compile(r"\s*(?:,|;|\n|\bdan\b|\band\b|&)\s*")
#: The same doubt is asked about once in so many minutes; an alarm is never held back.
QUIET_MINUTES = 30
#: Choices under the question, in the order they are shown; the phrases on the buttons have the same names.
NOW, HARD, SAFE = ANSWERS = ("danger_now", "danger_hard", "danger_safe")
#: Sentences this part of the conversation says.
SENTENCES = frozenset({*ANSWERS, "danger_question", "danger_question_again", "danger_hard_said", "danger_safe_said"})


def listen(script: Script, state: State, typed: Typed) -> Verdict:
    """Hear danger in what was typed; words of the buttons on the screen are answers, which the step itself judges."""
    step = script.flow(state.flow, state.language).step(state.asked or "")
    labels = [_words_of(choice.label) for choice in step.choices] if step is not None else []
    parts = [set(normalise(part).split()) for part in _PARTS.split(typed.text)]
    if all(any(part <= label for label in labels) for part in parts):
        return Calm()
    return screen(typed.text, script.dangers, typed.recent)


def raise_alarm(script: Script, state: State, text: str, alarm: Alarm) -> Move:
    """Bring the help card and call a human; words for a counsellor still reach the counsellor."""
    pieces = range(0, len(text), MAX_RELAYED_CHARS)
    words = tuple(text[at : at + MAX_RELAYED_CHARS] for at in pieces) if state.accompanied else ()
    moved, relayed = guarding.pass_on_danger(script, replace(state, wondering=False), words)
    card = help_card(script, state, alarm.label if len(alarm.labels) == 1 else "")
    return moved, (Alert(alarm.severity, alarm.label), *card, *relayed)


def ask_about(script: Script, before: State, move: Move, doubt: Doubt, typed: Typed) -> Move:
    """Ask whether there is danger now; `move`: what the words lead to by themselves.

    An answer given to the open question is kept, and what was asked in them is answered first.  Not asked while a
    counsellor listens, and not about the same for half an hour.
    """
    asked_lately = before.wondered == doubt.label and typed.minute < before.quiet_until
    if before.accompanied or asked_lately:
        return move
    moved, effects = move
    settled = moved.answers != before.answers
    kept = moved if settled else before
    wondering = replace(kept, wondering=True, wondered=doubt.label, quiet_until=typed.minute + QUIET_MINUTES)
    said = effects if settled or questions.knows(script, typed.text) else ()
    return wondering, (*said, Say(_question(script, wondering)))


def read_answer(script: Script, state: State, text: str) -> Move | None:
    """Take typed words as an answer to the question about danger, if that is on the screen; else None."""
    if not state.wondering:
        return None
    labels = tuple((choice, script.say(choice, state.language)) for choice in ANSWERS)
    choice = choose_from(labels, text) or {True: NOW, False: SAFE, None: None}[script.yes_no.get(normalise(text))]
    return None if choice is None else answer(script, state, choice)


def answer(script: Script, state: State, choice: str) -> Move:
    """Do what was answered to the question about danger; the place in the conversation is kept."""
    danger, state = state.wondered or ASKED, replace(state, wondering=False)
    if choice == NOW:
        return state, (Alert(IMMEDIATE, danger), *help_card(script, state, danger))
    if choice == HARD:
        human = wording.system_button(script, state.language, "human_button", "human")
        on = wording.system_button(script, state.language, "safe_continue", "resume")
        buttons = (on,) if state.accompanied else (human, on)
        said = Message(script.say("danger_hard_said", state.language), buttons, calls="danger_hard_said")
        return state, (Alert(HIGH, danger), Say(said))
    if state.accompanied:
        return ask_again(script, state, Say(Message(script.say("danger_safe_said", state.language))))
    return note(script, state, "danger_safe_said")


def put_again(script: Script, state: State) -> Message:
    """Put the question about danger once more, with whom to call."""
    again = "danger_question_again"
    return Message(script.say(again, state.language), _question(script, state).buttons, calls=again)


@lru_cache(maxsize=1_024)
def _words_of(label: str) -> frozenset[str]:
    """Return the words of a button, which are content; what people write must never be kept here."""
    return frozenset(normalise(label).split())


def _question(script: Script, state: State) -> Message:
    buttons = tuple(wording.system_button(script, state.language, choice, choice) for choice in ANSWERS)
    return Message(script.say("danger_question", state.language), buttons)
