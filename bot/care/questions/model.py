"""Score what is asked: how much a text resembles each question, by a linear model read from JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from bot.care.features import Extent, list_shared, share_out

#: A text with fewer known features than this is not blown up to a loud one.
FEWEST = 12
_EXTENT = Extent(words=60, concepts=16, piece=5)
#: A text of so many words is short, one of more than so many is long.
_SHORT, _LONG = 2, 8


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
        return dict(zip(self.labels, share_out(sums), strict=True))


def list_features(words: Sequence[str], concepts: Iterable[str]) -> set[str]:
    """List what the model looks at: the features, and how long the text is."""
    length = min(len(words), _EXTENT.words)
    features = list_shared(words, concepts, _EXTENT)
    features.add("l short" if length <= _SHORT else "l long" if length > _LONG else "l middle")
    return features
