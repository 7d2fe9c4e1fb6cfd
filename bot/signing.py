"""Say under a text on medicine or law that nobody of the trade has signed it, until somebody has."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from bot.dialogue.script import Script
from bot.steps import ContentError

#: Who signs; the sentence under an unsigned text is the phrase unsigned_… of that name.
SIGNERS: Final = ("doctor", "lawyer")
#: Where a phrase says it; other texts say it at their end.
PLACEHOLDER: Final = "{reviewed}"


@dataclass(frozen=True, slots=True)
class SignOff:
    """Who has to sign a text, and who did.

    `text`: "phrase NAME", "flow FLOW.STEP" or "faq NAME".  `wording`: fingerprint of what was signed, in the default
    language; a text that has changed since is not signed any more.
    """

    text: str
    by: str
    signed_by: str
    signed_on: date | None
    wording: str


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A text nobody has signed in its present wording.  `wording`: what to write down once somebody has."""

    text: str
    by: str
    wording: str


def read_sign_offs(document: Mapping[str, Any]) -> tuple[SignOff, ...]:
    """Read who has to sign what.  Raises ContentError."""
    return tuple(_read(row) for row in document.get("sign_off", []))


def mark_unsigned(script: Script, sign_offs: Iterable[SignOff]) -> tuple[Script, tuple[Unsigned, ...]]:
    """Put a plain sentence under every text that is not signed; return the script and the list of them.

    Raises ContentError for a text that does not exist.
    """
    unsigned = []
    for sign_off in sign_offs:
        wording = hashlib.sha256("\x1f".join(_wordings(script, sign_off.text)).encode()).hexdigest()[:8]
        is_signed = bool(sign_off.signed_by) and sign_off.signed_on is not None and sign_off.wording == wording
        if not is_signed:
            unsigned.append(Unsigned(sign_off.text, sign_off.by, wording))
        script = _mark(script, sign_off.text, None if is_signed else f"unsigned_{sign_off.by}")
    return script, tuple(unsigned)


def _read(row: Mapping[str, Any]) -> SignOff:
    text, by, signed_on = row.get("text", "?"), row.get("by"), row.get("signed_on") or None
    if by not in SIGNERS:
        raise ContentError(f"safety.toml: sign_off {text}: by must be one of {', '.join(SIGNERS)}")
    if signed_on is not None and not isinstance(signed_on, date):
        raise ContentError(f"safety.toml: sign_off {text}: signed_on must be a day such as 2026-11-21, without quotes")
    return SignOff(text, by, row.get("signed_by", ""), signed_on, row.get("wording", ""))


def _wordings(script: Script, text: str) -> Iterator[str]:
    """List what is said in the default language under the name of a text."""
    kind, _, name = text.partition(" ")
    flow_id, _, step_id = name.partition(".")
    answers = {} if script.questions is None else script.questions.answers
    flow = script.flows[script.default].get(flow_id)
    if kind == "phrase" and name in script.phrases[script.default]:
        yield script.phrases[script.default][name]
    elif kind == "flow" and flow is not None and step_id in flow.by_id:
        yield flow.by_id[step_id].text
    elif kind == "faq" and name in answers:
        yield from (answers[name].short[script.default], answers[name].longer[script.default])
    else:
        known = 'write "phrase NAME", "flow FLOW.STEP" or "faq NAME"'
        raise ContentError(f"safety.toml: sign_off {text!r} names no text; {known}")


def _mark(script: Script, text: str, sentence: str | None) -> Script:
    """Say the sentence with the text in every language; None takes the place for it out."""
    notes = {language: script.phrases[language][sentence] if sentence else "" for language in script.languages}
    kind, _, name = text.partition(" ")
    match kind:
        case "phrase":
            said = {
                language: {**own, name: own[name].replace(PLACEHOLDER, notes[language])}
                for language, own in script.phrases.items()
            }
            return replace(script, phrases=said)
        case "flow":
            return _mark_step(script, name, notes)
        case _:
            return _mark_answer(script, name, notes)


def _mark_step(script: Script, name: str, notes: Mapping[str, str]) -> Script:
    flow_id, _, step_id = name.partition(".")
    flows = {}
    for language, own in script.flows.items():
        flow = own[flow_id]
        steps = tuple(
            replace(step, text=f"{step.text} {notes[language]}".strip()) if step.id == step_id else step
            for step in flow.steps
        )
        flows[language] = {**own, flow_id: replace(flow, steps=steps)}
    return replace(script, flows=flows)


def _mark_answer(script: Script, name: str, notes: Mapping[str, str]) -> Script:
    book = script.questions
    if book is None:
        return script
    answer = book.answers[name]
    short, longer = (
        {language: f"{text} {notes.get(language, '')}".strip() if text else "" for language, text in said.items()}
        for said in (answer.short, answer.longer)
    )
    marked = replace(answer, short=short, longer=longer)
    return replace(script, questions=replace(book, answers={**book.answers, name: marked}))
