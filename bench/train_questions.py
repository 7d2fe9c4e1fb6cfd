"""Train the model of questions on the phrasings in content/faq and write content/questions.json.

Needs scikit-learn, which the service itself does not: install it beside the project where the model is trained.
"""

import json
from collections import Counter
from collections.abc import Mapping
from random import Random
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]  # carries no types, and is only there for training
from sklearn.linear_model import LogisticRegression

from bench.laying_out import lay_out
from bot.care.questions.book import OUT_OF_SCOPE, Book
from bot.care.questions.model import FEWEST, list_features
from bot.care.questions.reading import MODEL, read_book
from bot.care.questions.understanding import list_concepts
from storage.shipped.library import CONTENT, read_library

#: A feature must be seen in so many phrasings; rarer ones only say which phrasing it was.
_SEEN = 2
#: Smaller weights say nothing; what is left fits a page of a few hundred kilobytes.
_LEAST = 0.4
_STRICTNESS = 30.0
#: What is out of scope is said in more ways than any question; it counts less, so that it does not outvote them.
_OUT_OF_SCOPE_COUNTS = 0.9
#: Every phrasing is also learned with slips, as people write.
_COPIES = 3


def main() -> None:
    """Train, write the file, and say how large it is."""
    book = read_book({**read_library(), MODEL: empty_model(read_library())})
    phrases = [(text, name) for name, said in book.phrasings.items() for text in said]
    document = train(book, phrases)
    path = CONTENT / MODEL
    path.write_text(lay_out(document), encoding="utf-8")
    print(f"{len(phrases)} phrasings, {len(document['weights'])} features, {path.stat().st_size // 1024} KiB")


def train(book: Book, phrases: list[tuple[str, str]]) -> dict[str, Any]:
    """Fit the model; the same phrasings and rules give the same document."""
    chance = Random(7)
    varied = [(said, name) for text, name in phrases for said in (text, *(_slip(text, chance) for _ in range(_COPIES)))]
    seen = [list_features(*list_concepts(text, book)) for text, _ in varied]
    counts = Counter(feature for features in seen for feature in features)
    vocabulary = {name: at for at, name in enumerate(sorted(name for name, n in counts.items() if n >= _SEEN))}
    labels = sorted({name for _, name in phrases})
    target = [labels.index(name) for _, name in varied]
    counted = [_OUT_OF_SCOPE_COUNTS if name == OUT_OF_SCOPE else 1.0 for _, name in varied]
    fitted = LogisticRegression(C=_STRICTNESS, max_iter=500, tol=1e-3).fit(
        _matrix(seen, vocabulary), target, sample_weight=counted
    )
    weights: dict[str, list[float]] = {}
    for name, at in vocabulary.items():
        column = fitted.coef_[:, at]
        kept = [place for place in range(len(labels)) if abs(column[place]) >= _LEAST]
        if kept:
            weights[name] = [part for place in kept for part in (place, round(float(column[place]), 1))]
    bias = [round(float(one), 2) for one in fitted.intercept_]
    return {"labels": labels, "bias": bias, "weights": weights}


def empty_model(files: Mapping[str, str]) -> str:
    """Stand in for the model that is to be trained."""
    labels = sorted(path.removeprefix("faq/").removesuffix(".toml") for path in files if path.startswith("faq/"))
    return json.dumps({"labels": labels, "bias": [0] * len(labels), "weights": {}})


def _matrix(seen: list[set[str]], vocabulary: Mapping[str, int]) -> csr_matrix:
    rows, columns, values = [], [], []
    for row, features in enumerate(seen):
        places = [vocabulary[feature] for feature in features if feature in vocabulary]
        rows += [row] * len(places)
        columns += places
        values += [1 / max(FEWEST, len(places)) ** 0.5] * len(places)
    return csr_matrix((np.array(values), (rows, columns)), shape=(len(seen), len(vocabulary)))


def _slip(text: str, chance: Random) -> str:
    """Write a phrasing as hurried people do: a vowel left out, two letters swapped, a small word left out."""
    words = text.split()
    if len(words) > 2 and chance.random() < 0.4:
        words.pop(chance.randrange(len(words)))
    at = chance.randrange(len(words))
    word = words[at]
    inner = [place for place in range(1, len(word) - 1) if word[place] in "aeiou"]
    if inner and len(word) > 3:
        place = chance.choice(inner)
        swapped = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        words[at] = word[:place] + word[place + 1 :] if chance.random() < 0.7 else swapped
    return " ".join(words)


if __name__ == "__main__":
    main()
