"""Hear danger in what a person writes, before anything else is read into it."""

import re
from dataclasses import dataclass, field

_NOT_LETTERS = re.compile(r"[\W_]+")
_DRAWN_OUT = re.compile(r"(\w)\1{2,}")
#: Longer texts are heard only so far, so that one message cannot hold up the others.
_HEARD_CHARS = 8_000


@dataclass(frozen=True, slots=True)
class Danger:
    """One kind of danger.  `phrases` are whole-word sequences; `idioms` are sentences in which they do not count."""

    id: str
    severity: str
    phrases: tuple[str, ...]
    idioms: tuple[str, ...] = ()
    _heard: re.Pattern[str] = field(init=False, repr=False, compare=False)
    _left_out: re.Pattern[str] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compile once what every message is compared with."""
        object.__setattr__(self, "_heard", _any_of(self.phrases))
        object.__setattr__(self, "_left_out", _any_of(self.idioms) if self.idioms else None)

    def is_heard_in(self, words: str) -> bool:
        """Tell whether normalised words speak of this danger."""
        left = self._left_out.sub(" ", words) if self._left_out else words
        return self._heard.search(left) is not None


#: Most urgent first.
Dangers = tuple[Danger, ...]


def screen(text: str, dangers: Dangers) -> Danger | None:
    """Return the first danger heard in the text, or None.

    Compares lower-case words; drawn-out letters and punctuation do not hide a phrase.
    """
    heard = _words(text[:_HEARD_CHARS])
    return next((danger for danger in dangers if danger.is_heard_in(heard)), None)


def _any_of(phrases: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted({_words(phrase) for phrase in phrases}, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b")


def _words(text: str) -> str:
    return _DRAWN_OUT.sub(r"\1", _NOT_LETTERS.sub(" ", text.casefold())).strip()
