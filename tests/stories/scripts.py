"""Read a story, compare it with what was really said, and write it back.

How a story reads, one thing a line:

    # why this story is told                 a comment
    = konselor: Kak Melati, bnnk-kendari     who is there (see `playing.py` for all of them)
    > ganja                                  the client writes
    > [Lewati]                               the client taps
    > (foto)                                 the client sends something that is not text
    < Ada yang seperti ini? … (4 dari 7)     the service answers; … stands for anything
    < …                                      whatever else is said to them now
      [Pernah kejang/pingsan | …]            the buttons under that answer
    konselor> [Terima]                       the counsellor taps; what stands before > is who
    konselor< Kamu menangani KODE-1. …       what that counsellor reads
    -- 7 hari kemudian                       time passes

Indented lines belong to the answer above them.  Line breaks and spaces do not count.
"""

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.ports import Outgoing

_SPOKEN = re.compile(r"(?P<who>[\w ]*?)(?P<way>[<>]) ?(?P<words>.*)")
_ANYTHING = "…"
_WIDTH = 110
#: An answer longer than this is written with its middle left out, unless the story already shows it whole.
_WHOLE_CHARS = 600
_WHOLE_BUTTONS = 8


class StoryUnreadable(Exception):
    """A line of a story says nothing we know; the message names the line."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What somebody is said to read: one message with its buttons."""

    who: str
    words: str


@dataclass(frozen=True, slots=True)
class Beat:
    """One thing that happens, with the answers and comments written under it.  `line` counts from 1."""

    line: int
    act: str
    after: tuple[Heard | str, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """A story: comments at its head, then what happens."""

    head: tuple[str, ...]
    beats: tuple[Beat, ...]


def read_story(text: str) -> Story:
    """Read a story.  Raises StoryUnreadable."""
    head: list[str] = []
    beats: list[tuple[int, str, list[Heard | str]]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        spoken = _SPOKEN.fullmatch(line)
        if not line.strip() or line.startswith("#"):
            (beats[-1][2] if beats else head).append(line.rstrip())
        elif line.startswith(("=", "--")) or (spoken and spoken["way"] == ">"):
            beats.append((number, line.rstrip(), []))
        elif beats and spoken:
            beats[-1][2].append(Heard(spoken["who"].strip(), spoken["words"].strip()))
        elif beats and line.startswith(" ") and beats[-1][2] and isinstance(beats[-1][2][-1], Heard):
            above = beats[-1][2][-1]
            beats[-1][2][-1] = Heard(above.who, f"{above.words}\n{line.strip()}")
        else:
            raise StoryUnreadable(f"line {number}: begin it with one of > < # = -- or indent it under an answer")
    return Story(tuple(head), tuple(Beat(number, act, tuple(after)) for number, act, after in beats))


def read_spoken(act: str) -> tuple[str, str]:
    """Return who speaks and the words of a `>` line."""
    who, _, words = act.partition(">")
    return who.strip(), words.strip()


def describe(message: Outgoing) -> str:
    """Put a message into the words of a story: its lines without the empty ones, then its buttons."""
    lines = [line.strip() for line in message.text.splitlines() if line.strip()]
    labels = [f"✓ {key.label}" if key.picked else key.label for key in message.keys]
    shown = [*labels, *([message.share_label] if message.share_label else [])]
    return "\n".join((*lines, *([f"[{' | '.join(shown)}]"] if shown else [])))


def rewrite(beat: Beat, said: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Write a beat with what was really said; expectations that hold stay as they are, letter by letter."""
    yield beat.act
    left = {who: list(words) for who, words in said.items()}
    last = max((place for place, one in enumerate(beat.after) if isinstance(one, Heard)), default=-1)
    for one in beat.after[: last + 1]:
        yield from _rewrite_one(one, left) if isinstance(one, Heard) else (one,)
    for who, words in left.items():
        yield from (line for one in words for line in _write(Heard(who, _shorten(one))))
    yield from (one for one in beat.after[last + 1 :] if isinstance(one, str))


def _rewrite_one(expected: Heard, left: dict[str, list[str]]) -> Iterator[str]:
    said = left.get(expected.who, [])
    if expected.words == _ANYTHING:
        said.clear()
        yield from _write(expected)
        return
    place = next((place for place, one in enumerate(said) if fits(expected.words, one)), None)
    if place is None:
        if said:
            fresh = said.pop(0)
            shown_whole = _ANYTHING not in expected.words
            yield from _write(Heard(expected.who, fresh if shown_whole else _shorten(fresh)))
        return
    for skipped in said[:place]:
        yield from _write(Heard(expected.who, _shorten(skipped)))
    del said[: place + 1]
    yield from _write(expected)


def fits(expected: str, said: str) -> bool:
    """Tell whether words fit an expectation in which … stands for anything."""
    parts = (re.escape(" ".join(part.split())) for part in expected.split(_ANYTHING))
    return re.fullmatch(r"\s*.*\s*".join(parts), " ".join(said.split())) is not None


def _shorten(said: str) -> str:
    *body, last = said.splitlines()
    buttons = last if body and last.startswith("[") else ""
    text = "\n".join(body) if buttons else said
    if len(text) > _WHOLE_CHARS:
        first, *_, end = text.splitlines()
        text = f"{first}\n{_ANYTHING}\n{end}"
    if buttons.count(" | ") > _WHOLE_BUTTONS:
        first, second, *_, end = buttons.split(" | ")
        buttons = f"{first} | {second} | {_ANYTHING} | {end}"
    return f"{text}\n{buttons}" if buttons else text


def _write(heard: Heard) -> Iterator[str]:
    prefix = f"{heard.who}< "
    for line in heard.words.splitlines():
        wrapped = textwrap.wrap(line, _WIDTH, break_long_words=False, break_on_hyphens=False) or [""]
        for part in wrapped:
            yield f"{prefix}{part}".rstrip()
            prefix = "  "
