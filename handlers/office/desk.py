"""What the staff's desk can see and do, each step checked against the table of access."""

import asyncio
from datetime import datetime, tzinfo

from bot.dialogue.danger import MAX_RELAYED_CHARS
from handlers import access
from handlers.access import Action, Right, has_right, is_orphaned, may
from handlers.broadcasts.desk import BroadcastDesk
from handlers.caring import casework, reading
from handlers.caring.casework import OUTCOMES, STAGES, Result
from handlers.caring.reading import Reason
from handlers.listening.desk import ListeningDesk
from handlers.office.deskviews import CaseView, Row, UnitRow, show_case, show_row, show_unit, zone_of
from handlers.office.oversight import Oversight
from handlers.office.vacancy_desk import VacancyDesk
from handlers.running import health
from handlers.secondperson.agreeing import Agreeing
from handlers.team.granting import Granting
from handlers.world import World
from storage.casework import cases, tasks
from storage.casework.cases import Case, Stage
from storage.casework.tasks import Task
from storage.errors import StoreUnavailable
from storage.team import signins, staffing
from storage.team.signins import Session
from storage.team.staffing import Purpose, Role, StaffMember
from storage.trail import audit
from storage.trail.audit import Deed, actor_of
from storage.transaction import Work

__all__ = [
    "OUTCOMES",
    "STAGES",
    "CaseView",
    "Desk",
    "Reason",
    "Result",
    "Right",
    "Role",
    "Row",
    "Session",
    "StaffMember",
    "UnitRow",
]


class Desk:
    """The desk of one installation."""

    def __init__(self, world: World) -> None:
        """Serve a world."""
        self._world = world
        self._database = world.database
        self.oversight = Oversight(world)
        self.granting = Granting(world)
        self.agreeing = Agreeing(world)
        self.vacancies = VacancyDesk(world)
        self.broadcasts = BroadcastDesk(world)
        self.listening = ListeningDesk(world)

    @property
    def max_text_chars(self) -> int:
        """Tell how long a message may be."""
        return MAX_RELAYED_CHARS

    async def sign_in(self, token: str) -> str | None:
        """Use a one-time link; return the secret of the new session, None if the link is no good."""

        def step(work: Work) -> str | None:
            used = staffing.use_invite(work, token, Purpose.SIGN_IN)
            if used is None:
                return None
            member, _ = used
            audit.record(work, actor_of(member.id), Deed.SIGNED_IN, member.id)
            return signins.start_session(work, member.id)

        return await self._database.write(step)

    async def member(self, session: str) -> StaffMember | None:
        """Return who is signed in; None when the session is over."""
        return await self._database.write(lambda work: signins.use_session(work, session))

    async def watcher(self, session: str) -> StaffMember | None:
        """Return who is signed in, for a page that refreshes by itself: unlike `member` it keeps no session alive."""
        return await self._database.read(lambda work: signins.watch_session(work, session))

    async def reader(self, session: str) -> StaffMember | None:
        """Return who is signed in like `member`; while nothing can be written their pages can still be read."""
        try:
            return await self.member(session)
        except StoreUnavailable:
            return await self.watcher(session)

    async def sign_out(self, session: str) -> None:
        """End a session at once."""
        await self._database.write(lambda work: signins.end_session(work, session))

    async def sessions(self, member: StaffMember, session: str) -> list[Session]:
        """List where somebody is signed in.  `session`: the one that asks."""
        return await self._database.read(lambda work: signins.list_sessions(work, member.id, session))

    async def end_session(self, member: StaffMember, session_id: bytes) -> Result:
        """Sign out one of somebody's own desks."""

        def step(work: Work) -> Result:
            if not signins.end_own_session(work, member.id, session_id):
                return Result.GONE
            audit.record(work, actor_of(member.id), Deed.SESSION_ENDED, member.id)
            return Result.DONE

        return await self._database.write(step)

    async def troubles(self) -> tuple[str, ...]:
        """Name what is wrong with the service just now, for everybody who works here."""
        return tuple(trouble.value for trouble in (await health.look(self._world)).troubles)

    def has_right(self, member: StaffMember, right: Right) -> bool:
        """Tell whether somebody may do this at the desk."""
        return has_right(member, right)

    async def queue(self, member: StaffMember) -> list[Row]:
        """List what waits to be taken, also closed cases that somebody must look at whose counsellor is gone."""

        def step(work: Work) -> list[Row]:
            waiting = (*cases.queue_of(work, member.unit_id), *_orphaned(work, member))
            seen = [case for case in waiting if may(member, Action.SEE_QUEUE, case)]
            return [show_row(self._world, case, may_take=may(member, Action.TAKE, case)) for case in seen]

        return await self._database.read(step)

    async def my_cases(self, member: StaffMember, *, closed: bool = False) -> list[Row]:
        """List the cases of this person."""
        return await self._database.read(
            lambda work: [show_row(self._world, case) for case in cases.cases_of(work, member.id, closed=closed)]
        )

    async def tasks(self, member: StaffMember) -> list[Task]:
        """List what a human of the unit must look at."""
        return await self._database.read(lambda work: _tasks_for(work, member))

    async def case(self, member: StaffMember, code: str) -> CaseView | None:
        """Open a case, which is recorded; None if there is none that this person may read."""

        def step(work: Work) -> CaseView | None:
            case = reading.read_own(work, self._world, member, code)
            return None if case is None else show_case(work, self._world, member, case)

        return await self._database.write(step)

    async def refresh(self, member: StaffMember, code: str) -> CaseView | None:
        """Look again at a case that is open on a page; one that was not opened a short time ago counts as opened."""

        def step(work: Work) -> CaseView | None:
            case = reading.read_again(work, member, code)
            return None if case is None else show_case(work, self._world, member, case)

        return await self._database.read(step) or await self.case(member, code)

    async def case_of_colleague(self, member: StaffMember, code: str, reason: str, words: str) -> CaseView | None:
        """Read a colleague's case once for a reason, which is recorded; None if there is none to be read."""
        if reason not in [known.value for known in Reason]:
            return None
        why = Reason(reason)

        def step(work: Work) -> CaseView | None:
            case = reading.read_for_reason(work, self._world, member, code, why, words)
            return None if case is None else show_case(work, self._world, member, case)

        return await self._database.write(step)

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
            lambda work: [show_unit(work, self._world, unit) for unit in self._world.units.values()]
        )

    async def wait(self, member: StaffMember, code: str, revision: str, seconds: float) -> bool:
        """Wait until a case looks different from `revision`; False when the time is over or it may not be read."""
        found = await self._database.read(lambda work: access.find(work, member, Action.READ, code))
        if found is None:
            return False
        # Waiting begins before the case is read: what changes in between must not be missed.
        changed = asyncio.create_task(self._world.signals.page(found.id).wait(seconds))
        try:
            view = await self.refresh(member, code)
            if view is None or view.revision != revision:
                return view is not None
            return await changed
        finally:
            changed.cancel()

    def sign_in_address(self, token: str) -> str:
        """Return the address of a one-time link."""
        return f"{self._world.config.server.url}/desk/sign-in/{token}"

    def now(self) -> datetime:
        """Return the present time, aware, in UTC."""
        return self._world.clock()

    def zone(self, member: StaffMember) -> tzinfo:
        """Return the zone of the member's unit; that of Jakarta for roles without a unit."""
        return zone_of(self._world, member.unit_id or "")

    def phrase(self, name: str, language: str, **words: object) -> str:
        """Return one of the service's own sentences."""
        return self._world.script.say(name, language, **words)


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
