"""Answer questions at any moment of the conversation; whatever was being asked stays on the screen."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.care.questions.book import GREETING, THANKS, Answer, Book
from bot.care.questions.understanding import Answered, Offered, Refused, sounds_asked, understand
from bot.care.substances import find
from bot.dialogue import wording
from bot.dialogue.answers import add, choose_from
from bot.dialogue.effects import Button, Message, Say
from bot.dialogue.flow import Kind, Step, read
from bot.dialogue.moves import Move, ask_again, note
from bot.dialogue.script import Script
from bot.dialogue.state import State

#: Sentences said here.
SENTENCES = frozenset({"question_more", "question_maybe", "question_refused", "substances_heard"})
#: The step that takes substances named in a person's own words.
SUBSTANCES = "substances"
#: Choices of the buttons: one question of those offered, and the longer answer.
_ASK, _MORE = "ask.", "more."
#: A name of a place is seldom longer; in answers shorter than this no question is looked for.
_FEWEST_WORDS = 3


def reply(script: Script, state: State, text: str) -> Move | None:
    """Answer what is asked, offer what it may be, or refuse kindly; None if it is no question we know."""
    book = script.questions
    if book is None:
        return None
    match understand(text, book):
        case Answered(question):
            return _give(script, state, book.answers[question])
        case Offered(questions):
            return _offer(script, state, [book.answers[one] for one in questions])
        case Refused():
            refused = Message(_say(script, state, "question_refused"), (_human(script, state),))
            return ask_again(script, state, Say(refused))
        case _:
            return None


def knows(script: Script, text: str) -> bool:
    """Tell whether words ask something that is answered without a doubt."""
    return script.questions is not None and isinstance(understand(text, script.questions), Answered)


def reply_if_asked(script: Script, state: State, step: Step, text: str) -> Move | None:
    """Answer words that are clearly a question where an answer was awaited; None to take them as an answer."""
    book = script.questions
    if book is None or len(text.split()) < _FEWEST_WORDS or not _may_ask(book, step, text):
        return None
    if choose_from(tuple((one.id, one.label) for one in step.choices), text) is not None:
        return None
    understood = understand(text, book)
    if not isinstance(understood, Answered | Refused):
        return None
    passing = isinstance(understood, Answered) and understood.question in (GREETING, THANKS, "location")
    return None if passing else reply(script, state, text)


def take_tap(script: Script, state: State, choice: str) -> Move | None:
    """Answer a tapped question, or say more about one; None if the tap was on neither."""
    begins = next((begins for begins in (_ASK, _MORE) if choice.startswith(begins)), None)
    if script.questions is None or begins is None:
        return None
    answer = script.questions.answers.get(choice.removeprefix(begins))
    if answer is None:
        return note(script, state, "old_button")
    if begins == _ASK:
        return _give(script, state, answer)
    return ask_again(script, state, Say(Message(_in(answer.longer or answer.short, state), (_human(script, state),))))


def mark_substances(script: Script, state: State, step: Step, text: str) -> Move | None:
    """Mark the choices of substances named in own words, to be confirmed by a tap; None where none is named."""
    if script.questions is None or step.id != SUBSTANCES or step.kind is not Kind.CHOOSE_MANY:
        return None
    named = [one for one in find(text, script.questions.substances) if step.choice(one.choice) is not None]
    if not named:
        return None
    flow = script.flow(state.flow, state.language)
    picked = replace(state, draft=add(step, state.draft, tuple(one.choice for one in named)))
    names = ", ".join(dict.fromkeys(one.name(state.language) for one in named))
    said = Say(Message(script.say("substances_heard", state.language, names=names)))
    return picked, (said, Say(wording.ask_step(script, flow, picked, read(flow, picked.settled(flow.id)))))


def _give(script: Script, state: State, answer: Answer) -> Move:
    buttons: list[Button] = []
    if _in(answer.longer, state):
        buttons.append(wording.system_button(script, state.language, "question_more", f"{_MORE}{answer.id}"))
    if answer.opens is not None:
        buttons.append(Button(wording.SYSTEM, wording.SYSTEM, answer.opens, _in(answer.labels, state)))
    return ask_again(script, state, Say(Message(_in(answer.short, state), tuple(buttons))))


def _offer(script: Script, state: State, answers: Sequence[Answer]) -> Move:
    """Show what may have been meant, likeliest first, and a human."""
    asks = (Button(wording.SYSTEM, wording.SYSTEM, f"{_ASK}{one.id}", _in(one.labels, state)) for one in answers)
    return ask_again(script, state, Say(Message(_say(script, state, "question_maybe"), (*asks, _human(script, state)))))


def _may_ask(book: Book, step: Step, text: str) -> bool:
    """Tell whether words may be a question here; where choices are shown, only a question mark says so."""
    return sounds_asked(text, book) if step.kind is Kind.LOOK_UP else "?" in text and step.kind is not Kind.WRITE


def _human(script: Script, state: State) -> Button:
    return wording.system_button(script, state.language, "human_button", "human")


def _say(script: Script, state: State, phrase: str) -> str:
    return script.say(phrase, state.language)


def _in(texts: Mapping[str, str], state: State) -> str:
    """Return a text in the person's language, in Indonesian where it is not translated."""
    return texts.get(state.language) or texts["id"]
