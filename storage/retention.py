"""What has served its time: whose folder goes, which words and answers, and who left long enough ago."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import ColumnElement, delete, exists, func, select, update

from bot.care.retention import Retention
from storage import erasures, outbox
from storage.cases import Case, CaseId, Status, list_accepted, load_case, save_case
from storage.deliveries import day_of
from storage.encryption import FolderId
from storage.people import KEPT_DAYS, ClientId, erase_client
from storage.reminders import Progress
from storage.tables import cases, clients, messages, reminders, staff, traces, transcripts
from storage.transaction import Work

#: How many days before a silent case is closed its counsellor is told.
WARNED_DAYS = 14
#: A check-in is answered days after it was due, so its row is looked at that much longer.
_ANSWERED_WITHIN = timedelta(days=14)

# The day of the last word: `erase_after` is written so many days ahead of it, whatever the rules say today.
_LAST_WORD = clients.c.erase_after - KEPT_DAYS
_HAS_CASE = exists().where(cases.c.client_id == clients.c.client_id)
_IS_ACCOMPANIED = exists().where(cases.c.client_id == clients.c.client_id, cases.c.status == Status.ACCEPTED.value)
_HAS_FOLLOW_UP = exists().where(reminders.c.client_id == clients.c.client_id, reminders.c.state == "waiting")


def find_expired(work: Work, rules: Retention, *, most: int) -> list[ClientId]:
    """List folders whose time is over and that no counsellor and no follow-up needs any more.

    A case that nobody took keeps no folder longer: the client was promised so many days after their last word.
    """
    today = day_of(work.now)
    over = (_HAS_CASE & _over(today, rules.finished)) | (~_HAS_CASE & _over(today, rules.unfinished))
    query = select(clients.c.client_id).where(over & ~_IS_ACCOMPANIED & ~_HAS_FOLLOW_UP).limit(most)
    return [ClientId(row[0]) for row in work.data.execute(query)]


def find_dying(work: Work, rules: Retention) -> list[ClientId]:
    """List folders with a case that go within the days of warning and whose person was not told of that day."""
    today = day_of(work.now)
    soon = _over(today + rules.warning, rules.finished) & ~_over(today, rules.finished)
    untold = clients.c.warned_for.is_distinct_from(clients.c.erase_after)
    wanted = clients.c.reminders_on & (clients.c.paused_until.is_(None) | (clients.c.paused_until < work.now))
    needed = _IS_ACCOMPANIED | _HAS_FOLLOW_UP
    query = select(clients.c.client_id).where(soon & _HAS_CASE & untold & wanted & ~needed)
    return [ClientId(row[0]) for row in work.data.execute(query)]


def note_warned(work: Work, client_id: ClientId) -> None:
    """Note that somebody was told of the day on which their folder goes."""
    this = clients.c.client_id == client_id
    work.data.execute(update(clients).where(this).values(warned_for=clients.c.erase_after))


def list_silent(work: Work, rules: Retention, *, within_days: int = 0) -> list[Case]:
    """List accepted cases in which neither side has said a word for too long, or will not have in so many days."""
    over = select(clients.c.client_id).where(_over(day_of(work.now) + within_days, rules.finished))
    return list_accepted(work, cases.c.client_id.in_(over))


def last_word_of(work: Work, client_id: ClientId) -> int:
    """Return the day of the last word of either side, counted since 1970-01-01."""
    return int(work.data.execute(select(_LAST_WORD).where(clients.c.client_id == client_id)).scalar_one())


def closed_day_of(work: Work, case_id: CaseId) -> int | None:
    """Return the day on which a case was found closed, counted since 1970-01-01; None while it is open."""
    return work.data.execute(select(cases.c.closed_day).where(cases.c.case_id == case_id)).scalar()


def count_traces(work: Work, client_id: ClientId) -> int:
    """Count the messages of a platform that are remembered to be taken back."""
    mine = select(func.count()).select_from(traces).where(traces.c.client_id == client_id)
    return work.data.execute(mine).scalar_one()


def stamp_days(work: Work) -> None:
    """Note the day on which cases were closed and staff left, from which their days are counted."""
    today, closed = day_of(work.now), cases.c.status == Status.CLOSED.value
    work.data.execute(update(cases).where(closed, cases.c.closed_day.is_(None)).values(closed_day=today))
    work.data.execute(update(cases).where(~closed, cases.c.closed_day.is_not(None)).values(closed_day=None))
    work.data.execute(update(staff).where(~staff.c.active, staff.c.left_day.is_(None)).values(left_day=today))


def drop_chats(work: Work, days: int) -> int:
    """Delete what was said in cases closed that long ago, the page's copies too; return how many messages went."""
    over = select(cases.c.case_id).where(cases.c.closed_day < day_of(work.now) - days)
    old = select(messages.c.message_id).where(messages.c.case_id.in_(over))
    work.data.execute(delete(transcripts).where(transcripts.c.message_id.in_(old)))
    return work.data.execute(delete(messages).where(messages.c.case_id.in_(over))).rowcount


def reduce_answers(work: Work, days: int, score: Collection[str]) -> int:
    """Keep only the score of check-ins answered that long ago; return how many were reduced."""
    before = work.now - timedelta(days=days)
    answered = (reminders.c.state == Progress.ANSWERED.value) & (reminders.c.due_at < before)
    due = select(reminders.c.case_id).where(answered, reminders.c.case_id.is_not(None)).distinct()
    reduced = sum(_reduce(work, CaseId(row[0]), f"{before:%Y-%m-%d}", score) for row in work.data.execute(due).all())
    settled = answered & (reminders.c.due_at < before - _ANSWERED_WITHIN)
    work.data.execute(update(reminders).where(settled).values(state=Progress.REDUCED.value))
    return reduced


def forget_staff(work: Work, days: int) -> int:
    """Delete who left that long ago, with the key of their folder; return how many they were."""
    over = ~staff.c.active & (staff.c.left_day < day_of(work.now) - days)
    gone = [FolderId(row[0]) for row in work.data.execute(select(staff.c.staff_id).where(over))]
    work.data.execute(update(cases).where(cases.c.staff_id.in_(gone)).values(staff_id=None))
    work.data.execute(delete(staff).where(staff.c.staff_id.in_(gone)))
    for folder in gone:
        work.vault.destroy_folder(folder)
    return len(gone)


def sweep_erased(work: Work) -> int:
    """Finish what a crash or a restored backup has left of erased folders; return how many clients were removed.

    Clients without a key are left alone when the key store does not seem to belong to the data: when staff has no keys
    either, or more folders than not.
    """
    forgotten = erasures.list_erasures(work.data)
    for folder in work.vault.list_known(forgotten):
        work.vault.destroy_folder(folder)
    erasures.forget_erasures(work.data, day_of(work.now))
    lost = _list_lost(work)
    for client_id in lost:
        erase_client(work, client_id)
    outbox.forget_parked(work)
    return len(lost)


def _over(today: int, days: int) -> ColumnElement[bool]:
    return _LAST_WORD + days < today


def _reduce(work: Work, case_id: CaseId, before: str, score: Collection[str]) -> int:
    case = load_case(work, case_id, lock=True)
    if case is None:
        return 0
    kept = tuple(
        {**noted, "answers": {name: answer for name, answer in noted["answers"].items() if name in score}}
        if date.fromisoformat(str(noted["day"])) < date.fromisoformat(before)
        else noted
        for noted in case.check_ins
    )
    reduced = sum(old != new for old, new in zip(case.check_ins, kept, strict=True))
    if reduced:
        save_case(work, replace(case, check_ins=kept))
    return reduced


def _list_lost(work: Work) -> list[ClientId]:
    people = [FolderId(row[0]) for row in work.data.execute(select(clients.c.client_id))]
    colleagues = [FolderId(row[0]) for row in work.data.execute(select(staff.c.staff_id))]
    known = work.vault.list_known([*people, *colleagues])
    lost = [ClientId(folder) for folder in people if folder not in known]
    return lost if known.issuperset(colleagues) and len(lost) <= len(known) else []
