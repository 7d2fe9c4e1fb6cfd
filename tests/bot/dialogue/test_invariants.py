"""What holds after every event, whatever happens."""

from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue import wording
from bot.dialogue.buttons import MAX_TOKEN_BYTES, sign
from bot.dialogue.effects import Act, Alert, Button, Complete, Effect, LookUp, Relay, Say
from bot.dialogue.engine import advance, begin
from bot.dialogue.events import (
    Accompanied,
    Event,
    Found,
    Offer,
    Opened,
    Picked,
    Pinned,
    Released,
    Reminded,
    Restored,
    Sent,
    Typed,
)
from bot.dialogue.flow import Answer, Kind, read
from bot.dialogue.moves import DETOURS
from bot.dialogue.state import State, read_state, write_state
from tests.bot.dialogue.talk import SCRIPT, Talk, answer_from_world

FLOWS = sorted(SCRIPT.flows["id"])
KEYS = sorted({step.id for flow in SCRIPT.flows["id"].values() for step in flow.steps})
CHOICES = sorted({one.id for flow in SCRIPT.flows["id"].values() for step in flow.steps for one in step.choices})
LABELS = sorted(
    {
        one.label
        for flows in SCRIPT.flows.values()
        for flow in flows.values()
        for step in flow.steps
        for one in step.choices
    }
)
WEIRD = (
    "²",
    "٣",
    "１",
    "Ⅳ",
    "\ud800",
    "\u202e1",
    "",
    " ",
    "\x00",
    "9" * 5_000,
    "ß",
    "İ",
    "1, ²",
    "/",
    "//",
    "/²",
    "👍",
    "_",
)

keys = st.one_of(
    st.sampled_from(KEYS), st.sampled_from(["how_often[sabu]", "how_often[x]", "how_often[", "_", "", "gone"])
)
choices = st.one_of(
    st.sampled_from(CHOICES), st.sampled_from([*"?!-<", "yes", "no", "3", "²", "open", *SCRIPT.commands.values()])
)
flows = st.one_of(st.sampled_from(FLOWS), st.sampled_from(["_", "gone", ""]))
texts = st.one_of(
    st.sampled_from(LABELS),
    st.sampled_from(sorted(SCRIPT.commands)),
    st.integers(0, 14).map(str),
    st.sampled_from([*WEIRD, "ya", "tidak", "1, 2", "sabu dan ganja", "Kolaka", "mau mati", "Unit A", "x" * 5_000]),
    st.text(st.characters(), max_size=12),
)
answers: st.SearchStrategy[Answer] = st.one_of(
    st.none(), st.booleans(), st.integers(-1, 12), st.sampled_from(CHOICES), st.tuples(st.sampled_from(CHOICES))
)
offers = st.lists(
    st.builds(Offer, st.sampled_from(["74", "74.04", "unit-a", ""]), st.text(min_size=1, max_size=5)), max_size=3
)
events: st.SearchStrategy[Event] = st.one_of(
    st.builds(Typed, texts),
    st.builds(Picked, flows, keys, choices),
    st.just(Opened()),
    st.builds(Pinned, st.floats(), st.floats()),
    st.builds(Sent, st.sampled_from(["photo", "voice", "", "sticker", "\ud800"])),
    st.builds(Found, keys, st.one_of(st.none(), st.just("74.04"), st.just("")), st.text(max_size=5), offers.map(tuple)),
    st.builds(Reminded, flows),
    st.builds(Accompanied, st.text(max_size=5)),
    st.builds(Released, st.text(max_size=5), flows),
    st.builds(Restored, flows, st.dictionaries(keys, answers, max_size=8)),
)
#: What a person does next: any event, or (number) one of the buttons shown so far.
moves = st.lists(st.one_of(events, st.integers(0, 2**32)), min_size=1, max_size=30)


#: Typed one after the other, these lead through a whole intake; a walk may start anywhere on the way.
PATH = ("halo", "cari bantuan", "1", "2", "Kolaka", "1, 3", "2", "1", "ya", "8", "halo", "kirim")
starts = st.integers(0, len(PATH))


class Walk:
    """One person's random walk, checked after every step."""

    def __init__(self, start: int, seed: int) -> None:
        way = Talk().type(*PATH[:start])
        self.state = way.state
        self.shown: list[Button] = way.seen
        self.latest: tuple[Button, ...] = ()
        self.world = Random(seed)
        self.unanswered: list[Found] = []

    def step(self, move: Event | int) -> None:
        """Take a move and check what came of it."""
        event = self._choose(move) if isinstance(move, int) else move
        effects = self._take(event)
        for found in self._hear_world(effects):
            effects = (*effects, *self._take(found))
        self._check_something_came_back(event, effects)

    def _choose(self, number: int) -> Event:
        if self.unanswered and number % 5 == 0:
            return self.unanswered.pop()
        if not self.shown:
            return Opened()
        recent = self.latest if number % 4 and self.latest else self.shown
        button = recent[number % len(recent)]
        return Typed(button.label) if number % 7 == 0 else Picked(button.flow, button.key, button.choice)

    def _hear_world(self, effects: tuple[Effect, ...]) -> list[Found]:
        found = [answer_from_world(effect) for effect in effects if isinstance(effect, LookUp)]
        if self.world.random() < 0.7:
            return found
        self.unanswered += found if self.world.random() < 0.7 else []
        return []

    def _take(self, event: Event) -> tuple[Effect, ...]:
        before = self.state
        self.state, effects = advance(SCRIPT, self.state, event)
        again, _ = advance(SCRIPT, before, event)
        assert again == self.state
        self._check_state()
        for effect in effects:
            if isinstance(effect, Say):
                self._check_buttons(effect.message.buttons)
        return effects

    def _check_state(self) -> None:
        state = self.state
        assert read_state(write_state(state)) == state
        write_state(state).encode()
        assert state.flow in FLOWS
        assert state.beneath is None or state.flow in DETOURS
        assert not {flow for flow in state.answers if flow in DETOURS} - {state.flow}
        reading = read(SCRIPT.flow(state.flow, state.language), state.settled(state.flow))
        assert state.settled(state.flow) == reading.kept
        assert state.asked is None or state.asked in reading.still_open
        untouched = replace(state, invited=None) == begin(SCRIPT)
        assert state.asked is not None or state.accompanied or untouched
        self._check_draft()

    def _check_draft(self) -> None:
        step = SCRIPT.flow(self.state.flow, self.state.language).step(self.state.asked or "")
        kind = step.kind if step else None
        assert not self.state.draft or kind in (Kind.CHOOSE_MANY, Kind.LOOK_UP)
        if step is not None and kind is Kind.CHOOSE_MANY:
            assert set(self.state.draft) <= {choice.id for choice in step.choices}

    def _check_buttons(self, buttons: tuple[Button, ...]) -> None:
        for button in buttons:
            assert len(sign(b"secret", b"person", button).encode()) <= MAX_TOKEN_BYTES
            assert button.label
        self.latest = buttons or self.latest
        self.shown += [button for button in buttons if button not in self.shown]

    def _check_something_came_back(self, event: Event, effects: tuple[Effect, ...]) -> None:
        silent = isinstance(event, Found) or self.state.accompanied
        assert silent or any(isinstance(effect, (Say, LookUp, Act, Complete, Relay, Alert)) for effect in effects)
        last = next((effect for effect in reversed(effects) if isinstance(effect, (Say, LookUp))), None)
        if not silent:
            assert isinstance(last, LookUp) or (last is not None and (last.message.buttons or self.state.asked))


@settings(max_examples=500)
@given(starts, st.integers(0, 2**16), moves)
def test_whatever_happens_the_conversation_goes_on_and_its_state_is_sound(
    start: int, seed: int, moves: list[Event | int]
) -> None:
    walk = Walk(start, seed)

    for move in moves:
        walk.step(move)


@settings(max_examples=300)
@given(starts, st.integers(0, 2**16), st.lists(st.integers(0, 2**32), min_size=10, max_size=40))
def test_somebody_who_only_taps_never_finds_a_dead_end(start: int, seed: int, numbers: list[int]) -> None:
    walk = Walk(start, seed)

    for number in numbers:
        walk.step(number)


@settings(max_examples=300)
@given(st.dictionaries(keys, answers, max_size=12), st.sampled_from(FLOWS), st.sampled_from(["id", "en"]))
def test_reading_a_flow_twice_changes_nothing(settled: dict[str, Answer], flow_id: str, language: str) -> None:
    flow = SCRIPT.flow(flow_id, language)

    reading = read(flow, settled)

    assert read(flow, reading.kept) == reading
    assert set(reading.still_open) | set(reading.kept) == set(reading.path)
    assert not set(reading.still_open) & set(reading.kept)


@settings(max_examples=300)
@given(st.text(st.characters(), max_size=30), st.sampled_from(FLOWS))
def test_no_text_settles_anything_but_an_answer_of_its_question(text: str, flow_id: str) -> None:
    flow = SCRIPT.flow(flow_id, "id")
    for step in flow.steps:
        if step.kind in (Kind.TELL, Kind.SCORE) or step.for_each is not None:
            continue
        state = replace(State("id", flow_id), asked=step.id)
        if step.id in read(flow, {}).still_open:
            moved, _ = advance(SCRIPT, state, Typed(text))
            assert set(moved.settled(flow_id)) <= {step.id, *(one.id for one in flow.steps if one.kind is Kind.TELL)}


def test_what_stands_on_the_buttons_of_a_question_is_told_apart() -> None:
    ways = (wording.AGAIN, wording.DONE, wording.SKIP, wording.BACK)

    assert len(set(ways)) == 4
    assert not set(ways) & set(CHOICES)
