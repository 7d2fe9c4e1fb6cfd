"""The store of folder keys: wrapped, in a database apart from the data, and opened for minutes only."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from threading import Lock

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    bindparam,
    delete,
    func,
    insert,
    inspect,
    make_url,
    select,
)
from sqlalchemy.exc import DBAPIError, IntegrityError

from storage.engine.engines import empty_journal, open_reader
from storage.engine.prepared import Prepared
from storage.errors import StoreUnavailable
from storage.keys.keyring import KeyRetired, Keyring
from storage.sealing.encryption import KEY_BYTES, KEY_ID_BYTES, Cipher, FolderId, new_nonce
from storage.sealing.sealed import Id16

CACHED_KEYS = 1_000
#: What another process destroyed is unreadable here after this long at the latest.
CACHED_SECONDS = 45.0
_ASKED_AT_ONCE = 500

key_metadata = MetaData()

#: One row per folder.  Read by this module only; erased when the folder is destroyed.
folder_keys = Table(
    "folder_keys",
    key_metadata,
    Column("folder_id", Id16, primary_key=True),  # random; the folder the key belongs to
    Column("key_id", LargeBinary(KEY_ID_BYTES), nullable=False),  # random; stands in every blob sealed with the key
    Column("kek_version", Integer, nullable=False, index=True),  # which root key wraps it
    Column("wrapped", LargeBinary, nullable=False),  # the key, sealed with that root key
    sqlite_with_rowid=False,  # numbered rows would tell who came after whom
)

#: One row per root key there ever was, so that no process wraps with a key that is going.  Never a key itself.
root_keys = Table(
    "root_keys",
    key_metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("made_on", Date, nullable=False),  # the day it came into use here
    Column("retired", Boolean, nullable=False),  # nothing may be wrapped with it any more
    sqlite_with_rowid=False,
)

_newest = select(root_keys.c.version).order_by(root_keys.c.version.desc()).limit(1)
_rows = select(folder_keys.c.folder_id, folder_keys.c.key_id, folder_keys.c.kek_version, folder_keys.c.wrapped)
# On the way of whoever writes after a while.
_FIND = Prepared(_rows.where(folder_keys.c.folder_id == bindparam("which", type_=Id16)))


@dataclass(frozen=True, slots=True)
class FolderKey:
    """A folder's key, wrapped for the store and ready for use."""

    folder: FolderId
    kek_version: int
    wrapped: bytes = field(repr=False)
    cipher: Cipher = field(repr=False)


KeyChanges = dict[FolderId, FolderKey | None]
"""Keys made (or, with None, destroyed) by steps that are not committed yet."""


class KeyStore:
    """Finds, makes and destroys folder keys; safe to use from several threads."""

    def __init__(
        self,
        writer: Engine,
        reader: Engine,
        keyring: Keyring,
        random: Callable[[int], bytes],
        monotonic: Callable[[], float],
    ) -> None:
        """Work over two engines of one database."""
        self._writer, self._reader = writer, reader
        self._keyring = keyring
        self._random = random
        self._opened = _OpenedKeys(monotonic)
        self._doomed: set[FolderId] = set()  # to be destroyed; used no more
        self._leaves_traces = True  # of an earlier process, perhaps

    def check(self) -> None:
        """Try one key of each root key; raises KeyRetired or Unreadable when keys and store do not belong together."""
        samples = select(func.min(folder_keys.c.folder_id)).group_by(folder_keys.c.kek_version)
        with self._reader.connect() as connection:
            for row in connection.execute(_rows.where(folder_keys.c.folder_id.in_(samples))):
                self._unwrap(*row)

    def is_new(self) -> bool:
        """Tell whether no root key ever came into use here."""
        with self._reader.connect() as connection:
            return connection.execute(_newest).first() is None

    def register(self, today: date) -> None:
        """Note root keys that came into use since."""
        with self._reader.connect() as connection:
            known = set(connection.execute(select(root_keys.c.version)).scalars())
        for version in sorted(self._keyring.keks.keys() - known):
            note_root_key(self._writer, version, today)

    def make(self, folder: FolderId) -> FolderKey:
        """Make a key without storing it."""
        key, key_id = self._random(KEY_BYTES), self._random(KEY_ID_BYTES)
        version = self._keyring.kek_version
        wrapped = self._keyring.wrap(version, folder, key_id, key, new_nonce(self._random))
        return FolderKey(folder, version, wrapped, Cipher(key_id, AESGCM(key)))

    def find(self, folder: FolderId) -> FolderKey | None:
        """Find a folder's key; None when it was destroyed or never made.

        Another process may go on using a key it has opened for `CACHED_SECONDS` after it was destroyed here.
        """
        if folder in self._doomed:
            return None
        known = self._opened.get(folder)
        if known is not None:
            return known
        generation = self._opened.generation
        with self._reader.connect() as connection:
            row = _FIND.first_on(connection, {"which": folder})
        if row is None:
            return None
        found = self._unwrap(row.folder_id, row.key_id, row.kek_version, row.wrapped)
        self._opened.put(found, generation)
        return found

    def find_many(self, folders: Sequence[FolderId]) -> dict[FolderId, FolderKey]:
        """Find the keys of many folders with few questions; they are not kept open, for that would push others out."""
        found: dict[FolderId, FolderKey] = {}
        with self._reader.connect() as connection:
            for start in range(0, len(folders), _ASKED_AT_ONCE):
                some = folder_keys.c.folder_id.in_(folders[start : start + _ASKED_AT_ONCE])
                for row in connection.execute(_rows.where(some)):
                    found[FolderId(row.folder_id)] = self._unwrap(*row)
        return {folder: key for folder, key in found.items() if folder not in self._doomed}

    def list_known(self, folders: Sequence[FolderId]) -> set[FolderId]:
        """List which of these folders have a key in the store, be it that it cannot be opened."""
        known: set[FolderId] = set()
        with self._reader.connect() as connection:
            for start in range(0, len(folders), _ASKED_AT_ONCE):
                some = folder_keys.c.folder_id.in_(folders[start : start + _ASKED_AT_ONCE])
                known.update(connection.execute(select(folder_keys.c.folder_id).where(some)).scalars())
        return known

    def store(self, keys: Iterable[FolderKey]) -> None:
        """Store new keys, durably; when there is a newer root key by now, it wraps them."""
        made = list(keys)
        if not made:
            return
        with self._writer.begin() as connection:
            version = self._choose_version(connection)
            made = [self._wrap_anew(key, version) for key in made]
            connection.execute(insert(folder_keys), [_write(key) for key in made])
        for key in made:
            self._opened.put(key, self._opened.generation)

    @property
    def leaves_traces(self) -> bool:
        """Tell whether a key is still to be destroyed, or a destroyed one still stands in the journal."""
        return bool(self._doomed) or self._leaves_traces

    def destroy(self, folders: Iterable[FolderId]) -> None:
        """Use these keys no more and destroy them, together with those that an earlier call could not destroy.

        What the database raises leaves them for the next call.
        """
        self._doomed.update(folders)
        if self._doomed:
            gone = list(self._doomed)
            self._opened.forget(gone)
            with self._writer.begin() as connection:
                connection.execute(delete(folder_keys).where(folder_keys.c.folder_id.in_(gone)))
            self._doomed.difference_update(gone)
            self._leaves_traces = True
        if self._leaves_traces:
            self._leaves_traces = not empty_journal(self._writer)

    def _choose_version(self, connection: Connection) -> int:
        # The row is held until the commit, so that its key cannot be retired meanwhile.
        newest = connection.execute(_newest.with_for_update(read=True)).scalar_one()
        if newest > self._keyring.kek_version:
            self._keyring.reload()
        own = self._keyring.kek_version
        if own < newest:
            self._refuse_retired(connection, own)
        return own

    def _refuse_retired(self, connection: Connection, version: int) -> None:
        rows = select(root_keys.c.retired).where(root_keys.c.version == version).with_for_update(read=True)
        if connection.execute(rows).scalar_one_or_none() is not False:
            raise KeyRetired(f"root key {version} is retired and the next one is not in the key folder; restart")

    def _wrap_anew(self, key: FolderKey, version: int) -> FolderKey:
        if key.kek_version == version:
            return key
        key_id = key.cipher.key_id
        opened = self._keyring.unwrap(key.kek_version, key.folder, key_id, key.wrapped)
        wrapped = self._keyring.wrap(version, key.folder, key_id, opened, new_nonce(self._random))
        return replace(key, kek_version=version, wrapped=wrapped)

    def _unwrap(self, folder_id: bytes, key_id: bytes, version: int, wrapped: bytes) -> FolderKey:
        folder = FolderId(folder_id)
        key = self._keyring.unwrap(version, folder, key_id, wrapped)
        return FolderKey(folder, version, wrapped, Cipher(key_id, AESGCM(key)))


def was_used(url: str) -> bool:
    """Tell whether a key store is there and holds anything.  Raises StoreUnavailable when it does not answer."""
    path = Path(make_url(url).database or "")
    if make_url(url).get_backend_name() == "sqlite" and not (path.exists() and path.stat().st_size):
        return False
    engine = open_reader(url, 1)
    try:
        with engine.connect() as connection:
            return inspect(connection).has_table(root_keys.name) and connection.execute(_newest).first() is not None
    except DBAPIError as error:
        raise StoreUnavailable("the key store does not answer, or is damaged; start it, or restore it") from error
    finally:
        engine.dispose()


def note_root_key(writer: Engine, version: int, today: date) -> None:
    """Note that a root key came into use; harmless when another process has done so."""
    try:
        with writer.begin() as connection:
            connection.execute(insert(root_keys).values(version=version, made_on=today, retired=False))
    except IntegrityError:
        return


class _OpenedKeys:
    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = Lock()
        self._keys: OrderedDict[FolderId, tuple[float, FolderKey]] = OrderedDict()
        self.generation = 0

    def get(self, folder: FolderId) -> FolderKey | None:
        with self._lock:
            entry = self._keys.get(folder)
            if entry is None:
                return None
            if entry[0] <= self._monotonic():
                del self._keys[folder]
                return None
            self._keys.move_to_end(folder)
            return entry[1]

    def put(self, key: FolderKey, generation: int) -> None:
        """Keep a key, unless a folder was destroyed since it was looked for: it might be that one."""
        with self._lock:
            if generation != self.generation:
                return
            self._keys[key.folder] = (self._monotonic() + CACHED_SECONDS, key)
            self._keys.move_to_end(key.folder)
            if len(self._keys) > CACHED_KEYS:
                self._keys.popitem(last=False)

    def forget(self, folders: list[FolderId]) -> None:
        if not folders:
            return
        with self._lock:
            self.generation += 1
            for folder in folders:
                self._keys.pop(folder, None)


def _write(key: FolderKey) -> Mapping[str, bytes | int]:
    return {
        "folder_id": key.folder,
        "key_id": key.cipher.key_id,
        "kek_version": key.kek_version,
        "wrapped": key.wrapped,
    }
