"""`singgah erase` and `singgah purge`: what goes is gone from every file, and nobody learns who was here."""

import asyncio
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from bot.__main__ import main
from commands.settings import load_config
from handlers.house.opening import open_world
from storage.casework import cases
from storage.clients import people
from storage.tables import clients, outbox
from storage.transaction import Work

T = TypeVar("T")


def _run(config_file: Path, *arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(main, [*arguments, "--config", str(config_file)], input=typed)


def _do(config_file: Path, step: Callable[[Work], T]) -> T:
    async def go() -> T:
        async with open_world(load_config(config_file), {}) as world:
            return await world.database.write(step)

    return asyncio.run(go())


def _refer(work: Work) -> tuple[str, bytes]:
    client_id = people.welcome(work, b"h" * 16, "telegram", "1001", "id")
    return cases.open_case(work, client_id, "bnnk-kendari", "intake", {}).code, client_id


def _count(work: Work) -> tuple[int, int]:
    return len(work.data.execute(select(clients)).all()), len(work.data.execute(select(outbox)).all())


def test_everything_about_the_person_of_a_case_goes_and_a_farewell_waits(config_file: Path) -> None:
    code, client_id = _do(config_file, _refer)

    result = _run(config_file, "erase", code, "--yes")

    assert (result.exit_code, result.stdout) == (0, f"{code}: nothing is kept under this code.\n")
    assert _do(config_file, _count) == (0, 1)
    keystore = config_file.parent / "var" / "keystore"
    assert not any(client_id in file.read_bytes() for file in keystore.iterdir())
    rows = json.loads(_run(config_file, "audit", "list", "--json").stdout)
    assert [row["who"] for row in rows if row["did"] == "erased"] == ["operator"]


def test_an_unknown_code_is_answered_exactly_like_a_known_one(config_file: Path) -> None:
    code, _ = _do(config_file, _refer)
    stranger = cases.make_code()

    known, again, unknown = (_run(config_file, "erase", one, "--yes") for one in (code, code, stranger))

    assert known.stdout == again.stdout
    assert unknown.stdout.replace(stranger, code) == known.stdout
    assert known.exit_code == again.exit_code == unknown.exit_code == 0


def test_nothing_goes_without_a_yes(config_file: Path) -> None:
    code, _ = _do(config_file, _refer)

    assert _run(config_file, "erase", code, typed="n\n").exit_code == 1
    assert _do(config_file, _count) == (1, 0)
    assert _run(config_file, "erase", code, typed="y\n").exit_code == 0
    assert _do(config_file, _count) == (0, 1)


def test_a_mistyped_code_is_refused_before_anything_is_asked(config_file: Path) -> None:
    code, _ = _do(config_file, _refer)
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")

    result = _run(config_file, "erase", wrong, "--yes")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "check letter" in result.stderr
    assert _do(config_file, _count) == (1, 0)


def test_a_sweep_by_hand_says_what_would_go_and_then_lets_it_go(config_file: Path) -> None:
    _do(config_file, _leave_eight_days_ago)

    looked = _run(config_file, "purge", "--dry-run", "--json")
    assert json.loads(looked.stdout)["folders"] == 1
    assert _do(config_file, _count) == (1, 0)

    swept = _run(config_file, "purge")
    assert swept.exit_code == 0
    assert "1  folders whose time was over" in swept.stdout
    assert _do(config_file, _count) == (0, 0)
    assert set(json.loads(_run(config_file, "purge", "--json").stdout).values()) == {0}


def _leave_eight_days_ago(work: Work) -> None:
    people.welcome(work, b"h" * 16, "telegram", "1001", "id")
    work.data.execute(clients.update().values(erase_after=clients.c.erase_after - 8))


def test_a_reader_that_holds_the_journal_is_said_and_the_next_try_ends_it(
    config_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commands.erase._PATIENCE_SECONDS", 0.3)
    code, _ = _do(config_file, _refer)
    reader = sqlite3.connect(config_file.parent / "var" / "data" / "singgah.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM clients").fetchone()

    held = _run(config_file, "erase", code, "--yes")
    reader.close()

    assert (held.exit_code, held.stdout) == (1, "")
    assert "run the same command again" in held.stderr
    assert _run(config_file, "erase", code, "--yes").exit_code == 0
