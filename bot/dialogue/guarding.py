"""Keep out of words what would tell who somebody is, and what is said against others, before anybody else reads it."""

from collections.abc import Mapping
from dataclasses import replace

from bot.care.privacy.masking import Private, Span, find_private, mask
from bot.care.privacy.others import find_statements, leave_out
from bot.dialogue import wording
from bot.dialogue.effects import Act, Effect, Message, Relay, Say, Withhold
from bot.dialogue.moves import Move, ask_again, note, settle
from bot.dialogue.script import Script, normalise
from bot.dialogue.state import State

#: Choices under the line that says what was hidden; they are actions of the same name.
AS_IS, STAYS_HIDDEN = "send_as_is", "stay_hidden"

#: Sentences said here.
SENTENCES = frozenset(
    {AS_IS, STAYS_HIDDEN, "hidden_notice", "hidden_words", "hidden_gone", "others_declined", "others_left_out"}
    | {f"private_{kind}" for kind in Private}
)


def pass_on(script: Script, state: State, text: str) -> Move:
    """Pass words on to the counsellor at once, without what is private and without what is said against others."""
    rest = _leave_out(script, text)
    declined = () if rest == text else (_say(script, state, "others_declined"),)
    if declined and not _says_something(script, rest):
        return state, declined
    return _with(declined, *_pass_on_masked(script, state, rest))


def pass_on_danger(script: Script, state: State, pieces: tuple[str, ...]) -> Move:
    """Pass on words in which danger was heard: nothing is left out, only what is private is masked.

    What may be sent as it is afterwards holds nothing said against others.
    """
    masked = tuple(Relay(_masked(script, piece, find_private(piece))) for piece in pieces)
    rest = _leave_out(script, "".join(pieces))
    spans = find_private(rest)
    if not spans:
        return state, masked
    return replace(state, hidden=True), (*masked, Withhold(rest), _notice(script, state, spans))


def settle_written(script: Script, state: State, key: str, written: str) -> Move:
    """Settle a written answer without what is private and without what is said against others."""
    rest = _leave_out(script, written)
    if rest != written and not _says_something(script, rest):
        return note(script, state, "others_declined")
    spans = find_private(rest)
    if rest == written and not spans:
        return settle(script, state, key, written)
    said: tuple[Effect, ...] = () if rest == written else (_say(script, state, "others_declined"),)
    if spans:
        said = (*said, Withhold(rest, state.flow, key), _notice(script, state, spans))
    moved, effects = settle(script, state, key, _masked(script, rest, spans))
    return replace(moved, hidden=bool(spans)), (*said, *effects)


def choose_hidden(script: Script, state: State, text: str) -> Move | None:
    """Take the typed label of one of the two buttons as a tap on it; None for any other words."""
    for choice in (AS_IS, STAYS_HIDDEN) if state.hidden else ():
        if normalise(text) == normalise(script.say(choice, state.language)):
            return decide_hidden(script, state, choice)
    return None


def decide_hidden(script: Script, state: State, choice: str) -> Move:
    """Send what was hidden as it was written, or let go of it."""
    if not state.hidden:
        return note(script, state, "hidden_gone")
    decided = replace(state, hidden=False)
    return ask_again(script, decided, Act(choice))


def let_go(state: State) -> State:
    """Forget that something was hidden: the person has written on."""
    return replace(state, hidden=False) if state.hidden else state


def accuses(text: str) -> bool:
    """Tell whether words say who supplies or who else uses."""
    return bool(find_statements(text))


def show_on_page(script: Script, text: str, language: str) -> str:
    """Return a person's own words as their page keeps them: without what is private, or said against others."""
    left = leave_out(text, find_statements(text), script.say("others_left_out", language))
    return mask(left, find_private(left), _words(script, language))


def _pass_on_masked(script: Script, state: State, text: str) -> Move:
    spans = find_private(text)
    if not spans:
        return state, (Relay(text),)
    masked = _masked(script, text, spans)
    return replace(state, hidden=True), (Relay(masked), Withhold(text), _notice(script, state, spans))


def _with(first: tuple[Effect, ...], state: State, effects: tuple[Effect, ...]) -> Move:
    return state, (*first, *effects)


def _leave_out(script: Script, text: str) -> str:
    statements = find_statements(text)
    return leave_out(text, statements, script.say("others_left_out", script.default)) if statements else text


def _says_something(script: Script, rest: str) -> bool:
    return bool(normalise(rest.replace(script.say("others_left_out", script.default), " ")))


def _masked(script: Script, text: str, spans: tuple[Span, ...]) -> str:
    return mask(text, spans, _words(script, script.default))


def _words(script: Script, language: str) -> Mapping[Private, str]:
    return {
        kind: script.say("hidden_words", language, what=script.say(f"private_{kind}", language)) for kind in Private
    }


def _notice(script: Script, state: State, spans: tuple[Span, ...]) -> Effect:
    found = dict.fromkeys(span.kind for span in spans)
    what = ", ".join(script.say(f"private_{kind}", state.language) for kind in found)
    buttons = tuple(wording.system_button(script, state.language, one, one) for one in (AS_IS, STAYS_HIDDEN))
    return Say(Message(script.say("hidden_notice", state.language, what=what), buttons))


def _say(script: Script, state: State, phrase: str) -> Effect:
    return Say(Message(script.say(phrase, state.language)))
