"""Train the grey-zone model of danger on tests/phrases/train and write content/danger/model.json.

What people ask in `content/faq` is harmless as well, unless a rule is sure of the contrary: without it the model takes
"will I be arrested if I come" for despair.
"""

import json
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from bench.laying_out import lay_out
from bench.phrases import Phrase, read_phrases
from bot.care.danger.model import FEWEST, list_features
from bot.care.danger.reading import read_rules
from bot.care.safety import Calm, Rules, screen, understand_words
from storage.shipped.library import CONTENT, read_library

#: A feature must be seen in so many texts; rarer ones only say which text it was.
_SEEN = 2
#: Weights are kept in hundredths; a feature whose weights are all smaller than this says nothing.
_LEAST = 0.4
#: Probability of danger from which the model asks and fires, chosen on the tuning set.
ASKS_FROM, FIRES_FROM = 0.31, 0.5
_STRICTNESS = 12.0
_PATH = "danger/model.json"


def main() -> None:
    """Train, write the file, and say how large it is."""
    rules = read_rules({**read_library(), _PATH: _empty(read_library())})
    phrases = [*read_phrases("train"), *_questions(rules)]
    document = train(rules, phrases)
    path = CONTENT / _PATH
    path.write_text(lay_out(document), encoding="utf-8")
    print(f"{len(phrases)} phrases, {len(document['weights'])} features, {path.stat().st_size // 1024} KiB")


def train(rules: Rules, phrases: list[Phrase]) -> dict[str, Any]:
    """Fit the model; the same phrases and rules give the same document."""
    seen = [list_features(*understand_words(phrase.text, rules)) for phrase in phrases]
    counts = Counter(feature for features in seen for feature in features)
    vocabulary = {name: at for at, name in enumerate(sorted(name for name, n in counts.items() if n >= _SEEN))}
    matrix = np.zeros((len(seen), len(vocabulary)))
    for row, features in enumerate(seen):
        places = [vocabulary[feature] for feature in features if feature in vocabulary]
        matrix[row, places] = 1 / max(FEWEST, len(places)) ** 0.5
    labels = ("none", *rules.order)
    target = [labels.index(phrase.label or "none") for phrase in phrases]
    fitted = LogisticRegression(C=_STRICTNESS, max_iter=3000).fit(matrix, target)
    dangerous = [row for row, phrase in enumerate(phrases) if phrase.label is not None]
    urgent = [phrases[row].kind == "immediate" for row in dangerous]
    urgency = LogisticRegression(C=_STRICTNESS, max_iter=3000).fit(matrix[dangerous], urgent)
    columns = np.vstack([fitted.coef_, urgency.coef_])
    weights = {
        name: [round(float(one), 2) for one in columns[:, at]]
        for name, at in vocabulary.items()
        if float(np.abs(columns[:, at]).max()) >= _LEAST
    }
    bias = [round(float(one), 2) for one in (*fitted.intercept_, *urgency.intercept_)]
    return {"labels": labels, "bias": bias, "asks_from": ASKS_FROM, "fires_from": FIRES_FROM, "weights": weights}


def _questions(rules: Rules) -> Iterator[Phrase]:
    for path, text in sorted(read_library().items()):
        if path.startswith("faq/"):
            asked = tomllib.loads(text).get("phrasings", "").splitlines()
            yield from (Phrase(one, None, "ordinary") for one in asked if one and screen(one, rules) == Calm())


def _empty(files: Mapping[str, str]) -> str:
    """Stand in for the model that is to be trained."""
    labels = ["none", *tomllib.loads(files["danger/concepts.toml"])["order"]]
    return json.dumps(
        {"labels": labels, "bias": [0] * (len(labels) + 1), "asks_from": 1.0, "fires_from": 1.0, "weights": {}}
    )


if __name__ == "__main__":
    main()
