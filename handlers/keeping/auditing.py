"""Keep the audit chain provable: sign where it ends, forget what is too old, and look for tampering."""

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy.exc import DBAPIError

from handlers.world import World
from storage.database import Database
from storage.engine.engines import will_pass
from storage.errors import StorageError
from storage.keys.keyring import Keyring
from storage.sealing.encryption import new_id
from storage.trail import audit
from storage.trail.audit import Actor, Deed, Head
from storage.trail.chainreading import read_carefully
from storage.trail.checkpoints import Checkpoint, CheckpointDamaged, append_checkpoint, read_checkpoints
from storage.trail.verification import find_fault
from storage.transaction import Work

log = logging.getLogger(__name__)

_MOST_ROWS: Final = 100
_LONGEST: Final = timedelta(hours=1)
#: Longer than any question about what staff did is asked.
_KEPT: Final = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Finding:
    """What looking for tampering came to.

    `last_row`: where the chain ends.  `signed_to`: the newest row that a checkpoint covers, 0 without one.  `bad_row`,
    `damage`: the first bad row and what is wrong with it; no damage for a chain that is whole, and no row for a line of
    the checkpoint file that cannot be read at all.
    """

    last_row: int
    checkpoints: int
    signed_to: int
    bad_row: int | None = None
    damage: str | None = None

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing bad was found."""
        return self.damage is None


def note_erasure(work: Work, by: Actor) -> None:
    """Record that a client was erased, under an id that names nobody.

    Everybody has a right to be erased: where the chain cannot be written, the erasure goes on without it.
    """
    try:
        with work.data.begin_nested():
            audit.record(work, by, Deed.CASE_ERASED, new_id())
    except DBAPIError as error:
        if will_pass(error):
            raise
        log.exception("audit", extra={"action": "audit.unwritten", "error": error})


async def sign_if_due(world: World) -> bool:
    """Sign the end of the chain if a hundred rows or an hour have passed since the last time; tell whether it was."""
    head, is_due = await world.database.read(_look)
    return is_due and await _sign(world.database, world.keyring, world.config.checkpoint_file, head, world.clock())


async def sign_now(world: World) -> bool:
    """Sign the end of the chain; False if that was done already."""
    return await _sign_end(world.database, world.keyring, world.config.checkpoint_file, world.clock())


async def sign_quietly(world: World) -> None:
    """Sign the end of the chain after something that must not fail because of it; the next try is within the hour."""
    await sign_end_quietly(world.database, world.keyring, world.config.checkpoint_file, world.clock())


async def sign_end_quietly(database: Database, keyring: Keyring, path: Path, now: datetime) -> None:
    """Do the same where there is no world, only a database and its keys.  `path`: of the checkpoint file."""
    try:
        await _sign_end(database, keyring, path, now)
    except (StorageError, OSError) as error:
        log.exception("audit", extra={"action": "audit.unsigned", "error": error})


async def prune_if_due(world: World) -> int:
    """Forget rows that are older than two years, up to a signed checkpoint; return how many went."""
    first = await world.database.read(audit.first_made_at)
    return 0 if first is None or world.clock() - first < _KEPT else await _prune(world)


async def verify(world: World) -> Finding:
    """Look for the first row that is not as it was written."""
    path = world.config.checkpoint_file
    public = (await asyncio.to_thread(world.keyring.newest_audit_key)).public
    # Before the file is read: a checkpoint may be made meanwhile, which the file then does not show.
    known = await world.database.read(audit.read_head)
    try:
        checkpoints = await asyncio.to_thread(read_checkpoints, path, public)
    except CheckpointDamaged as damaged:
        return Finding(known.sequence, 0, 0, damaged.sequence, "checkpoint_changed")
    return await world.database.read(lambda work: _inspect(work, known, checkpoints))


def _inspect(work: Work, known: Head, checkpoints: list[Checkpoint]) -> Finding:
    head = replace(audit.read_head(work), checkpoint_sequence=known.checkpoint_sequence)
    fault = find_fault(read_carefully(work), head, checkpoints)
    signed_to = checkpoints[-1].sequence if checkpoints else 0
    found = (None, None) if fault is None else (fault.sequence, fault.damage.value)
    return Finding(head.sequence, len(checkpoints), signed_to, *found)


async def _prune(world: World) -> int:
    path, key = world.config.checkpoint_file, await asyncio.to_thread(world.keyring.newest_audit_key)
    signed = await asyncio.to_thread(read_checkpoints, path, key.public)
    oldest = world.clock() - _KEPT
    old = max((one.sequence for one in signed if one.made_at < oldest), default=0)
    if old <= max((one.pruned for one in signed), default=0):
        return 0
    head = await world.database.read(audit.read_head)
    # Signed before the rows go: a crash in between leaves more than was announced, never less.
    await asyncio.to_thread(append_checkpoint, path, key, head, world.clock(), old)
    return await world.database.write(lambda work: audit.prune(work, old))


async def _sign_end(database: Database, keyring: Keyring, path: Path, now: datetime) -> bool:
    head = await database.read(audit.read_head)
    return head.sequence > head.checkpoint_sequence and await _sign(database, keyring, path, head, now)


async def _sign(database: Database, keyring: Keyring, path: Path, head: Head, now: datetime) -> bool:
    key = await asyncio.to_thread(keyring.newest_audit_key)
    # The file first: the database remembers only what is really there.
    is_new = await asyncio.to_thread(append_checkpoint, path, key, head, now)
    await database.write(lambda work: audit.note_checkpoint(work, head.sequence))
    return is_new


def _look(work: Work) -> tuple[Head, bool]:
    head = audit.read_head(work)
    unsigned = head.sequence - head.checkpoint_sequence
    if unsigned <= 0:
        return head, False
    first = audit.made_at(work, head.checkpoint_sequence + 1)
    return head, unsigned >= _MOST_ROWS or (first is not None and work.now - first >= _LONGEST)
