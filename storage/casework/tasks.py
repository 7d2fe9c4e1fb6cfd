"""What a human has to look at, and by when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, insert, select, update

from storage.casework.cases import Case, CaseId
from storage.clients.people import ClientId, folder
from storage.sealing.documents import open_document, seal_document
from storage.sealing.encryption import FolderGone, new_id
from storage.tables import cases, tasks
from storage.transaction import Work


@dataclass(frozen=True, slots=True)
class Task:
    """Something for a human.

    `reason`: missed_check_in, worrying_check_in, danger, danger_unanswered, relapse, silent or unit_closed.
    """

    id: bytes
    case_id: CaseId
    code: str
    unit_id: str
    reason: str
    due_at: datetime


def add_task(work: Work, case: Case, reason: str, due_at: datetime) -> bool:
    """Ask a human to look; False if the reason already waits for this case: it is not doubled."""
    if is_waiting(work, case, reason):
        return False
    task_id = new_id()
    work.data.execute(
        insert(tasks).values(
            task_id=task_id,
            case_id=case.id,
            client_id=case.client_id,
            unit_id=case.unit_id,
            reason=seal_document(work, folder(case.client_id), "tasks.reason", task_id, reason),
            due_at=due_at,
        )
    )
    return True


def is_waiting(work: Work, case: Case, reason: str) -> bool:
    """Tell whether a human was asked to look at a case for this reason, and nobody has yet."""
    waiting = work.data.execute(select(tasks).where(tasks.c.case_id == case.id, tasks.c.done_at.is_(None)))
    return any(_reason(work, row.client_id, row.task_id, row.reason) == reason for row in waiting)


def was_raised(work: Work, case: Case, reason: str, since: datetime) -> bool:
    """Tell whether a human was asked for this reason and has not looked yet, or has since a time."""
    recent = tasks.c.done_at.is_(None) | (tasks.c.done_at >= since)
    rows = work.data.execute(select(tasks).where(tasks.c.case_id == case.id, recent))
    return any(_reason(work, row.client_id, row.task_id, row.reason) == reason for row in rows)


def open_tasks(work: Work, unit_id: str | None) -> list[Task]:
    """List what waits for a unit (None: every unit), most urgent first."""
    here: ColumnElement[bool] = tasks.c.done_at.is_(None)
    if unit_id is not None:
        # The unit that has the case now: what was open before a transfer is the new unit's concern.
        here &= cases.c.unit_id == unit_id
    shown = (
        tasks.c.task_id,
        tasks.c.client_id,
        tasks.c.case_id,
        cases.c.code,
        cases.c.unit_id,
        tasks.c.reason,
        tasks.c.due_at,
    )
    rows = work.data.execute(
        select(*shown).join(cases, cases.c.case_id == tasks.c.case_id).where(here).order_by(tasks.c.due_at)
    )
    return [task for row in rows if (task := _task(work, row)) is not None]


def finish_tasks_of(work: Work, case: Case) -> None:
    """Note that no human has to look at a case any more."""
    waiting = (tasks.c.case_id == case.id) & tasks.c.done_at.is_(None)
    work.data.execute(update(tasks).where(waiting).values(done_at=work.now))


def finish_task(work: Work, task_id: bytes) -> None:
    """Note that a human has looked."""
    work.data.execute(update(tasks).where(tasks.c.task_id == task_id).values(done_at=work.now))


def _task(work: Work, row: Row[Any, Any, Any, Any, Any, Any, Any]) -> Task | None:
    try:
        reason = _reason(work, row.client_id, row.task_id, row.reason)
    except FolderGone:
        return None  # erased: only its rows have stayed, and the sweep takes them
    return Task(row.task_id, CaseId(row.case_id), row.code, row.unit_id, reason, row.due_at)


def _reason(work: Work, client_id: bytes, task_id: bytes, sealed: bytes) -> str:
    return str(open_document(work, folder(ClientId(client_id)), "tasks.reason", task_id, sealed))
