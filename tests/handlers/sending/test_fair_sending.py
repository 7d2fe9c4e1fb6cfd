"""Who is sent to first when many wait."""

from bot.ports import Outgoing
from storage import outbox
from storage.outbox import Lane
from storage.sealing.encryption import FolderId
from storage.transaction import Work
from tests.worlds import TestBed

EARLY, LATE = FolderId(b"\xff" * 16), FolderId(b"\x00" * 16)


def queue(work: Work, recipient: FolderId) -> None:
    """Queue a message for somebody new."""
    work.vault.create_folder(recipient)
    outbox.put(work, recipient, "telegram", Lane.REPLY, Outgoing("Halo"))


async def test_whoever_waits_longest_is_sent_to_first(bed: TestBed) -> None:
    await bed.world.database.write(lambda work: queue(work, EARLY))
    bed.clock.pass_time(seconds=2)
    await bed.world.database.write(lambda work: queue(work, LATE))

    (first,) = await bed.world.database.write(lambda work: outbox.claim(work, ["telegram"], most=1))

    assert first.recipient == EARLY
