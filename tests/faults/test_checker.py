"""The checker finds every kind of violation, and nothing in a history in which all went well."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.sending.attempt import SECOND_COPY
from tests.faults.checker import Due, Fate, Figures, Heard, History, Kept, Kind, Violation, check, count

HERE, THERE = 1, 2
ALL_WELL = History(
    (
        Due(HERE, "kata-1", "klien"),
        Due(HERE, "kata-2", "klien"),
        Due(THERE, "kata-3", "konselor"),
        Due(HERE, "Ada kabar", may_repeat=False, is_private=False),
        Due(THERE, "Ada kabar", may_repeat=False, is_private=False),
    ),
    (
        Heard(HERE, "K-1 │ kata-1", 1.0),
        Heard(THERE, "kata-3", 1.5),
        Heard(HERE, "K-1 │ kata-2", 2.0),
        Heard(HERE, "Ada kabar", 3.0),
        Heard(THERE, "Ada kabar", 3.0),
        Heard(HERE, "Mau mulai dari mana?", 4.0),
    ),
    (
        Kept(HERE, "kata-1", "sent"),
        Kept(HERE, "kata-2", "sent"),
        Kept(THERE, "kata-3", "sent"),
        Kept(HERE, "Ada kabar", "sent"),
        Kept(THERE, "Ada kabar", "sent"),
    ),
)


def _hear(text: str, chat: int = HERE, at: float = 9.0) -> History:
    return replace(ALL_WELL, heard=(*ALL_WELL.heard, Heard(chat, text, at)))


def _without_hearing(words: str, fate: Fate) -> History:
    heard = tuple(one for one in ALL_WELL.heard if words not in one.text)
    kept = tuple(replace(one, fate=fate) if one.words == words else one for one in ALL_WELL.kept)
    return replace(ALL_WELL, heard=heard, kept=kept)


def _keep(fate: Fate) -> History:
    kept = tuple(replace(one, fate=fate) if one.words == "kata-2" else one for one in ALL_WELL.kept)
    return replace(ALL_WELL, kept=kept)


#: What is done to a history in which all went well, and what must be found in it, of which letter.
WRONGS: list[tuple[Kind, str, int, History]] = [
    ("no effect", "kata-1", HERE, replace(ALL_WELL, kept=ALL_WELL.kept[1:])),
    ("several effects", "kata-1", HERE, replace(ALL_WELL, kept=(*ALL_WELL.kept, ALL_WELL.kept[0]))),
    ("lost", "kata-3", THERE, _without_hearing("kata-3", "sent")),
    ("never sent", "kata-3", THERE, _without_hearing("kata-3", "waiting")),
    ("never sent", "kata-2", HERE, _keep("waiting")),
    ("arrived though failed", "kata-2", HERE, _keep("failed")),
    ("unmarked copy", "kata-2", HERE, _hear("K-1 │ kata-2")),
    ("doubled broadcast", "Ada kabar", HERE, _hear("Ada kabar")),
    ("doubled broadcast", "Ada kabar", HERE, _hear(f"{SECOND_COPY}Ada kabar")),
    ("out of order", "kata-2", HERE, _hear("K-1 │ ↻ kata-2", at=0.5)),
    ("heard by somebody else", "kata-3", HERE, _hear("kata-3")),
]


@pytest.mark.parametrize(("kind", "words", "chat", "history"), WRONGS, ids=lambda value: str(value)[:24])
def test_each_kind_of_violation_is_found_and_nothing_else(kind: Kind, words: str, chat: int, history: History) -> None:
    assert check(history) == [Violation(kind, chat, words)]


def test_a_third_copy_is_found_even_when_every_copy_carries_the_mark() -> None:
    twice = _hear(f"K-1 │ {SECOND_COPY}kata-2")
    thrice = replace(twice, heard=(*twice.heard, Heard(HERE, f"K-1 │ {SECOND_COPY}kata-2", 9.5)))

    assert check(twice) == []
    assert check(thrice) == [Violation("too many copies", HERE, "kata-2")]


@pytest.mark.parametrize("fate", ["uncertain", "failed"])
def test_a_letter_that_is_known_not_to_have_arrived_is_not_lost_silently(fate: Fate) -> None:
    history, uncertain = _without_hearing("kata-3", fate), int(fate == "uncertain")

    assert check(history) == []
    assert count(history) == Figures(letters=5, copies=0, uncertain=uncertain, unheard=uncertain)


def test_a_letter_that_is_uncertain_and_was_heard_is_told_from_one_that_was_not() -> None:
    assert count(_keep("uncertain")) == Figures(letters=5, copies=0, uncertain=1, unheard=0)


@st.composite
def _lawful(draw: st.DrawFn) -> History:
    """A history with everything that may happen: marked copies, and letters that are known to be uncertain."""
    said = [(chat, f"kata-{number}.") for number, chat in enumerate(draw(st.lists(st.sampled_from([HERE, THERE]))))]
    heard: list[Heard] = []
    kept: list[Kept] = []
    for chat, words in said:
        fates: list[Fate] = ["sent", "uncertain"]
        fate = draw(st.sampled_from(fates))
        copies = draw(st.integers(1 if fate == "sent" else 0, 2))
        texts = [words, SECOND_COPY + words][:copies]
        heard += [Heard(chat, text, len(heard) + place / 2) for place, text in enumerate(texts)]
        kept.append(Kept(chat, words, fate))
    return History(tuple(Due(chat, words, "line") for chat, words in said), tuple(heard), tuple(kept))


@given(_lawful())
def test_what_may_happen_is_no_violation(history: History) -> None:
    assert check(history) == []


@given(_lawful().filter(lambda history: any(kept.fate == "sent" for kept in history.kept)), st.data())
def test_a_letter_that_vanishes_from_any_history_is_missed(history: History, data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from([kept for kept in history.kept if kept.fate == "sent"]))
    heard = tuple(one for one in history.heard if gone.words not in one.text)

    assert Violation("lost", gone.chat, gone.words) in check(replace(history, heard=heard))
