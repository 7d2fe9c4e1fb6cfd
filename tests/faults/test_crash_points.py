"""A process that dies right before any one of its writes, or whose connection to the database is lost at any answer.

Its successor, or the process itself, loses and doubles nothing.  The points are enumerated: `strace` counts the calls
of one turn and one send, and kills at the k-th: on PostgreSQL at each message to and from the server, so also after a
commit was sent and before it was answered.  The normal suite takes a few of them by chance,
`SINGGAH_LONG_FAULTS=1 make pytest ARGS="tests/faults/test_crash_points.py -s"` all.
"""

import asyncio
import json
import os
import shutil
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random, SystemRandom

import pytest
import pytest_asyncio
from sqlalchemy import make_url

from storage.casework import cases, chats
from storage.casework.chats import Side
from storage.clients import people
from storage.transaction import Work
from tests.faults.checker import Due, Heard, History, Kept, check
from tests.faults.crew import Quickstart, quickstart
from tests.faults.waiting import until
from tests.handlers.given import taken_case
from tests.handlers.walking import CLIENT, COUNSELLOR
from tests.surroundings.postgres import copy_database, new_name, run_statement, running_server
from tests.worlds import TestBed, config_in, open_test_bed

IS_LONG = bool(os.environ.get("SINGGAH_LONG_FAULTS"))
SEED = int(os.environ.get("SINGGAH_SEED", SystemRandom().randrange(1_000_000)))
#: By the kind of database; the first must be called.
WATCHED = {
    "sqlite": ("pwrite64", "fdatasync", "fsync", "ftruncate", "unlink"),
    "postgresql": ("sendto", "recvfrom", "write"),
}
_ANSWER = "recvfrom"
_TAKEN = 6
_MODULE = "tests.faults.one_turn"
_WORDS = "kalimat-titik-00001."
_PATIENCE_S = 60.0
_STORES = "stores"

#: A call, and its which one is the last.
Point = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Scene:
    """A prepared installation that every point begins with, and what watches processes.

    `stores`: addresses of stores that lie elsewhere than in its folder.
    """

    starter: Quickstart
    prepared: Path
    strace: str
    kind: str
    stores: tuple[str, ...]

    async def live(self, folder: Path, watching: list[str] | None) -> int:
        """Run one process to its end, watched or not; return how it ended."""
        for name in ("opened", "go"):
            (folder / name).unlink(missing_ok=True)
        errors = folder / "errors"
        stores = await asyncio.to_thread(_find_stores, folder)
        process = await self.starter.run(_MODULE, [str(folder), CLIENT, _WORDS, *stores], errors, errors)
        await until(lambda: _exists(folder / "opened"), _PATIENCE_S)
        watcher = None if watching is None else await self._watch(process, watching)
        (folder / "go").touch()
        code = await self.starter.end(process)
        if watcher is not None:
            await watcher.wait()
        assert code in {0, -signal.SIGKILL}, errors.read_text()
        return code

    async def _watch(self, process: int, watching: list[str]) -> asyncio.subprocess.Process:
        watched = f"trace={','.join(WATCHED[self.kind])}"
        command = (self.strace, "-f", "-q", "-p", str(process), "-e", watched, *watching)
        watcher = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
        await until(lambda: _is_watched(process), _PATIENCE_S)
        return watcher

    def begin(self, folder: Path) -> Path:
        """Copy the prepared installation."""
        shutil.copytree(self.prepared, folder)
        copies = [_copy_store(url) for url in self.stores]
        (folder / _STORES).write_text("\n".join(copies))
        return folder

    def end(self, folder: Path) -> None:
        """Drop what a copy has outside its folder."""
        for url in _find_stores(folder):
            run_statement(running_server(), "DROP DATABASE {} WITH (FORCE)", make_url(url).database or "")


def _copy_store(url: str) -> str:
    server, name = running_server(), f"singgah_test_{new_name()}"
    copy_database(server, make_url(url).database or "", name)
    return server.set(database=name).render_as_string(hide_password=False)


def _find_stores(folder: Path) -> list[str]:
    """Return the addresses of the stores of a copy, as far as they lie elsewhere."""
    return (folder / _STORES).read_text().splitlines()


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def scene(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Scene]:
    """Give a case whose client is about to say something."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("needs strace")
    prepared = tmp_path / "prepared"
    prepared.mkdir()
    new_postgresql: Callable[[], str] = request.getfixturevalue("new_postgresql")
    stores = () if request.param == "sqlite" else (new_postgresql(), new_postgresql())
    async with open_test_bed(config_in(prepared, *stores)) as bed:
        await taken_case(bed)
    async with quickstart(_MODULE) as starter:
        scene = Scene(starter, prepared, strace, request.param, stores)
        if not await _may_watch(strace):
            pytest.skip("this account may not trace processes")
        yield scene


@pytest.mark.timeout(3600)
async def test_whoever_dies_before_any_write_of_a_turn_or_a_send_is_replaced_without_loss(
    scene: Scene, tmp_path: Path
) -> None:
    points = await _enumerate(scene, tmp_path)
    chosen = points if IS_LONG else Random(SEED).sample(points, min(_TAKEN, len(points)))
    ends: Counter[int] = Counter()
    for call, number in chosen:
        folder = scene.begin(tmp_path / f"{call}-{number}")
        kill = f"inject={call}:signal=SIGKILL:when={number}"
        ends[await scene.live(folder, ["-o", os.devnull, "-e", kill])] += 1
        assert await scene.live(folder, None) == 0
        assert await _judge(folder) == [], f"{call} number {number}, seed {SEED}"
        await asyncio.to_thread(scene.end, folder)
    print(f"\nseed {SEED}: {ends[-signal.SIGKILL]} of {len(chosen)} points died, of {len(points)} in all")  # noqa: T201 - what a long run is for
    assert ends[-signal.SIGKILL] >= len(chosen) // 2


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("scene", ["postgresql"], indirect=True)
async def test_whose_connection_is_lost_at_any_answer_of_the_server_goes_on_without_loss(
    scene: Scene, tmp_path: Path
) -> None:
    answers = [number for call, number in await _enumerate(scene, tmp_path) if call == _ANSWER]
    chosen = answers if IS_LONG else Random(SEED).sample(answers, min(_TAKEN, len(answers)))
    for number in chosen:
        folder = scene.begin(tmp_path / str(number))
        assert (
            await scene.live(folder, ["-o", os.devnull, "-e", f"inject={_ANSWER}:error=ECONNRESET:when={number}"]) == 0
        )
        assert await _judge(folder) == [], f"answer {number}, seed {SEED}"
        await asyncio.to_thread(scene.end, folder)
    print(f"\nseed {SEED}: lost at {len(chosen)} of {len(answers)} answers")  # noqa: T201 - what a long run is for


async def _enumerate(scene: Scene, tmp_path: Path) -> list[Point]:
    """Run undisturbed once, and count the calls of the thread that writes most."""
    folder = scene.begin(tmp_path / "counted")
    seen = folder / "calls"
    assert await scene.live(folder, ["-o", str(seen)]) == 0
    assert await _judge(folder) == []
    await asyncio.to_thread(scene.end, folder)
    calls: Counter[tuple[str, str]] = Counter()
    for line in seen.read_text().splitlines():
        thread, _, rest = line.partition(" ")
        calls[thread, rest.strip().partition("(")[0]] += 1
    names = WATCHED[scene.kind]
    most = {name: max((count for (_, of), count in calls.items() if of == name), default=0) for name in names}
    assert most[names[0]], "nothing was written"
    return [(name, number) for name, count in most.items() for number in range(1, count + 1)]


async def _judge(folder: Path) -> list[object]:
    heard = [json.loads(line) for line in (folder / "heard").read_text().splitlines()]
    stores = await asyncio.to_thread(_find_stores, folder)
    async with open_test_bed(config_in(folder, *stores)) as bed:
        kept = await bed.world.database.read(lambda work: _list_kept(work, bed))
    texts = tuple(Heard(int(address), text, float(place)) for place, (address, text) in enumerate(heard))
    return list(check(History((Due(int(COUNSELLOR), _WORDS),), texts, kept)))


def _list_kept(work: Work, bed: TestBed) -> tuple[Kept, ...]:
    client_id = people.find_client(work, bed.world.address_index(bed.channel.name, CLIENT))
    assert client_id is not None
    (case,) = cases.list_cases_of(work, client_id)
    said = [one for one in chats.load_chat(work, case) if one.side is Side.CLIENT]
    return tuple(
        Kept(int(COUNSELLOR), one.text, "sent" if one.delivery.value in {"sent", "seen"} else "uncertain")
        if one.delivery.value != "queued"
        else Kept(int(COUNSELLOR), one.text, "waiting")
        for one in said
    )


async def _may_watch(strace: str) -> bool:
    tried = await asyncio.create_subprocess_exec(
        *(strace, "-q", "-o", os.devnull, "true"), stderr=asyncio.subprocess.DEVNULL
    )
    return await tried.wait() == 0


async def _exists(file: Path) -> bool:
    return file.exists()  # noqa: ASYNC240 - a file of this machine


async def _is_watched(process: int) -> bool:
    """Tell whether every thread of a process is watched."""
    tasks = list(Path(f"/proc/{process}/task").iterdir())  # noqa: ASYNC240 - of the kernel
    return all("TracerPid:\t0" not in (task / "status").read_text() for task in tasks)
