"""What stands in the private chats of staff about clients, so that it is deleted there before long."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, delete, insert, select, update

from storage.sealing.documents import open_document, seal_document
from storage.sealing.encryption import FolderGone, FolderId, Unreadable, new_id
from storage.tables import staff_copies
from storage.transaction import Work

_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Copy:
    """A message in a staff chat.  `address`, `reference`: the platform's ids of the chat and of the message in it."""

    id: bytes
    channel: str
    address: str
    reference: str
    delete_at: datetime


def keep_copies(  # noqa: PLR0913 - where, what, until when, and of which case
    work: Work,
    folder: FolderId,
    channel: str,
    address: str,
    references: Iterable[str],
    delete_at: datetime,
    *,
    about: bytes | None = None,
) -> None:
    """Remember messages until they are deleted; the address too, for it may be gone by then.

    `folder`: of the member of staff.  `about`: the case they speak of, None for anything else.
    """
    for reference in references:
        copy_id = new_id()
        place = {"address": address, "reference": reference}
        work.data.execute(
            insert(staff_copies).values(
                copy_id=copy_id,
                folder_id=folder,
                about_id=about,
                channel=channel,
                place=seal_document(work, folder, "staff_copies.place", copy_id, place),
                delete_at=delete_at,
            )
        )


def hasten_copies(work: Work, *, folder: FolderId | None = None, about: bytes | None = None) -> None:
    """Have everything in somebody's chats, or about a case, deleted now."""
    theirs: ColumnElement[bool] = staff_copies.c.folder_id == folder
    condition = theirs if folder is not None else staff_copies.c.about_id == about
    work.data.execute(update(staff_copies).where(condition).values(delete_at=work.now))


def due_copies(work: Work, channels: Iterable[str]) -> tuple[list[Copy], list[bytes]]:
    """List what must be deleted now on channels, two hundred at once, and the ids of what cannot be read any more.

    The key of somebody who left long ago is destroyed, and with it where their chat was.
    """
    due = (staff_copies.c.delete_at <= work.now) & staff_copies.c.channel.in_(list(channels))
    query = select(staff_copies).where(due).order_by(staff_copies.c.delete_at).limit(_AT_ONCE)
    copies, lost = [], []
    for row in work.data.execute(query):
        try:
            place = open_document(work, row.folder_id, "staff_copies.place", row.copy_id, row.place)
        except (FolderGone, Unreadable):
            lost.append(row.copy_id)
            continue
        copies.append(Copy(row.copy_id, row.channel, place["address"], place["reference"], row.delete_at))
    return copies, lost


def forget_copies(work: Work, copy_ids: Iterable[bytes]) -> None:
    """Forget messages that are deleted, or can be no more."""
    work.data.execute(delete(staff_copies).where(staff_copies.c.copy_id.in_(list(copy_ids))))
