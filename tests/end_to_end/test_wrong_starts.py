"""What is wrong at the start is said in one line that names the thing and the remedy."""

import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.shipped.library import CONTENT
from tests.botapi.control import BotApi
from tests.end_to_end.telegram_process import Ended, TelegramProcess, install


async def test_a_token_telegram_does_not_know(bot_api: BotApi, installed: TelegramProcess) -> None:
    (installed.folder / "token").write_text("4242:an-old-token-that-was-revoked")

    _refused(await installed.command("run"), "Telegram refuses the bot token", "@BotFather", "token_file")
    assert bot_api.calls() == []


async def test_a_token_that_is_checked_before_it_is_kept(bot_api: BotApi, installed: TelegramProcess) -> None:
    token = installed.folder / "token"
    given = installed.folder / "given"
    given.write_text("4242:mistyped")
    _refused(
        await installed.command("connect", "telegram", "--token-file", str(given)), "Telegram refuses", "@BotFather"
    )
    assert token.read_text() == bot_api.token

    given.write_text(f" {bot_api.token}\n")
    ended = await installed.command("connect", "telegram", "--token-file", str(given))
    assert "@contoh_bot is connected" in ended.output, ended.errors
    assert token.read_text() == f"{bot_api.token}\n"
    assert token.stat().st_mode & 0o777 == 0o600
    assert [call.method for call in bot_api.calls()] == ["getMe"]


async def test_a_token_that_nobody_can_check_is_not_kept(bot_api: BotApi, installed: TelegramProcess) -> None:
    given = installed.folder / "given"
    given.write_text("4242:typed-while-the-line-is-down")
    settings = installed.config_file.read_text()
    installed.config_file.write_text(settings.replace(bot_api.base_url, "http://127.0.0.1:1/bot"))

    ended = await installed.command("connect", "telegram", "--token-file", str(given))

    _refused(ended, "nobody answers", "nothing was kept")
    assert (installed.folder / "token").read_text() == bot_api.token


async def test_a_token_file_others_can_read(installed: TelegramProcess) -> None:
    (installed.folder / "token").chmod(0o644)
    _refused(await installed.command("run"), "channels.telegram.token_file", "chmod 600")


async def test_a_token_file_that_is_missing(installed: TelegramProcess) -> None:
    (installed.folder / "token").unlink()
    _refused(await installed.command("run"), "channels.telegram.token_file", "write the secret there")


async def test_a_token_of_the_figures_that_is_missing_or_that_others_can_read(installed: TelegramProcess) -> None:
    text = installed.config_file.read_text()
    installed.config_file.write_text(text.replace("[server]\n", '[server]\nmetrics_token_file = "figures"\n'))
    _refused(await installed.command("run"), "server.metrics_token_file", "write the secret there")

    figures = installed.folder / "figures"
    figures.write_text("obviously-invented")
    figures.chmod(0o644)
    _refused(await installed.command("run"), "server.metrics_token_file", "chmod 600")


@pytest.mark.parametrize("address", ["127.0.0.1:99999", "127.0.0.1:", ":8080", "127.0.0.1:x", "127.0.0.1", "[::1]:-1"])
async def test_an_address_that_cannot_be_one(installed: TelegramProcess, address: str) -> None:
    _refused(await installed.command("run", "--listen", address), "--listen must be a host and a port")
    assert not installed.data_folder.exists()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://a:invented@h/d",
        "postgresql+psycopg://a:invented/too@h/d",
        "postgresql+psycopg://a@/d?password=invented",
    ],
)
@pytest.mark.parametrize("setting", ["[storage]\ndatabase_url", "[keys]\nstore_url"])
async def test_settings_with_a_password_that_others_can_read(
    installed: TelegramProcess, setting: str, url: str
) -> None:
    _append(installed.config_file, f'{setting} = "{url}"\n')
    installed.config_file.chmod(0o640)

    ended = await installed.command("staff", "list")

    _refused(ended, "config.toml", setting.partition("\n")[2], "chmod 600", "passfile")
    assert "invented" not in ended.errors
    installed.config_file.chmod(0o600)
    assert "chmod" not in (await installed.command("keys", "status")).errors


async def test_settings_without_a_password_may_be_read_by_anybody(installed: TelegramProcess) -> None:
    _append(installed.config_file, '[storage]\ndatabase_url = "postgresql+psycopg://a@[::1]:1/d?passfile=/p"\n')
    installed.config_file.chmod(0o644)

    _refused(await installed.command("staff", "list"), "does not answer")


async def test_a_setting_that_does_not_exist(installed: TelegramProcess) -> None:
    _append(installed.config_file, 'lefel = "debug"\n')
    _refused(await installed.command("run"), "config.toml", "unknown setting log.lefel", "did you mean level?")


async def test_settings_that_are_no_toml(installed: TelegramProcess) -> None:
    _append(installed.config_file, "[server\n")
    _refused(await installed.command("run"), "config.toml", "not valid TOML", "Correct that line")


async def test_settings_nested_beyond_reason(installed: TelegramProcess) -> None:
    installed.config_file.write_text("a = " + "[" * 100_000)
    _refused(await installed.command("run"), "config.toml", "cannot be read")


async def test_a_database_that_is_none(installed: TelegramProcess) -> None:
    for store in ("data/singgah.db", "keystore/keystore.db"):
        file = installed.data_folder / store
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_bytes(b"obviously no database" * 1_000)
        _refused(await installed.command("audit", "verify"), "does not hold what it should", "restore a copy")
        file.unlink()


async def test_a_settings_file_that_is_missing(installed: TelegramProcess) -> None:
    installed.config_file.unlink()
    _refused(await installed.command("run"), "config.toml", "cannot be read", "--config")


async def test_an_address_that_is_taken(installed: TelegramProcess) -> None:
    with socket.create_server(("127.0.0.1", installed.port)):
        ended = await installed.command("run")
    _refused(ended, f"127.0.0.1:{installed.port}", "server.listen")
    assert not installed.data_folder.exists()


async def test_a_log_that_cannot_be_written(installed: TelegramProcess) -> None:
    shutil.rmtree(installed.log_file.parent)
    _refused(await installed.command("run"), "singgah.log", "log.file")


def _lose_the_place_of_a_unit(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith(("lat", "lon", "area", "point")))


def _break(text: str) -> str:
    return f"{text}\n[[unit\n"


@pytest.mark.parametrize(
    ("file", "spoil", "words"),
    [
        pytest.param("units.toml", _lose_the_place_of_a_unit, ("units.toml", "unit"), id="a unit without a place"),
        pytest.param("units.toml", _break, ("units.toml", "TOML"), id="units that are no TOML"),
        pytest.param("flows/intake.toml", _break, ("intake.toml", "TOML"), id="a flow that is no TOML"),
        pytest.param("reminders.toml", _break, ("reminders.toml", "TOML"), id="reminders that are no TOML"),
    ],
)
async def test_content_that_cannot_be_used(
    installed: TelegramProcess, file: str, spoil: Callable[[str], str], words: tuple[str, ...]
) -> None:
    content = installed.folder / "content"
    shutil.copytree(CONTENT, content)
    (content / file).write_text(spoil((content / file).read_text()))
    _append(installed.config_file, '[care]\ncontent_dir = "content"\n')

    _refused(await installed.command("run"), *words)


@pytest.fixture
def installed(tmp_path: Path, bot_api: BotApi) -> TelegramProcess:
    """Give an installation that would start well."""
    return install(tmp_path / "singgah", bot_api)


def _append(file: Path, text: str) -> None:
    file.write_text(file.read_text() + text)


def _refused(ended: Ended, *words: str) -> None:
    (line,) = ended.errors.splitlines()
    assert line.startswith("singgah: ")
    assert [word for word in words if word not in line] == [], line
    assert ended.exit_code == 1
