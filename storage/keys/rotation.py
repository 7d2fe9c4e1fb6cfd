"""Turns the root keys: a new one wraps every folder key anew while the service serves, an old one is retired."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Engine, bindparam, func, select, update

from storage.engine.engines import empty_journal
from storage.errors import StorageError
from storage.keys.keyring import KeyRetired, Keyring
from storage.keys.keystore import folder_keys, note_root_key, root_keys
from storage.sealing.encryption import FolderId, new_nonce

BATCH = 500

_of_version = select(func.count()).select_from(folder_keys).where(folder_keys.c.kek_version == bindparam("asked"))
_rewrap = (
    update(folder_keys)
    .where(folder_keys.c.folder_id == bindparam("folder"), folder_keys.c.kek_version == bindparam("old"))
    .values(kek_version=bindparam("new"), wrapped=bindparam("again"))
)


class RootKeyInUse(StorageError):
    """A root key that still wraps something, or wraps what comes next, was to be retired."""


@dataclass(frozen=True, slots=True)
class RootKey:
    """One root key, without the key.  `folders`: how many folder keys it wraps."""

    version: int
    made_on: date
    retired: bool
    folders: int


def list_root_keys(engine: Engine) -> list[RootKey]:
    """List every root key there ever was, newest first; needs no key."""
    rows = (
        select(root_keys.c.version, root_keys.c.made_on, root_keys.c.retired, func.count(folder_keys.c.folder_id))
        .outerjoin(folder_keys, folder_keys.c.kek_version == root_keys.c.version)
        .group_by(root_keys.c.version, root_keys.c.made_on, root_keys.c.retired)
        .order_by(root_keys.c.version.desc())
    )
    with engine.connect() as connection:
        return [RootKey(*row) for row in connection.execute(rows)]


def begin_rotation(engine: Engine, keyring: Keyring, today: date, random: Callable[[int], bytes] = os.urandom) -> int:
    """Make a new root key, unless an interrupted rotation is to be finished first; return the newest version."""
    version = keyring.kek_version if is_unfinished(engine, keyring) else keyring.add_root_key(random)
    for each in sorted(keyring.keks):
        note_root_key(engine, each, today)
    return version


def is_unfinished(engine: Engine, keyring: Keyring) -> bool:
    """Tell whether a rotation was begun and not ended, so that the next one only goes on with it."""
    newest = max((key.version for key in list_root_keys(engine)), default=0)
    return newest > 0 and (keyring.kek_version > newest or count_left(engine, keyring) > 0)


def count_left(engine: Engine, keyring: Keyring) -> int:
    """Count the folder keys that an older root key still wraps."""
    older = folder_keys.c.kek_version < keyring.kek_version
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(folder_keys).where(older)).scalar_one()


def rewrap(engine: Engine, keyring: Keyring, random: Callable[[int], bytes] = os.urandom) -> Iterator[int]:
    """Wrap every folder key with the newest root key, a batch at a time, and yield how many it were.

    Each batch is durable when it is yielded; what is done stays done when the iteration ends early.
    """
    while done := _rewrap_batch(engine, keyring, random):
        yield done
    empty_journal(engine)


def retire(engine: Engine, keyring: Keyring, version: int) -> None:
    """Destroy a root key that wraps nothing any more; harmless when repeated.

    Raises RootKeyInUse, and KeyRetired when there never was such a key.
    """
    with engine.begin() as connection:
        _refuse_needed(connection, keyring, version)
        connection.execute(update(root_keys).where(root_keys.c.version == version).values(retired=True))
    keyring.remove_root_key(version)
    empty_journal(engine)


def check_retirable(engine: Engine, keyring: Keyring, version: int) -> None:
    """Raise what `retire` would raise now, and change nothing."""
    with engine.connect() as connection:
        _refuse_needed(connection, keyring, version)


def is_retired(engine: Engine, version: int) -> bool:
    """Tell whether a root key was retired before; its file may still be there after a break."""
    return any(key.retired for key in list_root_keys(engine) if key.version == version)


def _refuse_needed(connection: Connection, keyring: Keyring, version: int) -> None:
    # Whoever is just storing a folder key holds its row: what they wrap is counted.
    row = select(root_keys.c.version).where(root_keys.c.version == version).with_for_update()
    if connection.execute(row).scalar_one_or_none() is None:
        raise KeyRetired(f"there is no root key {version}; singgah keys status lists them")
    if version >= keyring.kek_version:
        raise RootKeyInUse(f"root key {version} wraps what comes next; run singgah keys rotate first")
    folders = connection.execute(_of_version, {"asked": version}).scalar_one()
    if folders:
        raise RootKeyInUse(f"root key {version} still wraps {folders} folders; run singgah keys rotate first")


def _rewrap_batch(engine: Engine, keyring: Keyring, random: Callable[[int], bytes]) -> int:
    older = folder_keys.c.kek_version < keyring.kek_version
    rows = select(folder_keys.c.folder_id, folder_keys.c.key_id, folder_keys.c.kek_version, folder_keys.c.wrapped)
    with engine.begin() as connection:
        batch = connection.execute(rows.where(older).limit(BATCH).with_for_update()).all()
        if batch:
            connection.execute(_rewrap, [_wrap_again(keyring, *row, random) for row in batch])
    return len(batch)


def _wrap_again(
    keyring: Keyring, folder_id: bytes, key_id: bytes, old: int, wrapped: bytes, random: Callable[[int], bytes]
) -> dict[str, bytes | int]:
    folder = FolderId(folder_id)
    key = keyring.unwrap(old, folder, key_id, wrapped)
    new = keyring.kek_version
    again = keyring.wrap(new, folder, key_id, key, new_nonce(random))
    return {"folder": folder, "old": old, "new": new, "again": again}
