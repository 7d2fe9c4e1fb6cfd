"""How long a folder is kept: ninety days after the last word, never for ever."""

from sqlalchemy import exists, select

from storage import erasures, outbox
from storage.cases import Case, Status, list_accepted
from storage.deliveries import day_of
from storage.encryption import FolderId
from storage.people import ClientId, erase_client
from storage.tables import cases, clients, reminders, staff
from storage.transaction import Work

#: How many days before a silent case is closed its counsellor is told.
WARNED_DAYS = 14


def find_expired(work: Work, *, most: int) -> list[ClientId]:
    """List folders whose time is over and that no counsellor and no follow-up needs any more.

    A case that nobody took keeps no folder: the client was promised ninety days after their last word.
    """
    is_accompanied = exists().where(cases.c.client_id == clients.c.client_id, cases.c.status == Status.ACCEPTED.value)
    has_follow_up = exists().where(reminders.c.client_id == clients.c.client_id, reminders.c.state == "waiting")
    over = (clients.c.erase_after < day_of(work.now)) & ~is_accompanied & ~has_follow_up
    return [ClientId(row[0]) for row in work.data.execute(select(clients.c.client_id).where(over).limit(most))]


def list_silent(work: Work, *, within_days: int = 0) -> list[Case]:
    """List accepted cases in which neither side has said a word for ninety days, or will not have in so many days."""
    until = day_of(work.now) + within_days
    over = select(clients.c.client_id).where(clients.c.erase_after < until)
    return list_accepted(work, cases.c.client_id.in_(over))


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


def _list_lost(work: Work) -> list[ClientId]:
    people = [FolderId(row[0]) for row in work.data.execute(select(clients.c.client_id))]
    colleagues = [FolderId(row[0]) for row in work.data.execute(select(staff.c.staff_id))]
    known = work.vault.list_known([*people, *colleagues])
    lost = [ClientId(folder) for folder in people if folder not in known]
    return lost if known.issuperset(colleagues) and len(lost) <= len(known) else []
