"""People who work here: links that work once, sessions that end, chats and groups."""

from datetime import timedelta

import pytest

from storage.database import Database
from storage.team import signins, staffing
from storage.team.staffing import Purpose, Role, StaffMember
from storage.transaction import Work
from tests.storage.conftest import SettableClock

HERE, THERE, GROUP = b"h" * 16, b"t" * 16, b"g" * 16


def _add(work: Work) -> StaffMember:
    return staffing.add_staff(work, Role.COUNSELLOR, "unit", "Kak Melati")


async def test_a_link_works_once_and_for_its_purpose_only(store: Database) -> None:
    def step(work: Work) -> list[bool]:
        token = staffing.invite(work, _add(work).id, Purpose.SIGN_IN)
        tries = (Purpose.LINK_CHAT, Purpose.SIGN_IN, Purpose.SIGN_IN)
        return [staffing.use_invite(work, token, purpose) is not None for purpose in tries]

    assert await store.write(step) == [False, True, False]


async def test_a_link_is_good_for_a_day(store: Database, clock: SettableClock) -> None:
    member = await store.write(_add)
    token = await store.write(lambda work: staffing.invite(work, member.id, Purpose.SIGN_IN))
    clock.pass_time(hours=24)

    assert await store.write(lambda work: staffing.use_invite(work, token, Purpose.SIGN_IN)) is None


@pytest.mark.parametrize(("every", "lives"), [(timedelta(minutes=14), 8 * 60), (timedelta(minutes=16), 0)])
async def test_a_session_ends_when_idle_and_after_eight_hours(
    store: Database, clock: SettableClock, every: timedelta, lives: int
) -> None:
    member = await store.write(_add)
    token = await store.write(lambda work: signins.start_session(work, member.id))
    started = clock.now
    for _ in range(40):
        clock.now += every
        if await store.write(lambda work: signins.use_session(work, token)) is None:
            break
    lived = (clock.now - every - started) / timedelta(minutes=1)

    assert lives - 14 <= lived <= lives


async def test_access_ends_everywhere_at_once(store: Database) -> None:
    def step(work: Work) -> list[object]:
        member = _add(work)
        session, link = signins.start_session(work, member.id), staffing.invite(work, member.id, Purpose.SIGN_IN)
        staffing.link_chat(work, member, HERE, "telegram", "2002")
        staffing.revoke(work, member.id)
        return [
            signins.use_session(work, session),
            staffing.use_invite(work, link, Purpose.SIGN_IN),
            staffing.find_staff(work, HERE),
            staffing.load_staff(work, member.id),
            *staffing.staff_of_unit(work, "unit"),
        ]

    assert await store.write(step) == [None] * 4


async def test_a_new_chat_takes_the_place_of_the_old_one(store: Database) -> None:
    def step(work: Work) -> list[str]:
        member = _add(work)
        staffing.link_chat(work, member, HERE, "telegram", "2002")
        staffing.link_chat(work, member, THERE, "telegram", "2003")
        return [chat.address for chat in staffing.chats_of(work, member.id)]

    assert await store.write(step) == ["2003"]


async def test_a_group_has_a_folder_of_its_own(store: Database) -> None:
    def step(work: Work) -> bool:
        member = _add(work)
        staffing.link_group(work, "unit", GROUP, "telegram", "-3001")
        (group,) = staffing.groups_of(work, "unit")
        assert staffing.find_staff(work, GROUP) is None
        assert staffing.find_group(work, GROUP) == group
        staffing.unlink(work, group.folder, "telegram")
        return group.folder != staffing.folder_of(member) and staffing.groups_of(work, "unit") == []

    assert await store.write(step)


async def test_what_is_over_is_forgotten(store: Database, clock: SettableClock) -> None:
    member = await store.write(_add)
    tokens = await store.write(
        lambda work: (signins.start_session(work, member.id), staffing.invite(work, member.id, Purpose.SIGN_IN))
    )
    clock.pass_time(days=2)
    await store.write(staffing.forget_old_invites)
    await store.write(signins.forget_old_sessions)
    clock.pass_time(days=-2)

    assert await store.write(lambda work: signins.use_session(work, tokens[0])) is None
    assert await store.write(lambda work: staffing.use_invite(work, tokens[1], Purpose.SIGN_IN)) is None
