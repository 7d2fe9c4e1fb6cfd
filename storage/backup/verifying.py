"""A copy counts once it was brought back aside, was whole, and could be read."""

import os
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from time import monotonic

from sqlalchemy import Column, Engine, RowMapping, Select, func, select

from storage.backup.archives import Kind, Manifest
from storage.backup.aside import aside
from storage.backup.restoring import gather_erased, mend, unpack
from storage.engine.engines import open_reader, open_writer
from storage.keys.keyring import KeyRetired, Keyring
from storage.keys.keystore import KeyStore, folder_keys
from storage.sealing.encryption import ID_BYTES, FolderId, Unreadable
from storage.sealing.sealed import Sealed
from storage.sealing.vault import Vault
from storage.tables import audit_rows, metadata
from storage.trail.audit import place_of, read_head
from storage.trail.chainreading import read_carefully
from storage.trail.checkpoints import read_checkpoints
from storage.trail.verification import Fault, find_fault
from storage.transaction import Work

SAMPLE = 100


@dataclass(frozen=True, slots=True)
class Sample:
    """What became of what was tried: documents, or the keys of a key store.

    `keyless`: of folders that have no key and were not erased.  `damaged`: "table.column" of each that did not open.
    """

    opened: int
    keyless: int
    damaged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verified:
    """A copy that was brought back aside.

    `sample`: None when the keys to try it with are not here.  `fault`: the first bad row of its audit chain, or None.
    `stopped`, `erased`, `ledgers`: as in `Restored`.
    """

    manifest: Manifest
    sample: Sample | None
    fault: Fault | None
    stopped: int
    erased: int
    ledgers: int

    @property
    def is_good(self) -> bool:
        """Tell whether everything that was tried was opened, and the audit chain is whole."""
        is_opened = self.sample is not None and not self.sample.keyless and not self.sample.damaged
        return is_opened and self.fault is None


@dataclass(frozen=True, slots=True)
class Keys:
    """What a copy is tried with.

    `store_url`: of the key store that belongs to it.  `checkpoints`: the file of signed ones, of the chain in use.
    """

    keyring: Keyring
    store_url: str
    checkpoints: Path


def verify(path: Path, identity: object, keys: Keys | None, now: datetime, live_url: str | None = None) -> Verified:
    """Bring a copy back aside, prove it whole, let go of what was erased, and open a sample of a hundred.

    Raises WrongIdentity, ArchiveDamaged or SchemaTooNew.
    """
    with aside() as staging:
        copy, manifest = unpack(path, identity, staging)
        known, ledgers = gather_erased(path, identity, staging, live_url)
        stopped, erased = mend(manifest.kind, copy, known, now)
        sample = None if keys is None else _try_some(manifest.kind, copy, keys)
        fault = None if keys is None or manifest.kind is Kind.KEYS else _follow_chain(copy, keys, now)
        return Verified(manifest, sample, fault, stopped, erased, ledgers)


def unpack_keys(path: Path, identity: object, folder: Path) -> str:
    """Decrypt a copy of a key store into a folder, to try a copy of the data with; return its address."""
    copy, _ = unpack(path, identity, folder)
    return f"sqlite:///{copy}"


def _try_some(kind: Kind, copy: Path, keys: Keys) -> Sample:
    url = f"sqlite:///{copy}"
    store_url = url if kind is Kind.KEYS else keys.store_url
    writer, reader, data = open_writer(store_url), open_reader(store_url, 1), open_reader(url, 1)
    try:
        store = KeyStore(writer, reader, keys.keyring, os.urandom, monotonic)
        return _try_keys(data, store) if kind is Kind.KEYS else _try_documents(data, Vault(store, None, os.urandom))
    finally:
        for engine in (writer, reader, data):
            engine.dispose()


def _follow_chain(copy: Path, keys: Keys, now: datetime) -> Fault | None:
    """Follow the audit chain of a copy as far as it goes; checkpoints made later speak of rows it cannot have."""
    engine, store = open_reader(f"sqlite:///{copy}", 1), open_reader(keys.store_url, 1)
    try:
        with engine.connect() as connection:
            vault = Vault(KeyStore(store, store, keys.keyring, os.urandom, monotonic), None, os.urandom)
            work = Work(connection, vault, now, None)
            head = read_head(work)
            signed = read_checkpoints(keys.checkpoints, keys.keyring.audit_key.public)
            return find_fault(read_carefully(work), head, [one for one in signed if one.sequence <= head.sequence])
    finally:
        engine.dispose()
        store.dispose()


def _try_keys(data: Engine, store: KeyStore) -> Sample:
    with data.connect() as connection:
        some = select(folder_keys.c.folder_id).order_by(func.random()).limit(SAMPLE)
        folders = [FolderId(row[0]) for row in connection.execute(some)]
    opened = sum(_opens(store, folder) for folder in folders)
    return Sample(opened, 0, ("folder_keys.wrapped",) * (len(folders) - opened))


def _opens(store: KeyStore, folder: FolderId) -> bool:
    try:
        return store.find(folder) is not None
    except (KeyRetired, Unreadable):
        return False


def _try_documents(data: Engine, vault: Vault) -> Sample:
    opened, keyless = 0, 0
    damaged: list[str] = []
    for column, row in _choose(data):
        match _find_out(vault, column, row):
            case True:
                opened += 1
            case False:
                damaged.append(f"{column.table.name}.{column.name}")
            case None:
                keyless += 1
    return Sample(opened, keyless, tuple(damaged))


def _choose(data: Engine) -> list[tuple[Column[bytes], RowMapping]]:
    """Choose documents at random, of each kind about as many."""
    sealed = [column for table in metadata.sorted_tables for column in table.c if isinstance(column.type, Sealed)]
    with data.connect() as connection:
        found = [[(column, row) for row in connection.execute(_some_rows(column)).mappings()] for column in sealed]
    in_turn = (some[place] for place in range(SAMPLE) for some in found if place < len(some))
    return list(islice(in_turn, SAMPLE))


def _some_rows(column: Column[bytes]) -> Select[tuple[object, ...]]:
    # Without the other documents of a row: a picture is a megabyte.
    shown = [one for one in column.table.c if one is column or not isinstance(one.type, Sealed)]
    return select(*shown).where(column.is_not(None)).order_by(func.random()).limit(SAMPLE)


def _find_out(vault: Vault, column: Column[bytes], row: RowMapping) -> bool | None:
    """Tell whether a document opens; None when no folder of its row has a key.

    Which of the ids of a row names its folder differs by table; sealing binds both, so that only the true pair opens.
    """
    ids = [value for value in row.values() if isinstance(value, bytes) and len(value) == ID_BYTES]
    folders = [FolderId(one) for one in ids if _has_key(vault, FolderId(one))]
    if not folders:
        return None
    places = [place_of(row["sequence"])] if column.table is audit_rows else []
    pairs = ((folder, row_id) for folder in folders for row_id in (*ids, *places))
    return any(_opens_at(vault, folder, column, row_id, row[column]) for folder, row_id in pairs)


def _has_key(vault: Vault, folder: FolderId) -> bool:
    try:
        return vault.has_folder(folder)
    except (KeyRetired, Unreadable):
        return False


def _opens_at(vault: Vault, folder: FolderId, column: Column[bytes], row_id: bytes, blob: bytes) -> bool:
    try:
        vault.open(folder, column.table.name, column.name, row_id, blob)
    except Unreadable:
        return False
    return True
