"""One screen that says what needs somebody, each finding with its remedy, whether the service runs or not."""

import json
import shutil
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner, Result

from bot.__main__ import main
from commands.doctor import doctor
from handlers.checkup.findings import Grade
from handlers.checkup.stores import check_data
from handlers.running.clock import read_clock
from storage.migrate import Store, bring_up_to_date
from tests.botapi.control import BotApi
from tests.botapi.fixtures import bot_api
from tests.end_to_end.telegram_process import install
from tests.surroundings.postgres import NewDatabase
from tests.worlds import real_house

__all__ = ["bot_api"]

READY = {"ready": True, "duties": {"tick": "held"}}


@pytest.fixture(autouse=True)
def content_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare every run the reading of the content."""
    monkeypatch.setattr("commands.doctor.read_house", lambda _config: real_house())


@pytest.fixture
def told() -> dict[str, object]:
    """What the service says at /readyz."""
    return dict(READY)


@pytest.fixture
def service(told: Mapping[str, object]) -> Iterator[int]:
    """Answer /readyz on a port of loopback."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(told).encode()
            self.send_response(200 if told.get("ready") else 503)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make once what every installation that was started has; the last line of its settings names the backup key."""
    folder = tmp_path_factory.mktemp("started")
    config_file = folder / "config.toml"
    config_file.touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("handlers.house.opening.read_house", lambda _config: real_house())
        assert run(config_file, "staff", "list").exit_code == 0
    made = CliRunner().invoke(main, ["backup", "keygen", str(folder / "stick"), "--config", str(config_file)])
    config_file.write_text(made.stdout.partition("settings:\n\n")[2])
    assert run(config_file, "backup", "create").exit_code == 0
    return folder


@pytest.fixture
def installed(config_file: Path, service: int, started: Path) -> Path:
    """Settings of an installation that was started once and has everything it needs."""
    shutil.copytree(started / "var", config_file.parent / "var")
    settings = (started / "config.toml").read_text()
    config_file.write_text(f'[server]\nlisten = "127.0.0.1:{service}"\n{settings}')
    return config_file


def run(config_file: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--config", str(config_file)])


def look(config_file: Path) -> dict[str, dict[str, str]]:
    """Let the doctor look; return the findings by what they are about."""
    result = CliRunner().invoke(doctor, ["--config", str(config_file), "--json"])
    found: dict[str, dict[str, str]] = {row["what"]: row for row in json.loads(result.stdout)}
    assert result.exit_code == int(any(row["grade"] == "act" for row in found.values())), result.output
    assert all(bool(row["remedy"]) == (row["grade"] != "fine") for row in found.values())
    return found


def change(config_file: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(config_file.parent / "var" / "data" / "singgah.db")) as database, database:
        database.execute(statement, values)


def test_where_nothing_was_started_yet_it_makes_nothing_and_says_what_comes_first(config_file: Path) -> None:
    found = look(config_file)

    assert found["service"]["grade"] == "act"
    assert {found[what]["grade"] for what in ("data store", "key store", "key files")} == {"note"}
    assert not (config_file.parent / "var").exists()


def test_a_service_that_is_well_needs_nobody(installed: Path) -> None:
    found = look(installed)

    assert [row for row in found.values() if row["grade"] == "act" and row["what"] != "content"] == []
    assert {"outbox", "parked letters", "deliveries", "reminders", "audit chain", "retention", "root keys"} <= set(
        found
    )


def test_texts_nobody_has_signed_are_named(installed: Path) -> None:
    found = look(installed)
    checked = run(installed, "check").output

    assert found["signatures"]["grade"] == "note"
    assert "want a doctor" in found["signatures"]["said"]
    assert 'no doctor has signed "phrase emergency_card_overdose"' in checked
    assert 'no lawyer has signed "flow law.card"' in checked


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"ready": False, "why": "sealed"}, "singgah unseal"),
        ({"ready": False, "why": "StoreUnavailable"}, "data store"),
        ({**READY, "trouble": ["not_sending"]}, "What to do when"),
        ({**READY, "telegram": "trouble"}, "Telegram"),
    ],
)
def test_what_the_running_service_says_of_itself_is_passed_on_with_a_remedy(
    installed: Path, told: dict[str, object], answer: Mapping[str, object], said: str
) -> None:
    told.clear()
    told.update(answer)

    found = look(installed)["service"]

    assert found["grade"] == "act"
    assert said in found["remedy"]


@pytest.mark.parametrize(
    ("what", "statement", "remedy"),
    [
        (
            "deliveries",
            "INSERT INTO stumbles VALUES (x'00', 'telegram', 5, 'Unreadable', 1, 0, 0)",
            "singgah dead list",
        ),
        ("retention", "INSERT INTO seen VALUES (x'00', 10000)", "singgah purge"),
        ("data store", "UPDATE alembic_version SET version_num = '9999'", "newer release"),
    ],
)
def test_what_is_wrong_in_the_data_is_found(installed: Path, what: str, statement: str, remedy: str) -> None:
    change(installed, statement)

    found = look(installed)[what]

    assert (found["grade"], remedy in found["remedy"]) == ("act", True)


def test_rows_that_nobody_signed_for_hours_are_found(installed: Path) -> None:
    old = int((datetime.now(UTC) - timedelta(hours=3)).timestamp())
    change(installed, "UPDATE audit_rows SET minute = ?", old // 60 * 60)

    found = look(installed)["audit chain"]

    assert (found["grade"], "singgah audit verify" in found["remedy"]) == ("act", True)


def test_copies_that_nobody_makes_are_found(installed: Path) -> None:
    copies = installed.parent / "var" / "backups" / "data"
    for copy in copies.glob("*.age"):
        copy.rename(copies / "singgah-data-20260101T000000Z.age")

    assert look(installed)["backups"]["grade"] == "act"


def test_a_locked_database_is_found_and_not_waited_for_for_ever(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.engine.engines._WRITING", ("PRAGMA busy_timeout=50", "PRAGMA journal_mode=WAL"))
    with closing(sqlite3.connect(installed.parent / "var" / "data" / "singgah.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        found = look(installed)
        other.execute("ROLLBACK")

    assert "takes no step" in found["data store"]["said"]
    assert found["outbox"]["grade"] == "fine"


def test_the_screen_marks_what_needs_somebody_and_ends_with_one_line(config_file: Path) -> None:
    result = CliRunner().invoke(doctor, ["--config", str(config_file)])

    assert result.stdout.startswith("! service")
    assert len(result.stderr.splitlines()) == 1
    assert "need somebody" in result.stderr


async def test_telegram_is_asked_whether_it_delivers_where_it_should(tmp_path: Path, bot_api: BotApi) -> None:
    process = install(tmp_path / "singgah", bot_api)
    first = await process.command("doctor", "--json")
    await process.command("staff", "list")
    told = {row["what"]: row for row in json.loads(first.output)}
    assert (told["telegram"]["grade"], told["telegram"]["said"]) == ("fine", "0 updates wait there")

    (process.folder / "token").write_text("4242:revoked-and-invented")
    second = {row["what"]: row for row in json.loads((await process.command("doctor", "--json")).output)}

    assert second["telegram"]["grade"] == "act"
    assert "@BotFather" in second["telegram"]["remedy"]
    assert "revoked-and-invented" not in json.dumps(second)


@pytest.mark.parametrize(
    ("store", "what"), [("data/singgah.db", "data store"), ("keystore/keystore.db", "key store")], ids=["data", "keys"]
)
def test_a_store_that_cannot_be_written_is_a_finding_and_ends_a_command_in_one_line(
    installed: Path, store: str, what: str
) -> None:
    file = installed.parent / "var" / store
    file.unlink()
    file.mkdir()  # no account may write there, not even root

    found = look(installed)
    refused = run(installed, "keys", "status") if what == "key store" else run(installed, "dead", "list")

    assert found[what]["grade"] == "act"
    assert "cannot be written" in found[what]["said"]
    assert refused.exit_code == 1
    assert [file.name in line for line in refused.stderr.splitlines()] == [True]


def test_what_was_looked_at_before_is_not_taken_for_a_wrong_clock(
    new_postgresql: NewDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = new_postgresql()
    bring_up_to_date(Store.DATA, url)
    monkeypatch.setattr("handlers.checkup.stores._MOST_SKEW", timedelta(seconds=1))

    findings = check_data(url, read_clock, 30)
    next(findings)
    time.sleep(1.5)  # as a service does that does not answer

    assert {one.what: one.grade for one in findings}["database clock"] is Grade.FINE
