"""Two processes that hand the duty of sending to and fro over a full outbox: no letter is claimed by both.

Five thousand letters in the normal suite, a hundred thousand by
`SINGGAH_LONG_FAULTS=1 make pytest ARGS="tests/faults/test_two_senders.py -s"`.
"""

import asyncio
import os
import sys
from functools import partial
from itertools import chain
from statistics import median

import pytest

from bot.ports import Outgoing
from storage import outbox
from storage.outbox import Lane
from storage.sealing.encryption import FolderId, new_id
from storage.transaction import Work
from tests.storage.conftest import Stores
from tests.surroundings.together import run_together

LETTERS = 100_000 if os.environ.get("SINGGAH_LONG_FAULTS") else 5_000
_FOR_EACH = 20
_PUT_AT_ONCE = 25
_PROCESSES = 2


@pytest.mark.timeout(1800)
async def test_two_processes_over_one_outbox_share_no_letter(postgresql_stores: Stores) -> None:
    store = await postgresql_stores.open()
    for _ in range(LETTERS // (_FOR_EACH * _PUT_AT_ONCE)):
        await store.write(partial(_put, [FolderId(new_id()) for _ in range(_PUT_AT_ONCE)]))
    await store.close()

    claims = await asyncio.to_thread(_claim_in_processes, postgresql_stores)

    letters = list(chain.from_iterable(letters for _, letters in chain.from_iterable(claims)))
    assert len(letters) == len(set(letters))
    assert len({letter.partition(".")[0] for letter in letters}) == LETTERS
    early, late = _times(claims, 0), _times(claims, 3)
    shares = [sum(len(letters) for _, letters in own) for own in claims]
    took = f"a claim took {early * 1e3:.1f} ms at first, {late * 1e3:.1f} at last"
    print(f"\n{LETTERS} letters, claimed {shares}; {took}")  # noqa: T201 - what a long run is for
    assert all(shares)


def _put(folders: list[FolderId], work: Work) -> None:
    for folder in folders:
        work.vault.create_folder(folder)
        for number in range(_FOR_EACH):
            outbox.put(work, folder, "telegram", Lane.REPLY, Outgoing(f"surat {number}"))


def _times(claims: list[list[tuple[float, list[str]]]], quarter: int) -> float:
    """Tell how long a claim took, in the middle, in a quarter of the run: 0 is the first."""
    times: list[float] = []
    for own in claims:
        size = max(1, len(own) // 4)
        times += [took for took, _ in own[quarter * size : (quarter + 1) * size]]
    return median(times)


def _claim_in_processes(stores: Stores) -> list[list[tuple[float, list[str]]]]:
    folders = (str(stores.keys_folder), str(stores.data_folder))
    command = [sys.executable, "-m", "tests.faults.claiming", stores.url, stores.keystore_url, *folders]
    return [[_read(line) for line in said.splitlines()] for said in run_together(command, _PROCESSES)]


def _read(line: str) -> tuple[float, list[str]]:
    took, *letters = line.split()
    return float(took), letters
