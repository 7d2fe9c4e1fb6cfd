"""How a store fares is read in numbers, on both engines, without opening anything."""

from datetime import timedelta

from bot.ports import Outgoing
from storage import outbox, vitals
from storage.casework import reminders
from storage.clients import people
from storage.database import Database
from storage.outbox import Lane
from storage.receiving import deliveries
from storage.trail import audit
from storage.trail.audit import OPERATOR, Deed
from storage.transaction import Work
from tests.storage.conftest import SettableClock


def _put(work: Work, lane: Lane) -> None:
    client = people.welcome(work, lane.value.encode().ljust(16), "telegram", f"7000000{len(lane)}", "id")
    outbox.put(work, people.folder(client), "telegram", lane, Outgoing("Halo"))


async def test_letters_and_reminders_are_counted_and_the_most_overdue_is_found(
    store: Database, clock: SettableClock
) -> None:
    began = clock()
    await store.write(lambda work: _put(work, Lane.REPLY))

    def plan(work: Work) -> None:
        client = people.welcome(work, bytes(16), "telegram", "70000099", "id")
        due = (("kabar", "w1", began + timedelta(hours=1)), ("kabar", "w2", began + timedelta(days=9)))
        reminders.schedule(work, client, None, due)

    await store.write(plan)
    clock.pass_time(hours=3)
    await store.write(lambda work: _put(work, Lane.COUNSELLOR))

    found = await store.read(lambda work: vitals.read_vitals(work.data, work.now))

    assert found.letters == {("reply", "queued"): 1, ("counsellor", "queued"): 1}
    assert found.oldest_letter == began
    assert found.reminders == {"waiting": 2}
    assert found.oldest_reminder == began + timedelta(hours=1)


async def test_a_store_where_nothing_waits_says_so(store: Database) -> None:
    found = await store.read(lambda work: vitals.read_vitals(work.data, work.now))

    assert (found.letters, found.oldest_letter, found.reminders, found.oldest_reminder, found.dead) == (
        {},
        None,
        {},
        None,
        0,
    )
    assert await store.read(lambda work: vitals.oldest_delivery(work.data)) is None


async def test_what_was_given_up_is_counted(store: Database) -> None:
    for _ in range(deliveries.MAX_ATTEMPTS):
        await store.write(lambda work: deliveries.stumble(work, b"d" * 16, "telegram", "Unreadable"))
    await store.write(lambda work: deliveries.stumble(work, b"e" * 16, "telegram", "Unreadable"))

    assert await store.read(lambda work: vitals.count_dead(work.data)) == 1


async def test_what_no_checkpoint_covers_is_told_with_its_time(store: Database, clock: SettableClock) -> None:
    await store.write(lambda work: audit.record(work, OPERATOR, Deed.STAFF_ADDED))
    await store.write(lambda work: audit.note_checkpoint(work, 1))
    assert await store.read(lambda work: vitals.read_chain(work.data)) == vitals.Chain(1, 0, None)
    clock.pass_time(hours=1)
    await store.write(lambda work: audit.record(work, OPERATOR, Deed.STAFF_ADDED))

    found = await store.read(lambda work: vitals.read_chain(work.data))

    assert (found.rows, found.unsigned, found.unsigned_since) == (2, 1, clock().replace(second=0, microsecond=0))


async def test_writing_is_proved_again_and_again_and_changes_nothing_that_is_kept(store: Database) -> None:
    for _ in range(3):
        await store.write(lambda work: vitals.prove_writing(work.data))

    assert await store.read(lambda work: vitals.count_dead(work.data)) == 0


async def test_the_clock_of_a_server_is_compared_with_ours(store: Database, clock: SettableClock) -> None:
    skew = await store.read(lambda work: vitals.measure_skew(work.data, clock()))

    assert skew is None or skew != timedelta(0)
