"""What becomes of a step that looked before another process had written, and wrote after it."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from storage.database import Database, Work
from tests.storage.conftest import Stores
from tests.storage.scratch import add, children, list_numbers, parents, scratch, write_together
from tests.surroundings.overlapping import overlap, overlap_with


@pytest.fixture
async def two(postgresql_stores: Stores) -> AsyncIterator[tuple[Database, Database]]:
    """Open the same stores as two processes do."""
    one, other = await postgresql_stores.open(), await postgresql_stores.open()
    await one.write(lambda work: scratch.create_all(work.data))
    yield one, other
    await other.close()
    await one.close()


def _make_sure(work: Work) -> str:
    """Add the row unless it is there."""
    if work.data.execute(select(children.c.number).where(children.c.number == 1)).first() is not None:
        return "was there"
    work.data.execute(insert(children).values(number=1))
    return "added"


async def test_a_step_that_met_the_row_of_another_process_runs_again_and_finds_it(
    two: tuple[Database, Database],
) -> None:
    one, other = two

    assert await overlap((one, _make_sure), (other, _make_sure)) == ["added", "was there"]


async def test_those_that_share_its_commit_notice_nothing(two: tuple[Database, Database]) -> None:
    one, other = two

    _, beside = await overlap_with((one, _make_sure), lambda: write_together(other, add(2), _make_sure, add(3)))

    assert isinstance(beside, list)
    assert [type(answer) for answer in beside if isinstance(answer, Exception)] == []
    assert await list_numbers(one) == [1, 2, 3]


async def test_what_a_step_points_at_may_go_meanwhile(two: tuple[Database, Database]) -> None:
    one, other = two
    await one.write(lambda work: work.data.execute(insert(parents).values(number=7)))

    def follow(work: Work) -> str:
        if work.data.execute(select(parents.c.number)).first() is None:
            return "gone"
        work.data.execute(insert(children).values(number=1, parent=7))
        return "added"

    removed, followed = await overlap((one, lambda work: work.data.execute(delete(parents)).rowcount), (other, follow))

    assert (removed, followed) == (1, "gone")


async def test_a_step_that_is_wrong_by_itself_is_told_so(two: tuple[Database, Database]) -> None:
    one, _ = two
    await one.write(add(1))
    runs: list[int] = []

    def add_again(work: Work) -> None:
        runs.append(1)
        add(1)(work)

    with pytest.raises(IntegrityError):
        await one.write(add_again)
    (alone, beside) = await write_together(one, add_again, add(2))

    assert isinstance(alone, IntegrityError)
    assert not isinstance(beside, Exception)
    assert len(runs) < 10
