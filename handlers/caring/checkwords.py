"""Two words by which client and counsellor of a case know each other, and nobody else does."""

from handlers.world import World
from storage.casework.cases import Case, Status


def check_words_of(world: World, case: Case) -> str | None:
    """Return the words of a case and the counsellor who has it; None while nobody has.

    They are computed and kept nowhere.  With another counsellor they are others, so that whoever had the case before
    knows them no more.
    """
    if case.staff_id is None or case.status is not Status.ACCEPTED:
        return None
    return world.phrases.words_of("check words", f"{case.id.hex()} {case.staff_id.hex()}")
