"""The way back from a copy: what was erased stays erased, and what was on its way is not sent again."""

import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Column, Connection, delete, make_url, select, update
from sqlalchemy.exc import DBAPIError

from storage.backup.archives import ArchiveDamaged, Kind, Manifest, open_archive
from storage.backup.aside import aside
from storage.backup.backups import list_erased, made_on, read_ledger
from storage.backup.copies import StoreMissing, TargetNotEmpty, copy_in, describe, find_damage, measure, settle
from storage.engine.engines import open_writer
from storage.errors import StorageError
from storage.keeping.erasures import note_erasures
from storage.keys.keystore import folder_keys
from storage.migrate import Store, bring_up_to_date
from storage.sealing.encryption import FolderId
from storage.tables import clients, erasures, invites, messages, outbox, staff_sessions

_STORES = {Kind.DATA: Store.DATA, Kind.KEYS: Store.KEYS}
_FILES = {Kind.DATA: "singgah.db", Kind.KEYS: "keystore.db"}
#: What SQLite would fold into a store that is put beside it, whosever it was.
_JOURNALS = ("", "-wal", "-shm", "-journal")
_AT_ONCE = 500
_DAY_SECONDS = 86_400


class TargetUnusable(StorageError):
    """Where a copy is to go no folder can be made."""


@dataclass(frozen=True, slots=True)
class Restored:
    """A store that is back.

    `files`: names of small files that came back beside it.  `stopped`: messages that were on their way and are now
    marked uncertain.  `erased`: folders that went once more.  `ledgers`: how many lists of erasures were read, the
    copy's own not counted.
    """

    manifest: Manifest
    where: str
    files: tuple[str, ...]
    stopped: int
    erased: int
    ledgers: int


def restore(path: Path, identity: object, target: str, now: datetime, live_url: str | None = None) -> Restored:
    """Bring a store back into a folder or an empty PostgreSQL database.

    `target`: a folder, or an address that begins with postgresql.  `live_url`: the data store in use, whose erasures
    count too; None when it is gone.  Raises WrongIdentity, ArchiveDamaged, TargetNotEmpty, TargetUnusable or
    SchemaTooNew.
    """
    with _staging(target) as staging:
        copy, manifest = unpack(path, identity, staging)
        known, ledgers = gather_erased(path, identity, staging, live_url)
        stopped, erased = mend(manifest.kind, copy, known, now)
        settle(copy)
        files: tuple[str, ...] = ()
        if _is_database(target):
            copy_in(_STORES[manifest.kind], copy, target)
            where = make_url(target).render_as_string(hide_password=True)
        else:
            where, files = _put(copy, manifest, Path(target))
    return Restored(manifest, where, files, stopped, erased, ledgers)


def unpack(path: Path, identity: object, staging: Path) -> tuple[Path, Manifest]:
    """Decrypt a copy of a store into a folder and prove that it is whole; raises WrongIdentity or ArchiveDamaged."""
    payload = staging / "payload"
    manifest = open_archive(path, identity, payload)
    if manifest.kind is Kind.LEDGER:
        raise ArchiveDamaged(f"{path} is a list of erasures, which is read by itself; name a copy of data or keystore")
    copy = payload.rename(staging / _FILES[manifest.kind])
    damage = find_damage(copy)
    if damage is None and describe(copy) != (manifest.revision, manifest.rows):
        damage = "it does not hold the rows its first line tells of"
    if damage is not None:
        raise ArchiveDamaged(f"{path}: {damage}; take another copy")
    bring_up_to_date(_STORES[manifest.kind], f"sqlite:///{copy}")
    return copy, manifest


def gather_erased(path: Path, identity: object, staging: Path, live_url: str | None) -> tuple[set[FolderId], int]:
    """Gather the erasures that the store in use and every list as young as the copy know of."""
    known: set[FolderId] = set()
    read = 0
    for ledger in _find_ledgers(path):
        payload = staging / "ledger"
        open_archive(ledger, identity, payload)
        known.update(read_ledger(payload))
        payload.unlink()
        read += 1
    if live_url is not None and _is_there(live_url):
        known.update(list_erased(live_url))
        read += 1
    return known, read


def mend(kind: Kind, copy: Path, known: Collection[FolderId], now: datetime) -> tuple[int, int]:
    """Let go again of what was erased, and stop what was on its way; return how many messages and folders.

    Nobody is signed in afterwards, and no one-time link holds: those that were used or ended since would hold again.
    """
    engine = open_writer(f"sqlite:///{copy}")
    try:
        with engine.begin() as connection:
            if kind is Kind.KEYS:
                return 0, _delete(connection, folder_keys.c.folder_id, list(known))
            gone = sorted({*known, *connection.execute(select(erasures.c.folder_id)).scalars()})
            note_erasures(connection, map(FolderId, gone), int(now.timestamp() // _DAY_SECONDS))
            _delete(connection, outbox.c.recipient_id, gone)
            for table in (staff_sessions, invites):
                connection.execute(delete(table))
            return _stop_letters(connection), _delete(connection, clients.c.client_id, gone)
    finally:
        engine.dispose()


@contextmanager
def _staging(target: str) -> Iterator[Path]:
    """Give an empty folder on the disk of the target, for a store is moved there in one piece."""
    if _is_database(target):
        with aside() as folder:
            yield folder
        return
    folder = Path(target) / ".restoring"
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise TargetUnusable(f"{target} cannot be made a folder ({error.strerror}); name another one") from None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_database(target: str) -> bool:
    return target.startswith("postgres")


def _find_ledgers(path: Path) -> Iterator[Path]:
    """Find the lists of erasures made with the copy or later, where `create` has put them."""
    made = made_on(path)
    for ledger in sorted((path.absolute().parent.parent / Kind.LEDGER).glob(f"singgah-{Kind.LEDGER}-*.age")):
        later = made_on(ledger)
        if made is None or (later is not None and later >= made):
            yield ledger


def _is_there(url: str) -> bool:
    try:
        measure(url)
    except (StoreMissing, DBAPIError):
        return False
    return True


def _stop_letters(connection: Connection) -> int:
    """Mark as uncertain what was on its way: it may have been sent long since."""
    on_its_way = outbox.c.state.in_(["queued", "sending"])
    carried = select(outbox.c.message_id).where(on_its_way, outbox.c.message_id.is_not(None))
    connection.execute(update(messages).where(messages.c.message_id.in_(carried)).values(delivery="uncertain"))
    return connection.execute(update(outbox).where(on_its_way).values(state="uncertain")).rowcount


def _delete(connection: Connection, column: Column[bytes], ids: Sequence[FolderId]) -> int:
    count = 0
    for start in range(0, len(ids), _AT_ONCE):
        some = column.in_(ids[start : start + _AT_ONCE])
        count += connection.execute(delete(column.table).where(some)).rowcount
    return count


def _put(copy: Path, manifest: Manifest, home: Path) -> tuple[str, tuple[str, ...]]:
    """Put a store and the small files that belong to it into a folder; return where it is, and their names."""
    _refuse_present(home, copy.name, manifest)
    _move(copy, home / copy.name)
    for name, text in manifest.files.items():
        _write_beside(home / Path(name).name, text)
    return str(home / copy.name), tuple(manifest.files)


def _refuse_present(home: Path, name: str, manifest: Manifest) -> None:
    """Raise TargetNotEmpty before anything is written, so that half a copy never comes back."""
    for known in (*(f"{name}{journal}" for journal in _JOURNALS), *(Path(one).name for one in manifest.files)):
        if (home / known).exists():
            raise TargetNotEmpty(f"{home / known} exists; name an empty folder, nothing is overwritten")


def _move(copy: Path, target: Path) -> None:
    try:
        # A link, unlike a renaming, never takes the place of a file that is there.
        target.hardlink_to(copy)
    except FileExistsError:
        raise TargetNotEmpty(f"{target} exists; name an empty folder, nothing is overwritten") from None
    copy.unlink()


def _write_beside(path: Path, text: str) -> None:
    if path.exists():
        raise TargetNotEmpty(f"{path} exists; name an empty folder, nothing is overwritten")
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
