"""Who does what from a staff chat: role by button by whose case it is, with buttons that somebody kept or passed on."""

from dataclasses import dataclass, replace
from enum import StrEnum

import pytest

from bot.dialogue.buttons import sign
from bot.dialogue.effects import Button
from bot.ports import Start, Tap, Text
from handlers.caring import casework
from handlers.team import staffwords
from storage.casework import cases
from storage.casework.cases import Case, Status
from storage.casework.standing import Standing, standing_of
from storage.clients import people
from storage.team import staffing
from storage.team.staffing import Purpose, Role, StaffMember
from storage.transaction import Work
from tests.handlers.walking import KENDARI, SULTRA, case_of, in_world
from tests.worlds import TestBed

ASKING = "3001"
OTHER = "3002"
CARING = (Role.COUNSELLOR, Role.AGENT, Role.UNIT_HEAD)


class Whose(StrEnum):
    """How the case is to stand to whoever taps."""

    OFFERED = "offered"
    OWN = "own"
    OWN_CLOSED = "own, closed"
    COLLEAGUES = "a colleague's"
    ELSEWHERE = "of another unit"


@dataclass(frozen=True, slots=True)
class Scene:
    """Somebody of a role in a chat, and a case."""

    bed: TestBed
    member: StaffMember
    client: str

    async def tap(self, choice: str) -> None:
        """Tap a button that was signed for this very chat."""
        code = (await self.case()).code
        button = Button(staffwords.STAFF, code, choice, "x")
        token = sign(self.bed.world.keyring.signing_key, staffing.folder_of(self.member), button)
        await self.bed.deliver(ASKING, Tap(token))

    async def case(self) -> Case:
        """Load the case, without the platform's id of the card, which every showing changes."""
        return replace(await case_of(self.bed, self.client), card=None)


async def _join(bed: TestBed, address: str, role: Role, unit: str | None) -> StaffMember:
    def step(work: Work) -> tuple[StaffMember, str]:
        member = staffing.add_staff(work, role, unit, "Kak Contoh")
        return member, staffing.invite(work, member.id, Purpose.LINK_CHAT)

    member, token = await in_world(bed, step)
    await bed.deliver(address, Start(token))
    return member


async def _set(bed: TestBed, member: StaffMember, whose: Whose, number: int) -> Scene:
    client = f"{1100 + number}"

    def place(work: Work) -> None:
        index = bed.world.address_index(bed.channel.name, client)
        client_id = people.welcome(work, index, bed.channel.name, client, "id")
        case = cases.open_case(work, client_id, KENDARI, "intake", {"area": "74.71.01", "unit": KENDARI})
        other = staffing.add_staff(work, Role.COUNSELLOR, KENDARI, "Kak Rekan")
        owners = {Whose.OFFERED: None, Whose.OWN: member.id, Whose.OWN_CLOSED: member.id}
        owner = owners.get(whose, other.id)
        status = Status.OFFERED if owner is None else Status.CLOSED if whose is Whose.OWN_CLOSED else Status.ACCEPTED
        unit = SULTRA if whose is Whose.ELSEWHERE else KENDARI
        outcome = "informed" if status is Status.CLOSED else None
        cases.save_case(work, replace(case, staff_id=owner, status=status, unit_id=unit, outcome=outcome))

    await in_world(bed, place)
    return Scene(bed, member, client)


@pytest.mark.parametrize("role", Role)
async def test_each_role_does_with_buttons_only_what_the_table_allows(bed: TestBed, role: Role) -> None:
    caring = role in CARING
    member = await _join(bed, ASKING, role, KENDARI if caring else None)
    changing = (staffwords.DECLINE, f"{staffwords.CLOSE}=informed", f"{staffwords.STAGE}=in_rehabilitation")
    moving = (*changing, f"{staffwords.TRANSFER}={SULTRA}", staffwords.ACCEPT, staffwords.REPLY)
    for number, whose in enumerate(Whose):
        if not caring and whose in {Whose.OWN, Whose.OWN_CLOSED}:
            continue  # no case is theirs
        scene = await _set(bed, member, whose, 100 * number)
        for again, choice in enumerate(moving, 1):
            before = await scene.case()
            await scene.tap(choice)
            is_changed = await scene.case() != before
            assert is_changed is (caring and _changes(whose, choice)), (whose, choice)
            if is_changed:
                scene = await _set(bed, member, whose, 100 * number + again)


def _changes(whose: Whose, choice: str) -> bool:
    match whose:
        case Whose.OFFERED:
            return choice in {staffwords.ACCEPT, staffwords.DECLINE}
        case Whose.OWN:
            return choice not in {staffwords.ACCEPT, staffwords.DECLINE, staffwords.REPLY}
        case _:
            return False


@pytest.mark.parametrize("whose", [Whose.COLLEAGUES, Whose.ELSEWHERE])
async def test_words_after_somebody_elses_reply_button_reach_nobody(bed: TestBed, whose: Whose) -> None:
    member = await _join(bed, ASKING, Role.COUNSELLOR, KENDARI)
    scene = await _set(bed, member, whose, 1)
    assert standing_of(member, await scene.case()) in {Standing.COLLEAGUES, Standing.ELSEWHERE}
    heard = len(bed.heard(scene.client))

    await scene.tap(staffwords.REPLY)
    await bed.deliver(ASKING, Text("Halo, ini contoh."))

    assert len(bed.heard(scene.client)) == heard


async def test_whoever_lost_access_is_a_stranger_at_the_next_word(bed: TestBed) -> None:
    member = await _join(bed, ASKING, Role.COUNSELLOR, KENDARI)
    scene = await _set(bed, member, Whose.OWN, 1)
    await in_world(bed, lambda work: casework.put_back_cases(work, bed.world, member))
    await in_world(bed, lambda work: staffing.revoke(work, member.id))
    before = await scene.case()

    await scene.tap(staffwords.ACCEPT)
    await bed.deliver(ASKING, Text("Halo, ini contoh."))

    assert await scene.case() == before
    assert bed.heard(ASKING)[-1] != "Halo, ini contoh."
