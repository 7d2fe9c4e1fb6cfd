"""What the operator wants is done once, as it was agreed to, and by nobody's own consent."""

import pytest
from sqlalchemy import func, select, update

from storage.database import Database
from storage.tables import operator_wishes as table
from storage.team import operatorwishes, staffing
from storage.team.approvals import LASTS, Answer, hash_content
from storage.team.operatorwishes import OperatorWish
from storage.team.staffing import Role, StaffMember
from storage.trail import audit
from tests.storage.conftest import SettableClock

CONTENT = b'{"matter":"keys_rotate","particulars":{"version_from":"1","version_to":"2"}}'
SEEN = hash_content(CONTENT)

People = tuple[StaffMember, StaffMember]


@pytest.fixture
async def people(store: Database) -> People:
    """The operator's own desk, and somebody else."""
    add = staffing.add_staff
    return await store.write(lambda work: (add(work, Role.ADMIN, None, "Satu"), add(work, Role.AUDITOR, None, "Dua")))


async def _ask(store: Database, member: StaffMember) -> OperatorWish:
    return await store.write(lambda work: operatorwishes.ask(work, member.id, CONTENT, {"matter": "keys_rotate"}))


async def _decide(store: Database, who: StaffMember, wish: OperatorWish, *, agrees: bool = True) -> Answer:
    return await store.write(lambda work: operatorwishes.decide(work, who, wish.id, SEEN, agrees=agrees))


async def _use(store: Database, wish: OperatorWish) -> Answer:
    return await store.write(lambda work: operatorwishes.use(work, wish))


async def test_a_wish_is_used_once_and_only_after_somebody_else_agreed(store: Database, people: People) -> None:
    own, other = people
    wish = await _ask(store, own)

    assert await _use(store, wish) is Answer.GONE
    assert await _decide(store, own, wish) is Answer.OWN
    assert await _decide(store, other, wish) is Answer.DONE
    assert await _decide(store, other, wish, agrees=False) is Answer.GONE
    assert await _use(store, wish) is Answer.DONE
    assert await _use(store, wish) is Answer.GONE

    rows = await store.read(lambda work: [(row.action, audit.read_detail(work, row)) for row in audit.read_rows(work)])
    assert rows[0] == ("approval_requested", {"matter": "keys_rotate"})
    assert [action for action, _ in rows[1:]] == ["approval_given", "approval_used"]


async def test_a_wish_whose_bound_content_was_exchanged_is_not_done(store: Database, people: People) -> None:
    own, other = people
    wish = await _ask(store, own)
    await _decide(store, other, wish)
    forged = update(table).values(content_hash=hash_content(CONTENT + b" "))
    await store.write(lambda work: work.data.execute(forged))

    assert await _use(store, wish) is Answer.CHANGED


async def test_somebody_who_became_the_one_who_asked_has_not_agreed(store: Database, people: People) -> None:
    own, other = people
    wish = await _ask(store, own)
    await _decide(store, other, wish)
    await store.write(lambda work: work.data.execute(update(table).values(decided_by=own.id)))

    assert await _use(store, wish) is Answer.GONE


async def test_two_wishes_for_the_same_have_codes_of_their_own(store: Database, people: People) -> None:
    codes = {(await _ask(store, people[0])).code for _ in range(20)}
    assert len(codes) == 20


async def test_what_nobody_decided_in_time_is_gone(store: Database, people: People, clock: SettableClock) -> None:
    own, other = people
    wish = await _ask(store, own)
    clock.now += LASTS

    assert await _decide(store, other, wish) is Answer.GONE
    await store.write(operatorwishes.forget_old)
    count = select(func.count()).select_from(table)
    assert await store.read(lambda work: work.data.execute(count).scalar_one()) == 0
