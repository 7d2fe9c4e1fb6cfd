"""A process that erases one person again and again in copies of a store, each time killed one operation later.

Prints the number of the first copy in which it came to its end.
"""

import asyncio
import os
import signal
import sys
from itertools import count
from pathlib import Path

from sqlalchemy import Engine, event

from storage.clients import people
from storage.clients.people import ClientId
from tests.storage.conftest import Stores


async def _erase(folder: Path, client_id: ClientId, operations: int) -> None:
    stores = Stores(f"sqlite:///{folder}/data.db", f"sqlite:///{folder}/keys.db", folder.parent / "keys", folder)
    database = await stores.open()
    left = count(operations, -1)

    def count_down(*_: object) -> None:
        if next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", count_down)
    event.listen(Engine, "commit", count_down)
    await database.write(lambda work: people.erase_client(work, client_id))
    event.remove(Engine, "before_cursor_execute", count_down)
    event.remove(Engine, "commit", count_down)
    await database.close()


def _main() -> None:
    root, client_id = Path(sys.argv[1]), ClientId(bytes.fromhex(sys.argv[2]))
    for number in count():
        folder = root / f"{number}"
        if not folder.exists():
            return
        child = os.fork()
        if child == 0:
            asyncio.run(_erase(folder, client_id, number))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status == 0:
            sys.stdout.write(f"{number}\n")
            return


if __name__ == "__main__":
    _main()
