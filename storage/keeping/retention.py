"""What has served its time: whose folder goes, which words and answers, and who left long enough ago."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, case, delete, exists, func, literal_column, select, update

from bot.care.retention import Retention
from storage.casework.cases import Case, CaseId, Status, list_accepted, load_case, save_case
from storage.casework.reminders import Progress
from storage.clients.people import KEPT_DAYS, ClientId, erase_client
from storage.keeping import erasures
from storage.receiving.deliveries import day_of
from storage.sealing.encryption import FolderId
from storage.tables import cases, clients, messages, news_wishes, reminders, staff, traces, transcripts
from storage.transaction import Work

#: How many days before a silent case is closed its counsellor is told.
WARNED_DAYS = 14
#: A check-in is answered days after it was due, so its row is looked at that much longer.
_ANSWERED_WITHIN = timedelta(days=14)

# The day of the last word: `erase_after` is written so many days ahead of it, whatever the rules say today.
_LAST_WORD = clients.c.erase_after - KEPT_DAYS
_HAS_CASE = exists().where(cases.c.client_id == clients.c.client_id)
#: Who wants to hear of the programme is kept like somebody with a request, so that anything can come.
_WAS_ASKED = exists().where(news_wishes.c.client_id == clients.c.client_id)
_IS_ACCOMPANIED = exists().where(cases.c.client_id == clients.c.client_id, cases.c.status == Status.ACCEPTED.value)
_HAS_FOLLOW_UP = exists().where(reminders.c.client_id == clients.c.client_id, reminders.c.state == "waiting")


def find_expired(work: Work, rules: Retention) -> list[ClientId]:
    """List folders whose time is over and that no counsellor and no follow-up needs any more.

    A case that nobody took keeps no folder longer: the client was promised so many days after their last word.
    """
    return [ClientId(row[0]) for row in work.data.execute(select(clients.c.client_id).where(_is_expired(work, rules)))]


def is_expired(work: Work, rules: Retention, client_id: ClientId) -> bool:
    """Tell whether the time of a folder is over, as `find_expired` does."""
    # Held first: what somebody writes in another process counts, or is written by somebody new.
    work.data.execute(select(clients.c.client_id).where(clients.c.client_id == client_id).with_for_update())
    this = select(clients.c.client_id).where(clients.c.client_id == client_id, _is_expired(work, rules))
    return work.data.execute(this).first() is not None


def find_dying(work: Work, rules: Retention) -> list[ClientId]:
    """List folders with a case that go within the days of warning and whose person was not told of that day."""
    today = day_of(work.now)
    soon = _over(today + rules.warning, rules.finished) & ~_over(today, rules.finished)
    untold = clients.c.warned_for.is_distinct_from(clients.c.erase_after)
    wanted = clients.c.reminders_on & (clients.c.paused_until.is_(None) | (clients.c.paused_until < work.now))
    needed = _IS_ACCOMPANIED | _HAS_FOLLOW_UP
    query = select(clients.c.client_id).where(soon & _HAS_CASE & untold & wanted & ~needed)
    return [ClientId(row[0]) for row in work.data.execute(query)]


def note_warned(work: Work, client_id: ClientId) -> bool:
    """Note that somebody is told of the day on which their folder goes; False if they were told of it before."""
    untold = (clients.c.client_id == client_id) & clients.c.warned_for.is_distinct_from(clients.c.erase_after)
    return work.data.execute(update(clients).where(untold).values(warned_for=clients.c.erase_after)).rowcount == 1


def find_silent(work: Work, rules: Retention, *, within_days: int = 0) -> list[CaseId]:
    """List accepted cases in which neither side has said a word for too long, or will not have in so many days."""
    found = select(cases.c.case_id).join(clients, clients.c.client_id == cases.c.client_id)
    silent = found.where(cases.c.status == Status.ACCEPTED.value, _over(day_of(work.now) + within_days, rules.finished))
    return [CaseId(row[0]) for row in work.data.execute(silent)]


def load_silent(work: Work, rules: Retention, case_id: CaseId, *, within_days: int = 0) -> Case | None:
    """Load a case that `find_silent` found; None once somebody has said a word, or it is in nobody's hands."""
    load_case(work, case_id, lock=True)  # a word that is being said in another process counts
    over = select(clients.c.client_id).where(_over(day_of(work.now) + within_days, rules.finished))
    return next(iter(list_accepted(work, (cases.c.case_id == case_id) & cases.c.client_id.in_(over))), None)


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


def find_unstamped(work: Work) -> list[CaseId]:
    """List cases that were closed, or opened again, without a note of it from which their days are counted."""
    closed, stamped = cases.c.status == Status.CLOSED.value, cases.c.closed_day.is_not(None)
    found = select(cases.c.case_id).where((closed & ~stamped) | (~closed & stamped))
    return [CaseId(row[0]) for row in work.data.execute(found)]


def stamp_day(work: Work, case_id: CaseId) -> bool:
    """Note the day on which a case was found closed, or that it is open again."""
    day = case((cases.c.status == Status.CLOSED.value, func.coalesce(cases.c.closed_day, day_of(work.now))))
    return work.data.execute(update(cases).where(cases.c.case_id == case_id).values(closed_day=day)).rowcount == 1


def stamp_staff(work: Work) -> None:
    """Note the day on which staff left, from which their days are counted."""
    left = ~staff.c.active & staff.c.left_day.is_(None)
    work.data.execute(update(staff).where(left).values(left_day=day_of(work.now)))


def find_old_chats(work: Work, days: int) -> list[CaseId]:
    """List cases closed that long ago of which something that was said is still there."""
    old = select(cases.c.case_id).where(cases.c.closed_day < day_of(work.now) - days)
    said = exists().where(messages.c.case_id == cases.c.case_id)
    return [CaseId(row[0]) for row in work.data.execute(old.where(said))]


def drop_chat(work: Work, case_id: CaseId) -> bool:
    """Delete what was said in a case, the page's copies too, unless it was taken up again meanwhile."""
    found = load_case(work, case_id, lock=True)
    if found is None or found.status is not Status.CLOSED:
        return False
    old = select(messages.c.message_id).where(messages.c.case_id == case_id)
    work.data.execute(delete(transcripts).where(transcripts.c.message_id.in_(old)))
    return work.data.execute(delete(messages).where(messages.c.case_id == case_id)).rowcount > 0


def find_reducible(work: Work, days: int) -> list[CaseId]:
    """List cases with check-ins answered that long ago."""
    due = select(reminders.c.case_id).where(_is_answered_before(work.now - timedelta(days=days)))
    found = due.where(reminders.c.case_id.is_not(None)).distinct()
    return [CaseId(row[0]) for row in work.data.execute(found)]


def reduce_case(work: Work, case_id: CaseId, rules: Retention) -> bool:
    """Keep only the score of check-ins of a case that were answered long ago; False if that was done before."""
    before = work.now - timedelta(days=rules.answers)
    return _reduce(work, case_id, f"{before:%Y-%m-%d}", rules.score) > 0


def settle_answers(work: Work, days: int, *, most: int) -> int:
    """Look no more at check-ins whose answers are reduced for sure; return how many these were."""
    settled = _is_answered_before(work.now - timedelta(days=days) - _ANSWERED_WITHIN)
    some = select(reminders.c.reminder_id).where(settled).limit(most)
    rows = update(reminders).where(reminders.c.reminder_id.in_(some)).values(state=Progress.REDUCED.value)
    return work.data.execute(rows).rowcount


def find_former(work: Work, days: int) -> list[FolderId]:
    """List staff who left that long ago."""
    over = ~staff.c.active & (staff.c.left_day < day_of(work.now) - days)
    return [FolderId(row[0]) for row in work.data.execute(select(staff.c.staff_id).where(over))]


def release_cases(work: Work, folder: FolderId, *, most: int) -> int:
    """Let some of the cases that somebody had in their hands be nobody's; return how many."""
    some = select(cases.c.case_id).where(cases.c.staff_id == folder).limit(most)
    return work.data.execute(update(cases).where(cases.c.case_id.in_(some)).values(staff_id=None)).rowcount


def forget_former(work: Work, folder: FolderId) -> bool:
    """Delete somebody who left and has no case any more, with the key of their folder."""
    work.data.execute(delete(staff).where(staff.c.staff_id == folder))
    work.vault.destroy_folder(folder)
    return True


def find_brought_back(work: Work) -> list[FolderId]:
    """List erased folders whose keys a restored copy has brought back."""
    return sorted(work.vault.list_known(erasures.list_erasures(work.data)))


def destroy_again(work: Work, folder: FolderId) -> bool:
    """Destroy the key of an erased folder once more."""
    work.vault.destroy_folder(folder)
    return True


def forget_erasures(work: Work, *, most: int) -> int:
    """Forget some of the erased folders whose keys no copy can bring back any more; return how many."""
    return erasures.forget_erasures(work.data, day_of(work.now), most=most)


def find_lost(work: Work) -> list[ClientId]:
    """List clients without a key, whom a crash or a restored copy of the data has left.

    Nobody, when the key store does not seem to belong to the data: when staff has no keys either, or more folders than
    not.
    """
    people = [FolderId(row[0]) for row in work.data.execute(select(clients.c.client_id))]
    colleagues = [FolderId(row[0]) for row in work.data.execute(select(staff.c.staff_id))]
    known = work.vault.list_known([*people, *colleagues])
    lost = [ClientId(folder) for folder in people if folder not in known]
    return lost if known.issuperset(colleagues) and len(lost) <= len(known) else []


def erase_lost(work: Work, client_id: ClientId) -> bool:
    """Delete the rows of a client without a key."""
    erase_client(work, client_id)
    return True


def _is_expired(work: Work, rules: Retention) -> ColumnElement[bool]:
    today = day_of(work.now)
    stays = _HAS_CASE | _WAS_ASKED
    over = (stays & _over(today, rules.finished)) | (~stays & _over(today, rules.unfinished))
    # No folder goes before the shortest of all times: so the index leads to those that may.
    old = clients.c.erase_after < today - min(rules.finished, rules.unfinished) + KEPT_DAYS
    return old & over & ~_IS_ACCOMPANIED & ~_HAS_FOLLOW_UP


def _is_answered_before(moment: datetime) -> ColumnElement[bool]:
    # Written out, because a database uses a partial index only for a condition it can read.
    return (reminders.c.state == literal_column("'answered'")) & (reminders.c.due_at < moment)


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
