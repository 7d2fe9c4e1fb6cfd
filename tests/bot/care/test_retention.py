"""The rules of keeping are read strictly: a slip of the pen must not keep somebody for ever."""

from copy import deepcopy
from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.care.retention import Retention, RetentionError, describe_changes, goes_on, read_retention, shorter_of
from bot.steps import parse_toml
from storage.shipped.library import CONTENT

_RULES: dict[str, Any] = parse_toml((CONTENT / "retention.toml").read_text(), "retention.toml")


def test_the_rules_that_ship_are_the_ones_that_were_promised() -> None:
    rules = read_retention(_RULES)

    assert (rules.unfinished, rules.finished, rules.warning) == (7, 90, 14)
    assert (rules.chat, rules.answers, rules.score) == (90, 90, ("how_are_you",))
    assert (rules.deliveries, rules.staff) == (30, 365)


@pytest.mark.parametrize(
    ("table", "key", "value"),
    [
        ("finished", "days", 0),
        ("finished", "days", 36_500),
        ("finished", "days", "90"),
        ("finished", "days", True),
        ("finished", "days", None),
        ("finished", "warn_days", 90),
        ("finished", "warn_days", -1),
        ("finished", "months", 3),
        ("deliveries", "days", 7),
        ("answers", "keep", "how_are_you"),
        ("answers", "keep", [1]),
        ("chat", "warn_days", 3),
        ("forever", "days", 3),
    ],
)
def test_what_cannot_be_a_rule_is_refused_by_name(table: str, key: str, value: object) -> None:
    document = deepcopy(_RULES)
    document.setdefault(table, {})[key] = value

    with pytest.raises(RetentionError, match=table):
        read_retention(document)


@pytest.mark.parametrize("table", ["unfinished", "finished", "chat", "answers", "deliveries", "staff"])
def test_a_kind_without_a_rule_is_refused(table: str) -> None:
    document = {name: rule for name, rule in _RULES.items() if name != table}

    with pytest.raises(RetentionError, match=table):
        read_retention(document)


def test_what_is_kept_ninety_days_goes_on_the_ninety_first() -> None:
    assert goes_on(date(2026, 1, 1), 90) == date(2026, 4, 2)


_DAYS = some.integers(1, 90)
_SCORES = some.lists(some.sampled_from(["how_are_you", "sleep", "craving"]), unique=True).map(tuple)
_ANY = some.builds(Retention, _DAYS, _DAYS, some.integers(0, 89), _DAYS, _DAYS, _SCORES, deliveries=_DAYS, staff=_DAYS)


@given(_ANY, _ANY)
def test_no_file_alone_keeps_anything_longer_and_every_one_keeps_less_at_once(
    kept: Retention, wanted: Retention
) -> None:
    holds = shorter_of(kept, wanted)

    for each in fields(Retention):
        held, old, new = (getattr(rules, each.name) for rules in (holds, kept, wanted))
        if isinstance(held, tuple):
            assert set(held) == set(old) & set(new)
        elif each.name != "warning":
            assert held == min(old, new)
    assert holds.warning < holds.finished
    assert shorter_of(holds, wanted) == holds


def test_what_would_change_is_said_kind_by_kind() -> None:
    kept = read_retention(_RULES)

    assert describe_changes(kept, kept) == {}
    changes = describe_changes(kept, replace(kept, chat=120, score=()))
    assert changes == {"chat": "90 -> 120", "score": "how_are_you -> -"}
