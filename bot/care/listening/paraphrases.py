"""Tell a paraphrase from the words of a person that it stands for."""

import re
from collections.abc import Iterable
from typing import Final

_WORD: Final = re.compile(r"\w+")
#: So many words in a row that somebody wrote are theirs, whatever stands around them.
SAME_WORDS: Final = 4


def repeats(paraphrase: str, messages: Iterable[str]) -> bool:
    """Tell whether a paraphrase is one of the messages, or holds `SAME_WORDS` words in a row of one."""
    own = _split(paraphrase)
    runs = _runs(own)
    for message in messages:
        said = _split(message)
        if said and (said == own or runs & _runs(said)):
            return True
    return False


def _split(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.casefold()))


def _runs(words: tuple[str, ...]) -> set[tuple[str, ...]]:
    return {words[at : at + SAME_WORDS] for at in range(len(words) - SAME_WORDS + 1)}
