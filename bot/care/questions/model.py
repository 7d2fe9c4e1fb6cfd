"""Score what is asked: how much a text resembles each question, by a linear model read from JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, sqrt

#: A text with fewer known features than this is not blown up to a loud one.
FEWEST = 12
_MOST_WORDS, _MOST_CONCEPTS = 60, 16
_SHORTEST_GRAM, _LONGEST_GRAM = 3, 5


@dataclass(frozen=True, slots=True)
class Model:
    """`weights`: feature -> (place of a label, weight) pairs, flat; a label that is not there has none."""

    labels: tuple[str, ...]
    bias: tuple[float, ...]
    weights: Mapping[str, Sequence[float]]

    def score(self, words: Sequence[str], concepts: Iterable[str]) -> dict[str, float]:
        """Return the probability of each label."""
        rows = [self.weights[one] for one in list_features(words, concepts) if one in self.weights]
        scale = 1 / sqrt(max(len(rows), FEWEST))
        sums = [0.0] * len(self.labels)
        for row in rows:
            for place, weight in zip(row[::2], row[1::2], strict=True):
                sums[int(place)] += weight
        sums = [bias + scale * total for bias, total in zip(self.bias, sums, strict=True)]
        highest = max(sums)
        shares = [exp(one - highest) for one in sums]
        whole = sum(shares)
        return {label: share / whole for label, share in zip(self.labels, shares, strict=True)}


def list_features(words: Sequence[str], concepts: Iterable[str]) -> set[str]:
    """List what the model looks at: words, neighbours, pieces of words, concepts and pairs of concepts."""
    heard = words[:_MOST_WORDS]
    features = {f"w {word}" for word in heard}
    features.update(f"b {one} {other}" for one, other in pairwise(heard))
    for word in set(heard):
        features.update(_pieces(f"<{word}>"))
    named = sorted(set(concepts))[:_MOST_CONCEPTS]
    features.update(f"c {name}" for name in named)
    features.update(f"p {one} {other}" for at, one in enumerate(named) for other in named[at + 1 :])
    features.add("l short" if len(heard) <= 2 else "l long" if len(heard) > 8 else "l middle")  # noqa: PLR2004
    return features


def _pieces(word: str) -> Iterable[str]:
    for size in range(_SHORTEST_GRAM, _LONGEST_GRAM + 1):
        for at in range(len(word) - size + 1):
            yield word[at : at + size]
