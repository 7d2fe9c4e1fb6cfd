"""What the linear models look at in a text: words, neighbours, pieces of words, concepts and pairs of concepts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import exp

_SHORTEST_PIECE = 3


@dataclass(frozen=True, slots=True)
class Extent:
    """How far a model looks: at so many words and concepts, and at pieces of words up to so many letters."""

    words: int
    concepts: int
    piece: int


def list_shared(words: Sequence[str], concepts: Iterable[str], extent: Extent) -> set[str]:
    """List the features of a text, given in canonical words and with the concepts found in it."""
    heard = words[: extent.words]
    features = {f"w {word}" for word in heard}
    features.update(f"b {one} {other}" for one, other in pairwise(heard))
    for word in set(heard):
        features.update(_list_pieces(f"<{word}>", extent.piece))
    named = name_concepts(concepts, extent)
    features.update(f"c {name}" for name in named)
    features.update(f"p {one} {other}" for one, other in combinations(named, 2))
    return features


def name_concepts(concepts: Iterable[str], extent: Extent) -> list[str]:
    """List the concepts that are looked at, each once, in order."""
    return sorted(set(concepts))[: extent.concepts]


def share_out(sums: Sequence[float]) -> list[float]:
    """Turn what speaks for each label into probabilities."""
    highest = max(sums)
    shares = [exp(one - highest) for one in sums]
    whole = sum(shares)
    return [share / whole for share in shares]


def _list_pieces(word: str, longest: int) -> Iterator[str]:
    for size in range(_SHORTEST_PIECE, longest + 1):
        for at in range(len(word) - size + 1):
            yield word[at : at + size]
