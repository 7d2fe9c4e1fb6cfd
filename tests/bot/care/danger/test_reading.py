"""Content of danger detection that cannot be is refused, and the file is named."""

import json
import re

import pytest

from bot.care.danger.errors import DangerContentError
from bot.care.danger.reading import read_rules
from tests.bot.care.danger.hearing import danger_files


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        ("danger/suicide.toml", '"wish-to-die"', '"bare-death"', "every rule needs an id of its own"),
        ("danger/suicide.toml", '["WANT", "DIE"]', '["WANT", "DYING"]', "DYING is no concept"),
        ("danger/suicide.toml", '"past", "question"]', '"past", "rumour"]', "'rumour' is not a valid Scope"),
        ("danger/suicide.toml", "within = 3", "near = 3", "near is not known"),
        ("danger/suicide.toml", '["NOW", "POISON"', '["LATER", "POISON"', "suicide: raised_by: LATER is no concept"),
        ("danger/concepts.toml", "LAUGH =", "GIGGLE =", "LAUGH is missing"),
        ("danger/concepts.toml", 'RAGE = "', 'RAGE = "_ sekali, ', "none may begin with"),
        ("danger/concepts.toml", 'RAGE = "', 'RAGE = "sih deh, ', "'sih deh' is only noise"),
        ("danger/words.toml", "[canonical]", "[canonical", "danger/words.toml: cannot be read"),
        ("danger/model.json", '"labels": ["none", ', '"labels": [', "train it again"),
    ],
)
def test_what_cannot_be_is_refused(path: str, old: str, new: str, said: str) -> None:
    files = danger_files()
    assert old in files[path]

    with pytest.raises(DangerContentError, match=re.escape(said)):
        read_rules({**files, path: files[path].replace(old, new, 1)})


def test_the_model_is_small_ordered_and_rounded() -> None:
    text = danger_files()["danger/model.json"]
    names = list(json.loads(text)["weights"])

    assert len(text) < 500_000
    assert names == sorted(names)
