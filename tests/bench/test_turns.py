"""The measurement of whole turns, each contender in a process of its own."""

import pytest

from bench.driving import Load
from bench.intake import TYPED
from bench.turns import CONTENDERS, OURS, PEERS, compare, print_comparison

PERSON = Load(people=2, at_once=2)


@pytest.fixture(scope="module")
def measured() -> dict[str, dict[str, float]]:
    """One tiny round of every contender."""
    rounds = compare({"two people": PERSON}, 1)["two people"]
    print_comparison("two people", rounds)
    return {name: {"kept": one.kept, "updates": one.updates, "rate": one.rate} for name, (one,) in rounds.items()}


def test_everybody_takes_the_whole_intake(measured: dict[str, dict[str, float]]) -> None:
    assert set(measured) == set(CONTENDERS) == {*OURS, *PEERS}
    assert all(one["updates"] == 2 * len(TYPED) and one["rate"] > 0 for one in measured.values())


def test_what_was_answered_survives_a_kill_with_us_and_is_lost_by_peers_as_they_come(
    measured: dict[str, dict[str, float]],
) -> None:
    assert all(measured[name]["kept"] == 1 for name in OURS)
    assert measured["python-telegram-bot, file at each update"]["kept"] == 1
    assert measured["python-telegram-bot, file once a round"]["kept"] == 0
    assert measured["aiogram, memory"]["kept"] == 0
