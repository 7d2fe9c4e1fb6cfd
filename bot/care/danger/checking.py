"""Try every rule of danger on its own examples and counterexamples, as `singgah check` and the tests do."""

from collections.abc import Iterator

from bot.care.danger.rules import Rule
from bot.care.safety import Alarm, Calm, Rules, screen


def try_examples(rules: Rules) -> Iterator[str]:
    """Say of each rule which example is not heard and which counterexample raises an alarm."""
    for rule in rules.rules:
        where = f"{rule.label}: rule {rule.id}"
        yield from (f"{where}: does not hear {said!r}" for said in rule.examples if not _is_heard(rule, said, rules))
        yield from (
            f"{where}: {said!r} raises an alarm"
            for said in rule.counterexamples
            if isinstance(screen(said, rules), Alarm)
        )


def _is_heard(rule: Rule, said: str, rules: Rules) -> bool:
    verdict = screen(said, rules)
    if isinstance(verdict, Alarm):
        return rule.label in verdict.labels
    return rule.asks and not isinstance(verdict, Calm)
