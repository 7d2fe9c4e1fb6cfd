"""Score the grey zone: how much a text resembles dangerous ones, by a linear model read from JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, repeat
from math import exp, sqrt

#: Stands for a word that belongs to an idiom, so that it counts as nothing.
MASKED = "§"
_LONGEST_GRAM = 4
#: How many concepts there are, and how long the text is, is counted up to here.
_MOST_COUNTED, _LENGTHS = 10, (2, 3, 5, 8, 12, 20)
#: A text with fewer known features than this is not blown up to a loud one.
FEWEST = 25
#: Further words and concepts add nothing but time.
_MOST_WORDS, _MOST_CONCEPTS = 90, 24


@dataclass(frozen=True, slots=True)
class Score:
    """The likeliest danger, the probability that there is danger at all, and that it is one for this minute."""

    label: str
    danger: float
    urgency: float


@dataclass(frozen=True, slots=True)
class Model:
    """Weights of features for each label; the first label is "no danger".

    `asks_from`, `fires_from`: probability of danger from which it asks and fires.  The last weight of a feature, and
    the last bias, speak of urgency alone.
    """

    labels: tuple[str, ...]
    bias: tuple[float, ...]
    weights: Mapping[str, Sequence[float]]
    asks_from: float
    fires_from: float

    def score(self, words: Sequence[str], concepts: Iterable[str]) -> Score:
        """Score a text by its words and the concepts found in it."""
        rows = [self.weights[one] for one in list_features(words, concepts) if one in self.weights]
        scale = 1 / sqrt(max(len(rows), FEWEST))
        totals = (sum(column) for column in zip(*rows, strict=True)) if rows else repeat(0.0)
        *sums, urgency = (bias + scale * total for bias, total in zip(self.bias, totals, strict=False))
        highest = max(sums)
        shares = [exp(one - highest) for one in sums]
        likeliest = max(range(1, len(shares)), key=shares.__getitem__)
        return Score(self.labels[likeliest], 1 - shares[0] / sum(shares), 1 / (1 + exp(-urgency)))


def list_features(words: Sequence[str], concepts: Iterable[str]) -> set[str]:
    """List what the model looks at: words, pairs of neighbours, pieces of words, concepts and pairs of concepts."""
    heard = words[:_MOST_WORDS]
    features = {f"w {word}" for word in heard}
    features.update(f"b {one} {other}" for one, other in pairwise(heard))
    for word in set(heard):
        features.update(_pieces(f"<{word}>"))
    named = sorted(set(concepts))[:_MOST_CONCEPTS]
    features.update(f"c {name}" for name in named)
    features.update(f"k {count}" for count in range(min(len(named), _MOST_COUNTED) + 1))
    features.update(f"l {length}" for length in _LENGTHS if len(words) >= length)
    features.update(f"p {one} {other}" for at, one in enumerate(named) for other in named[at + 1 :])
    return features


def _pieces(word: str) -> Iterable[str]:
    for size in range(3, _LONGEST_GRAM + 1):
        for at in range(len(word) - size + 1):
            yield word[at : at + size]
