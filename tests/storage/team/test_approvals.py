"""Two persons: nobody approves what they asked for, and nothing else than what was seen is approved."""

from itertools import product

import pytest
from sqlalchemy import update

from storage.database import Database
from storage.tables import approvals as table
from storage.team import approvals, signins, staffing
from storage.team.approvals import Answer, Kind, hash_content
from storage.team.staffing import Role, StaffMember
from storage.trail import audit
from tests.storage.conftest import SettableClock

CONTENT = b'{"role":"counsellor","unit_id":"here","alias":"Kak Contoh","nonce":"00"}'
SEEN = hash_content(CONTENT)
GRANT = Kind.ROLE_GRANT

People = tuple[StaffMember, StaffMember]


@pytest.fixture
async def people(store: Database) -> People:
    """Two people who may ask and approve."""
    add = staffing.add_staff
    return await store.write(lambda work: (add(work, Role.ADMIN, None, "Satu"), add(work, Role.ADMIN, None, "Dua")))


async def _ask(store: Database, member: StaffMember) -> bytes:
    return await store.write(lambda work: approvals.request_approval(work, member, GRANT, CONTENT))


async def _decide(store: Database, who: StaffMember, wish: bytes, seen: bytes = SEEN, *, agrees: bool = True) -> Answer:
    return await store.write(lambda work: approvals.decide(work, who, wish, seen, agrees=agrees))


async def _use(store: Database, who: StaffMember, wish: bytes, content: bytes = CONTENT) -> Answer:
    return await store.write(lambda work: approvals.use_approval(work, who, wish, GRANT, content))


async def test_what_one_asks_another_approves_and_it_is_used_once(store: Database, people: People) -> None:
    one, other = people
    wish = await _ask(store, one)

    assert await _use(store, one, wish) is Answer.GONE
    assert await _decide(store, other, wish) is Answer.DONE
    assert await _use(store, other, wish) is Answer.GONE
    assert await _use(store, one, wish) is Answer.DONE
    assert await _use(store, one, wish) is Answer.GONE

    rows = await store.read(lambda work: list(audit.read_rows(work)))
    assert [(row.action, row.about_id) for row in rows] == [
        ("approval_requested", wish),
        ("approval_given", wish),
        ("approval_used", wish),
    ]


async def test_an_own_wish_is_not_approved_under_any_session(store: Database, people: People) -> None:
    one, _ = people
    wish = await _ask(store, one)
    for _ in range(2):
        token = await store.write(lambda work: signins.start_session(work, one.id))
        again = await store.write(lambda work, token=token: signins.use_session(work, token))  # type: ignore[misc] # bound now
        assert again is not None
        assert await _decide(store, again, wish) is Answer.OWN
    assert await _use(store, one, wish) is Answer.GONE


async def test_one_changed_byte_is_refused_by_approval_and_by_use(store: Database, people: People) -> None:
    one, other = people
    wish = await _ask(store, one)
    for place in range(len(SEEN)):
        seen = SEEN[:place] + bytes([SEEN[place] ^ 1]) + SEEN[place + 1 :]
        assert await _decide(store, other, wish, seen) is Answer.CHANGED
    assert await _decide(store, other, wish) is Answer.DONE
    for place in range(len(CONTENT)):
        content = CONTENT[:place] + bytes([CONTENT[place] ^ 1]) + CONTENT[place + 1 :]
        assert await _use(store, one, wish, content) is Answer.CHANGED
    assert await _use(store, one, wish) is Answer.DONE


async def test_a_hash_exchanged_in_the_store_is_noticed(store: Database, people: People) -> None:
    one, other = people
    wish = await _ask(store, one)
    await store.write(lambda work: work.data.execute(update(table).values(content_hash=b"x" * 32)))

    assert await _decide(store, other, wish, b"x" * 32) is Answer.CHANGED


@pytest.mark.parametrize("is_approved", [False, True])
async def test_a_wish_ends_after_a_day(
    store: Database,
    people: People,
    clock: SettableClock,
    is_approved: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    one, other = people
    wish = await _ask(store, one)
    if is_approved:
        await _decide(store, other, wish)
    clock.pass_time(hours=24)

    assert await _decide(store, other, wish) is Answer.GONE
    assert await _use(store, one, wish) is Answer.GONE
    await store.write(approvals.forget_old_approvals)
    assert await store.read(lambda work: work.data.execute(table.select()).all()) == []


async def test_a_refused_or_withdrawn_wish_stays_so(store: Database, people: People) -> None:
    one, _ = people
    for first, second in product(people, repeat=2):
        wish = await _ask(store, one)
        assert await _decide(store, first, wish, agrees=False) is Answer.DONE
        assert await _decide(store, second, wish) is Answer.GONE
        assert await _use(store, one, wish) is Answer.GONE
    assert await store.read(lambda work: approvals.list_pending(work, Kind.ROLE_GRANT)) == []


async def test_what_is_pending_is_listed(store: Database, people: People) -> None:
    one, other = people
    wishes = [await _ask(store, one) for _ in range(3)]
    await _decide(store, other, wishes[1])
    await _decide(store, other, wishes[2], agrees=False)

    pending = await store.read(lambda work: approvals.list_pending(work, Kind.ROLE_GRANT))

    assert {one.id: one.decided_by for one in pending} == {wishes[0]: None, wishes[1]: other.id}
    assert {one.content for one in pending} == {CONTENT}
