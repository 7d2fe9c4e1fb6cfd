"""A case that a counsellor has, without the conversation that leads to it."""

from handlers.caring import handoff
from storage.casework.cases import Case
from storage.clients import people
from storage.team.staffing import StaffMember
from storage.transaction import Work
from tests.console.desks import ANSWERS, HERE
from tests.handlers.walking import CLIENT, COUNSELLOR, case_of, in_world
from tests.worlds import TestBed


async def taken_case(bed: TestBed, client: str = CLIENT) -> tuple[StaffMember, Case]:
    """Have somebody ask for help, and a counsellor take the case from the chat."""
    member = await bed.counsellor(COUNSELLOR)
    await bed.say(client, "/start")

    def refer(work: Work) -> None:
        index = bed.world.address_index(bed.channel.name, client)
        found = people.find_client(work, index) or people.welcome(work, index, bed.channel.name, client, "id")
        handoff.refer(work, bed.world, found, "intake", {**ANSWERS, "unit": HERE}, "id")

    await in_world(bed, refer)
    await bed.flush()
    await bed.tap(COUNSELLOR, "Terima")
    return member, await case_of(bed, client)
