"""What is counted: referrals of some months, opened for as long as the counting takes."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import select

from bot.care.figures.statistics import Referral
from storage.clients.people import ClientId, folder
from storage.errors import StorageError
from storage.sealing.documents import open_document
from storage.sealing.encryption import FolderGone
from storage.tables import cases
from storage.transaction import Work


class PublishedUnreadable(StorageError):
    """The file of published figures is damaged, so that nobody knows any more what was said."""


def list_referrals(work: Work, months: Sequence[str]) -> list[Referral]:
    """List the referrals opened in some months ("2026-07") whose folders still exist; raises Unreadable."""
    found = work.data.execute(
        select(cases.c.case_id, cases.c.client_id, cases.c.document).where(cases.c.opened_month.in_(months))
    )
    return [referral for row in found if (referral := _read_referral(work, *row)) is not None]


def read_published(path: Path) -> dict[str, Any]:
    """Read what was published: quarter -> its tables.  Raises PublishedUnreadable."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError):
        raise PublishedUnreadable(
            f"{path} cannot be read; restore it from what was published, never count anew"
        ) from None


@contextmanager
def publishing(path: Path) -> Iterator[None]:
    """Let one process at a time look up and publish."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write_published(path: Path, published: Mapping[str, Any]) -> None:
    """Write what was published, all of it or nothing."""
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8") as file:
        json.dump(published, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _read_referral(work: Work, case_id: bytes, client_id: bytes, sealed: bytes) -> Referral | None:
    try:
        document = open_document(work, folder(ClientId(client_id)), "cases.document", case_id, sealed)
    except FolderGone:
        return None
    answers = {key: _list_ids(value) for key, value in document["answers"].items()}
    area = document["answers"].get("area")
    outcome = _list_ids(document["outcome"])
    return Referral(area if isinstance(area, str) else None, {**answers, "outcome": outcome})


def _list_ids(value: object) -> tuple[str, ...]:
    match value:
        case str():
            return (value,)
        case list():
            return tuple(str(one) for one in value)
        case _:
            return ()
