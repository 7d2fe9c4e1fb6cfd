"""What is done on the machine without an open key stands in the same chain as everything else."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url

from storage.database import Database
from storage.errors import StoreUnavailable
from storage.trail import audit
from storage.trail.audit import OPERATOR, SERVICE, Deed
from storage.trail.keylessdeeds import note_deed
from storage.trail.verification import find_fault
from tests.storage.conftest import SettableClock, Stores


async def test_a_deed_without_a_key_joins_the_chain(store: Database, stores: Stores, clock: SettableClock) -> None:
    await store.write(lambda work: audit.record(work, OPERATOR, Deed.STAFF_ADDED))
    assert note_deed(stores.url, SERVICE, Deed.BACKUP_MADE, clock() + timedelta(minutes=1))
    await store.write(lambda work: audit.record(work, OPERATOR, Deed.STAFF_REVOKED))

    rows = await store.read(lambda work: list(audit.read_rows(work)))
    fault = await store.read(lambda work: find_fault(audit.read_rows(work), audit.read_head(work), []))

    assert [(row.actor, row.action) for row in rows] == [
        ("operator", "staff_added"),
        ("service", "backup_made"),
        ("operator", "staff_revoked"),
    ]
    assert fault is None


def test_where_nothing_is_stored_yet_nothing_is_made(tmp_path: Path, clock: SettableClock) -> None:
    assert note_deed(f"sqlite:///{tmp_path}/none.db", OPERATOR, Deed.BACKUP_VERIFIED, clock()) is False
    assert list(tmp_path.iterdir()) == []


def test_a_chain_that_cannot_be_written_is_said(
    sqlite_stores: Stores, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.engine.engines._WRITING", ("PRAGMA busy_timeout=50", "PRAGMA journal_mode=WAL"))
    with sqlite3.connect(make_url(sqlite_stores.url).database or "", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="singgah doctor"):
            note_deed(sqlite_stores.url, OPERATOR, Deed.BACKUP_MADE, clock())
    other.close()
