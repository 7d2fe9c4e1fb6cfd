"""APScheduler's job store: what its scheduler does at a tick, with ever more jobs waiting in an SQL table."""

import contextlib
import pickle
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from time import perf_counter
from uuid import uuid4

from apscheduler.job import Job
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
_CHUNK = 10_000


class JobStore:
    """A store with ever more jobs waiting."""

    def __init__(self, scheduler: BackgroundScheduler, store: SQLAlchemyJobStore) -> None:
        """Measure an open store."""
        self._scheduler = scheduler
        self._store = store

    def fill(self, count: int) -> None:
        """Add jobs that are due from tomorrow on: rows as the store writes them, but many in one statement."""
        state = pickle.dumps(self._make(NOW + timedelta(days=1)).__getstate__(), self._store.pickle_protocol)
        first = int((NOW + timedelta(days=1)).timestamp())
        for start in range(0, count, _CHUNK):
            rows = [
                {"id": uuid4().hex, "next_run_time": first + number * 30 % 31_536_000, "job_state": state}
                for number in range(start, min(start + _CHUNK, count))
            ]
            with self._store.engine.begin() as connection:
                connection.execute(self._store.jobs_t.insert(), rows)

    def make_due(self, count: int) -> None:
        """Add jobs that are due now."""
        for _ in range(count):
            self._store.add_job(self._make(NOW - timedelta(minutes=30)))

    def idle(self) -> float:
        """Return the seconds of one look when nothing is due."""
        began = perf_counter()
        if self._look():
            raise AssertionError("something was due")
        return perf_counter() - began

    def take(self) -> float:
        """Take all that is due; return the seconds of one job."""
        began = perf_counter()
        jobs = self._look()
        for job in jobs:
            self._store.remove_job(job.id)
        return (perf_counter() - began) / len(jobs)

    def _look(self) -> list[Job]:
        jobs: list[Job] = self._store.get_due_jobs(NOW)
        self._store.get_next_run_time()
        return jobs

    def _make(self, due: datetime) -> Job:
        return Job(
            self._scheduler,
            id=uuid4().hex,
            trigger=DateTrigger(due),
            executor="default",
            func="builtins:print",
            args=("check-in", uuid4().hex),
            kwargs={},
            name="reminder",
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
            next_run_time=due,
        )


@contextlib.contextmanager
def open_job_store(url: str) -> Iterator[JobStore]:
    """Open its store over an empty database."""
    scheduler = BackgroundScheduler(timezone=UTC)
    store = SQLAlchemyJobStore(url)
    store.start(scheduler, "default")
    yield JobStore(scheduler, store)
    store.shutdown()
