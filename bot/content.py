"""Read everything that is said into one checked script: flows, phrases, translations, command words, dangers."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.care.danger.errors import DangerContentError
from bot.care.danger.reading import read_rules
from bot.care.questions.book import Book
from bot.care.questions.reading import RULES, QuestionsError, read_book
from bot.care.safety import Rules
from bot.contacts import read_helplines, read_safety
from bot.dialogue.danger import SENTENCES as ASKED_ABOUT_DANGER
from bot.dialogue.flow import QUESTIONS, Flow, Kind, Step
from bot.dialogue.guarding import SENTENCES as GUARDED
from bot.dialogue.moves import CHAIN
from bot.dialogue.questions import SENTENCES as ASKED
from bot.dialogue.script import (
    CONTACT,
    ERASE,
    INTAKE,
    LANGUAGE,
    MENU,
    MY_DATA,
    NEAR,
    NEWS,
    RETURN,
    SHOWN,
    SPEAK,
    TALK,
    UNLOCK,
    Command,
    Script,
    normalise,
)
from bot.signing import Unsigned, mark_unsigned, read_sign_offs
from bot.steps import ContentError, parse_toml, read_flow

#: Actions a choice may ask for; the handlers know each of them.
ACTIONS = frozenset(
    {SPEAK, "show_data", "correct", "pause", "unpause", "stop", "erase", "withdraw", "show_phrase", "relapse"}
    | {"clear", "move", "keep", "show_chat", "show_contact", "remove_pin", "check_words"}
)
_COMMANDS = {command.value: command for command in Command}
_NEEDED = (MENU, INTAKE, LANGUAGE, MY_DATA, ERASE, TALK, NEAR, SHOWN, CONTACT, UNLOCK, NEWS)
#: Sentences the conversation itself says; without one of them it could not go on.
SENTENCES = frozenset(
    {"accompanied_button", "back", "cannot_skip", "done_choosing", "edit", "emergency_button", "emergency_card", "help"}
    | {"human_button", "menu_button", "misunderstood", "no", "not_understood", "not_understood_choice", "old_button"}
    | {"choose_shown", "pick_hint_many", "progress", "relay_text_only", "reminder_first", "reminder_open"}
    | {"skip", "skipped", "too_long", "unknown_command", "unsupported_location", "unsupported_other", "welcome_back"}
    | {"location_taken", "safe_continue", "send", "yes"}
    | GUARDED
    | ASKED_ABOUT_DANGER
    | ASKED
)
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something `singgah check` reports.  `stops`: the service must not start with it."""

    where: str
    what: str
    stops: bool


@dataclass(frozen=True, slots=True)
class Content:
    """The script, what was noticed while reading it, and which texts still want a signature."""

    script: Script
    findings: tuple[Finding, ...]
    unsigned: tuple[Unsigned, ...] = ()


def read_content(files: Mapping[str, str], default: str, name: Callable[[str, str], str]) -> Content:
    """Build the script from content files, path relative to the content folder -> text.

    `default`: language of the flow files.  `name`: names areas and units.  Raises ContentError for anything that
    would leave a person stuck; stale or missing translations are findings and fall back to the default language.
    """
    texts = {
        path.removeprefix("texts/").removesuffix(".toml"): parse_toml(text, path)
        for path, text in sorted(files.items())
        if path.startswith("texts/")
    }
    if default not in texts:
        raise ContentError(f"texts/{default}.toml: missing; it holds the service's own sentences")
    flows = {
        flow_id: read_flow(flow_id, text, path)
        for path, text in sorted(files.items())
        if (flow_id := _flow_id(path)) is not None
    }
    _check_ways(flows)
    languages = (default, *(language for language in texts if language != default))
    findings: list[Finding] = []
    translated = {language: _translate_all(flows, texts, language, default, findings) for language in languages}
    phrases = {language: _phrases(texts, language, default, findings) for language in languages}
    commands, yes_no = _commands(texts), _yes_no(texts)
    _check_commands(commands, yes_no, translated)
    safety = read_safety(files)
    dangers, questions = _heard(files)
    helplines = read_helplines(safety)
    script = Script(languages, translated, phrases, commands, yes_no, dangers, name, questions, helplines)
    marked, unsigned = mark_unsigned(script, read_sign_offs(safety))
    return Content(marked, tuple(findings), unsigned)


def fingerprint(step: Step) -> str:
    """Name the wording of a step, so that a translation can say which wording it was made from."""
    parts = (step.text, step.short, *(f"{choice.id}={choice.label}" for choice in step.choices))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:8]


def _flow_id(path: str) -> str | None:
    return path.removeprefix("flows/").removesuffix(".toml") if path.startswith("flows/") else None


def _check_ways(flows: Mapping[str, Flow]) -> None:
    """See that every way leads somewhere and every chain of flows ends at a question."""
    for needed in _NEEDED:
        if needed not in flows:
            raise ContentError(f"flows/{needed}.toml: missing; the service leads people there")
    for flow in flows.values():
        for place, choice in ((step.id, choice) for step in flow.steps for choice in step.choices):
            _check_target(flow, f"{place}.{choice.id}", choice.goes, flows)
            if choice.does is not None and choice.does not in ACTIONS:
                known = ", ".join(sorted(ACTIONS))
                raise ContentError(
                    f"flows/{flow.id}.toml: {place}: {choice.does!r} is not an action; known are {known}"
                )
        _check_target(flow, "then", flow.then, flows)
        _check_ends(flow, flows)


def _check_target(flow: Flow, place: str, target: str | None, flows: Mapping[str, Flow]) -> None:
    if target is not None and target != RETURN and target not in flows:
        raise ContentError(
            f"flows/{flow.id}.toml: {place} leads to {target!r}, which is not a flow; write flows/{target}.toml "
            f"or lead to {RETURN!r}"
        )


def _check_ends(flow: Flow, flows: Mapping[str, Flow]) -> None:
    passed = 0
    at: Flow | None = flow
    while at is not None and not any(_always_asks(step) for step in at.steps):
        passed += 1
        if passed == CHAIN or at.then is None or at.id == MENU:
            raise ContentError(
                f"flows/{flow.id}.toml: ends without a question; set `then` to a flow that always has one"
            )
        at = flows.get(at.then)


def _always_asks(step: Step) -> bool:
    return not step.when and step.for_each is None and (step.kind in QUESTIONS or step.kind is Kind.REVIEW)


def _translate_all(
    flows: Mapping[str, Flow], texts: Mapping[str, Any], language: str, default: str, findings: list[Finding]
) -> dict[str, Flow]:
    if language == default:
        return dict(flows)
    own = texts[language].get("flow", {})
    findings.extend(
        Finding(f"texts/{language}.toml", f"translates {name}, which does not exist; take it out", stops=False)
        for name in _names(own)
        if not _exists(name, flows)
    )
    return {name: _translate(flow, own.get(name, {}), language, findings) for name, flow in flows.items()}


def _names(own: Mapping[str, Any]) -> Iterator[str]:
    for flow, steps in own.items():
        yield f"flow.{flow}"
        yield from (f"flow.{flow}.{step}" for step in steps if step != "title")


def _exists(name: str, flows: Mapping[str, Flow]) -> bool:
    _, flow, *step = name.split(".")
    return flow in flows and (not step or step[0] in flows[flow].by_id)


def _translate(flow: Flow, own: Mapping[str, Any], language: str, findings: list[Finding]) -> Flow:
    steps = []
    for step in flow.steps:
        said = own.get(step.id)
        where = f"texts/{language}.toml: flow.{flow.id}.{step.id}"
        if said is None:
            if step.text:
                findings.append(Finding(where, "not translated", stops=False))
            steps.append(step)
            continue
        findings.extend(_compare(step, said, where))
        labels = said.get("choices", {})
        choices = tuple(replace(choice, label=labels.get(choice.id, choice.label)) for choice in step.choices)
        text, short = said.get("text", step.text).strip(), said.get("short", step.short)
        steps.append(replace(step, text=text, short=short, choices=choices))
    return replace(flow, steps=tuple(steps), title=own.get("title", flow.title))


def _compare(step: Step, said: Mapping[str, Any], where: str) -> Iterator[Finding]:
    """Tell a stale translation from a missing one."""
    if said.get("of") != fingerprint(step):
        yield Finding(
            where, f'made from another wording; read it again, then set of = "{fingerprint(step)}"', stops=False
        )
    for choice in step.choices:
        if choice.id not in said.get("choices", {}):
            yield Finding(where, f"choice {choice.id!r} not translated", stops=False)
    for name in said.get("choices", {}):
        if step.choice(name) is None:
            yield Finding(where, f"choice {name!r} does not exist", stops=False)
    if step.short and not said.get("short"):
        yield Finding(where, "short not translated", stops=False)


def _phrases(texts: Mapping[str, Any], language: str, default: str, findings: list[Finding]) -> dict[str, str]:
    basis, own = texts[default].get("phrases", {}), texts[language].get("phrases", {})
    for name in sorted(SENTENCES - basis.keys()):
        raise ContentError(f"texts/{default}.toml: [phrases] {name} is missing; the conversation says it")
    findings.extend(
        Finding(f"texts/{language}.toml", f"phrase {name!r} has other placeholders than in {default}", stops=False)
        for name in basis
        if name in own and set(_PLACEHOLDER.findall(own[name])) != set(_PLACEHOLDER.findall(basis[name]))
    )
    findings.extend(
        Finding(f"texts/{language}.toml", f"phrase {name!r} not translated", stops=False)
        for name in basis
        if name not in own
    )
    findings.extend(
        Finding(f"texts/{language}.toml", f"phrase {name!r} is not used", stops=False)
        for name in own
        if name not in basis
    )
    return {name: text.strip() for name, text in {**basis, **own}.items()}


def _commands(texts: Mapping[str, Any]) -> dict[str, Command]:
    commands: dict[str, Command] = {}
    for language, document in texts.items():
        for name, words in document.get("commands", {}).items():
            if name not in _COMMANDS:
                known = ", ".join(_COMMANDS)
                raise ContentError(f"texts/{language}.toml: [commands] {name!r} is not a command; known are {known}")
            for word in words:
                if commands.setdefault(normalise(word), Command(name)) is not Command(name):
                    raise ContentError(
                        f"texts/{language}.toml: [commands] {word!r} already means another command; keep it in one"
                    )
    for command in Command:
        if command not in commands.values():
            raise ContentError(f"texts: [commands] no word for {command.value!r}; add {command.value} = [...]")
    return commands


def _check_commands(
    commands: Mapping[str, Command], yes_no: Mapping[str, bool], flows: Mapping[str, Mapping[str, Flow]]
) -> None:
    for word in yes_no:
        if word in commands:
            raise ContentError(f"texts: [yes_no] {word!r} is a command word as well; keep it in one")
    for language, translated in flows.items():
        for flow in translated.values():
            for step in flow.steps:
                for choice in step.choices:
                    word = normalise(choice.label)
                    if word in commands and choice.goes is None and choice.does is None:
                        raise ContentError(
                            f"texts/{language}.toml: flow.{flow.id}.{step.id}: the label {choice.label!r} is a command "
                            "word; use another label"
                        )


def _yes_no(texts: Mapping[str, Any]) -> dict[str, bool]:
    said: dict[str, bool] = {}
    for language, document in texts.items():
        words = document.get("yes_no", {})
        if not words.get("yes") or not words.get("no"):
            raise ContentError(f"texts/{language}.toml: [yes_no] needs yes = [...] and no = [...]")
        for word, meaning in (*((word, True) for word in words["yes"]), *((word, False) for word in words["no"])):
            if said.setdefault(normalise(word), meaning) is not meaning:
                raise ContentError(f"texts/{language}.toml: [yes_no] {word!r} means both yes and no; keep it in one")
    return said


def _heard(files: Mapping[str, str]) -> tuple[Rules, Book | None]:
    """Read what danger is heard by, and what people ask; content without questions answers none."""
    try:
        return read_rules(files), read_book(files) if RULES in files else None
    except (DangerContentError, QuestionsError) as error:
        raise ContentError(str(error)) from None
