"""Signed-in desks: everybody sees and ends their own, and nobody else's."""

from storage.database import Database
from storage.team import signins, staffing
from storage.team.staffing import Role, StaffId
from storage.transaction import Work
from tests.storage.conftest import SettableClock


async def test_somebody_sees_and_ends_their_own_sessions_only(store: Database, clock: SettableClock) -> None:
    def begin(work: Work) -> tuple[StaffId, StaffId, str, str]:
        mine, other = (staffing.add_staff(work, Role.ADMIN, None, "Contoh") for _ in range(2))
        return mine.id, other.id, signins.start_session(work, mine.id), signins.start_session(work, other.id)

    mine, other, first, foreign = await store.write(begin)
    clock.pass_time(minutes=5)
    second = await store.write(lambda work: signins.start_session(work, mine))

    listed = await store.read(lambda work: signins.list_sessions(work, mine, second))

    assert [session.is_this for session in listed] == [True, False]
    (foreign_session,) = await store.read(lambda work: signins.list_sessions(work, other, foreign))
    assert not await store.write(lambda work: signins.end_own_session(work, mine, foreign_session.id))
    assert await store.write(lambda work: signins.end_own_session(work, mine, listed[1].id))
    alive = await store.write(lambda work: [signins.use_session(work, one) for one in (first, second, foreign)])
    assert [one is None for one in alive] == [True, False, False]


async def test_a_session_that_is_over_is_not_listed(store: Database, clock: SettableClock) -> None:
    member = await store.write(lambda work: staffing.add_staff(work, Role.ADMIN, None, "Contoh"))
    token = await store.write(lambda work: signins.start_session(work, member.id))
    clock.pass_time(minutes=16)

    assert await store.read(lambda work: signins.list_sessions(work, member.id, token)) == []
