"""Cases: a self-referral in the hands of a unit, what was said in it, and what a human must look at."""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType

from sqlalchemy import ColumnElement, bindparam, delete, insert, select, update

from bot.dialogue.flow import Answer
from bot.dialogue.state import settled_from
from storage.clients.people import ClientId, folder
from storage.engine.prepared import Prepared, Record
from storage.sealing.documents import open_document, seal_document
from storage.sealing.encryption import FolderGone, new_id
from storage.sealing.sealed import Id16
from storage.tables import cases, messages, outbox
from storage.transaction import Work

CaseId = NewType("CaseId", bytes)
#: Crockford's letters: none that is read as another.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LETTERS = 8
#: Outcome of a case that the client took back; nobody follows it up any more.
WITHDRAWN = "withdrawn"


class Status(StrEnum):
    """Who the case waits for."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    CLOSED = "closed"


class Stage(StrEnum):
    """Where the client stands in the programme."""

    REFERRED = "referred"
    IN_REHABILITATION = "in_rehabilitation"
    AFTER_REHABILITATION = "after_rehabilitation"


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it is worked with.

    `answers`: exactly what the person sent, by key of `flow`.  `asked_units`: units that had it before, oldest first.
    `answer_by`: when an untaken offer moves on, None once taken.  `card`: the platform's id of the message that showed
    it to its counsellor, so that a reply to it is recognised.  `waits_for_anybody`: no other unit is left to ask, the
    client knows, and `answer_by` is when it is offered to its unit again.  `alerted_at`: when staff was last told of
    danger, to the minute, or None.  `withheld`: keys of lines that staff is not shown.  `shown_until`: the last ISO day
    on which staff is shown any line, None for as long as the case is kept.
    """

    id: CaseId
    client_id: ClientId
    code: str
    unit_id: str
    status: Status
    stage: Stage
    staff_id: bytes | None
    answer_by: datetime | None
    flow: str
    answers: Mapping[str, Answer]
    asked_units: tuple[str, ...] = ()
    outcome: str | None = None
    opened_month: str = ""
    check_ins: tuple[Mapping[str, Any], ...] = field(default=())
    card: str | None = None
    waits_for_anybody: bool = False
    alerted_at: datetime | None = None
    withheld: tuple[str, ...] = ()
    shown_until: str | None = None


_CHANGING = ("unit_id", "status", "stage", "staff_id", "answer_by", "document")
_PUT = Prepared(insert(cases), ("case_id", "client_id", "code", "opened_month", *_CHANGING))
_SAVE = Prepared(
    update(cases)
    .where(cases.c.case_id == bindparam("which", type_=Id16))
    .values({name: bindparam(f"new_{name}", type_=cases.c[name].type) for name in _CHANGING})
)
_MINE = cases.c.client_id == bindparam("whose", type_=Id16)
_ALL_MINE = Prepared(select(cases).where(_MINE).order_by(cases.c.code))
_NEWEST = select(cases).order_by(cases.c.opened_month.desc())
_MY_OPEN = _NEWEST.where(_MINE, cases.c.status != Status.CLOSED.value).limit(1)
_GOING_ON = _NEWEST.where(_MINE, cases.c.stage != Stage.REFERRED.value)
#: By whether they are locked.
_MINE_THAT_IS_OPEN = {False: Prepared(_MY_OPEN), True: Prepared(_MY_OPEN.with_for_update())}
_MINE_THAT_GO_ON = {False: Prepared(_GOING_ON), True: Prepared(_GOING_ON.with_for_update())}


def open_case(
    work: Work,
    client_id: ClientId,
    unit_id: str,
    flow: str,
    answers: Mapping[str, Answer],
    withheld: tuple[str, ...] = (),
) -> Case:
    """Open a case for a unit; the code is a label to speak about it, never a credential."""
    case_id = CaseId(new_id())
    case = Case(
        case_id,
        client_id,
        make_code(),
        unit_id,
        Status.OFFERED,
        Stage.REFERRED,
        None,
        None,
        flow,
        answers,
        opened_month=f"{work.now:%Y-%m}",
        withheld=withheld,
    )
    made = {"case_id": case_id, "client_id": client_id, "code": case.code, "opened_month": case.opened_month}
    _PUT.change(work, {**made, **_columns(work, case)})
    return case


def save_case(work: Work, case: Case) -> None:
    """Write a case back whole."""
    changed = {f"new_{name}": value for name, value in _columns(work, case).items()}
    _SAVE.change(work, {"which": case.id, **changed})


def load_case(work: Work, case_id: CaseId, *, lock: bool = False) -> Case | None:
    """Load a case; None if it does not exist (any more).  `lock`: as in `find_by_code`."""
    return _first(work, cases.c.case_id == case_id, lock=lock)


def find_by_code(work: Work, code: str, *, among: ColumnElement[bool] | None = None, lock: bool = False) -> Case | None:
    """Find a case by its label as people type it.

    `among`: the cases that may be found, asked in the same query; None where nothing of it is shown to anybody.
    `lock`: the step is going to change the case, so others wait until it is done.
    """
    label = read_code(code)
    if label is None:
        return None
    found = cases.c.code == label
    return _first(work, found if among is None else found & among, lock=lock)


def open_case_of(work: Work, client_id: ClientId, *, lock: bool = False) -> Case | None:
    """Return the case a client has open; there is at most one.  `lock`: as in `find_by_code`."""
    return next(_readable(work, _MINE_THAT_IS_OPEN[lock].all(work, {"whose": client_id})), None)


def last_case_of(work: Work, client_id: ClientId, *, lock: bool = False) -> Case | None:
    """Return the open case of a client, or else the newest closed one in a stage that goes on; None without either.

    One that the client took back goes on no more.  `lock`: as in `find_by_code`.
    """
    followed = _readable(work, _MINE_THAT_GO_ON[lock].all(work, {"whose": client_id}))
    present = open_case_of(work, client_id, lock=lock)
    return present or next((case for case in followed if case.outcome != WITHDRAWN), None)


def list_cases_of(work: Work, client_id: ClientId) -> list[Case]:
    """List every case of a client, the closed ones too."""
    return list(_readable(work, _ALL_MINE.all(work, {"whose": client_id})))


def queue_of(work: Work, unit_id: str | None) -> list[Case]:
    """List the cases a unit (None: every unit) has not taken yet."""
    here = cases.c.status == Status.OFFERED.value
    return _all(work, here if unit_id is None else here & (cases.c.unit_id == unit_id))


def cases_of(work: Work, staff_id: bytes, *, closed: bool = False, lock: bool = False) -> list[Case]:
    """List the cases a counsellor has.  `lock`: as in `find_by_code`."""
    status = Status.CLOSED if closed else Status.ACCEPTED
    return _all(work, (cases.c.staff_id == staff_id) & (cases.c.status == status.value), lock=lock)


def list_accepted(work: Work, condition: ColumnElement[bool]) -> list[Case]:
    """List cases in the hands of a counsellor that fulfil a condition."""
    return _all(work, (cases.c.status == Status.ACCEPTED.value) & condition)


def list_overdue(work: Work) -> list[CaseId]:
    """List offers that nobody took in time, those that wait longest first."""
    late = select(cases.c.case_id).where(_is_overdue(work)).order_by(cases.c.answer_by)
    return [CaseId(row[0]) for row in work.data.execute(late)]


def load_overdue(work: Work, case_id: CaseId) -> Case | None:
    """Load an offer that nobody took in time, to pass it on; None once somebody has."""
    return _first(work, (cases.c.case_id == case_id) & _is_overdue(work), lock=True)


def recall(work: Work, case: Case) -> None:
    """Take back what staff was to read about a case and has not got yet."""
    work.data.execute(delete(outbox).where(outbox.c.about_id == case.id))


def erase_case(work: Work, case: Case) -> None:
    """Delete a case with everything that was said, planned or to be looked at in it, also what is still on its way."""
    load_case(work, case.id, lock=True)  # whoever puts a word about it has done so, or finds it gone
    said = select(messages.c.message_id).where(messages.c.case_id == case.id)
    work.data.execute(delete(outbox).where((outbox.c.about_id == case.id) | outbox.c.message_id.in_(said)))
    work.data.execute(delete(cases).where(cases.c.case_id == case.id))


def make_code() -> str:
    """Make a random label with a check letter, as in K7QM-2XVR-5."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LETTERS))
    return f"{letters[:4]}-{letters[4:]}-{_check_letter(letters)}"


def read_code(typed: str) -> str | None:
    """Read a code as people type it; None if the check letter does not fit."""
    letters = typed.upper().replace("-", "").replace(" ", "").translate(str.maketrans("OIL", "011"))
    if len(letters) != _CODE_LETTERS + 1 or any(letter not in _LETTERS for letter in letters):
        return None
    body, check = letters[:-1], letters[-1]
    return f"{body[:4]}-{body[4:]}-{check}" if _check_letter(body) == check else None


def _check_letter(letters: str) -> str:
    total = sum((place + 1) * _LETTERS.index(letter) for place, letter in enumerate(letters))
    return _LETTERS[total % 31]


def _columns(work: Work, case: Case) -> dict[str, object]:
    document = {
        "flow": case.flow,
        "answers": case.answers,
        "asked_units": case.asked_units,
        "outcome": case.outcome,
        "check_ins": case.check_ins,
        "card": case.card,
        "waits_for_anybody": case.waits_for_anybody,
        "withheld": case.withheld,
        "shown_until": case.shown_until,
        "alerted_at": case.alerted_at and f"{case.alerted_at:%Y-%m-%dT%H:%M%z}",
    }
    return {
        "unit_id": case.unit_id,
        "status": case.status.value,
        "stage": case.stage.value,
        "staff_id": case.staff_id,
        "answer_by": case.answer_by,
        "document": seal_document(work, folder(case.client_id), "cases.document", case.id, document),
    }


def _first(work: Work, condition: ColumnElement[bool], *, lock: bool = False) -> Case | None:
    query = _NEWEST.where(condition).limit(1)
    return next(_readable(work, work.data.execute(query.with_for_update() if lock else query)), None)


def _all(work: Work, condition: ColumnElement[bool], *, lock: bool = False) -> list[Case]:
    query = select(cases).where(condition).order_by(cases.c.code)
    return list(_readable(work, work.data.execute(query.with_for_update() if lock else query)))


def _is_overdue(work: Work) -> ColumnElement[bool]:
    return (cases.c.status == Status.OFFERED.value) & (cases.c.answer_by <= work.now)


def _readable(work: Work, rows: Iterable[Record]) -> Iterator[Case]:
    """Open cases, but for those of an erased client whose rows have stayed: the sweep takes them."""
    for row in rows:
        try:
            yield _case(work, row)
        except FolderGone:
            continue


def _case(work: Work, row: Record) -> Case:
    client_id = ClientId(row.client_id)
    document = open_document(work, folder(client_id), "cases.document", row.case_id, row.document)
    alerted_at = document["alerted_at"]
    return Case(
        CaseId(row.case_id),
        client_id,
        row.code,
        row.unit_id,
        Status(row.status),
        Stage(row.stage),
        row.staff_id,
        row.answer_by,
        document["flow"],
        settled_from(document["answers"]),
        tuple(document["asked_units"]),
        document["outcome"],
        row.opened_month,
        tuple(document["check_ins"]),
        document["card"],
        document["waits_for_anybody"],
        alerted_at and datetime.fromisoformat(alerted_at),
        tuple(document.get("withheld", ())),
        document.get("shown_until"),
    )
