"""A process that writes and says what was answered, until it is killed."""

import asyncio
import sys
from pathlib import Path

from storage.database import Database, Work
from tests.storage.conftest import Stores
from tests.storage.scratch import FOLDER, Job, add

CALLERS = 16


async def _write_for_ever(database: Database, first: int) -> None:
    for number in range(first, 1_000_000, CALLERS):
        await database.write(_write(number))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


def _write(number: int) -> Job:
    def job(work: Work) -> None:
        note = work.vault.seal(FOLDER, "scratch_children", "note", b"", str(number).encode())
        add(number, note=note)(work)

    return job


async def _main() -> None:
    url, keystore_url, keys_folder, data_folder = sys.argv[1:]
    database = await Stores(url, keystore_url, Path(keys_folder), Path(data_folder)).open()
    await asyncio.gather(*(_write_for_ever(database, first) for first in range(CALLERS)))


if __name__ == "__main__":
    asyncio.run(_main())
