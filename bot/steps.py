"""Read one flow file: from TOML to checked steps, in the wording of the file."""

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from bot.dialogue.buttons import fits_token
from bot.dialogue.flow import NO, QUESTIONS, YES, Choice, Flow, Kind, Step, Test, When


class ContentError(Exception):
    """A content file says something that cannot be; the message names file, place and remedy."""


_ID = re.compile(r"[a-z][a-z0-9_]*")
_STEP_KEYS = frozenset(
    {"text", "short", "choices", "when", "optional", "exclusive", "alarms", "source", "least", "most"}
    | {"for_each", "items", "bands", "was", "private", "count", "on_the_map", "as_written", "on_request"}
)
_FLOW_KEYS = frozenset({"version", "title", "completes", "then", "step"})
_CHOICE_KEYS = frozenset({"label", "points", "goes", "does"})
_TESTS = frozenset({"equals", "from", "below", "has", "in"})
_SOURCES = frozenset({"own_words", "new_pin", "same_pin", "pin", "areas", "units", "directory", "regions", "lines"})
#: Longest ids of picked choices and of what the world offers, for which buttons keep room.
_CHOICE_CHARS, _OFFER_CHARS = 16, 24
_LEADING = frozenset({Kind.CHOOSE, Kind.YES_NO})


def parse_toml(text: str, where: str) -> dict[str, Any]:
    """Parse a TOML text.  Raises ContentError naming the file and the line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ContentError(f"{where}: not valid TOML: {error}") from None


def read_flow(flow_id: str, text: str, where: str) -> Flow:
    """Read a flow file.

    Raises ContentError when a key is unknown, a kind is missing, an id is used twice, a condition looks down the
    page or can never hold, or a button would not fit a platform.
    """
    document = parse_toml(text, where)
    _refuse_unknown(document, _FLOW_KEYS, where)
    _check_id(flow_id, f"{where}: the name of the file")
    tables = _take(document, "step", list, where, default=[])
    if not tables:
        raise ContentError(f"{where}: a flow needs at least one [[step]]")
    steps: list[Step] = []
    for place, table in enumerate(tables, start=1):
        step = _read_step(table, f"{where}: step {place}")
        if any(step.id == earlier.id for earlier in steps):
            raise ContentError(f"{where}: step {place}: id {step.id!r} is used twice; give it another id")
        _check_looks_up(step, steps, f"{where}: {step.id}")
        _check_buttons(flow_id, step, where)
        steps.append(step)
    _check_renamed(steps, where)
    return Flow(
        flow_id,
        tuple(steps),
        title=_take(document, "title", str, where, default=""),
        completes=_take(document, "completes", bool, where, default=False),
        then=_take(document, "then", str, where, default=None),
    )


def _take(table: Mapping[str, Any], key: str, kind: type, where: str, *, default: object) -> Any:  # noqa: ANN401 - TOML
    """Take a value of the kind wanted, or the default where the key is missing."""
    value = table.get(key, default)
    if key in table and type(value) is not kind:
        raise ContentError(f"{where}: {key} must be a {kind.__name__}, not {value!r}")
    return value


def _read_step(table: Mapping[str, Any], where: str) -> Step:
    if not isinstance(table, dict):
        raise ContentError(f"{where}: a step is a table; write [[step]]")
    kinds = [kind for kind in Kind if kind.value in table]
    if len(kinds) != 1:
        raise ContentError(f"{where}: needs exactly one of {', '.join(Kind)}")
    kind = kinds[0]
    _refuse_unknown(table, _STEP_KEYS | {kind.value}, where)
    _check_id(table[kind.value], f"{where}: {kind.value}")
    said = _take(table, "choices", dict, where, default={})
    step = Step(
        id=table[kind.value],
        kind=kind,
        text=_take(table, "text", str, where, default="").strip(),
        short=_take(table, "short", str, where, default=""),
        choices=tuple(_read_choice(name, choice, where) for name, choice in said.items()),
        when=_read_when(table.get("when"), where),
        optional=_take(table, "optional", bool, where, default=False),
        exclusive=tuple(_take(table, "exclusive", list, where, default=[])),
        alarms=tuple(_take(table, "alarms", list, where, default=[])),
        source=_take(table, "source", str, where, default=""),
        least=_take(table, "least", int, where, default=0),
        most=_take(table, "most", int, where, default=10),
        for_each=_take(table, "for_each", str, where, default=None),
        items=tuple(_take(table, "items", list, where, default=[])),
        bands=tuple(sorted(_take(table, "bands", dict, where, default={}).items(), key=lambda band: band[1])),
        was=tuple(_take(table, "was", list, where, default=[])),
        private=bool(table.get("private", False)),
        count=_take(table, "count", bool, where, default=False),
        on_the_map=_take(table, "on_the_map", bool, where, default=True),
        as_written=_take(table, "as_written", bool, where, default=False),
        on_request=_take(table, "on_request", bool, where, default=False),
    )
    _check_step(step, f"{where} ({step.id})")
    return step


def _read_choice(name: str, said: Any, where: str) -> Choice:  # noqa: ANN401 - TOML
    _check_id(name, f"{where}: choice")
    match said:
        case str(label):
            return Choice(name, label)
        case [str(label), int(points)]:
            return Choice(name, label, points)
        case {"label": str(label)}:
            return _read_leading(name, label, said, f"{where}: choice {name}")
        case _:
            raise ContentError(f"{where}: choice {name!r} needs a label, [label, points] or {{ label = … }}")


def _read_leading(name: str, label: str, said: Mapping[str, Any], where: str) -> Choice:
    _refuse_unknown(said, _CHOICE_KEYS, where)
    return Choice(
        name,
        label,
        _take(said, "points", int, where, default=0),
        _take(said, "goes", str, where, default=None),
        _take(said, "does", str, where, default=None),
    )


def _read_when(when: Any, where: str) -> When:  # noqa: ANN401 - TOML
    match when:
        case None:
            return ()
        case dict():
            return (_read_group(when, where),)
        case [*groups] if all(isinstance(group, dict) for group in groups):
            return tuple(_read_group(group, where) for group in groups)
        case _:
            raise ContentError(f"{where}: when takes a table or a list of tables")


def _read_group(group: Mapping[str, Any], where: str) -> tuple[Test, ...]:
    tests = []
    for subject, wanted in group.items():
        if isinstance(wanted, dict):
            if len(wanted) != 1 or not wanted.keys() <= _TESTS:
                raise ContentError(f"{where}: when {subject} takes one of {', '.join(sorted(_TESTS))}")
            kind, value = next(iter(wanted.items()))
        else:
            kind, value = "equals", wanted
        tests.append(Test(subject, kind, tuple(value) if isinstance(value, list) else value))
    return tuple(tests)


def _check_step(step: Step, where: str) -> None:
    if step.kind is not Kind.SCORE and not step.text:
        raise ContentError(f"{where}: has no text")
    if step.short and step.kind not in QUESTIONS:
        raise ContentError(f"{where}: short names a line of the card, and only questions have one; take it out")
    if step.kind is Kind.LOOK_UP and step.source not in _SOURCES:
        raise ContentError(f"{where}: source must be one of {', '.join(sorted(_SOURCES))}")
    if step.on_request and (step.kind not in QUESTIONS or not step.optional or step.on_the_map or step.for_each):
        raise ContentError(
            f"{where}: on_request is for one optional question off the map; set optional and on_the_map = false"
        )
    if step.kind is Kind.RATE and not 0 <= step.least < step.most <= 99:  # noqa: PLR2004 - two digits are typed
        raise ContentError(f"{where}: least and most must rise within 0 to 99")
    _check_choices(step, where)


def _check_choices(step: Step, where: str) -> None:
    choices = {choice.id for choice in step.choices}
    if step.kind in (Kind.CHOOSE, Kind.CHOOSE_MANY) and not choices:
        raise ContentError(f"{where}: needs choices")
    if step.kind is Kind.YES_NO and choices and choices != {YES, NO}:
        raise ContentError(f"{where}: a yes_no can only name the choices yes and no")
    named = choices or {YES, NO} if step.kind is Kind.YES_NO else choices
    for name in (*step.exclusive, *step.alarms):
        if name not in named:
            raise ContentError(f"{where}: {name!r} is not one of its choices")
    for choice in step.choices:
        leads = choice.goes is not None or choice.does is not None
        if leads and (step.kind not in _LEADING or choice.id in step.alarms):
            raise ContentError(
                f"{where}: {choice.id}: goes and does stand only in choose and yes_no, and not on an alarm; "
                "ask that in a step of its own"
            )


def _check_looks_up(step: Step, earlier: list[Step], where: str) -> None:
    known = {one.id: one for one in earlier if one.kind in QUESTIONS}
    scores = {f"{one.id}.{part}" for one in earlier if one.kind is Kind.SCORE for part in ("points", "band")}
    for test in (test for group in step.when for test in group):
        if test.subject not in known and test.subject not in scores:
            raise ContentError(f"{where}: when looks at {test.subject!r}, which does not stand above it")
        _check_can_hold(test, known.get(test.subject), where)
    for name in (step.for_each, *step.items):
        if name is not None and name not in known:
            raise ContentError(f"{where}: {name!r} does not stand above it")
    parent = known.get(step.for_each or "")
    if parent is not None and (parent.kind is not Kind.CHOOSE_MANY or parent.for_each is not None):
        raise ContentError(f"{where}: for_each names {parent.id!r}; it can only repeat for a choose_many asked once")


def _check_can_hold(test: Test, step: Step | None, where: str) -> None:
    """Refuse a condition that no answer could ever fulfil."""
    if step is not None and step.for_each is not None:
        raise ContentError(
            f"{where}: when looks at {test.subject!r}, which is asked several times; look at {step.for_each!r}"
        )
    kind = "number" if test.subject.endswith(".points") else "word" if step is None else _SUBJECTS[step.kind]
    if not _may_hold(test, kind):
        raise ContentError(
            f"{where}: when {test.subject}: {test.kind} {test.value!r} can never hold; {_REMEDIES[kind]}"
        )
    if step is None or step.kind not in (Kind.CHOOSE, Kind.CHOOSE_MANY):
        return
    for name in test.value if isinstance(test.value, tuple) else (test.value,):
        choice = step.choice(str(name))
        if choice is None or choice.goes is not None or choice.does is not None:
            raise ContentError(
                f"{where}: when {test.subject} names {name!r}, which is not one of the choices it keeps; name another"
            )


_SUBJECTS = {
    Kind.CHOOSE: "word",
    Kind.CHOOSE_MANY: "words",
    Kind.YES_NO: "truth",
    Kind.RATE: "number",
    Kind.WRITE: "word",
    Kind.LOOK_UP: "word",
}
_REMEDIES = {
    "word": 'write = "choice" or { in = ["choice", …] }',
    "words": 'write { has = "choice" }',
    "truth": "write = true or = false",
    "number": "write = number, { from = number } or { below = number }",
}


def _may_hold(test: Test, subject: str) -> bool:
    match subject, test.kind, test.value:
        case "truth", "equals", bool():
            return True
        case _, _, bool():
            return False
        case ("number", "equals" | "from" | "below", int()) | ("word", "equals", str()) | ("words", "has", str()):
            return True
        case "word", "in", tuple(names):
            return bool(names)
        case _:
            return False


def _check_renamed(steps: list[Step], where: str) -> None:
    """See that an earlier id stands for one step only; otherwise one answer would count twice."""
    taken = {step.id for step in steps}
    for step in steps:
        for name in step.was:
            if name in taken:
                raise ContentError(
                    f"{where}: {step.id}: was names {name!r}, which already stands for a step; take it out"
                )
            taken.add(name)


def _check_buttons(flow_id: str, step: Step, where: str) -> None:
    key = f"{step.id}[{'x' * _CHOICE_CHARS}]" if step.for_each else step.id
    offered = ("x" * _OFFER_CHARS,) if step.kind is Kind.LOOK_UP else (YES,)
    for choice in (*(choice.id for choice in step.choices), *offered):
        if not fits_token(flow_id, key, choice):
            raise ContentError(f"{where}: {step.id}: choice id {choice!r} is too long for a button; shorten an id")


def _check_id(name: object, where: str) -> None:
    if not isinstance(name, str) or _ID.fullmatch(name) is None:
        raise ContentError(f"{where}: {name!r} is not an id; use small letters, digits and _, a letter first")


def _refuse_unknown(table: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    for key in table:
        if key not in known:
            raise ContentError(f"{where}: unknown key {key!r}; known are {', '.join(sorted(known))}")
