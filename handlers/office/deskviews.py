"""What the desk shows of cases and units."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, tzinfo

from bot.care.units.unit import OFFSETS, Open, OpensAt, Particulars, Unit, local_time, opening
from handlers.caring import casework
from handlers.caring.checkwords import check_words_of
from handlers.conversing.lookup import unit_name
from handlers.team import staffwords
from handlers.world import World
from storage.casework import chats, reminders, tasks
from storage.casework.cases import Case
from storage.casework.chats import ChatMessage, Delivery
from storage.casework.tasks import Task
from storage.team import staffing
from storage.team.staffing import StaffMember
from storage.transaction import Work

_HOUSE_ZONE = OFFSETS["Asia/Jakarta"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list.

    `zone`: of the unit.  `answer_by`: None once taken, or when no other unit can be asked.
    """

    code: str
    unit: str
    stage: str
    status: str
    zone: tzinfo
    answer_by: datetime | None
    outcome: str | None = None
    may_take: bool = False


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as its counsellor sees it.

    `zone`: of the unit.  `card`: (line, value) exactly as the client sent it.  `outcome`: None while it is open.
    `may_take_up`: it is closed, and speaking would open it again.  `check_words`: by which client and this counsellor
    know each other; None for anybody else.
    """

    code: str
    unit: str
    zone: tzinfo
    stage: str
    status: str
    card: tuple[tuple[str, str], ...]
    check_ins: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    chat: tuple[ChatMessage, ...]
    reminders_waiting: int
    tasks: tuple[Task, ...]
    other_units: tuple[tuple[str, str], ...]
    outcome: str | None
    may_take_up: bool
    check_words: str | None

    @property
    def revision(self) -> str:
        """Name what the page shows, to notice changes."""
        marks = Counter(message.delivery for message in self.chat)
        shown = (*(marks[mark] for mark in Delivery), len(self.tasks), len(self.check_ins), self.reminders_waiting)
        return ".".join((*map(str, shown), self.status, self.stage))


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit of the directory.  `opens`: open until, opens at, or unknown, on the unit's own clock.

    `verified_by`: role or office that confirmed the row.  Days are written as 2026-11-21, None while there is none.
    """

    id: str
    name: str
    place: str
    takes_handoffs: bool
    active: bool
    zone: tzinfo
    opens: Open | OpensAt | None
    free: tuple[str, ...]
    source: str
    verified_on: str | None
    verified_by: str | None
    closed_on: str | None
    staff: int


def show_row(world: World, case: Case, *, may_take: bool = False) -> Row:
    """Show a case as one line of a list."""
    name, zone = unit_name(world, case.unit_id), zone_of(world, case.unit_id)
    answer_by = None if case.waits_for_anybody else case.answer_by
    return Row(case.code, name, case.stage, case.status, zone, answer_by, case.outcome, may_take)


def show_case(work: Work, world: World, member: StaffMember, case: Case) -> CaseView:
    """Show everything of a case to somebody who may read it."""
    open_tasks = tasks.open_tasks(work, case.unit_id)
    return CaseView(
        case.code,
        unit_name(world, case.unit_id),
        zone_of(world, case.unit_id),
        case.stage,
        case.status,
        tuple(staffwords.card_lines(world, case)),
        tuple(staffwords.check_in_lines(world, case)),
        tuple(chats.load_chat(work, case)),
        reminders.count_waiting(work, case.client_id),
        tuple(task for task in open_tasks if task.case_id == case.id),
        tuple((other.id, other.name) for other in casework.nearest_other_units(world, case)),
        case.outcome,
        casework.can_take_up(work, member, case.code) is not None,
        check_words_of(world, case) if case.staff_id == member.id else None,
    )


def show_unit(work: Work, world: World, unit: Unit) -> UnitRow:
    """Show a unit as one line of the directory."""
    state = opening(unit, local_time(unit, work.now))
    area = world.gazetteer.lineage(unit.area)
    said = world.units.particulars.get(unit.id, Particulars())
    return UnitRow(
        unit.id,
        unit.name,
        ", ".join(one.name for one in reversed(area)),
        unit.takes_handoffs,
        unit.active,
        OFFSETS[unit.timezone],
        state if isinstance(state, Open | OpensAt) else None,
        unit.free,
        unit.source,
        f"{unit.verified_on}" if unit.verified_on else None,
        said.verified_by,
        f"{said.closed_on}" if said.closed_on else None,
        len(staffing.staff_of_unit(work, unit.id)),
    )


def zone_of(world: World, unit_id: str) -> tzinfo:
    """Return the zone of a unit; that of Jakarta for one the directory does not have."""
    unit = world.units.get(unit_id)
    return _HOUSE_ZONE if unit is None else OFFSETS[unit.timezone]
