"""Keep anybody from being singled out by who gets a broadcast and who does not."""

from collections.abc import Collection
from collections.abc import Set as AbstractSet

#: Counts are told rounded down to this, so that two counts tell nothing about one person.
STEP = 10


def is_too_small(people: int, smallest: int) -> bool:
    """Tell whether a group is so small that being in it says who somebody is."""
    return people < smallest


def is_too_close(people: AbstractSet[bytes], others: Collection[AbstractSet[bytes]], smallest: int) -> bool:
    """Tell whether a group differs from one that was just written to by so few that the difference names them.

    The same people again differ by nobody, which tells nothing.
    """
    return any(0 < len(people ^ other) < smallest for other in others)


def round_down(people: int, smallest: int) -> int:
    """Round a number of people for those who choose an audience; what may be written to is `smallest` at least."""
    return max(people - people % STEP, smallest)
