"""Compare what a platform took with what the database says: every cause has one effect, told once or marked.

Nothing here knows how the service works.  A history names every letter there must be, what was heard in which chat in
which order, and what the database has kept of each letter; the checker says what is wrong with it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from handlers.sending.attempt import SECOND_COPY

#: What the database says of a letter: the platform has it, it may have it, it never will, or it is still to go.
Fate = Literal["sent", "uncertain", "failed", "waiting"]
Kind = Literal[
    "no effect",
    "several effects",
    "lost",
    "never sent",
    "arrived though failed",
    "too many copies",
    "unmarked copy",
    "doubled broadcast",
    "out of order",
    "heard by somebody else",
]
_MOST_COPIES = 2


@dataclass(frozen=True, slots=True)
class Due:
    """A letter that must come of something that was acknowledged.

    `words`: what it can be told by, in no other letter to anybody else unless `is_private` is False.  `line`: letters
    of one line arrive in the order they are named in; None for one without order.  `may_repeat`: a second copy may
    come, with the mark.
    """

    chat: int
    words: str
    line: str | None = None
    may_repeat: bool = True
    is_private: bool = True


@dataclass(frozen=True, slots=True)
class Heard:
    """A text that the platform took for a chat, at a time in seconds."""

    chat: int
    text: str
    at: float


@dataclass(frozen=True, slots=True)
class Kept:
    """One effect in the database, and what it says became of its letter."""

    chat: int
    words: str
    fate: Fate


@dataclass(frozen=True, slots=True)
class History:
    """Everything of a run: causes in their order, what was heard, what was kept."""

    due: tuple[Due, ...]
    heard: tuple[Heard, ...]
    kept: tuple[Kept, ...]


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that must not happen."""

    kind: Kind
    chat: int
    words: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What a run amounted to: how many letters, marked second copies, and letters parked as uncertain.

    `unheard`: so many of the uncertain never reached the platform; whoever looks into the chat sees that they did not.
    """

    letters: int
    copies: int
    uncertain: int
    unheard: int


@dataclass(slots=True)
class _Copies:
    """Where the copies of one letter stand in what was heard."""

    texts: list[str] = field(default_factory=list)
    first: float | None = None


def check(history: History) -> list[Violation]:
    """Return everything that is wrong with a history that has come to rest; nothing if all is well."""
    copies = _gather(history)
    fates = _fates(history.kept)
    found = [one for due in history.due for one in _judge(due, copies[due.chat, due.words], fates)]
    return [*found, *_misordered(history.due, copies), *_overheard(history)]


def count(history: History) -> Figures:
    """Count what a run amounted to."""
    copies = _gather(history)
    uncertain = [(kept.chat, kept.words) for kept in history.kept if kept.fate == "uncertain"]
    doubled = sum(len(one.texts) > 1 for one in copies.values())
    unheard = sum(one in copies and not copies[one].texts for one in uncertain)
    return Figures(len(history.due), doubled, len(uncertain), unheard)


def _gather(history: History) -> dict[tuple[int, str], _Copies]:
    copies = {(due.chat, due.words): _Copies() for due in history.due}
    words_in: dict[int, list[str]] = {}
    for chat, words in copies:
        words_in.setdefault(chat, []).append(words)
    for heard in sorted(history.heard, key=lambda one: one.at):
        for words in words_in.get(heard.chat, ()):
            if words in heard.text:
                found = copies[heard.chat, words]
                found.texts.append(heard.text)
                found.first = heard.at if found.first is None else found.first
    return copies


def _fates(kept: Iterable[Kept]) -> dict[tuple[int, str], list[Fate]]:
    fates: dict[tuple[int, str], list[Fate]] = {}
    for one in kept:
        fates.setdefault((one.chat, one.words), []).append(one.fate)
    return fates


def _judge(due: Due, copies: _Copies, fates: dict[tuple[int, str], list[Fate]]) -> Iterator[Violation]:
    effects = fates.get((due.chat, due.words), [])
    kinds: list[Kind] = []
    if not effects:
        kinds.append("no effect")
    if len(effects) > 1:
        kinds.append("several effects")
    if effects:
        kinds += _judge_fate(effects[0], len(copies.texts))
    kinds += _judge_copies(due, copies.texts)
    return (Violation(kind, due.chat, due.words) for kind in kinds)


def _judge_fate(fate: Fate, copies: int) -> Iterator[Kind]:
    """What was not heard must be known to be missing; nobody is told that something failed which was heard."""
    match fate:
        case "sent" if not copies:
            yield "lost"
        case "waiting":
            yield "never sent"
        case "failed" if copies:
            yield "arrived though failed"
        case _:
            return


def _judge_copies(due: Due, texts: list[str]) -> Iterator[Kind]:
    if not due.may_repeat:
        if len(texts) > 1:
            yield "doubled broadcast"
        return
    if len(texts) > _MOST_COPIES:
        yield "too many copies"
    if sum(SECOND_COPY not in text for text in texts) > 1:
        yield "unmarked copy"


def _misordered(due: Iterable[Due], copies: dict[tuple[int, str], _Copies]) -> Iterator[Violation]:
    """Find what was first heard before something that was said earlier in the same line."""
    lines: dict[tuple[int, str], list[tuple[float, Due]]] = {}
    for one in due:
        first = copies[one.chat, one.words].first
        if one.line is not None and first is not None:
            lines.setdefault((one.chat, one.line), []).append((first, one))
    for line in lines.values():
        for (earlier, _), (later, one) in pairwise(line):
            if later < earlier:
                yield Violation("out of order", one.chat, one.words)


def _overheard(history: History) -> Iterator[Violation]:
    """Find private words that were heard in a chat they were not meant for."""
    meant = Counter((due.chat, due.words) for due in history.due)
    private = {due.words for due in history.due if due.is_private}
    for heard in history.heard:
        for word in heard.text.split():
            if word in private and not meant[heard.chat, word]:
                yield Violation("heard by somebody else", heard.chat, word)
