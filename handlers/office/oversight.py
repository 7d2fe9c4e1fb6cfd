"""What is seen of what staff did: the audit chain, and who read whose case."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from handlers.access import Right, has_right
from handlers.conversing.lookup import unit_name
from handlers.office.deskviews import zone_of
from handlers.world import World
from storage.casework.cases import CaseId, load_case
from storage.team import staffing
from storage.team.staffing import StaffMember
from storage.trail import audit
from storage.trail.audit import AuditRow, Deed
from storage.transaction import Work

_ROWS_SHOWN: Final = 100
_READINGS_SHOWN: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class AuditLine:
    """A row of the chain for reading.  `who`, `about`: alias or short random id; `about` empty without one."""

    sequence: int
    at: datetime
    who: str
    action: str
    about: str
    detail: Mapping[str, str]

    @property
    def is_known(self) -> bool:
        """Tell whether this is a deed the service writes; a forger may have put any word there."""
        return self.action in [deed.value for deed in Deed]


@dataclass(frozen=True, slots=True)
class Reading:
    """Somebody read a colleague's case; without a code: somebody opened very many cases."""

    at: datetime
    zone: tzinfo
    who: str
    unit: str
    code: str | None
    reason: str
    words: str


class Oversight:
    """Oversight of one installation."""

    def __init__(self, world: World) -> None:
        """Look into a world."""
        self._world = world

    async def audit_lines(self, member: StaffMember, before: int | None) -> list[AuditLine] | None:
        """List a hundred rows of the chain, newest first; None for a role that may not see it."""
        if not has_right(member, Right.SEE_AUDIT):
            return None
        return await self._world.database.read(lambda work: list_lines(work, _ROWS_SHOWN, before))

    async def readings(self, member: StaffMember) -> list[Reading] | None:
        """List who read a colleague's case in the last thirty days; None for a role that does not answer for it."""
        if not has_right(member, Right.SEE_READINGS):
            return None
        return await self._world.database.read(lambda work: self._readings(work, member))

    def _readings(self, work: Work, member: StaffMember) -> list[Reading]:
        rows = audit.rows_of(work, (Deed.CASE_READ_FOR_REASON, Deed.MANY_READS), work.now - _READINGS_SHOWN)
        people = _people(work)
        found = (self._reading(work, row, people) for row in rows)
        return [one for unit_id, one in filter(None, found) if member.unit_id in (None, unit_id)]

    def _reading(
        self, work: Work, row: AuditRow, people: Mapping[str, StaffMember]
    ) -> tuple[str | None, Reading] | None:
        if row.about_id is None:
            return None
        if row.action == Deed.MANY_READS:
            reader = people.get(row.about_id.hex())
            unit_id, code = (None if reader is None else reader.unit_id), None
        else:
            reader, case = people.get(row.actor), load_case(work, CaseId(row.about_id))
            if case is None:
                return None
            unit_id, code = case.unit_id, case.code
        said = audit.read_detail(work, row)
        alias = "" if reader is None else reader.alias
        name, zone = unit_name(self._world, unit_id or "-"), zone_of(self._world, unit_id or "")
        return unit_id, Reading(row.minute, zone, alias, name, code, said.get("reason", ""), said.get("words", ""))


def list_lines(work: Work, most: int, before: int | None = None) -> list[AuditLine]:
    """List rows of the chain, newest first, with aliases in place of the ids of staff.

    Why somebody read a case is for the unit to know, so of details only those about staff are shown.
    """
    people = _people(work)
    return [_line(work, row, people) for row in audit.newest_rows(work, most, before)]


def _line(work: Work, row: AuditRow, people: Mapping[str, StaffMember]) -> AuditLine:
    about = "" if row.about_id is None else row.about_id.hex()
    detail = {} if row.action == Deed.CASE_READ_FOR_REASON else audit.read_detail(work, row)
    return AuditLine(row.sequence, row.minute, _name(row.actor, people), row.action, _name(about, people), detail)


def _name(name: str, people: Mapping[str, StaffMember]) -> str:
    known = people.get(name)
    return name[:8] if known is None else f"{known.alias} ({name[:8]})"


def _people(work: Work) -> Mapping[str, StaffMember]:
    return {member.id.hex(): member for member in staffing.list_staff(work)}
