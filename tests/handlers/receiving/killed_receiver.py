"""Start the service again and again over the same data; every time one delivery kills it in the middle of its turn.

Called with the settings and the number of starts; prints what the last start said to the person.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from bot.config import Config, parse
from bot.ports import Incoming, Text
from handlers.receiving import turn
from handlers.world import World
from storage.transaction import Work
from tests.handlers.walking import CLIENT, OTHER_CLIENT
from tests.worlds import open_test_bed, real_house


async def _live(config: Config) -> list[str]:
    """Live once: somebody else writes first, then the poison is delivered."""
    async with open_test_bed(config) as bed:
        await bed.receiver.receive(Incoming(bed.channel.name, OTHER_CLIENT, f"healthy-{os.getpid()}", Text("menu")))
        take = turn.take

        def take_poison(work: Work, world: World, incoming: Incoming, prepared: turn.Prepared) -> bool:
            if incoming.provider_id == "poison":
                os.kill(os.getpid(), signal.SIGKILL)
            return take(work, world, incoming, prepared)

        turn.take = take_poison
        await bed.receiver.receive(Incoming(bed.channel.name, CLIENT, "poison", Text("halo")))
        await bed.flush()
        return bed.heard(CLIENT)


def main() -> None:
    """Live until a life is not cut short, at most so many times."""
    settings = Path(sys.argv[1])
    config = parse(settings.read_text(encoding="utf-8"), str(settings))
    real_house()
    for number in range(1, int(sys.argv[2]) + 1):
        child = os.fork()
        if child == 0:
            heard = asyncio.run(_live(config))
            sys.stdout.write(f"{number} {heard[-1]}")
            sys.stdout.flush()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            return


if __name__ == "__main__":
    main()
