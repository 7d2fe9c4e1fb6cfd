"""What was given up is listed without a word of it, sent once more or dropped, and each decision leaves a trace."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.__main__ import main
from bot.ports import Outgoing
from commands.settings import load_config
from handlers.house.opening import open_world
from storage import outbox
from storage.clients import people
from storage.outbox import Lane
from storage.receiving import deliveries
from storage.transaction import Work

WORDS = "kata yang tidak boleh terlihat"


def run(config_file: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--config", str(config_file)])


def listed(config_file: Path) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(run(config_file, "dead", "list", "--json").stdout)
    return rows


def write(config_file: Path, job: Callable[[Work], object]) -> object:
    async def go() -> object:
        async with open_world(load_config(config_file), {}, needs_land=False) as world:
            return await world.database.write(job)

    return asyncio.run(go())


@pytest.fixture
def parked(config_file: Path) -> Path:
    """Settings whose store holds a letter that may have arrived, one that did not, and a dead delivery."""

    def step(work: Work) -> None:
        client = people.welcome(work, bytes(16), "telegram", "700000001", "id")
        for state in ("uncertain", "failed"):
            outbox.put(work, people.folder(client), "telegram", Lane.REPLY, Outgoing(WORDS))
            (letter,) = outbox.claim(work, ["telegram"], most=1)
            outbox.park(work, letter, state)
        for _ in range(deliveries.MAX_ATTEMPTS):
            deliveries.stumble(work, b"d" * 16, "telegram", "Unreadable")

    write(config_file, step)
    return config_file


def test_everything_that_was_given_up_is_listed_and_no_word_of_it(parked: Path) -> None:
    shown = run(parked, "dead", "list").stdout

    rows = listed(parked)
    assert sorted(str(row["why"]) for row in rows) == ["Unreadable", "failed", "uncertain"]
    assert all(str(row["label"]) in shown for row in rows)
    assert WORDS not in shown
    assert "700000001" not in shown


def test_the_doctor_counts_what_was_perhaps_sent_and_wants_somebody_to_look(parked: Path) -> None:
    looked = run(parked, "doctor", "--offline")

    assert looked.exit_code == 1
    assert "1 letters perhaps sent, 1 given up" in looked.stdout
    assert "singgah dead list" in looked.stdout


def test_a_letter_sent_once_more_says_so_where_the_first_may_have_arrived(parked: Path) -> None:
    for row in listed(parked):
        if str(row["what"]).startswith("letter"):
            assert run(parked, "dead", "retry", str(row["label"])).exit_code == 0

    def claim(work: Work) -> list[bool]:
        return sorted(letter.again for letter in outbox.claim(work, ["telegram"], most=5))

    assert write(parked, claim) == [False, True]
    assert [row["why"] for row in listed(parked)] == ["Unreadable"]


def test_what_is_dropped_is_gone_and_every_decision_stands_in_the_chain(parked: Path) -> None:
    labels = [str(row["label"]) for row in listed(parked)]
    assert run(parked, "dead", "retry", labels[0]).exit_code == 0
    for label in labels[1:]:
        assert run(parked, "dead", "drop", label).exit_code == 0

    assert listed(parked) == []
    did = [row["did"] for row in json.loads(run(parked, "audit", "list", "--json").stdout)]
    assert did == ["delivery_dropped", "letter_dropped", "letter_retried"]
    assert run(parked, "audit", "verify").exit_code == 0


@pytest.mark.parametrize("act", ["retry", "drop"])
def test_a_label_there_is_not_is_refused_in_one_line(parked: Path, act: str) -> None:
    refused = run(parked, "dead", act, "00000000")

    assert (refused.exit_code, len(refused.stderr.splitlines())) == (1, 1)
    assert "singgah dead list" in refused.stderr
