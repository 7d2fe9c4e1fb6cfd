"""What the staff's desk can see and do, each step checked against the table of access."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, tzinfo

from bot.care.units import OFFSETS, Open, OpensAt, Unit, local_time, opening
from bot.dialogue.engine import MAX_RELAYED_CHARS
from handlers import casework, staffwords
from handlers.access import Action, is_orphaned, may
from handlers.casework import OUTCOMES, STAGES, Result
from handlers.lookup import unit_name
from handlers.world import World
from storage import cases, chats, reminders, staffing, tasks
from storage.cases import Case, Stage
from storage.chats import ChatMessage, Delivery
from storage.staffing import Purpose, Role, StaffMember
from storage.tasks import Task
from storage.transaction import Work

__all__ = [
    "OUTCOMES",
    "STAGES",
    "CaseView",
    "Desk",
    "Result",
    "Role",
    "Row",
    "StaffMember",
    "UnitRow",
]

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
    `may_take_up`: it is closed, and speaking would open it again.
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

    @property
    def revision(self) -> str:
        """Name what the page shows, to notice changes."""
        marks = Counter(message.delivery for message in self.chat)
        shown = (*(marks[mark] for mark in Delivery), len(self.tasks), len(self.check_ins), self.reminders_waiting)
        return ".".join((*map(str, shown), self.status, self.stage))


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit of the directory.  `opens`: open until, opens at, or unknown, on the unit's own clock."""

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
    staff: int


class Desk:
    """The desk of one installation."""

    def __init__(self, world: World) -> None:
        """Serve a world."""
        self._world = world
        self._database = world.database

    @property
    def max_text_chars(self) -> int:
        """Tell how long a message may be."""
        return MAX_RELAYED_CHARS

    async def sign_in(self, token: str) -> str | None:
        """Use a one-time link; return the secret of the new session, None if the link is no good."""

        def step(work: Work) -> str | None:
            used = staffing.use_invite(work, token, Purpose.SIGN_IN)
            return None if used is None else staffing.start_session(work, used[0].id)

        return await self._database.write(step)

    async def member(self, session: str) -> StaffMember | None:
        """Return who is signed in; None when the session is over."""
        return await self._database.write(lambda work: staffing.use_session(work, session))

    async def watcher(self, session: str) -> StaffMember | None:
        """Return who is signed in, for a page that refreshes by itself: unlike `member` it keeps no session alive."""
        return await self._database.read(lambda work: staffing.watch_session(work, session))

    async def sign_out(self, session: str) -> None:
        """End a session at once."""
        await self._database.write(lambda work: staffing.end_session(work, session))

    async def queue(self, member: StaffMember) -> list[Row]:
        """List what waits to be taken, also closed cases that somebody must look at whose counsellor is gone."""

        def step(work: Work) -> list[Row]:
            waiting = (*cases.queue_of(work, member.unit_id), *_orphaned(work, member))
            seen = [case for case in waiting if may(member, Action.SEE_QUEUE, case)]
            return [self._row(case, may_take=may(member, Action.TAKE, case)) for case in seen]

        return await self._database.read(step)

    async def my_cases(self, member: StaffMember, *, closed: bool = False) -> list[Row]:
        """List the cases of this person."""
        return await self._database.read(
            lambda work: [self._row(case) for case in cases.cases_of(work, member.id, closed=closed)]
        )

    async def tasks(self, member: StaffMember) -> list[Task]:
        """List what a human of the unit must look at."""
        return await self._database.read(lambda work: _tasks_for(work, member))

    async def case(self, member: StaffMember, code: str) -> CaseView | None:
        """Open a case; None if there is none that this person may read."""

        def step(work: Work) -> CaseView | None:
            case = _readable(work, member, code)
            return None if case is None else self._view(work, member, case)

        return await self._database.read(step)

    async def accept(self, member: StaffMember, code: str) -> Result:
        """Take a case."""
        return (await self._database.write(lambda work: casework.accept(work, self._world, member, code)))[0]

    async def decline(self, member: StaffMember, code: str) -> Result:
        """Leave a case to another unit."""
        return await self._database.write(lambda work: casework.decline(work, self._world, member, code))

    async def speak(self, member: StaffMember, code: str, text: str) -> Result:
        """Say something to the client."""
        return await self._database.write(lambda work: casework.speak(work, self._world, member, code, text))

    async def close_case(self, member: StaffMember, code: str, outcome: str) -> Result:
        """Close a case with an outcome."""
        return await self._database.write(lambda work: casework.close(work, self._world, member, code, outcome))

    async def transfer(self, member: StaffMember, code: str, unit_id: str) -> Result:
        """Give a case to another unit."""
        return await self._database.write(lambda work: casework.transfer(work, self._world, member, code, unit_id))

    async def set_stage(self, member: StaffMember, code: str, stage: str) -> Result:
        """Note where the client stands."""
        if stage not in [known.value for known in casework.STAGES]:
            return Result.GONE
        wanted = Stage(stage)
        return await self._database.write(lambda work: casework.set_stage(work, self._world, member, code, wanted))

    async def finish_task(self, member: StaffMember, task_id: bytes) -> Result:
        """Note that a human has looked."""

        def step(work: Work) -> Result:
            if task_id not in [task.id for task in _tasks_for(work, member)]:
                return Result.GONE
            tasks.finish_task(work, task_id)
            return Result.DONE

        return await self._database.write(step)

    async def units(self) -> list[UnitRow]:
        """List the directory."""
        return await self._database.read(
            lambda work: [self._unit_row(work, unit) for unit in self._world.units.values()]
        )

    async def wait(self, member: StaffMember, code: str, revision: str, seconds: float) -> bool:
        """Wait until a case looks different from `revision`; False when the time is over or it may not be read."""
        found = await self._database.read(lambda work: _readable(work, member, code))
        if found is None:
            return False
        # Waiting begins before the case is read: what changes in between must not be missed.
        changed = asyncio.create_task(self._world.signals.page(found.id).wait(seconds))
        try:
            view = await self.case(member, code)
            if view is None or view.revision != revision:
                return view is not None
            return await changed
        finally:
            changed.cancel()

    def now(self) -> datetime:
        """Return the present time, aware, in UTC."""
        return self._world.clock()

    def zone(self, member: StaffMember) -> tzinfo:
        """Return the zone of the member's unit; that of Jakarta for roles without a unit."""
        return self._zone_of(member.unit_id or "")

    def phrase(self, name: str, language: str, **words: object) -> str:
        """Return one of the service's own sentences."""
        return self._world.script.say(name, language, **words)

    def _zone_of(self, unit_id: str) -> tzinfo:
        unit = self._world.units.get(unit_id)
        return _HOUSE_ZONE if unit is None else OFFSETS[unit.timezone]

    def _row(self, case: Case, *, may_take: bool = False) -> Row:
        name, zone = unit_name(self._world, case.unit_id), self._zone_of(case.unit_id)
        answer_by = None if case.waits_for_anybody else case.answer_by
        return Row(case.code, name, case.stage, case.status, zone, answer_by, case.outcome, may_take)

    def _view(self, work: Work, member: StaffMember, case: Case) -> CaseView:
        open_tasks = tasks.open_tasks(work, case.unit_id)
        return CaseView(
            case.code,
            unit_name(self._world, case.unit_id),
            self._zone_of(case.unit_id),
            case.stage,
            case.status,
            tuple(staffwords.card_lines(self._world, case)),
            tuple(staffwords.check_in_lines(self._world, case)),
            tuple(chats.load_chat(work, case)),
            reminders.count_waiting(work, case.client_id),
            tuple(task for task in open_tasks if task.case_id == case.id),
            tuple((other.id, other.name) for other in casework.nearest_other_units(self._world, case)),
            case.outcome,
            casework.can_take_up(work, member, case.code) is not None,
        )

    def _unit_row(self, work: Work, unit: Unit) -> UnitRow:
        state = opening(unit, local_time(unit, work.now))
        area = self._world.gazetteer.lineage(unit.area)
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
            len(staffing.staff_of_unit(work, unit.id)),
        )


def _readable(work: Work, member: StaffMember, code: str) -> Case | None:
    case = cases.find_by_code(work, code)
    return case if case is not None and may(member, Action.READ, case) else None


def _orphaned(work: Work, member: StaffMember) -> list[Case]:
    called = dict.fromkeys(task.case_id for task in _tasks_for(work, member))
    found = (cases.load_case(work, case_id) for case_id in called)
    return [case for case in found if case is not None and is_orphaned(case)]


def _tasks_for(work: Work, member: StaffMember) -> list[Task]:
    """List the open tasks of the member's unit; none for a role that looks after no cases."""
    if member.unit_id is None:
        return []
    found = ((task, cases.load_case(work, task.case_id)) for task in tasks.open_tasks(work, member.unit_id))
    return [task for task, case in found if case is not None and may(member, Action.SEE_QUEUE, case)]
