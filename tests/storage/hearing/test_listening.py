"""Changes to how people are heard go live by version, once enough others agreed to exactly that."""

import asyncio
from datetime import date

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from bot.care.listening.changes import Change, ChangeKind
from storage.database import Database
from storage.hearing import listening, listeningmarks
from storage.hearing.listening import Agreed, ChangeOf
from storage.hearing.listeningmarks import MarkKind, Said
from storage.sealing.encryption import FolderGone, FolderId, Unreadable
from storage.tables import listening_changes, listening_marks
from storage.team import staffing
from storage.team.staffing import Role, StaffMember
from storage.transaction import Work
from tests.storage.conftest import SettableClock

CHANGES = (Change(ChangeKind.ADD_PHRASES, "DIE", ("awan biru",), date(2026, 11, 22)),)

People = tuple[StaffMember, StaffMember, StaffMember]


@pytest.fixture
async def people(store: Database) -> People:
    """Three who may change what is listened for."""

    def step(work: Work) -> People:
        first, second, third = (staffing.add_staff(work, Role.ADMIN, None, name) for name in ("Satu", "Dua", "Tiga"))
        return first, second, third

    return await store.write(step)


async def propose(store: Database, who: StaffMember, kind: ChangeOf = ChangeOf.DANGER, base: int = 0) -> bytes:
    return await store.write(lambda work: listening.propose(work, who, kind, base, CHANGES, None))


async def agree(store: Database, who: StaffMember, change_id: bytes) -> Agreed:
    found = await store.read(lambda work: listening.load(work, change_id))
    seen = b"" if found is None else found.content_hash
    return await store.write(lambda work: listening.agree(work, who, change_id, seen))


async def test_danger_needs_two_others_and_a_question_one(store: Database, people: People) -> None:
    first, second, third = people
    change_id = await propose(store, first)

    assert await agree(store, first, change_id) is Agreed.OWN
    assert await agree(store, second, change_id) is Agreed.NOTED
    assert await agree(store, second, change_id) is Agreed.OWN
    assert await store.read(listening.live_version) == 0
    assert await agree(store, third, change_id) is Agreed.LIVE
    assert await agree(store, third, change_id) is Agreed.GONE
    assert await agree(store, second, await propose(store, first, ChangeOf.QUESTION, 1)) is Agreed.LIVE

    assert await store.read(listening.live_version) == 2
    assert await store.read(lambda work: listening.changes_of(work, 1)) == CHANGES
    assert await store.read(lambda work: listening.changes_of(work, 0)) == ()


async def test_what_was_exchanged_in_the_database_is_not_what_was_seen(store: Database, people: People) -> None:
    change_id = await propose(store, people[0])
    seen = await store.read(lambda work: listening.load(work, change_id))
    other = await propose(store, people[0])
    assert seen is not None

    def exchange(work: Work) -> None:
        column = listening_changes.c.content
        content = work.data.execute(select(column).where(listening_changes.c.change_id == other)).scalar_one()
        work.data.execute(update(listening_changes).values(content=content))

    assert seen.content_hash != hash_of(await store.read(lambda work: listening.load(work, other)))
    await store.write(exchange)
    with pytest.raises(Unreadable):
        await store.write(lambda work: listening.agree(work, people[1], change_id, seen.content_hash))
    assert await store.read(listening.live_version) == 0


async def open_sealed(store: Database, change_id: bytes) -> bytes:
    place = FolderId(change_id), "listening_changes", "content", change_id
    return await store.write(lambda work: work.vault.open(*place, b"x" * 64))


def hash_of(found: listening.Version | None) -> bytes:
    assert found is not None
    return found.content_hash


async def test_of_two_made_from_one_version_only_one_goes_live(store: Database, people: People) -> None:
    first, second, third = people
    made = [await propose(store, first, ChangeOf.QUESTION) for _ in range(2)]

    agreed = await asyncio.gather(agree(store, second, made[0]), agree(store, third, made[1]), return_exceptions=True)

    assert agreed.count(Agreed.LIVE) == 1
    assert all(one in (Agreed.LIVE, Agreed.CHANGED) or isinstance(one, IntegrityError) for one in agreed)
    assert await store.read(listening.live_version) == 1


async def test_a_proposal_goes_with_its_key_when_it_is_refused_or_too_old(
    store: Database, people: People, clock: SettableClock
) -> None:
    refused, forgotten = await propose(store, people[0]), await propose(store, people[0])

    assert await store.write(lambda work: listening.refuse(work, people[1], refused))
    assert not await store.write(lambda work: listening.refuse(work, people[1], refused))
    clock.pass_time(days=listening.LASTS.days, minutes=1)
    assert await agree(store, people[1], forgotten) is Agreed.GONE
    await store.write(listening.forget_old_proposals)

    assert await store.read(listening.list_proposals) == []
    for change_id in (refused, forgotten):
        with pytest.raises(FolderGone):
            await open_sealed(store, change_id)


async def test_a_mark_tells_neither_who_nor_where_and_goes_with_its_key(
    store: Database, people: People, clock: SettableClock
) -> None:
    said = Said(MarkKind.MISSED, "suicide", "sindiran tentang langit")
    kept = await store.write(lambda work: listeningmarks.add_mark(work, people[0], said))
    dropped = await store.write(lambda work: listeningmarks.add_mark(work, people[0], said))
    row = await store.read(lambda work: work.data.execute(select(listening_marks)).first())

    assert row is not None
    assert set(row._mapping) == {"mark_id", "day", "document"}  # noqa: SLF001 - SQLAlchemy's public name for it
    assert b"langit" not in row.document
    assert [mark.said for mark in await store.read(listeningmarks.list_marks)] == [said, said]
    assert await store.write(lambda work: listeningmarks.drop_mark(work, people[1], dropped))
    assert not await store.write(lambda work: listeningmarks.drop_mark(work, people[1], dropped))
    assert [mark.id for mark in await store.read(listeningmarks.list_marks)] == [kept]
    clock.pass_time(days=listeningmarks.KEPT_DAYS + 1)
    await store.write(listeningmarks.forget_old_marks)
    assert await store.read(listeningmarks.list_marks) == []
