"""Read everything that is said into one checked script: flows, phrases, translations, command words, dangers."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.care.safety import Danger, Dangers
from bot.dialogue.flow import Flow, Step
from bot.dialogue.script import ERASE, INTAKE, LANGUAGE, MENU, MY_DATA, RETURN, SPEAK, TALK, Command, Script, normalise
from bot.steps import ContentError, parse_toml, read_flow

#: Actions a choice may ask for; the handlers know each of them.
ACTIONS = frozenset(
    {SPEAK, "show_data", "correct", "pause", "unpause", "stop", "erase", "withdraw", "show_phrase", "relapse"}
)
_NEEDED = (MENU, INTAKE, LANGUAGE, MY_DATA, ERASE, TALK)
_SEVERITIES = ("immediate", "high")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something `singgah check` reports.  `stops`: the service must not start with it."""

    where: str
    what: str
    stops: bool


@dataclass(frozen=True, slots=True)
class Content:
    """The script, and what was noticed while reading it."""

    script: Script
    findings: tuple[Finding, ...]


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
    commands = _commands(texts)
    _check_commands(commands, translated)
    contacts = parse_toml(files["safety.toml"], "safety.toml")
    with_contacts = {language: _insert_contacts(said, contacts, language) for language, said in phrases.items()}
    script = Script(languages, translated, with_contacts, commands, _yes_no(texts), _dangers(contacts), name)
    return Content(script, tuple(findings))


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
        targets = [("then", flow.then), *((choice.id, choice.goes) for step in flow.steps for choice in step.choices)]
        for place, target in targets:
            if target is not None and target != RETURN and target not in flows:
                raise ContentError(f"flows/{flow.id}.toml: {place} leads to {target!r}, which is not a flow")
        for step in flow.steps:
            for choice in step.choices:
                if choice.does is not None and choice.does not in ACTIONS:
                    raise ContentError(f"flows/{flow.id}.toml: {step.id}: {choice.does!r} is not an action")
        _check_ends(flow, flows)


def _check_ends(flow: Flow, flows: Mapping[str, Flow]) -> None:
    passed: list[str] = []
    at: Flow | None = flow
    while at is not None and not any(not step.when and step.choices for step in at.steps):
        if at.id in passed or at.then is None:
            raise ContentError(f"flows/{flow.id}.toml: ends without a question to tap; set `then` to one that has one")
        passed.append(at.id)
        at = flows.get(at.then)


def _translate_all(
    flows: Mapping[str, Flow], texts: Mapping[str, Any], language: str, default: str, findings: list[Finding]
) -> dict[str, Flow]:
    if language == default:
        return dict(flows)
    own = texts[language].get("flow", {})
    for name in own:
        if name not in flows:
            findings.append(
                Finding(f"texts/{language}.toml", f"translates flow {name!r}, which does not exist", stops=False)
            )
    return {name: _translate(flow, own.get(name, {}), language, findings) for name, flow in flows.items()}


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
            if name not in Command:
                raise ContentError(f"texts/{language}.toml: [commands] {name!r} is not a command")
            for word in words:
                if commands.setdefault(normalise(word), Command(name)) is not Command(name):
                    raise ContentError(f"texts/{language}.toml: [commands] {word!r} already means another command")
    for command in Command:
        if command not in commands.values():
            raise ContentError(f"texts: [commands] no word for {command.value!r}")
    return commands


def _check_commands(commands: Mapping[str, Command], flows: Mapping[str, Mapping[str, Flow]]) -> None:
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
        said |= {normalise(word): True for word in words["yes"]} | {normalise(word): False for word in words["no"]}
    return said


def _dangers(document: Mapping[str, Any]) -> Dangers:
    dangers = tuple(
        Danger(row["id"], row["severity"], tuple(row["phrases"]), tuple(row.get("not", ())))
        for row in document.get("danger", [])
    )
    if not dangers:
        raise ContentError("safety.toml: no [[danger]]; the service does not run without them")
    for danger in dangers:
        if danger.severity not in _SEVERITIES or not danger.phrases:
            raise ContentError(f"safety.toml: {danger.id}: needs phrases and severity {' or '.join(_SEVERITIES)}")
    return tuple(sorted(dangers, key=lambda danger: _SEVERITIES.index(danger.severity)))


def _insert_contacts(phrases: Mapping[str, str], document: Mapping[str, Any], language: str) -> dict[str, str]:
    """Put the contacts that hold everywhere into the help card; never one number alone."""
    everywhere = [row for row in document.get("contact", []) if row.get("places") == "all"]
    if len(everywhere) < 2:  # noqa: PLR2004 - a busy line must not be the only one
        raise ContentError('safety.toml: at least two contacts must hold for places = "all"')
    lines = "\n".join(f"• {_contact(row, language)}" for row in everywhere)
    return {name: text.replace("{contacts}", lines) for name, text in phrases.items()}


def _contact(row: Mapping[str, Any], language: str) -> str:
    reach = row.get("number") or row.get("link", "")
    return f"{reach}: {row.get(f'what_{language}', row.get('what', ''))}"
