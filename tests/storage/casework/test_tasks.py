"""Tasks call humans once, and follow the case to whichever unit has it."""

from dataclasses import replace
from datetime import timedelta

from storage.casework import cases, tasks
from storage.casework.cases import Case
from storage.clients import people
from storage.database import Database
from storage.transaction import Work


def _open(work: Work) -> Case:
    return cases.open_case(work, people.welcome(work, b"h" * 16, "telegram", "1001", "id"), "unit", "intake", {})


async def test_a_reason_that_waits_already_is_not_doubled(store: Database) -> None:
    def step(work: Work) -> list[int]:
        case = _open(work)
        counts = []
        for _ in range(2):
            tasks.add_task(work, case, "danger", work.now)
        counts.append(len(tasks.open_tasks(work, "unit")))
        tasks.finish_task(work, tasks.open_tasks(work, "unit")[0].id)
        counts.append(len(tasks.open_tasks(work, None)))
        tasks.add_task(work, case, "danger", work.now)
        return [*counts, len(tasks.open_tasks(work, "unit"))]

    assert await store.write(step) == [1, 0, 1]


async def test_the_most_urgent_comes_first(store: Database) -> None:
    def step(work: Work) -> list[str]:
        case = _open(work)
        tasks.add_task(work, case, "missed_check_in", work.now)
        tasks.add_task(work, case, "danger", work.now - timedelta(hours=1))
        return [task.reason for task in tasks.open_tasks(work, "unit")]

    assert await store.write(step) == ["danger", "missed_check_in"]


async def test_tasks_move_with_their_case(store: Database) -> None:
    def step(work: Work) -> list[list[str]]:
        case = _open(work)
        tasks.add_task(work, case, "danger", work.now)
        cases.save_case(work, replace(case, unit_id="other"))
        return [[task.unit_id for task in tasks.open_tasks(work, unit)] for unit in ("unit", "other")]

    assert await store.write(step) == [[], ["other"]]
