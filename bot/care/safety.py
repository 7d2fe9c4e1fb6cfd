"""Hear danger in what a person writes, before anything else is read into it."""

import re
from dataclasses import dataclass

_NOT_LETTERS = re.compile(r"[^\w]+")
#: Longer texts are heard only so far, so that one message cannot hold up the others.
_HEARD_CHARS = 8_000


@dataclass(frozen=True, slots=True)
class Danger:
    """One kind of danger.  `phrases` are whole-word sequences; `idioms` are sentences in which they do not count."""

    id: str
    severity: str
    phrases: tuple[str, ...]
    idioms: tuple[str, ...] = ()


#: Most urgent first.
Dangers = tuple[Danger, ...]


def screen(text: str, dangers: Dangers) -> Danger | None:
    """Return the first danger heard in the text, or None.

    Compares lower-case words; repeated letters and punctuation do not hide a phrase.
    """
    heard = f" {_words(text[:_HEARD_CHARS])} "
    for danger in dangers:
        left = heard
        for idiom in danger.idioms:
            left = left.replace(f" {_words(idiom)} ", " ")
        if any(f" {_words(phrase)} " in left for phrase in danger.phrases):
            return danger
    return None


def _words(text: str) -> str:
    words = _NOT_LETTERS.sub(" ", text.casefold().replace("_", " "))
    return " ".join(re.sub(r"(\w)\1{2,}", r"\1", word) for word in words.split())
