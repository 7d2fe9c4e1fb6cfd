"""Read one flow file: from TOML to checked steps, in the wording of the file."""

import tomllib
from collections.abc import Mapping
from typing import Any

from bot.dialogue.buttons import fits_token
from bot.dialogue.flow import NO, QUESTIONS, YES, Choice, Flow, Kind, Step, Test, When


class ContentError(Exception):
    """A content file says something that cannot be; the message names file, place and remedy."""


_STEP_KEYS = frozenset(
    "text short choices when optional exclusive alarms source least most for_each items bands was private count".split()
)
_FLOW_KEYS = frozenset({"version", "title", "completes", "then", "step"})
_CHOICE_KEYS = frozenset({"label", "points", "goes", "does"})
_TESTS = frozenset({"equals", "from", "below", "has", "in"})
_SOURCES = frozenset({"areas", "units"})


def parse_toml(text: str, where: str) -> dict[str, Any]:
    """Parse a TOML text.  Raises ContentError naming the file and the line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ContentError(f"{where}: not valid TOML: {error}") from None


def read_flow(flow_id: str, text: str, where: str) -> Flow:
    """Read a flow file.

    Raises ContentError when a key is unknown, a kind is missing, an id is used twice, a condition looks down the
    page or at something that does not exist, or a button would not fit a platform.
    """
    document = parse_toml(text, where)
    _refuse_unknown(document, _FLOW_KEYS, where)
    steps: list[Step] = []
    for place, table in enumerate(document.get("step", []), start=1):
        step = _read_step(table, f"{where}: step {place}")
        if any(step.id == earlier.id for earlier in steps):
            raise ContentError(f"{where}: step {place}: id {step.id!r} is used twice; give it another id")
        _check_looks_up(step, steps, f"{where}: {step.id}")
        _check_buttons(flow_id, step, where)
        steps.append(step)
    if not steps:
        raise ContentError(f"{where}: a flow needs at least one [[step]]")
    return Flow(
        flow_id,
        tuple(steps),
        title=document.get("title", ""),
        completes=document.get("completes", False),
        then=document.get("then"),
    )


def _read_step(table: Mapping[str, Any], where: str) -> Step:
    kinds = [kind for kind in Kind if kind.value in table]
    if len(kinds) != 1:
        raise ContentError(f"{where}: needs exactly one of {', '.join(Kind)}")
    kind = kinds[0]
    _refuse_unknown(table, _STEP_KEYS | {kind.value}, where)
    step = Step(
        id=table[kind.value],
        kind=kind,
        text=table.get("text", "").strip(),
        short=table.get("short", ""),
        choices=tuple(_read_choice(name, said, where) for name, said in table.get("choices", {}).items()),
        when=_read_when(table.get("when"), where),
        optional=table.get("optional", False),
        exclusive=tuple(table.get("exclusive", ())),
        alarms=tuple(table.get("alarms", ())),
        source=table.get("source", ""),
        least=table.get("least", 0),
        most=table.get("most", 10),
        for_each=table.get("for_each"),
        items=tuple(table.get("items", ())),
        bands=tuple(sorted(table.get("bands", {}).items(), key=lambda band: band[1])),
        was=tuple(table.get("was", ())),
        private=bool(table.get("private", False)),
        count=table.get("count", False),
    )
    _check_step(step, f"{where} ({step.id})")
    return step


def _read_choice(name: str, said: object, where: str) -> Choice:
    match said:
        case str(label):
            return Choice(name, label)
        case [str(label), int(points)]:
            return Choice(name, label, points)
        case {"label": str(label), **rest}:
            _refuse_unknown(rest, _CHOICE_KEYS, f"{where}: choice {name}")
            return Choice(name, label, rest.get("points", 0), rest.get("goes"), rest.get("does"))
        case _:
            raise ContentError(f"{where}: choice {name!r} needs a label, [label, points] or {{ label = … }}")


def _read_when(when: object, where: str) -> When:
    match when:
        case None:
            return ()
        case dict():
            return (_read_group(when, where),)
        case list():
            return tuple(_read_group(group, where) for group in when)
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
    choices = {choice.id for choice in step.choices}
    for name in (*step.exclusive, *step.alarms):
        if name not in choices:
            raise ContentError(f"{where}: {name!r} is not one of its choices")
    if step.kind in (Kind.CHOOSE, Kind.CHOOSE_MANY) and not choices:
        raise ContentError(f"{where}: needs choices")
    if step.kind is Kind.YES_NO and choices and choices != {YES, NO}:
        raise ContentError(f"{where}: a yes_no can only name the choices yes and no")
    if step.kind is Kind.LOOK_UP and step.source not in _SOURCES:
        raise ContentError(f"{where}: source must be one of {', '.join(sorted(_SOURCES))}")
    if step.kind is Kind.RATE and not 0 <= step.least < step.most <= 99:  # noqa: PLR2004 - two digits are typed
        raise ContentError(f"{where}: least and most must rise within 0 to 99")
    if step.kind is not Kind.SCORE and not step.text:
        raise ContentError(f"{where}: has no text")


def _check_looks_up(step: Step, earlier: list[Step], where: str) -> None:
    known = {one.id: one for one in earlier if one.kind in QUESTIONS}
    scores = {f"{one.id}.{part}" for one in earlier if one.kind is Kind.SCORE for part in ("points", "band")}
    for group in step.when:
        for test in group:
            if test.subject not in known and test.subject not in scores:
                raise ContentError(f"{where}: when looks at {test.subject!r}, which does not stand above it")
            _check_names_choice(test, known.get(test.subject), where)
    for name in (step.for_each, *step.items):
        if name is not None and name not in known:
            raise ContentError(f"{where}: {name!r} does not stand above it")


def _check_names_choice(test: Test, step: Step | None, where: str) -> None:
    named = test.value if isinstance(test.value, tuple) else (test.value,)
    if step is None or not step.choices or step.kind is Kind.YES_NO:
        return
    for name in named:
        if step.choice(str(name)) is None:
            raise ContentError(f"{where}: when {test.subject} names {name!r}, which is not one of its choices")


def _check_buttons(flow_id: str, step: Step, where: str) -> None:
    key = f"{step.id}[{'x' * 16}]" if step.for_each else step.id
    for choice in step.choices:
        if not fits_token(flow_id, key, choice.id) or ":" in choice.id:
            raise ContentError(f"{where}: {step.id}: choice id {choice.id!r} is too long for a button; shorten an id")


def _refuse_unknown(table: Mapping[str, Any], known: frozenset[str] | set[str], where: str) -> None:
    for key in table:
        if key not in known:
            raise ContentError(f"{where}: unknown key {key!r}; known are {', '.join(sorted(known))}")
