"""Score the grey zone: how much a text resembles dangerous ones, by a linear model read from JSON."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, sqrt

from bot.care.features import Extent, list_shared, name_concepts, share_out

#: Stands for a word that belongs to an idiom, so that it counts as nothing.
MASKED = "§"
#: How many concepts there are, and how long the text is, is counted up to here.
_MOST_COUNTED, _LENGTHS = 10, (2, 3, 5, 8, 12, 20)
#: A text with fewer known features than this is not blown up to a loud one.
FEWEST = 25
#: Further words and concepts add nothing but time.
_EXTENT = Extent(words=90, concepts=16, piece=4)
#: Weights are whole hundredths; those of one feature stand side by side in one number, each on so many bits.
_HUNDRED, _BITS = 100, 32


@dataclass(frozen=True, slots=True)
class Score:
    """The likeliest danger, the probability that there is danger at all, and that it is one for this minute.

    `shares`: the probability of each danger.
    """

    label: str
    danger: float
    urgency: float
    shares: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Model:
    """Weights of features for each label, packed; the first label is "no danger".

    `asks_from`, `fires_from`: probability of danger from which it asks and fires.  The last weight of a feature, and
    the last bias, speak of urgency alone.
    """

    labels: tuple[str, ...]
    bias: tuple[float, ...]
    weights: Mapping[str, int]
    asks_from: float
    fires_from: float

    def score(self, words: Sequence[str], concepts: Iterable[str]) -> Score:
        """Score a text by its words and the concepts found in it."""
        found = [self.weights[one] for one in list_features(words, concepts) if one in self.weights]
        scale = 1 / sqrt(max(len(found), FEWEST)) / _HUNDRED
        totals = _unpack(sum(found), len(self.bias))
        *sums, urgency = (bias + scale * total for bias, total in zip(self.bias, totals, strict=True))
        calm, *shares = share_out(sums)
        by_label = dict(zip(self.labels[1:], shares, strict=True))
        return Score(max(by_label, key=by_label.__getitem__), 1 - calm, 1 / (1 + exp(-urgency)), by_label)


def pack(weights: Iterable[float]) -> int:
    """Put the weights of a feature into one number, so that those of many features are summed by one addition each."""
    return sum(round(weight * _HUNDRED) << at * _BITS for at, weight in enumerate(weights))


def _unpack(packed: int, size: int) -> Iterator[int]:
    half, whole = 1 << (_BITS - 1), 1 << _BITS
    for _ in range(size):
        part = (packed + half) % whole - half
        packed = (packed - part) >> _BITS
        yield part


def list_features(words: Sequence[str], concepts: Iterable[str]) -> set[str]:
    """List what the model looks at: the features, how many concepts there are, and how long the text is."""
    named = name_concepts(concepts, _EXTENT)
    features = list_shared(words, named, _EXTENT)
    features.update(f"k {count}" for count in range(min(len(named), _MOST_COUNTED) + 1))
    features.update(f"l {length}" for length in _LENGTHS if len(words) >= length)
    return features
