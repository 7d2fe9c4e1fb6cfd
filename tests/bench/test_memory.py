"""The measurement of the real process."""

from pathlib import Path

from bench.memory import LIMIT_MIB, measure_starts


def test_a_start_is_measured_up_to_a_whole_conversation_and_stays_small(tmp_path: Path) -> None:
    (start,) = measure_starts(tmp_path, 1)

    assert 0 < start.cpu_seconds < start.seconds + 1
    assert 20 < start.ready <= start.peak
    assert start.after_talk < LIMIT_MIB
