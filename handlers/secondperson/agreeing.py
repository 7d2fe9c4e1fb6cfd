"""The desk's side: see what the operator wants, and agree to exactly that or not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from handlers.access import Right, has_right
from handlers.secondperson.wanted import Matter, decode_wanted
from handlers.world import World
from storage.team import operatorwishes, staffing
from storage.team.approvals import Answer, State
from storage.team.operatorwishes import OperatorWish
from storage.team.staffing import StaffMember
from storage.trail import audit
from storage.trail.audit import Deed
from storage.transaction import Work

_ALONE_SHOWN: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class OperatorAsk:
    """What the operator wants.

    `rows`: of the figures that would be published, else none.  `asked_as`: alias of the operator's own desk, "" without
    one.  `seen_hash`: to be sent back with the decision.  `is_own`: the one who looks is the operator.
    """

    id: str
    code: str
    matter: Matter
    particulars: Mapping[str, str]
    rows: tuple[tuple[str, ...], ...]
    asked_as: str
    seen_hash: str
    expires_at: datetime
    is_own: bool
    is_approved: bool


@dataclass(frozen=True, slots=True)
class DoneAlone:
    """What the operator did without anybody's consent, because there was nobody else."""

    at: datetime
    particulars: Mapping[str, str]


class Agreeing:
    """Agreeing to what the operator of one installation wants."""

    def __init__(self, world: World) -> None:
        """Work in a world."""
        self._database = world.database

    async def asks(self, member: StaffMember) -> list[OperatorAsk]:
        """List what waits, or was approved and not done yet; nothing for a role that has no say in it."""
        if not has_right(member, Right.AGREE):
            return []
        return await self._database.read(lambda work: _list_asks(work, member))

    async def done_alone(self, member: StaffMember) -> list[DoneAlone]:
        """List what the operator did alone in the last ninety days, newest first."""
        if not has_right(member, Right.AGREE):
            return []
        return await self._database.read(_list_alone)

    async def decide(self, member: StaffMember, wish_id: bytes, seen_hash: bytes, *, agrees: bool) -> Answer:
        """Agree to what the operator wants, or refuse it."""
        if not has_right(member, Right.AGREE):
            return Answer.GONE
        return await self._database.write(
            lambda work: operatorwishes.decide(work, member, wish_id, seen_hash, agrees=agrees)
        )


def _list_asks(work: Work, member: StaffMember) -> list[OperatorAsk]:
    people = {one.id: one.alias for one in staffing.list_staff(work)}
    shown = [wish for wish in operatorwishes.list_fresh(work) if wish.state is not State.REFUSED]
    return [_show(wish, member, people) for wish in shown]


def _show(wish: OperatorWish, member: StaffMember, people: Mapping[Any, str]) -> OperatorAsk:
    wanted = decode_wanted(wish.content)
    figures = wanted.figures or {"rows": []}
    return OperatorAsk(
        wish.id.hex(),
        wish.code,
        wanted.matter,
        wanted.particulars,
        tuple(tuple(str(cell) for cell in row) for row in figures["rows"]),
        "" if wish.requested_by is None else people.get(wish.requested_by, ""),
        wish.content_hash.hex(),
        wish.expires_at,
        wish.requested_by == member.id,
        wish.state is State.APPROVED,
    )


def _list_alone(work: Work) -> list[DoneAlone]:
    rows = audit.rows_of(work, (Deed.DONE_ALONE,), work.now - _ALONE_SHOWN)
    return [DoneAlone(row.minute, audit.read_detail(work, row)) for row in rows]
