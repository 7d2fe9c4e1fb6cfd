"""A delivery that kills the process is given up like one that raises, and nobody else's is."""

import asyncio
import sys
from pathlib import Path

from sqlalchemy import select

from bot.ports import Incoming, Text
from handlers.receiving.receive import Receiver
from storage.receiving import deliveries
from storage.receiving.underway import UnderWay, take_left
from storage.tables import stumbles
from tests.handlers.walking import CLIENT, OTHER_CLIENT, in_world
from tests.worlds import TestBed, config_in, open_test_bed

ROOT = Path(__file__).parents[3]


async def test_a_delivery_that_kills_the_process_five_times_is_given_up_and_the_person_is_told(tmp_path: Path) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text("[limits]\nmessages_per_minute = 100000\n", encoding="utf-8")
    most = str(deliveries.MAX_ATTEMPTS + 2)

    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.handlers.receiving.killed_receiver",
        str(settings),
        most,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    said, _ = await child.communicate()

    number, _, words = said.decode().partition(" ")
    assert (int(number), words[:22]) == (deliveries.MAX_ATTEMPTS + 1, "Maaf, ada yang salah d")
    async with open_test_bed(config_in(tmp_path)) as bed:
        rows = await in_world(bed, lambda work: work.data.execute(select(stumbles)).all())
    assert [(row.attempts, row.dead, row.error_class) for row in rows] == [
        (deliveries.MAX_ATTEMPTS, True, "ProcessKilled")
    ]


async def test_whoever_gets_a_delivery_that_another_process_has_counted_to_the_end_tells_the_person(
    bed: TestBed,
) -> None:
    index = bed.world.delivery_index(bed.channel.name, "poison")
    folder = bed.world.config.storage.data_dir / "under-way"
    for number in range(deliveries.MAX_ATTEMPTS):
        folder.mkdir(exist_ok=True)
        (folder / f"gone-{number}").write_bytes(index + bed.channel.name.encode().ljust(16, b"\0"))
        await Receiver(bed.world).receive(Incoming(bed.channel.name, OTHER_CLIENT, f"healthy-{number}", Text("menu")))

    for _ in range(2):
        await Receiver(bed.world).receive(Incoming(bed.channel.name, CLIENT, "poison", Text("halo")))
    await bed.flush()

    assert [words[:22] for words in bed.heard(CLIENT)] == ["Maaf, ada yang salah d"]


async def test_a_healthy_turn_leaves_no_note(bed: TestBed) -> None:
    await bed.say(CLIENT, "/start", "menu")

    folder = bed.world.config.storage.data_dir / "under-way"
    assert [path.read_bytes().strip(b"\0") for path in folder.iterdir()] == [b""]


async def test_notes_of_a_process_that_lives_are_left_alone(bed: TestBed) -> None:
    data_dir = bed.world.config.storage.data_dir
    notes = UnderWay(data_dir)
    with notes.noting(b"i" * 16, "telegram"):
        assert take_left(data_dir) == []

        await Receiver(bed.world).receive(Incoming(bed.channel.name, CLIENT, "1", Text("menu")))

    assert await in_world(bed, lambda work: work.data.execute(select(stumbles)).all()) == []


def test_notes_of_a_process_that_is_gone_are_taken_once(tmp_path: Path) -> None:
    (tmp_path / "under-way").mkdir()
    slots = (b"i" * 16 + b"telegram" + bytes(8), bytes(32), b"k" * 16 + b"webchat" + bytes(9))
    (tmp_path / "under-way" / "gone").write_bytes(b"".join(slots))

    assert take_left(tmp_path) == [(b"i" * 16, "telegram"), (b"k" * 16, "webchat")]
    assert take_left(tmp_path) == []
