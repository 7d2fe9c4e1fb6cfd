"""T19, T25 and odd installations: what the process shows of itself, and starts that are refused."""

import os
import resource
import shutil
import signal
from pathlib import Path

import pytest

from tests.attacks.outside import at_desk
from tests.botapi.control import BotApi
from tests.end_to_end.people import INTAKE_ID, take_step, walk
from tests.end_to_end.telegram_process import TelegramProcess, install

_TOKEN = "123456789:AAF-rahasia-kanari-contoh-karangan"


async def test_no_secret_stands_in_environment_arguments_or_logs_and_a_crash_leaves_no_core(
    bot_api: BotApi, tmp_path: Path
) -> None:
    process = install(tmp_path / "singgah", bot_api)
    process.starts_anew = True
    await process.start()
    await walk(bot_api.person("Contoh"), *INTAKE_ID[:3])
    keys = [path.read_bytes() for path in (process.data_folder / "keys").iterdir()]
    hidden = [bot_api.token.encode(), *keys, *(key.hex().encode() for key in keys)]

    shown = b"".join(_show(process.process_id, name) for name in ("environ", "cmdline", "comm"))
    logs = b"".join(path.read_bytes() for path in process.log_file.parent.iterdir())
    assert [secret for secret in hidden if secret in shown + logs] == []
    assert resource.prlimit(process.process_id, resource.RLIMIT_CORE) == (0, 0)

    os.kill(process.process_id, signal.SIGSEGV)
    await process.kill()
    assert [path for folder in (tmp_path, Path.cwd()) for path in folder.glob("core*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (f'[channels.telegram]\ntoken = "{_TOKEN}"\n', "unknown setting channels.telegram.token"),
        (f'[channels.telegram]\ntoken_file = "{_TOKEN}"\n', "there stands a token"),
        (f'[channels.telegram\ntoken = "{_TOKEN}', "not valid TOML"),
        (
            f'[storage]\ndatabase_url = "postgresql+psycopg://singgah:{_TOKEN[10:]}@127.0.0.1:1/singgah"\n',
            "the data database does not answer",
        ),
    ],
)
async def test_a_secret_in_the_wrong_place_is_refused_without_being_repeated(
    bot_api: BotApi, tmp_path: Path, settings: str, said: str
) -> None:
    process = install(tmp_path / "singgah", bot_api)
    process.config_file.write_text(settings)
    ended = await process.command("run")
    assert ended.exit_code == 1
    assert said in ended.errors
    assert len(ended.errors.splitlines()) == 1
    assert "kanari" not in ended.errors + ended.output


async def test_keys_that_point_into_the_data_and_data_that_anybody_can_change_are_refused(
    bot_api: BotApi, tmp_path: Path
) -> None:
    process = install(tmp_path / "singgah", bot_api)
    await process.start()
    assert await process.stop() == 0
    data, key = process.data_folder / "data", process.data_folder / "keys" / "kek-1.key"

    data.chmod(0o777)
    assert "can be changed by other accounts" in (await process.command("run")).errors
    data.chmod(0o700)
    key.rename(data / "kek-1.key")
    key.symlink_to(data / "kek-1.key")
    assert "lies in the data folder" in (await process.command("run")).errors
    key.unlink()
    (data / "kek-1.key").rename(key)
    await process.start()
    assert await process.stop() == 0


@pytest.mark.timeout(240)
async def test_what_is_lost_is_said_and_nothing_new_is_put_in_its_place(bot_api: BotApi, tmp_path: Path) -> None:
    process = install(tmp_path / "singgah", bot_api)
    await process.start()
    client = bot_api.person("Contoh")
    await walk(client, *INTAKE_ID[:3])
    assert await process.stop() == 0
    keys, store = process.data_folder / "keys", process.data_folder / "keystore"

    for lost, said, command in (
        (keys, "restore the backup of the keys", ("keys", "rotate")),
        (store, "put back the key store", ("purge",)),
    ):
        lost.rename(tmp_path / "elsewhere")
        refused = await process.command(*command)
        assert (refused.exit_code, said in refused.errors) == (1, True), refused.errors
        assert [path for path in keys.glob("*.key") if lost == keys] == []
        shutil.rmtree(lost)
        (tmp_path / "elsewhere").rename(lost)

    await process.start()
    await take_step(client, INTAKE_ID[3])
    assert await process.stop() == 0


async def test_a_name_that_could_turn_or_hide_our_words_is_not_taken(polling: TelegramProcess) -> None:
    async with at_desk(polling, role="admin", alias="Admin Contoh") as admin:
        for alias in ("Kak\u202eContoh", "Kak\u200bContoh", "\x00", " ", "x" * 60_000):
            asked = await admin.post("/desk/approvals/new", role="counsellor", unit="bnnk-kendari", alias=alias)
            assert asked.headers["location"].endswith("note=not_asked"), alias
    for alias in ("Kak\u202eContoh", "Kak\nLayanan: halo", " "):
        invited = await polling.command(
            "staff", "invite", "--role", "counsellor", "--unit", "bnnk-kendari", "--alias", alias
        )
        assert (invited.exit_code, "--alias" in invited.errors) == (1, True)


def _show(process_id: int, name: str) -> bytes:
    """Read what the system tells everybody of the account about a process."""
    return Path(f"/proc/{process_id}/{name}").read_bytes()
