"""Client and counsellor can ask each other for two words that nobody else can know."""

from dataclasses import replace

from handlers.caring.checkwords import check_words_of
from storage.casework.cases import CaseId, Status
from storage.sealing.encryption import new_id
from storage.team.staffing import StaffId
from tests.handlers.walking import CLIENT, COUNSELLOR, OTHER_CLIENT, accepted_case, case_of, send_intake
from tests.worlds import TestBed

_SAYS = "Kata pengenalmu dengan konselor ini: "
_CARD = "• Kata pengenal: "


async def _ask(bed: TestBed, client: str = CLIENT) -> str:
    await bed.say(client, "kata pengenal")
    said = next(text for text in reversed(bed.heard(client)) if text.startswith(_SAYS))
    return said.removeprefix(_SAYS).partition(".")[0]


def _on_card(bed: TestBed) -> str:
    lines = [line for text in bed.heard(COUNSELLOR) for line in text.splitlines() if line.startswith(_CARD)]
    return lines[-1].removeprefix(_CARD)


async def test_both_sides_see_the_same_two_words_each_time(bed: TestBed) -> None:
    await accepted_case(bed)

    words = await _ask(bed)

    assert words == await _ask(bed) == _on_card(bed)
    assert len(set(words.split())) == 2
    # What was asked for does not reach the counsellor as words of the client.
    assert not [text for text in bed.heard(COUNSELLOR) if "│ kata pengenal" in text]


async def test_every_case_and_every_counsellor_has_words_of_their_own(bed: TestBed) -> None:
    _, case = await accepted_case(bed)
    cases = [replace(case, id=CaseId(new_id())) for _ in range(40)]
    hands = [replace(case, staff_id=StaffId(new_id())) for _ in range(40)]

    assert len({check_words_of(bed.world, one) for one in (*cases, *hands)}) == 80


async def test_where_nobody_has_the_case_there_are_no_words(bed: TestBed) -> None:
    await bed.counsellor(COUNSELLOR)
    await send_intake(bed, OTHER_CLIENT)
    await bed.say(OTHER_CLIENT, "kata pengenal")
    assert any("belum ada kata pengenal" in text for text in bed.heard(OTHER_CLIENT))
    await bed.say(CLIENT, "/start", "kata pengenal")
    assert any("belum ada kata pengenal" in text for text in bed.heard(CLIENT))

    case = await case_of(bed, OTHER_CLIENT)
    assert check_words_of(bed.world, replace(case, status=Status.CLOSED, staff_id=StaffId(new_id()))) is None
