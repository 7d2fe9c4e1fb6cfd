"""procrastinate: fetching and finishing jobs with ever more of them scheduled for later, on PostgreSQL."""

import asyncio
import json
import sys
from time import perf_counter

import psycopg

_FILL = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, scheduled_at)
    SELECT 'default', 'check_in', '{"about": "0123456789abcdef0123456789abcdef"}', 'todo', now() + %s::interval
        + random() * interval '364 days'
    FROM generate_series(1, %s)
"""


async def main() -> None:
    """Measure at each size in turn, and print the seconds of an idle look and of one job as a line of JSON."""
    # Installed by the bench into a folder that only this process looks into.
    from procrastinate import App, PsycopgConnector  # type: ignore[import-not-found]  # noqa: PLC0415 - see above
    from procrastinate.jobs import Status  # type: ignore[import-not-found]  # noqa: PLC0415 - see above

    conninfo, due, *sizes = sys.argv[1:]
    app = App(connector=PsycopgConnector(conninfo=conninfo))
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        worker = await app.job_manager.register_worker()
        filled = 0
        for size in map(int, sizes):
            _fill(conninfo, "1 day", size - filled)
            filled = size
            began = perf_counter()
            if await app.job_manager.fetch_job(None, worker) is not None:
                raise AssertionError("something was due")
            idle = perf_counter() - began
            _fill(conninfo, "-2 years", int(due))
            began = perf_counter()
            while job := await app.job_manager.fetch_job(None, worker):
                await app.job_manager.finish_job(job, Status.SUCCEEDED, delete_job=False)
            print(json.dumps([idle, (perf_counter() - began) / int(due)]), flush=True)


def _fill(conninfo: str, later: str, count: int) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # without a row of events for each
        connection.execute(_FILL, (later, count))
        connection.execute("VACUUM ANALYZE procrastinate_jobs")


if __name__ == "__main__":
    asyncio.run(main())
