"""Find whom a broadcast reaches by opening what people chose; nothing about it stands in clear anywhere."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.care.broadcasts.audience import PEOPLE, Audience, Group, is_whole, lies_in, wants
from bot.care.broadcasts.crowd import is_too_close, is_too_small, round_down
from bot.care.geography.gazetteer import PROVINCE, REGENCY, AreaCode, level_of
from handlers.access import Right, has_right
from handlers.conversing.lookup import place_name
from handlers.world import World
from storage.broadcasts import recipients, records
from storage.broadcasts.records import BroadcastId
from storage.clients import news
from storage.team import staffing
from storage.team.staffing import Role, StaffMember
from storage.transaction import Work

#: The span in which nobody gets more broadcasts than `most_per_week`.
WEEK: Final = timedelta(days=7)
#: Broadcasts within this span are compared, so that two of them together single nobody out.
_COMPARED: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Count:
    """How many an audience reaches now.

    `people`: rounded down to tens for clients and relatives, exact for staff; 0 when it is too small to be told.
    `is_too_small`: it may not be written to.  `is_too_close`: nor this one, for it differs from one of the last day by
    so few that the difference names them.
    """

    people: int
    is_too_small: bool
    is_too_close: bool

    @property
    def may_be_sent(self) -> bool:
        """Tell whether nothing about the size speaks against it."""
        return not (self.is_too_small or self.is_too_close)


async def count(world: World, member: StaffMember, chosen: Audience) -> Count | None:
    """Count an audience off the event loop; None without a right or for an audience that cannot be."""
    if not may_see(member) or not is_fit(world, chosen):
        return None
    return await world.database.read(lambda work: judge(work, world, chosen, gather(work, world, chosen)))


def may_see(member: StaffMember) -> bool:
    """Tell whether somebody has anything to do with broadcasts."""
    return has_right(member, Right.BROADCAST) or has_right(member, Right.APPROVE_BROADCAST)


def is_fit(world: World, chosen: Audience) -> bool:
    """Tell whether an audience is whole and its regions are provinces, regencies or cities."""
    levels = (level_of(code) for code in chosen.regions if world.gazetteer.area(code) is not None)
    return is_whole(chosen) and sum(level in (PROVINCE, REGENCY) for level in levels) == len(chosen.regions)


def gather(work: Work, world: World, chosen: Audience) -> frozenset[bytes]:
    """List the folders of everybody a broadcast would reach now."""
    if chosen.group not in PEOPLE:
        return frozenset(_gather_staff(work, world, chosen))
    tired = recipients.list_saturated(work, WEEK, world.config.broadcast.most_per_week)
    found = news.list_reachable(work)
    return frozenset(whose for whose, wishes, stage in found if wants(chosen, wishes, stage) and whose not in tired)


def judge(work: Work, world: World, chosen: Audience, reached: frozenset[bytes]) -> Count:
    """Say how many these are, and whether they may be written to."""
    if chosen.group not in PEOPLE:
        return Count(len(reached), not reached, is_too_close=False)
    smallest = world.config.broadcast.smallest_group
    too_small = is_too_small(len(reached), smallest)
    too_close = not too_small and is_too_close(reached, _list_lately_reached(work), smallest)
    return Count(0 if too_small else round_down(len(reached), smallest), too_small, too_close)


def list_provinces(world: World) -> list[tuple[str, str]]:
    """List (code, name) of the provinces."""
    return [(str(area.code), area.name) for area in world.gazetteer.children(None)]


def list_regencies(world: World, province: str) -> list[tuple[str, str]]:
    """List (code, name) of the regencies and cities of a province; none for an unknown code."""
    if level_of(province) != PROVINCE or world.gazetteer.area(province) is None:
        return []
    return [(str(area.code), area.name) for area in world.gazetteer.children(AreaCode(province))]


def name_region(world: World, code: str) -> str:
    """Return the name of a region with its province; the code itself for one that is not known."""
    return place_name(world.gazetteer, code) or code


def _gather_staff(work: Work, world: World, chosen: Audience) -> list[bytes]:
    members = (member for member in staffing.list_staff(work) if member.active and _is_meant(world, chosen, member))
    return [member.id for member in members if staffing.chats_of(work, member.id)]


def _is_meant(world: World, chosen: Audience, member: StaffMember) -> bool:
    unit = world.units.get(member.unit_id or "")
    is_right_role = chosen.group is Group.STAFF or member.role is Role.AGENT
    return is_right_role and lies_in(None if unit is None else str(unit.area), chosen.regions)


def _list_lately_reached(work: Work) -> list[frozenset[bytes]]:
    started = records.list_started_since(work, work.now - _COMPARED)
    return [frozen for one in started if (frozen := _people_of(work, one))]


def _people_of(work: Work, broadcast_id: BroadcastId) -> frozenset[bytes]:
    broadcast = records.load(work, broadcast_id)
    is_of_people = broadcast is not None and broadcast.paper.audience.group in PEOPLE
    return recipients.list_folders(work, broadcast_id) if is_of_people else frozenset()
