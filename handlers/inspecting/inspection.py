"""Look at content as a whole, as `singgah check` reports it."""

import re
from collections.abc import Iterator

from bot.care.danger.checking import try_examples
from bot.care.privacy.discretion import find_telling
from bot.content import Finding
from bot.dialogue.flow import Flow, Step
from bot.dialogue.layout import count_units
from bot.dialogue.script import INTAKE, MENU
from handlers.discreet.knocking import UNASKED
from handlers.house.opening import House
from handlers.inspecting.plain_words import inspect_words

#: The strictest channel of this version: what every message and label must fit into.
MAX_TEXT_UNITS = 4096
MAX_LABEL_CHARS = 40
FIRST_SCREEN_WORDS = 60
FIRST_SCREEN_CHOICES = 5


def inspect(house: House) -> Iterator[Finding]:
    """Report texts and labels that do not fit, a first screen that is too full, and units that cannot answer."""
    script = house.content.script
    for language in script.languages:
        for flow in script.flows[language].values():
            for step in flow.steps:
                yield from _fits(language, flow, step)
        yield from _first_screen(language, script.flows[language][MENU])
    yield from _promise_of_keeping(house)
    yield from _tell_nothing(house)
    yield from inspect_words(script, house.plainness)
    for name, plan in house.plans.plans.items():
        if plan.flow not in script.flows[script.default]:
            yield Finding("reminders.toml", f"plan.{name}: flow {plan.flow!r} does not exist", stops=True)
    yield from _places_of_helplines(house)
    yield from (Finding("danger", said, stops=True) for said in try_examples(script.dangers))
    if not any(unit.takes_handoffs and unit.active for unit in house.units.values()):
        yield Finding("units.toml", "no unit takes handoffs; nobody could be referred", stops=True)


def _places_of_helplines(house: House) -> Iterator[Finding]:
    """Report contacts for areas that do not exist, which nobody would ever be shown."""
    for row in house.content.script.helplines.rows:
        for place in row.places or ():
            if house.gazetteer.area(place) is None:
                said = f"place {place!r} is no area; write the code of a province, regency or district"
                yield Finding(f"safety.toml: contact {row.id}", said, stops=True)


def _tell_nothing(house: House) -> Iterator[Finding]:
    """Report what is sent unasked and holds a word that tells a bystander what this is about."""
    script = house.content.script
    for language in script.languages:
        for name in sorted(UNASKED & script.phrases[language].keys()):
            word = find_telling(script.phrases[language][name], house.plans.telling)
            if word is not None:
                said = f"is sent unasked and says {word!r}, a word of [discreet] in reminders.toml; say it without"
                yield Finding(f"texts/{language}.toml: phrase {name!r}", said, stops=True)


def _promise_of_keeping(house: House) -> Iterator[Finding]:
    """Report a consent text that promises other days than content/retention.toml keeps."""
    script, days = house.content.script, house.retention.finished
    for language in script.languages:
        consent = script.flow(INTAKE, language).step("consent")
        if consent is not None and f"{days}" not in re.findall(r"\d+", consent.text):
            said = f"is {days}, but the consent text ({language}) promises another number; change both together"
            yield Finding("retention.toml: finished.days", said, stops=True)


def _fits(language: str, flow: Flow, step: Step) -> Iterator[Finding]:
    where = f"{language}: flow.{flow.id}.{step.id}"
    if count_units(step.text) > MAX_TEXT_UNITS:
        yield Finding(where, f"text is longer than {MAX_TEXT_UNITS} characters", stops=True)
    for choice in step.choices:
        if len(choice.label) > MAX_LABEL_CHARS:
            yield Finding(where, f"label of {choice.id!r} is longer than {MAX_LABEL_CHARS} characters", stops=True)


def _first_screen(language: str, menu: Flow) -> Iterator[Finding]:
    step = menu.steps[0]
    words = len(step.text.split())
    if words > FIRST_SCREEN_WORDS:
        said = f"first screen has {words} words, {FIRST_SCREEN_WORDS} at most"
        yield Finding(f"{language}: flow.menu", said, stops=True)
    if len(step.choices) > FIRST_SCREEN_CHOICES:
        yield Finding(f"{language}: flow.menu", f"more than {FIRST_SCREEN_CHOICES} choices", stops=True)
