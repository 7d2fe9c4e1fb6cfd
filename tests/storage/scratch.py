"""Tables and steps that only tests need."""

import asyncio
from collections.abc import Callable
from threading import Event

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, MetaData, Table, insert, select

from storage.database import Database, Work
from storage.sealing.encryption import FolderId

Job = Callable[[Work], object]

FOLDER = FolderId(b"f" * 16)
ROW = b"r" * 16

scratch = MetaData()
parents = Table("scratch_parents", scratch, Column("number", Integer, primary_key=True))
# The reference is checked at the commit only, so that a test can make a whole batch fail.
children = Table(
    "scratch_children",
    scratch,
    Column("number", Integer, primary_key=True),
    Column("parent", ForeignKey(parents.c.number, deferrable=True, initially="DEFERRED")),
    Column("note", LargeBinary),
)


def add(number: int, parent: int | None = None, note: bytes | None = None) -> Job:
    """Make a step that adds a row; one with a parent fails at the commit."""

    def job(work: Work) -> object:
        work.data.execute(insert(children).values(number=number, parent=parent, note=note))
        return work.now

    return job


def seal(plaintext: bytes = b"canary", folder: FolderId = FOLDER) -> Callable[[Work], bytes]:
    """Make a step that seals a document in a folder, making the folder if need be."""

    def job(work: Work) -> bytes:
        work.vault.create_folder(folder)
        return work.vault.seal(folder, "messages", "body", ROW, plaintext)

    return job


def unseal(blob: bytes, folder: FolderId = FOLDER) -> Callable[[Work], bytes]:
    """Make a step that opens what `seal` sealed."""
    return lambda work: work.vault.open(folder, "messages", "body", ROW, blob)


def destroy(work: Work) -> None:
    """Destroy the folder and delete the rows."""
    work.vault.destroy_folder(FOLDER)
    work.data.execute(children.delete())


def fail(_: Work) -> None:
    """Raise what a step may raise."""
    raise LookupError


def in_turn(*jobs: Job) -> Job:
    """Make one step of several."""

    def job(work: Work) -> object:
        return [part(work) for part in jobs]

    return job


async def list_numbers(database: Database) -> list[int]:
    """Read which rows are there."""
    return await database.read(lambda work: list(work.data.execute(select(children.c.number)).scalars()))


async def write_together(database: Database, *jobs: Job, leaving: int | None = None) -> list[object]:
    """Hold the writer until all jobs are waiting, then let it take them as one batch.

    `leaving`: index of the job whose caller goes away before it begins.
    """
    held, holding = Event(), Event()

    def hold(_: Work) -> None:
        holding.set()
        held.wait(10)

    first = asyncio.create_task(database.write(hold))
    await asyncio.to_thread(holding.wait, 10)
    waiting = [asyncio.create_task(database.write(job)) for job in jobs]
    await asyncio.sleep(0.01)
    if leaving is not None:
        waiting[leaving].cancel()
        await asyncio.sleep(0.01)
    held.set()
    await first
    return await asyncio.gather(*waiting, return_exceptions=True)
