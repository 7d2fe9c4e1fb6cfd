"""The operator's side: ask, wait, and go on once somebody else has agreed, or alone where there is nobody else."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from handlers.access import Right, has_right
from handlers.secondperson.wanted import Matter, Wanted, decode_wanted
from storage.sealing.encryption import FolderId, new_id
from storage.team import operatorwishes, staffing
from storage.team.approvals import Answer, State
from storage.team.operatorwishes import OperatorWish
from storage.team.staffing import Role, StaffMember
from storage.trail import audit
from storage.trail.audit import OPERATOR, Deed, Detail
from storage.transaction import Work


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks.

    `as_id`: id of the operator's own desk; "nobody" for an operator without one; None to take the only administrator.
    `reason`: why they go on alone, None to wait for somebody.
    """

    as_id: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Granted:
    """It may be done now, this once.  `wanted`: exactly what was agreed to."""

    wanted: Wanted


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody has to agree first.  `code`: what two people compare.  `others`: aliases of who can agree."""

    wanted: Wanted
    code: str
    until: datetime
    others: tuple[str, ...]
    is_new: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """Somebody said no to the wish of this code."""

    code: str


@dataclass(frozen=True, slots=True)
class NobodyElse:
    """There is nobody who could agree; the operator has to say why it cannot wait."""


@dataclass(frozen=True, slots=True)
class OthersCould:
    """Nobody goes on alone where these could agree."""

    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WhoAsks:
    """It has to be said which desk is the operator's own: there are several administrators, or nobody has that id."""


Verdict = Granted | Waiting | Refused | NobodyElse | OthersCould | WhoAsks


def settle(work: Work, wanted: Wanted, asker: Asker) -> Verdict:
    """Say whether what is wanted may be done now, and record that it may; ask for it when it was not asked before.

    Where nobody was ever let in there is nobody to be protected from the operator yet.
    """
    staff = staffing.list_staff(work)
    if not staff:
        return Granted(wanted)
    active = [member for member in staff if member.active]
    own = _find_own(active, asker.as_id)
    if isinstance(own, WhoAsks):
        return own
    others = tuple(member.alias for member in active if has_right(member, Right.AGREE) and member != own)
    named = msgspec.structs.replace(wanted, asked_as="" if own is None else own.id.hex())
    if asker.reason is not None:
        return OthersCould(others) if others else _go_alone(work, named, asker.reason)
    return _wait(work, named, own, others) if others else NobodyElse()


def find_asked(work: Work, matter: Matter, **particulars: str) -> Wanted | None:
    """Find what was asked for before and may still be done, so that the very same is done; None if there is nothing."""
    for wish in operatorwishes.list_fresh(work):
        wanted = decode_wanted(wish.content)
        if wanted.matter is matter and particulars.items() <= dict(wanted.particulars).items():
            return wanted
    return None


def _find_own(active: list[StaffMember], as_id: str | None) -> StaffMember | WhoAsks | None:
    if as_id == "nobody":
        return None
    if as_id is not None:
        return next((member for member in active if member.id.hex() == as_id), WhoAsks())
    admins = [member for member in active if member.role is Role.ADMIN]
    return WhoAsks() if len(admins) > 1 else next(iter(admins), None)


def _go_alone(work: Work, wanted: Wanted, reason: str) -> Granted:
    about = new_id()
    work.vault.create_folder(FolderId(about))
    words = {**wanted.describe(), "reason": reason}
    audit.record(work, OPERATOR, Deed.DONE_ALONE, about, Detail(FolderId(about), words))
    return Granted(wanted)


def _wait(work: Work, wanted: Wanted, own: StaffMember | None, others: tuple[str, ...]) -> Verdict:
    wish = _find(work, wanted.encode())
    if wish is None:
        asked = operatorwishes.ask(work, None if own is None else own.id, wanted.encode(), wanted.describe())
        return Waiting(wanted, asked.code, asked.expires_at, others, is_new=True)
    if wish.state is State.REFUSED:
        operatorwishes.drop(work, wish)
        return Refused(wish.code)
    if operatorwishes.use(work, wish) is Answer.DONE:
        return Granted(wanted)
    return Waiting(wanted, wish.code, wish.expires_at, others, is_new=False)


def _find(work: Work, content: bytes) -> OperatorWish | None:
    return next((wish for wish in operatorwishes.list_fresh(work) if wish.content == content), None)
