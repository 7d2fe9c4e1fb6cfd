"""A conversation as an ordered questionnaire: steps, their conditions, and one reading from the top."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

#: What a person settled: a choice id, yes or no, a number, picked choice ids, or None for "skipped".
Answer = str | bool | int | tuple[str, ...] | None
Settled = Mapping[str, Answer]


class Kind(StrEnum):
    """What a step does."""

    TELL = "tell"
    CHOOSE = "choose"
    CHOOSE_MANY = "choose_many"
    YES_NO = "yes_no"
    RATE = "rate"
    WRITE = "write"
    LOOK_UP = "look_up"
    SCORE = "score"
    REVIEW = "review"


#: Kinds that ask something and keep the answer.
QUESTIONS = frozenset({Kind.CHOOSE, Kind.CHOOSE_MANY, Kind.YES_NO, Kind.RATE, Kind.WRITE, Kind.LOOK_UP})
YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Test:
    """One look at an earlier answer.

    `subject`: step id, or `score.points` / `score.band`.  `kind`: equals, from, below, has, in.
    A subject that was skipped or never asked fails every test.
    """

    subject: str
    kind: str
    value: str | bool | int | tuple[str, ...]

    def passes(self, known: Settled) -> bool:
        """Tell whether the settled value satisfies this test."""
        value, wanted = known.get(self.subject), self.value
        if value is None:
            return False
        if self.kind == "has":
            return isinstance(value, tuple) and wanted in value
        if self.kind == "in":
            return isinstance(value, str) and isinstance(wanted, tuple) and value in wanted
        if self.kind == "equals":
            return type(value) is type(wanted) and value == wanted
        if isinstance(value, int) and isinstance(wanted, int):
            return value >= wanted if self.kind == "from" else value < wanted
        return False


#: Any of these groups, all tests within a group; empty = always.
When = tuple[tuple[Test, ...], ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer a person can pick.  `points` counts in scores, `goes` leaves for another flow, `does` acts."""

    id: str
    label: str
    points: int = 0
    goes: str | None = None
    does: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the questionnaire, in the wording of the default language."""

    id: str
    kind: Kind
    text: str = ""
    short: str = ""  #: the line's name on the review card
    choices: tuple[Choice, ...] = ()
    when: When = ()
    optional: bool = False
    exclusive: tuple[str, ...] = ()  #: choices of choose_many that stand alone ("none", "do not know")
    alarms: tuple[str, ...] = ()  #: choices after which the help card comes at once and a human is called
    source: str = ""  #: look_up: which source of the world answers
    least: int = 0  #: rate
    most: int = 10  #: rate
    for_each: str | None = None  #: ask once per picked choice of that step
    items: tuple[str, ...] = ()  #: score
    bands: tuple[tuple[str, int], ...] = ()  #: score: band name -> least points, ascending
    was: tuple[str, ...] = ()  #: earlier ids with the same meaning
    private: bool = False  #: never asked on a channel whose rules forbid health data
    count: bool = False  #: may enter statistics
    on_the_map: bool = True  #: counted in "3 of 7"
    as_written: bool = False  #: write: kept letter by letter, for the service asked for just that, such as a name
    on_request: bool = False  #: never asked in its turn, only when the person or the world opens it
    by_choice: Mapping[str, Choice] = field(init=False, repr=False, compare=False)
    hangs_on: frozenset[str] = field(init=False, repr=False, compare=False)  #: steps and scores whose answers decide

    def __post_init__(self) -> None:
        """Index the choices and what the step hangs on; steps are read on every message."""
        object.__setattr__(self, "by_choice", {choice.id: choice for choice in self.choices})
        subjects = {test.subject for group in self.when for test in group}
        object.__setattr__(self, "hangs_on", frozenset(subjects | ({self.for_each} if self.for_each else set())))

    def applies(self, known: Settled) -> bool:
        """Tell whether the step is on this person's path."""
        for group in self.when:
            for test in group:
                if not test.passes(known):
                    break
            else:
                return True
        return not self.when

    def choice(self, choice_id: str) -> Choice | None:
        """Find a choice by id."""
        return self.by_choice.get(choice_id)

    def copies(self, kept: Settled, alone: tuple[str, ...] = ()) -> tuple[str, ...]:
        """List the keys to settle: the id, or `id[choice]` for each picked choice of `for_each`.

        `alone`: choices such as "none", about which there is nothing to ask.
        """
        if self.for_each is None:
            return (self.id,)
        picked = kept.get(self.for_each)
        chosen = picked if isinstance(picked, tuple) else ()
        return tuple(f"{self.id}[{choice}]" for choice in chosen if choice not in alone)


@dataclass(frozen=True, slots=True)
class Flow:
    """An ordered questionnaire.

    `completes`: tell the world when the last question is settled.  `then`: flow to open afterwards,
    None to go back to the flow beneath, or to the menu.
    """

    id: str
    steps: tuple[Step, ...]
    title: str = ""
    completes: bool = False
    then: str | None = None
    by_id: Mapping[str, Step] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the steps; flows are read on every message."""
        object.__setattr__(self, "by_id", {step.id: step for step in self.steps})

    def step(self, key: str) -> Step | None:
        """Find the step a key belongs to; keys of repeated steps carry the choice in brackets."""
        return self.by_id.get(key.partition("[")[0])

    def present_key(self, key: str) -> str:
        """Return the key under its present id, if the step was renamed since; otherwise the key itself."""
        old, bracket, copy = key.partition("[")
        if old in self.by_id:
            return key
        return next((step.id + bracket + copy for step in self.steps if old in step.was), key)


@dataclass(frozen=True, slots=True)
class Reading:
    """A flow read against what is settled: what still counts, derived scores, what is open, in order."""

    kept: dict[str, Answer]
    scores: dict[str, Answer]
    still_open: tuple[str, ...]
    path: tuple[str, ...]  #: every key that applies, open or kept, in page order

    @property
    def known(self) -> dict[str, Answer]:
        """Everything a condition may look at."""
        return {**self.kept, **self.scores}


def read(flow: Flow, settled: Settled) -> Reading:
    """Read the flow from the top.

    Scores are derived afresh, so none can be stale; an answer that no longer fits its step is open again.
    """
    known: dict[str, Answer] = {}
    kept: dict[str, Answer] = {}
    scores: dict[str, Answer] = {}
    still_open: list[str] = []
    path: list[str] = []
    for step in flow.steps:
        if step.when and not step.applies(known):
            continue
        if step.kind is Kind.SCORE:
            derived = dict(_score(flow, step, kept))
            scores |= derived
            known |= derived
            continue
        for key in (step.id,) if step.for_each is None else step.copies(kept, flow.by_id[step.for_each].exclusive):
            path.append(key)
            found = key if key in settled or not step.was else _find_renamed(step, key, settled)
            if found in settled and fits(step, settled[found]):
                kept[key] = known[key] = settled[found]
            elif not step.on_request:
                still_open.append(key)
    return Reading(kept, scores, tuple(still_open), tuple(path))


def fits(step: Step, answer: Answer) -> bool:
    """Tell whether an answer is one this step could have got in its present wording."""
    if answer is None:
        return step.optional and step.kind not in _SHOWN
    return _FITTING[step.kind](step, answer)


_SHOWN = frozenset({Kind.TELL, Kind.REVIEW})
#: A table, because every step that is settled is looked at with every message.
_FITTING: Mapping[Kind, Callable[[Step, Answer], bool]] = {
    Kind.TELL: lambda _, answer: answer is True,
    Kind.REVIEW: lambda _, answer: answer is True,
    Kind.CHOOSE: lambda step, answer: isinstance(answer, str) and answer in step.by_choice,
    Kind.CHOOSE_MANY: lambda step, answer: (
        isinstance(answer, tuple) and bool(answer) and step.by_choice.keys() >= set(answer)
    ),
    Kind.YES_NO: lambda _, answer: isinstance(answer, bool),
    Kind.RATE: lambda step, answer: (
        isinstance(answer, int) and not isinstance(answer, bool) and step.least <= answer <= step.most
    ),
    Kind.WRITE: lambda _, answer: isinstance(answer, str) and bool(answer),
    Kind.LOOK_UP: lambda _, answer: isinstance(answer, str) and bool(answer),
    Kind.SCORE: lambda _step, _answer: False,
}


def _find_renamed(step: Step, key: str, settled: Settled) -> str:
    """Find the earlier id under which an answer is settled; the key itself if there is none."""
    names = (earlier + key.removeprefix(step.id) for earlier in step.was)
    return next((name for name in names if name in settled), key)


def _score(flow: Flow, step: Step, kept: Settled) -> Iterator[tuple[str, Answer]]:
    points = sum(_points(flow, item, key, kept) for item in step.items for key in kept if key.partition("[")[0] == item)
    band = next((name for name, least in reversed(step.bands) if points >= least), None)
    yield f"{step.id}.points", points
    yield f"{step.id}.band", band


def _points(flow: Flow, item: str, key: str, kept: Settled) -> int:
    step = flow.by_id[item]
    match kept[key]:
        case bool(said):
            return _choice_points(step, YES if said else NO)
        case int(rating):
            return rating
        case str(choice):
            return _choice_points(step, choice)
        case tuple(picked):
            return sum(_choice_points(step, choice) for choice in picked)
        case _:
            return 0


def _choice_points(step: Step, choice_id: str) -> int:
    choice = step.choice(choice_id)
    return choice.points if choice else 0
