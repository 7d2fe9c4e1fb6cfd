"""Look at every text people read for words that hurt and for length, as `singgah check` reports it."""

from collections.abc import Iterator

from bot.care.plainness import Plainness, find_avoided, is_long
from bot.content import Finding
from bot.dialogue.script import Script


def inspect_words(script: Script, plainness: Plainness) -> Iterator[Finding]:
    """Report words that are never said of a person, and texts of the default language that are too long to read."""
    for language in script.languages:
        for name, text in list_texts(script, language):
            for said, instead in find_avoided(text, plainness.avoided):
                yield Finding(f"{language}: {name}", f"says {said!r}; write instead: {instead}", stops=True)
    for name, text in list_texts(script, script.default):
        if is_long(text) and name not in plainness.longer:
            said = "is too long to be read in distress; shorten it, or give the reason in words/avoid.toml [longer]"
            yield Finding(f"{script.default}: {name}", said, stops=False)


def list_texts(script: Script, language: str) -> Iterator[tuple[str, str]]:
    """List (name, text) of everything said in a language."""
    yield from ((f"phrase {name}", text) for name, text in script.phrases[language].items())
    for flow in script.flows[language].values():
        for step in flow.steps:
            yield f"flow {flow.id}.{step.id}", step.text
            yield from ((f"flow {flow.id}.{step.id}.{choice.id}", choice.label) for choice in step.choices)
    for answer in script.questions.answers.values() if script.questions else ():
        for part, texts in (("short", answer.short), ("longer", answer.longer), ("label", answer.labels)):
            yield f"question {answer.id} {part}", texts.get(language, "")
