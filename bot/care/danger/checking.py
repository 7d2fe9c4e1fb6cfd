"""Try every rule of danger on its own examples and counterexamples, as `singgah check` and the tests do."""

from collections.abc import Iterator

from bot.care.danger.rules import Rule
from bot.care.safety import Alarm, Calm, Rules, screen


def try_examples(rules: Rules) -> Iterator[str]:
    """Say of each rule which example is not heard and which counterexample raises an alarm."""
    yield from (f"{_name(rule)}: does not hear {said!r}" for rule, said in find_unheard(rules))
    yield from (f"{_name(rule)}: {said!r} raises an alarm" for rule, said in find_false(rules))


def find_unheard(rules: Rules) -> Iterator[tuple[Rule, str]]:
    """List the examples that are not heard, each with its rule."""
    for rule in rules.rules:
        yield from ((rule, said) for said in rule.examples if not _is_heard(rule, said, rules))


def find_false(rules: Rules) -> Iterator[tuple[Rule, str]]:
    """List the counterexamples that raise an alarm, each with its rule."""
    for rule in rules.rules:
        yield from ((rule, said) for said in rule.counterexamples if isinstance(screen(said, rules), Alarm))


def _name(rule: Rule) -> str:
    return f"{rule.label}: rule {rule.id}"


def _is_heard(rule: Rule, said: str, rules: Rules) -> bool:
    verdict = screen(said, rules)
    if isinstance(verdict, Alarm):
        return rule.label in verdict.labels
    return rule.asks and not isinstance(verdict, Calm)
