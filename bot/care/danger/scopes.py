"""Tell what is said about a danger: that it is not so, that it is over, that it is only asked about, or a joke."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.care.danger.concepts import Hit
from bot.care.danger.words import NOT, Heard


class Scope(StrEnum):
    """What can take the danger out of words."""

    NEGATED = "negated"
    PAST = "past"
    QUESTION = "question"
    JOKE = "joke"


#: Concepts that only speak of scopes; every content has them.
SCOPE_CONCEPTS = frozenset(
    {"PAST", "OLD", "RESOLVED", "RECENT", "AGAIN", "INFO", "LAUGH", "SERIOUS", "FILLER", "AFTERTHOUGHT", "IDIOM"}
)
_NEGATORS = frozenset({NOT, "bukan", "jangan", "tanpa", "anti"})
#: A question about danger in general stands at most so many words from it.
_NEAR = 7
#: A mark of time speaks of what is said within so many words of it.
_WITHIN_REACH = 14


@dataclass(frozen=True, slots=True)
class Said:
    """What is said about everything in one piece of text.

    `marks`: where scopes are spoken of, by concept.  `joking`: laughter, and nothing serious beside it.
    """

    heard: Heard
    marks: Mapping[str, Sequence[Hit]]
    fillers: frozenset[int]
    afterthoughts: frozenset[int]
    joking: bool

    def is_negated(self, start: int, end: int) -> bool:
        """Tell whether words are denied: before them in the same clause, or after them: ... ga pernah kepikiran."""
        words, clauses = self.heard.words, self.heard.clauses
        at = start - 1
        while at >= 0 and clauses[at] == clauses[start]:
            if words[at] in _NEGATORS and at not in self.heard.asking:
                return at == 0 or words[at - 1] != "bukan"
            if at not in self.fillers:
                break
            at -= 1
        return end + 1 < len(words) and words[end] == NOT and end + 1 in self.afterthoughts

    def is_asked_about(self, start: int, end: int) -> bool:
        """Tell whether somebody only wants to know about it."""
        return self._is_marked("INFO", start, end, _NEAR)

    def is_over(self, start: int, end: int) -> bool:
        """Tell whether it is past and has come to an end, or is long past."""
        if self._is_marked("AGAIN", start, end):
            return False
        is_old = self._is_marked("OLD", start, end)
        ended = self._is_marked("RESOLVED", start, end) and (is_old or self._is_marked("PAST", start, end))
        return ended or (is_old and not self._is_marked("RECENT", start, end))

    def is_past(self, start: int, end: int) -> bool:
        """Tell whether it is past, and nothing tells whether it came to an end."""
        fresh = self._is_marked("AGAIN", start, end) or self._is_marked("RECENT", start, end)
        return not fresh and self._is_marked("PAST", start, end)

    def _is_marked(self, concept: str, start: int, end: int, near: int = _WITHIN_REACH) -> bool:
        return any(hit.start - end < near and start - hit.end < near for hit in self.marks.get(concept, ()))


def listen(heard: Heard, hits: Mapping[str, Sequence[Hit]]) -> Said:
    """Collect the scopes of a piece of text from the concepts found in it, by name."""
    joking = "LAUGH" in hits and "SERIOUS" not in hits
    return Said(heard, hits, _places(hits.get("FILLER", ())), _places(hits.get("AFTERTHOUGHT", ())), joking)


def _places(hits: Sequence[Hit]) -> frozenset[int]:
    return frozenset(at for hit in hits for at in range(hit.start, hit.end))
