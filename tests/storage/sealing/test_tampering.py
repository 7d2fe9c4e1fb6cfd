"""Ten thousand flipped bits and a thousand swapped blobs in real stores: every one is refused."""

from random import Random

import pytest
from sqlalchemy import Column, ColumnElement, LargeBinary, MetaData, String, Table, and_, insert, select, update

from storage.database import Database, Work
from storage.engine.engines import open_writer
from storage.keys.keystore import folder_keys
from storage.sealing.encryption import FolderId, Unreadable
from tests.storage.conftest import Stores

FLIPS, SWAPS, FOLDERS = 10_000, 1_000, 40
SIZES = (0, 3, 28, 29, 200, 4_000)

notes = Table(
    "tampered_notes",
    MetaData(),
    Column("folder_id", LargeBinary, primary_key=True),
    Column("row_id", LargeBinary, primary_key=True),
    Column("column", String, primary_key=True),
    Column("blob", LargeBinary),
)

Spot = tuple[FolderId, bytes, str]


async def _fill(database: Database) -> dict[Spot, bytes]:
    """Seal documents of several sizes in two columns of two rows of each folder."""

    def job(work: Work) -> dict[Spot, bytes]:
        notes.metadata.create_all(work.data)
        written: dict[Spot, bytes] = {}
        for number in range(FOLDERS):
            folder = FolderId(f"{number:>16}".encode())
            work.vault.create_folder(folder)
            for row in (b"1" * 16, b"2" * 16):
                for column in ("state", "screen"):
                    plaintext = b"canary"[: SIZES[number % len(SIZES)]].ljust(SIZES[number % len(SIZES)], b"x")
                    blob = work.vault.seal(folder, "tampered_notes", column, row, plaintext)
                    written[folder, row, column] = blob
                    values = {"folder_id": folder, "row_id": row, "column": column, "blob": blob}
                    work.data.execute(insert(notes).values(**values))
        return written

    return await database.write(job)


def _opens(work: Work, spot: Spot, blob: bytes) -> bool:
    folder, row, column = spot
    try:
        work.vault.open(folder, "tampered_notes", column, row, blob)
    except Unreadable:
        return False
    return True


async def test_ten_thousand_flipped_bits_are_refused(database: Database) -> None:
    written = await _fill(database)
    chance, spots = Random(10_000), list(written)

    def flip_and_open(work: Work) -> int:
        opened = 0
        for _ in range(FLIPS):
            spot = chance.choice(spots)
            blob = bytearray(written[spot])
            bit = chance.randrange(len(blob) * 8)
            blob[bit // 8] ^= 1 << bit % 8
            opened += _opens(work, spot, bytes(blob))
        return opened

    assert await database.read(flip_and_open) == 0
    assert await database.read(lambda work: all(_opens(work, *pair) for pair in written.items()))


async def test_a_thousand_swapped_blobs_are_refused(database: Database) -> None:
    written = await _fill(database)
    chance, spots = Random(1_000), list(written)

    def at(spot: Spot) -> ColumnElement[bool]:
        return and_(notes.c.folder_id == spot[0], notes.c.row_id == spot[1], notes.c.column == spot[2])

    def swap_and_open(work: Work) -> int:
        opened = 0
        for _ in range(SWAPS):
            one, other = chance.sample(spots, 2)
            for spot, blob in ((one, written[other]), (other, written[one])):
                work.data.execute(update(notes).where(at(spot)).values(blob=blob))
            for spot in (one, other):
                stored = work.data.execute(select(notes.c.blob).where(at(spot))).scalar_one()
                opened += _opens(work, spot, stored)
                work.data.execute(update(notes).where(at(spot)).values(blob=written[spot]))
        return opened

    assert await database.write(swap_and_open) == 0


async def test_swapped_or_damaged_folder_keys_are_refused(stores: Stores) -> None:
    database = await stores.open()
    await _fill(database)
    await database.close()
    engine = open_writer(stores.keystore_url)
    with engine.begin() as connection:
        rows = connection.execute(select(folder_keys.c.folder_id, folder_keys.c.key_id, folder_keys.c.wrapped)).all()
        others = [*rows[1:], rows[0]]
        for row, other in zip(rows, others, strict=True):
            swapped = update(folder_keys).where(folder_keys.c.folder_id == row.folder_id)
            connection.execute(swapped.values(key_id=other.key_id, wrapped=other.wrapped))
    engine.dispose()

    with pytest.raises(Unreadable, match="does not open the key store"):
        await stores.open()
    keyring = stores.keyring
    for row, other in zip(rows, others, strict=True):
        flipped = ((row.key_id, _flip(row.wrapped, bit)) for bit in range(len(row.wrapped) * 8))
        for key_id, wrapped in ((other.key_id, other.wrapped), (row.key_id, other.wrapped), *flipped):
            with pytest.raises(Unreadable):
                keyring.unwrap(1, FolderId(row.folder_id), key_id, wrapped)


def _flip(blob: bytes, bit: int) -> bytes:
    flipped = bytearray(blob)
    flipped[bit // 8] ^= 1 << bit % 8
    return bytes(flipped)
