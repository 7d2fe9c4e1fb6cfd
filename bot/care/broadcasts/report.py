"""What became of a broadcast: counted while it runs, and told at its end."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a broadcast has come, in people.

    `waiting`: their turn has not come, or it is night where they are.  `sent`: the platform or the page has it.
    `opened`: of these, who tapped to read.  `blocked`: the chat is gone.  `uncertain`: it may have arrived; it is not
    sent again.  `skipped`: left out by their own wish or the weekly limit, or taken back.  `answers`: taps of each
    choice.  `refused`: who said no to the topic under it.  `seconds_left`: None when nothing can be said.
    """

    total: int
    waiting: int = 0
    sent: int = 0
    opened: int = 0
    blocked: int = 0
    failed: int = 0
    uncertain: int = 0
    skipped: int = 0
    answers: tuple[int, ...] = ()
    refused: int = 0
    seconds_left: int | None = None


def reckon_left(waiting: int, per_second: float) -> int:
    """Reckon the seconds that so many people take at a rate; at least one while anybody waits."""
    return 0 if waiting == 0 else max(1, round(waiting / per_second))
