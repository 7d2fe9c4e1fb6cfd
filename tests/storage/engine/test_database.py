"""Steps share commits without harming each other, and readers see one moment."""

import asyncio
from collections.abc import Awaitable
from threading import Event

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from storage.database import Database, Work
from storage.engine.writer import LARGEST_BATCH
from storage.errors import Closed, Overloaded
from storage.sealing.encryption import FolderGone
from storage.sealing.vault import ReadOnlyWork
from tests.storage.conftest import START, Stores
from tests.storage.scratch import FOLDER, Job, add, children, fail, in_turn, list_numbers, seal, write_together


async def test_steps_that_wait_together_share_one_commit(database: Database) -> None:
    moments = await write_together(database, *(add(number) for number in range(200)))

    assert len(set(moments)) == 1
    assert await list_numbers(database) == list(range(200))


async def test_a_step_that_comes_while_another_runs_shares_its_commit(database: Database) -> None:
    first, late = await _run_beside(database, database.write(add(2)))

    assert first == late
    assert await list_numbers(database) == [1, 2]


async def test_a_late_step_that_fails_is_undone_alone(database: Database) -> None:
    first, late = await _run_beside(database, database.write(in_turn(add(2), fail)))

    assert (isinstance(first, Exception), type(late)) == (False, LookupError)
    assert await list_numbers(database) == [1]


async def test_the_last_step_sees_what_came_after_it(database: Database) -> None:
    answers = await _run_beside(database, database.write_last(_count), database.write(add(2)))

    assert answers[1] == 2


async def test_the_last_step_is_answered_when_the_one_before_it_fails(database: Database) -> None:
    running, go_on = Event(), Event()

    def wait_and_fail(_: Work) -> None:
        running.set()
        go_on.wait(10)
        raise LookupError

    failing = asyncio.ensure_future(database.write(wait_and_fail))
    await asyncio.to_thread(running.wait, 10)
    last = asyncio.ensure_future(database.write_last(_count))
    await asyncio.sleep(0)
    go_on.set()
    answers = await asyncio.gather(failing, last, return_exceptions=True)

    assert [type(answer) for answer in answers] == [LookupError, int]


async def test_what_needs_no_sync_is_stored_like_the_rest(database: Database) -> None:
    await database.write_unsynced(add(1))
    await asyncio.gather(database.write_unsynced(add(2)), database.write(add(3)))

    assert await list_numbers(database) == [1, 2, 3]


async def test_a_batch_is_bounded(database: Database) -> None:
    moments = await write_together(database, *(add(number) for number in range(LARGEST_BATCH + 1)))

    assert max(map(moments.count, moments)) <= LARGEST_BATCH
    assert await list_numbers(database) == list(range(LARGEST_BATCH + 1))


async def test_steps_run_in_the_order_they_came(database: Database) -> None:
    order: list[int] = []

    def note(number: int) -> Job:
        return lambda _: order.append(number)

    await write_together(database, *(note(number) for number in range(100)))

    assert order == list(range(100))


async def test_a_step_sees_what_earlier_steps_of_its_batch_wrote(database: Database) -> None:
    answers = await write_together(database, add(1), _count, add(2), _count)

    assert (answers[1], answers[3]) == (1, 2)


async def test_a_failing_step_is_undone_alone(database: Database) -> None:
    answers = await write_together(database, add(1), in_turn(add(77), fail), add(2), add(2), add(3))

    assert [type(answer) for answer in answers if isinstance(answer, Exception)] == [LookupError, IntegrityError]
    assert await list_numbers(database) == [1, 2, 3]


async def test_a_lone_failing_step_leaves_no_trace(database: Database) -> None:
    with pytest.raises(LookupError):
        await database.write(in_turn(add(77), seal(), fail))

    assert await list_numbers(database) == []
    with pytest.raises(FolderGone):
        await database.write(lambda work: work.vault.seal(FOLDER, "messages", "body", b"", b""))


async def test_when_the_commit_fails_each_step_gets_its_own_answer(database: Database) -> None:
    answers = await write_together(database, add(1), add(2, parent=404), add(3))

    assert [isinstance(answer, IntegrityError) for answer in answers] == [False, True, False]
    assert await list_numbers(database) == [1, 3]


async def test_a_step_that_hides_a_failed_statement_is_stored_whole_or_not_at_all(database: Database) -> None:
    def hide(work: Work) -> None:
        add(2)(work)
        with pytest.raises(IntegrityError):
            add(1)(work)

    await database.write(add(1))
    (alone,) = await asyncio.gather(database.write(hide), return_exceptions=True)
    kept = await list_numbers(database)
    await write_together(database, add(3), hide, add(4))

    assert (2 in kept) == (alone is None)
    assert {1, 3, 4} <= set(await list_numbers(database))


async def test_a_step_that_raises_stop_iteration_answers_its_caller(database: Database) -> None:
    for ask in (database.write, database.read):
        with pytest.raises(RuntimeError, match="StopIteration"):
            await asyncio.wait_for(ask(lambda _: next(iter(()))), 5)


async def test_after_commit_is_called_once_and_only_for_what_is_stored(database: Database) -> None:
    called: list[str] = []

    def note(name: str, job: Job) -> Job:
        return in_turn(lambda work: work.after_commit(lambda: called.append(name)), job)

    await write_together(database, note("one", add(1)), note("failed", fail), note("orphan", add(2, parent=404)))
    await database.write(note("alone", add(3)))

    assert called == ["one", "alone"]


async def test_the_next_step_is_answered_when_a_callback_fails(database: Database) -> None:
    reported: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context["exception"]))

    def fail_late() -> None:
        raise LookupError

    await database.write(lambda work: work.after_commit(fail_late))
    await database.write(add(1))

    assert [type(error) for error in reported] == [LookupError]
    assert await list_numbers(database) == [1]


async def test_a_step_whose_caller_left_before_it_began_is_not_run(database: Database) -> None:
    answers = await write_together(database, add(1), add(2), leaving=0)

    assert isinstance(answers[0], asyncio.CancelledError)
    assert await list_numbers(database) == [2]


async def test_too_many_waiting_steps_are_refused_at_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.engine.writer.MOST_WAITING", 3)

    answers = await write_together(database, *(add(number) for number in range(5)))

    assert [isinstance(answer, Overloaded) for answer in answers] == [False, False, False, True, True]


async def test_closing_finishes_what_is_waiting(stores: Stores) -> None:
    database = await stores.open()
    await database.write(lambda work: children.metadata.create_all(work.data))
    waiting = [asyncio.create_task(database.write(add(number))) for number in range(50)]
    await asyncio.sleep(0)

    await database.close()

    await asyncio.gather(*waiting)
    with pytest.raises(Closed):
        await database.write(add(99))
    again = await stores.open()
    assert len(await list_numbers(again)) == 50
    await again.close()


async def test_time_is_read_once_for_a_transaction(database: Database) -> None:
    moments = await database.write(lambda work: (work.now, work.now))

    assert moments[0] == moments[1] > START


async def test_a_reading_step_changes_nothing(database: Database) -> None:
    with pytest.raises(Exception, match=r"read.?only"):
        await database.read(add(1))
    with pytest.raises(ReadOnlyWork):
        await database.read(lambda work: work.vault.create_folder(FOLDER))
    with pytest.raises(ReadOnlyWork):
        await database.read(lambda work: work.after_commit(print))

    assert await list_numbers(database) == []


async def test_a_reading_step_sees_one_moment_however_long_it_takes(database: Database) -> None:
    begun, written = Event(), Event()

    def count_twice(work: Work) -> list[int]:
        counted = select(func.count()).select_from(children)
        first = work.data.execute(counted).scalar_one()
        begun.set()
        written.wait(10)
        return [first, work.data.execute(counted).scalar_one()]

    reading = asyncio.create_task(database.read(count_twice))
    await asyncio.to_thread(begun.wait, 10)
    await database.write(add(1))
    written.set()

    assert await reading == [0, 0]
    assert await list_numbers(database) == [1]


async def _run_beside(database: Database, *others: Awaitable[object]) -> list[object]:
    """Begin a step and let others come while it runs; return what became of each."""
    running, go_on = Event(), Event()

    def wait(work: Work) -> object:
        running.set()
        go_on.wait(10)
        return add(1)(work)

    first = asyncio.ensure_future(database.write(wait))
    await asyncio.to_thread(running.wait, 10)
    late = [asyncio.ensure_future(other) for other in others]
    await asyncio.sleep(0)
    go_on.set()
    return await asyncio.gather(first, *late, return_exceptions=True)


def _count(work: Work) -> int:
    return work.data.execute(select(func.count()).select_from(children)).scalar_one()
