"""The measurement of deciding alone."""

from statistics import median

from bench.advance import QUESTIONS, find_median, time_intake, time_long_flow
from bench.intake import TYPED


def test_every_event_of_both_flows_is_timed() -> None:
    look_ups = 4  # where, and which unit: asked once and replied to once each

    assert [len(walk) for walk in time_intake(2)] == [len(TYPED) + look_ups] * 2
    assert [len(walk) for walk in time_long_flow(2)] == [QUESTIONS + 2] * 2


def test_only_the_calmest_walks_count() -> None:
    calm, disturbed = [1.0, 2.0, 3.0], [50.0, 60.0, 70.0]

    assert find_median([disturbed, calm, disturbed, disturbed, disturbed]) == median(calm)
