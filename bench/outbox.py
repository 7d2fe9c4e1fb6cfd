"""Claiming from a long outbox: `python -m bench.outbox` claims 50 letters at a time while ever more of them wait."""

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

from sqlalchemy import text

from bot.ports import Outgoing
from storage import outbox
from storage.database import Database
from storage.keys.keyring import Keyring
from storage.outbox import Lane
from storage.sealing.encryption import FolderId, new_id
from storage.transaction import Work

AT_ONCE = 50
#: Claiming with the most waiting may cost so many times what it costs with the fewest.
LIMIT = 1.5

_START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
_TEXT = Outgoing("Sudah kami terima. " * 8)
# Letters of people nobody knows: they are due, but none of them is ever among the first, so none is opened.
_FILL = {
    "sqlite": """
        WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count)
        INSERT INTO outbox
            (outbox_id, recipient_id, sequence, channel, lane, state, attempts, not_before, look_at, body)
        SELECT randomblob(16), randomblob(16), 1, 'telegram', 'reply', 'queued', 0, :due, :due, zeroblob(256)
        FROM numbers
    """,
    "postgresql": """
        INSERT INTO outbox
            (outbox_id, recipient_id, sequence, channel, lane, state, attempts, not_before, look_at, body)
        SELECT
            uuid_send(gen_random_uuid()), uuid_send(gen_random_uuid()), 1, 'telegram', 'reply', 'queued', 0, :due, :due,
            decode(repeat('00', 256), 'hex')
        FROM generate_series(1, :count)
    """,
}


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians at one length of the outbox.  `claim`: milliseconds for 50; `put`, `settle`: microseconds for one."""

    waiting: int
    claim: float
    put: float
    settle: float


async def measure(url: str, keystore_url: str, folder: Path, lengths: Sequence[int], rounds: int) -> list[Figures]:
    """Claim from outboxes of growing lengths in one store, `rounds` times at each."""
    now = [_START]
    database = await Database.open(url, keystore_url, Keyring.open(folder / "keys", folder / "data"), lambda: now[0])
    try:
        found: list[Figures] = []
        filled = 0
        for length in lengths:
            await database.write(partial(_fill, count=length - filled))
            filled = length
            found.append(await _measure_at(database, now, length, rounds))
        return found
    finally:
        await database.close()


async def measure_one_recipient(
    url: str, keystore_url: str, folder: Path, length: int, rounds: int
) -> tuple[float, float]:
    """Claim while one recipient has so many letters waiting in front of all others.

    Return milliseconds of the first claim, which finds that out, and of those that follow.
    """
    now = [_START]
    database = await Database.open(url, keystore_url, Keyring.open(folder / "keys", folder / "data"), lambda: now[0])
    try:
        await database.write(partial(_put_to_one, count=length))
        now[0] += timedelta(seconds=1)
        await database.write(partial(_put_to_many, count=AT_ONCE * rounds))
        now[0] += timedelta(seconds=60)
        first, *others = [(await database.write(_claim_and_settle))[0] for _ in range(rounds)]
        return first, median(others)
    finally:
        await database.close()


async def _measure_at(database: Database, now: list[datetime], length: int, rounds: int) -> Figures:
    """Put, claim and settle at one length.  `now`: what the clock shows, moved on past what was put."""
    now[0] = _START
    puts = [await database.write(partial(_put_to_many, count=AT_ONCE)) for _ in range(rounds)]
    now[0] += timedelta(seconds=60)
    times = [await database.write(_claim_and_settle) for _ in range(rounds)]
    put, settle = median(puts) * 1e3 / AT_ONCE, median(one for _, one in times) * 1e3 / AT_ONCE
    return Figures(length, median(one for one, _ in times), put, settle)


def _fill(work: Work, count: int) -> None:
    due = round((_START + timedelta(seconds=10)).timestamp())
    work.data.execute(text(_FILL[work.data.dialect.name]), {"count": count, "due": due})


def _put_to_many(work: Work, count: int) -> float:
    folders = [FolderId(new_id()) for _ in range(count)]
    for folder in folders:
        work.vault.create_folder(folder)
    start = perf_counter()
    for folder in folders:
        outbox.put(work, folder, "telegram", Lane.REPLY, _TEXT)
    return _milliseconds_since(start)


def _put_to_one(work: Work, count: int) -> None:
    folder = FolderId(new_id())
    work.vault.create_folder(folder)
    for _ in range(count):
        outbox.put(work, folder, "telegram", Lane.REPLY, _TEXT)


def _claim_and_settle(work: Work) -> tuple[float, float]:
    start = perf_counter()
    letters = outbox.claim(work, ["telegram"], most=AT_ONCE)
    claiming, start = _milliseconds_since(start), perf_counter()
    for letter in letters:
        outbox.mark_sent(work, letter)
    if len(letters) != AT_ONCE:
        raise AssertionError(f"{len(letters)} letters were claimed, not {AT_ONCE}")
    return claiming, _milliseconds_since(start)


def _milliseconds_since(start: float) -> float:
    return (perf_counter() - start) * 1e3


def _print(figures: Sequence[Figures]) -> None:
    print(f"{'waiting':>10}{'claim of 50, ms':>18}{'put, µs':>10}{'settle, µs':>12}{'times the first':>17}")
    for one in figures:
        times = one.claim / figures[0].claim
        print(f"{one.waiting:>10,}{one.claim:>18.2f}{one.put:>10.0f}{one.settle:>12.0f}{times:>17.2f}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lengths", type=int, nargs="+", default=[1_000, 100_000], help="default 1000 100000")
    parser.add_argument("--rounds", type=int, default=40, help="claims at each length (default 40)")
    parser.add_argument("--stores", nargs=2, metavar=("URL", "KEYS_URL"), help="two empty stores (default SQLite)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data, keys = arguments.stores or (f"sqlite:///{folder / 'data.db'}", f"sqlite:///{folder / 'keys.db'}")
        _print(asyncio.run(measure(data, keys, folder, arguments.lengths, arguments.rounds)))


if __name__ == "__main__":
    main()
