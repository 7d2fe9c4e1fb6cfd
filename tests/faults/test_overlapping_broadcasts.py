"""Staff who do something with one broadcast at the same moment, through two processes on one PostgreSQL."""

from collections.abc import Callable

import pytest

from handlers.broadcasts import acts
from handlers.broadcasts.acts import Result, Written
from handlers.world import World
from storage.broadcasts.records import State
from storage.team.staffing import StaffMember
from storage.transaction import Work
from tests.faults.twice import House
from tests.handlers.broadcasts.broadcasting import CONTENT, TRAINED, open_house

#: What staff does with a broadcast.
Act = Callable[[Work, World, StaffMember, str], Result]


async def test_what_an_author_writes_while_the_time_to_approve_ends_is_kept(house: House) -> None:
    desk = await open_house(house.one, 25)
    broadcast_id = await desk.approved()
    house.one.clock.pass_time(hours=25)
    found = await desk.desk.view(desk.author, broadcast_id)
    assert found is not None
    written = Written(found.revision, CONTENT, TRAINED)

    outcomes = await house.at_once(
        lambda work: acts.edit(work, desk.author, broadcast_id, written),
        lambda work: acts.return_expired(work, house.other.world),
    )

    assert outcomes == [Result.DONE, None]
    after = await desk.desk.view(desk.author, broadcast_id)
    assert after is not None
    assert (after.state, after.returned) == (State.DRAFT, "")


@pytest.mark.parametrize(("first", "second"), [(acts.pause, acts.stop), (acts.stop, acts.pause)])
async def test_a_broadcast_paused_and_stopped_at_once_is_stopped(house: House, first: Act, second: Act) -> None:
    desk = await open_house(house.one, 25)
    broadcast_id = await desk.running()

    await house.at_once(
        lambda work: first(work, house.one.world, desk.author, broadcast_id),
        lambda work: second(work, house.other.world, desk.author, broadcast_id),
    )

    assert await desk.state(broadcast_id) is State.STOPPED
