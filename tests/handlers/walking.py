"""Ways into the states that tests begin in."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from bot.care.units.unit import Span
from bot.dialogue.state import State
from handlers.caring import casework
from handlers.conversing.conversation import place_of
from handlers.house.opening import House
from handlers.running import clock
from handlers.steps import Steps
from storage.casework import cases, tasks
from storage.casework.cases import Case, Stage
from storage.clients import people
from storage.clients.people import ClientId
from storage.team.staffing import StaffMember
from storage.transaction import Work
from tests.handlers.test_main_path import CLIENT, COUNSELLOR, INTAKE, send_intake
from tests.worlds import TestBed, with_units

__all__ = ["CLIENT", "COUNSELLOR", "INTAKE", "KENDARI", "OTHER_CLIENT", "SULTRA", "send_intake"]

T = TypeVar("T")

OTHER_CLIENT = "1002"
#: Of a counsellor at a phone that others read.
KNOCK = "Halo, bisa bicara sekarang? Buka kalau kamu sedang sendiri."
KENDARI, SULTRA = "bnnk-kendari", "bnnp-sultra"


async def accepted_case(bed: TestBed, client: str = CLIENT) -> tuple[StaffMember, Case]:
    """Let a counsellor take what a client sent."""
    member = await bed.counsellor(COUNSELLOR)
    await send_intake(bed, client)
    await bed.tap(COUNSELLOR, "Terima")
    return member, await case_of(bed, client)


async def closed_in(bed: TestBed, stage: Stage) -> tuple[StaffMember, Case]:
    """Let a counsellor set a stage and close the case, so that check-ins begin."""
    member, case = await accepted_case(bed)
    await in_world(bed, lambda work: casework.set_stage(work, bed.world, member, case.code, stage))
    await in_world(bed, lambda work: casework.close(work, bed.world, member, case.code, "started"))
    await bed.flush()
    return member, await case_of(bed)


async def in_world(bed: TestBed, step: Callable[[Work], T]) -> T:
    """Do something in a transaction of its own."""
    return await bed.world.database.write(step)


async def tick(bed: TestBed) -> None:
    """Do what is due now and send it."""
    await clock.tick(Steps(bed.world))
    await bed.flush()


async def later(bed: TestBed, **amount: float) -> None:
    """Let time pass, and do what is due then."""
    bed.clock.pass_time(**amount)
    await tick(bed)


async def client_at(bed: TestBed, address: str = CLIENT) -> ClientId:
    """Find who writes from an address."""
    index = bed.world.address_index(bed.channel.name, address)
    found = await in_world(bed, lambda work: people.find_client(work, index))
    assert found is not None, "nobody writes from there"
    return found


async def state_at(bed: TestBed) -> State:
    """Read where the client is in the conversation."""
    client_id = await client_at(bed)
    return await in_world(bed, lambda work: place_of(bed.world, work, client_id))


async def case_of(bed: TestBed, address: str = CLIENT) -> Case:
    """Load the newest case of a client."""
    client_id = await client_at(bed, address)
    found = await in_world(bed, lambda work: cases.list_cases_of(work, client_id))
    return found[-1]


async def reasons(bed: TestBed, unit_id: str | None = None) -> list[str]:
    """List why humans must look."""
    return [task.reason for task in await in_world(bed, lambda work: tasks.open_tasks(work, unit_id))]


async def live_in(bed: TestBed, zone: str, address: str = CLIENT) -> None:
    """Let a client be in another time zone."""
    client_id = await client_at(bed, address)
    profile = people.Profile(zone=zone)
    await in_world(bed, lambda work: people.save_profile(work, client_id, profile))


def with_hours(house: House, unit_id: str, *week: Span | None) -> House:
    """Give a unit its opening hours, Monday first."""
    unit = replace(house.units[unit_id], hours=week)
    return with_units(house, unit)


def knocks(bed: TestBed, address: str = CLIENT) -> int:
    """Count how often somebody was knocked at."""
    return bed.heard(address).count(bed.world.script.say("reminder_first", "id"))
