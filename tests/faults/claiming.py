"""A process that sends whenever it has the duty and soon hands it on; it says what it claimed, and how fast."""

import asyncio
import secrets
import sys
import time
from functools import partial
from pathlib import Path

from storage import outbox
from storage.database import Database
from storage.engine import leadership
from storage.engine.leadership import DutyLost, Term
from storage.errors import StoreUnavailable
from storage.outbox import Letter
from storage.transaction import Work
from tests.storage.conftest import Stores

_AT_ONCE = 50
_CLAIMS_A_TERM = 10
_LEASE_S = 5.0
_LOOK_S = 0.01
#: Long enough for the other one to look, which would take the duty by luck alone otherwise.
_HAND_OVER_S = 5 * _LOOK_S


async def _main() -> None:
    url, keystore_url, keys_folder, data_folder = sys.argv[1:]
    database = await Stores(url, keystore_url, Path(keys_folder), Path(data_folder)).open()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    holder = secrets.token_bytes(16)
    while await database.read(outbox.count_states):
        try:
            await _serve_a_term(database, holder)
        except (StoreUnavailable, DutyLost):
            continue
    await database.close()


async def _serve_a_term(database: Database, holder: bytes) -> None:
    term = await database.write(lambda work: leadership.take(work, "send:telegram", holder, _LEASE_S))
    if term is None:
        await asyncio.sleep(_LOOK_S)
        return
    await database.write(partial(_recover, term=term))
    for _ in range(_CLAIMS_A_TERM):
        began = time.perf_counter()
        claimed = await database.write(partial(_claim, term=term))
        if not claimed:
            break
        took = time.perf_counter() - began
        sys.stdout.write(f"{took} {' '.join(f'{letter.id.hex()}.{letter.attempts}' for letter in claimed)}\n")
        await database.write(partial(_mark_sent, letters=claimed))
    await database.write(lambda work: leadership.give_back(work, term))
    await asyncio.sleep(_HAND_OVER_S)


def _recover(work: Work, term: Term) -> None:
    leadership.check(work, term)
    outbox.recover(work, ["telegram"])


def _claim(work: Work, term: Term) -> list[Letter]:
    leadership.check(work, term)
    return outbox.claim(work, ["telegram"], most=_AT_ONCE)


def _mark_sent(work: Work, letters: list[Letter]) -> None:
    for letter in letters:
        outbox.mark_sent(work, letter)


if __name__ == "__main__":
    asyncio.run(_main())
