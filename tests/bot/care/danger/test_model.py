"""Weights packed into one number score as weights side by side do."""

from collections.abc import Sequence
from math import exp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.care.danger.model import FEWEST, Model, list_features, pack

_ROW = st.lists(st.integers(-2_000, 2_000), min_size=4, max_size=4)


@settings(max_examples=40, deadline=None)
@given(st.lists(_ROW, min_size=1, max_size=40))
def test_a_score_is_the_share_of_the_sums(rows: Sequence[Sequence[int]]) -> None:
    words = [f"{chr(97 + at % 26)}{at}" for at in range(len(rows))]
    weights = {f"w {word}": pack([one / 100 for one in row]) for word, row in zip(words, rows, strict=True)}
    scale = 1 / max(FEWEST, len(rows)) ** 0.5 / 100
    none, first, second, urgency = (scale * sum(column) for column in zip(*rows, strict=True))
    highest = max(none, first, second)
    powers = [exp(one - highest) for one in (none, first, second)]

    score = Model(("none", "first", "second"), (0.0,) * 4, weights, 0.3, 0.4).score(words, ())

    assert score.danger == pytest.approx(1 - powers[0] / sum(powers))
    assert list(score.shares.values()) == pytest.approx([power / sum(powers) for power in powers[1:]])
    assert score.urgency == pytest.approx(1 / (1 + exp(-urgency)))
    assert score.label == ("first" if first >= second else "second")


def test_far_words_and_concepts_are_not_looked_at() -> None:
    words = [f"kata{number}" for number in range(500)]
    concepts = [f"CONCEPT{number:03}" for number in range(200)]

    features = list_features(words, concepts)

    assert "w kata0" in features
    assert "w kata499" not in features
    assert len(features) < 1_500
