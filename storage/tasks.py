"""What a human has to look at, and by when."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from storage.cases import Case, CaseId
from storage.encryption import new_id
from storage.tables import cases, tasks
from storage.transaction import Work


@dataclass(frozen=True, slots=True)
class Task:
    """Something for a human.  `reason`: missed_check_in, worrying_check_in, danger, relapse or wants_to_talk."""

    id: bytes
    case_id: CaseId
    code: str
    unit_id: str
    reason: str
    due_at: datetime


def add_task(work: Work, case: Case, reason: str, due_at: datetime) -> None:
    """Ask a human to look; a reason that already waits for this case is not doubled."""
    waiting = (tasks.c.case_id == case.id) & (tasks.c.reason == reason) & tasks.c.done_at.is_(None)
    if work.data.execute(select(tasks.c.task_id).where(waiting)).first() is not None:
        return
    work.data.execute(
        insert(tasks).values(
            task_id=new_id(),
            case_id=case.id,
            client_id=case.client_id,
            unit_id=case.unit_id,
            reason=reason,
            due_at=due_at,
        )
    )


def open_tasks(work: Work, unit_id: str | None) -> list[Task]:
    """List what waits for a unit (None: every unit), most urgent first."""
    shown = tasks.c.task_id, tasks.c.case_id, cases.c.code, cases.c.unit_id, tasks.c.reason, tasks.c.due_at
    query = select(*shown).join(cases, cases.c.case_id == tasks.c.case_id).where(tasks.c.done_at.is_(None))
    if unit_id is not None:
        # The unit that has the case now: what was open before a transfer is the new unit's concern.
        query = query.where(cases.c.unit_id == unit_id)
    rows = work.data.execute(query.order_by(tasks.c.due_at))
    return [Task(row.task_id, CaseId(row.case_id), row.code, row.unit_id, row.reason, row.due_at) for row in rows]


def finish_task(work: Work, task_id: bytes) -> None:
    """Note that a human has looked."""
    work.data.execute(update(tasks).where(tasks.c.task_id == task_id).values(done_at=work.now))
