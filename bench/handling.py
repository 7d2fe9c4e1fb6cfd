"""What a due reminder costs as a whole: deciding, the conversation, the letter in the outbox, the commits."""

import tempfile
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import perf_counter

from bot.config import parse
from handlers.caring.remind import send_due
from handlers.house.opening import open_world
from handlers.steps import Steps
from storage.casework import reminders
from storage.clients import people
from storage.transaction import Work

#: Ten in the morning in Jakarta.
_NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


async def measure_handling(count: int) -> float:
    """Send so many people their reminder; return how many were handled in a second."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_world(parse("", str(Path(folder) / "config.toml")), {}, lambda: _NOW) as world:
            await world.database.write(partial(_invent, count))
            began = perf_counter()
            handled = await send_due(Steps(world))
            seconds = perf_counter() - began
    if handled != count:
        raise AssertionError(f"{handled} of {count} were handled")
    return count / seconds


def _invent(count: int, work: Work) -> None:
    for number in range(count):
        client_id = people.welcome(work, number.to_bytes(16, "big"), "telegram", f"{number}", "id")
        reminders.schedule(work, client_id, None, [("checkin_month", "a", work.now)])
