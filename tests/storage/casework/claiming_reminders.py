"""A process that claims reminders until there are none, and says which."""

import asyncio
import sys
from functools import partial
from pathlib import Path

from storage.casework import reminders
from tests.storage.conftest import Stores


async def _main() -> None:
    url, keystore_url, keys_folder, data_folder = sys.argv[1:]
    database = await Stores(url, keystore_url, Path(keys_folder), Path(data_folder)).open()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    taken: list[str] = []
    while claimed := await database.write(partial(reminders.claim_due, most=50)):
        taken += [reminder.id.hex() for reminder in claimed]
    await database.close()
    sys.stdout.write("\n".join(taken))


if __name__ == "__main__":
    asyncio.run(_main())
