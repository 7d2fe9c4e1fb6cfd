"""Lateness: every rule says what it does, and nobody gets more than one catch-up."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.followup import PlansError, read_plans
from bot.care.lateness import Due, Kind, Rule, Verdict, is_late, judge, same_hour
from bot.steps import parse_toml

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
IN_TIME, GIVEN_UP = timedelta(hours=12), timedelta(hours=72)
KINDS = {
    **{rule.value: Kind(rule, IN_TIME, GIVEN_UP) for rule in Rule},
    **{f"{rule.value}_for_days": Kind(rule, IN_TIME, GIVEN_UP, GIVEN_UP) for rule in Rule},
}
QUIET = datetime.min.time(), datetime.min.time()

dues = st.builds(
    Due,
    st.sampled_from(sorted(KINDS)),
    st.integers(0, 200).map(lambda hours: NOW - timedelta(hours=hours)),
    st.integers(0, 255).map(lambda number: number.to_bytes(16, "big")),
)


def _due(kind: str, hours: float) -> Due:
    return Due(kind, NOW - timedelta(hours=hours), b"i" * 16)


@pytest.mark.parametrize(
    ("kind", "hours", "verdict"),
    [
        ("drop", 12, Verdict.SEND),
        ("drop", 12.1, Verdict.SKIP),
        ("shift", 12.1, Verdict.SHIFT),
        ("shift_for_days", 72.1, Verdict.SKIP),
        ("merge", 9_000, Verdict.CATCH_UP),
        ("send", 9_000, Verdict.CATCH_UP),
        ("send_for_days", 9_000, Verdict.SKIP),
    ],
)
def test_each_kind_says_what_becomes_of_a_late_one(kind: str, hours: float, verdict: Verdict) -> None:
    assert judge(KINDS, _due(kind, hours), [], NOW, asked_lately=False) is verdict


def test_one_that_is_sent_late_goes_before_a_newer_one_that_merges() -> None:
    first, newer = _due("send", 60), _due("merge", 20)

    assert judge(KINDS, first, [newer], NOW, asked_lately=False) is Verdict.CATCH_UP
    assert judge(KINDS, newer, [first], NOW, asked_lately=False) is Verdict.MERGE


def test_one_that_will_be_skipped_speaks_for_nobody() -> None:
    assert judge(KINDS, _due("merge", 60), [_due("drop", 20)], NOW, asked_lately=False) is Verdict.CATCH_UP


@given(st.lists(dues, min_size=1, max_size=8, unique_by=lambda due: due.id), st.randoms(use_true_random=False))
def test_in_whatever_order_they_are_looked_at_one_is_made_up_for_at_most(waiting: list[Due], random: Random) -> None:
    caught_up, left = 0, list(waiting)
    random.shuffle(left)
    while left:
        due = left.pop()
        verdict = judge(KINDS, due, left, NOW, asked_lately=False)
        if verdict in {Verdict.CATCH_UP, Verdict.SHIFT}:
            caught_up += 1
            left = [other for other in left if not is_late(KINDS, other, NOW)]

    assert caught_up <= 1


@given(
    st.integers(0, 50_000).map(lambda hours: NOW + timedelta(hours=hours)),
    st.integers(0, 500),
    st.sampled_from(["Asia/Jakarta", "Europe/Amsterdam", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe"]),
)
def test_the_usual_hour_comes_within_two_days_also_where_clocks_are_changed(
    due: datetime, hours: int, zone: str
) -> None:
    now = due + timedelta(hours=hours)
    again = same_hour(due, now, zone)

    assert now < again <= now + timedelta(hours=49)
    shown, usual = (moment.astimezone(ZoneInfo(zone)) for moment in (again, due))
    assert abs((shown.hour * 60 + shown.minute) - (usual.hour * 60 + usual.minute)) in {0, 30, 60}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('late = "merge"', "needs late"),
        ("send_within_hours = 12", "needs send_within_hours"),
        ("give_up_after_hours = 72", None),
    ],
)
def test_a_kind_without_its_rule_is_refused(line: str, said: str | None) -> None:
    content = Path("content/reminders.toml").read_text(encoding="utf-8")
    document = parse_toml(content.replace(line, ""), "reminders.toml")

    if said is None:
        assert read_plans(document, QUIET).kinds
    else:
        with pytest.raises(PlansError, match=said):
            read_plans(document, QUIET)
