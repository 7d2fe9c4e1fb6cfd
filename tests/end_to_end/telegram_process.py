"""The real `singgah run` as a process of its own, connected to the loopback Bot API, and what becomes of it."""

import asyncio
import re
import secrets
import signal
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import httpx

from bot.config import parse
from tests.botapi.control import BotApi
from tests.surroundings.laying import lay_areas, lay_tables
from tests.surroundings.network import TRUSTING_NOBODY
from tests.surroundings.starting import ROOT, Running, start

Mode = Literal["polling", "webhook"]
MODES: tuple[Mode, ...] = ("polling", "webhook")

_UP_SECONDS = 60.0
_DOWN_SECONDS = 30.0
_LOOK_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command left behind."""

    exit_code: int
    output: str
    errors: str


@dataclass(frozen=True, slots=True)
class Staff:
    """One-time codes of somebody new.  `group`: None unless one was asked for."""

    chat: str
    group: str | None


@dataclass(slots=True)
class TelegramProcess:
    """One installation in a folder of the test, started, stopped and killed at will."""

    folder: Path
    bot_api: BotApi
    mode: Mode
    port: int
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    arguments: list[str] = field(default_factory=list)
    #: What the process finds in its environment beside the least it needs.
    environment: dict[str, str] = field(default_factory=dict)
    #: Whether it is started as an operator does it, for who asks about the start; else out of a process that waits.
    starts_anew: bool = False
    _process: asyncio.subprocess.Process | Running | None = None

    @property
    def config_file(self) -> Path:
        """The settings."""
        return self.folder / "config.toml"

    @property
    def log_file(self) -> Path:
        """Everything logged, at DEBUG, by every start."""
        return self.folder / "log" / "singgah.log"

    @property
    def output_file(self) -> Path:
        """Standard output of every start."""
        return self.folder / "log" / "stdout.txt"

    @property
    def errors_file(self) -> Path:
        """Standard error of every start."""
        return self.folder / "log" / "stderr.txt"

    @property
    def data_folder(self) -> Path:
        """Database, keys and key store."""
        return self.folder / "var"

    @property
    def process_id(self) -> int:
        """The id the system gave the process."""
        return self._running.pid

    @property
    def url(self) -> str:
        """Where the process serves."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start the process and wait until it answers; unless it starts anew, it finds its tables made already."""
        if not self._is_anew:
            config = parse(self.config_file.read_text(), str(self.config_file))
            lay_tables(config)
            lay_areas(config)
        await self.launch()
        await self.wait_until_ready()

    async def launch(self) -> None:
        """Start the process without waiting for it."""
        if not self._is_anew:
            self._process = start(self._arguments, ROOT, self.output_file, self.errors_file)
            return
        with self.output_file.open("ab") as output, self.errors_file.open("ab") as errors:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "bot", *self._arguments),
                cwd=ROOT,
                env={"PYTHONPATH": str(ROOT), "PATH": "", **self.environment},
                stdout=output,
                stderr=errors,
            )

    async def wait_until_ready(self) -> None:
        """Wait until the process serves and the bot is set up; fail with its errors if it ends before."""
        async with asyncio.timeout(_UP_SECONDS), httpx.AsyncClient(trust_env=False, verify=TRUSTING_NOBODY) as client:
            while not await self._is_ready(client):
                assert self._running.returncode is None, self.errors_file.read_text()
                await asyncio.sleep(_LOOK_SECONDS)

    async def wait_until_sealed(self) -> None:
        """Wait until the process says that it is sealed; fail with its errors if it ends before."""
        async with asyncio.timeout(_UP_SECONDS), httpx.AsyncClient(trust_env=False, verify=TRUSTING_NOBODY) as client:
            while not await self._is_sealed(client):
                assert self._running.returncode is None, self.errors_file.read_text()
                await asyncio.sleep(_LOOK_SECONDS)

    async def stop(self) -> int:
        """Ask the process to end, as a service manager does; return its exit code."""
        return await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """End the process without a word, as a power cut does."""
        await self._end(signal.SIGKILL)

    async def invite(self, alias: str, *, unit: str = "bnnk-kendari", group: bool = False) -> Staff:
        """Add a counsellor with the command an administrator uses, while the service runs."""
        who = ("--role", "counsellor", "--unit", unit, "--alias", alias)
        ended = await self.command("staff", "invite", *who, *(("--group",) if group else ()))
        assert ended.exit_code == 0, ended.errors
        chat = _find(r"/start (\S+)", ended.output)
        return Staff(chat, _find(r"/start@THE_BOT (\S+)", ended.output) if group else None)

    async def command(self, *arguments: str, given: str = "") -> Ended:
        """Run a `singgah` command with these settings to its end; `given` is what it reads, without a terminal."""
        return await _run_singgah(*arguments, "--config", str(self.config_file), folder=self.folder, given=given)

    async def post_update(self, body: str, secret: str | None) -> int:
        """Post to the webhook as anybody on the internet could; return the status."""
        headers = {b"Content-Type": b"application/json"}
        if secret is not None:
            headers[b"X-Telegram-Bot-Api-Secret-Token"] = secret.encode()
        async with httpx.AsyncClient(trust_env=False, verify=TRUSTING_NOBODY) as client:
            answer = await client.post(f"{self.url}/hook/telegram", content=body.encode(), headers=headers)
        return answer.status_code

    @property
    def _is_anew(self) -> bool:
        return self.starts_anew or bool(self.environment)

    @property
    def _arguments(self) -> list[str]:
        return ["run", "--config", str(self.config_file), *self.arguments]

    @property
    def _running(self) -> asyncio.subprocess.Process | Running:
        assert self._process is not None
        return self._process

    async def _is_ready(self, client: httpx.AsyncClient) -> bool:
        try:
            answer = await client.get(f"{self.url}/readyz")
        except httpx.TransportError:
            return False
        return answer.is_success and answer.json().get("telegram", "receiving") == "receiving"

    async def _is_sealed(self, client: httpx.AsyncClient) -> bool:
        try:
            answer = await client.get(f"{self.url}/readyz")
        except httpx.TransportError:
            return False
        return answer.status_code == httpx.codes.SERVICE_UNAVAILABLE and answer.json() == {
            "ready": False,
            "why": "sealed",
        }

    async def _end(self, how: signal.Signals) -> int:
        if self._running.returncode is None:
            self._running.send_signal(how)
        async with asyncio.timeout(_DOWN_SECONDS):
            return await self._running.wait()


def install(folder: Path, bot_api: BotApi, mode: Mode = "polling", extra: str = "") -> TelegramProcess:
    """Write settings for a process on a free port; `extra` is TOML to append."""
    process = TelegramProcess(folder, bot_api, mode, find_free_port())
    process.log_file.parent.mkdir(parents=True)
    for name, secret in (("token", bot_api.token), ("hook-secret", process.secret)):
        file = folder / name
        file.touch(mode=0o600)
        file.write_text(secret)
    process.config_file.touch(mode=0o600)  # the address of a database may hold a password
    process.config_file.write_text(_write_settings(process, extra))
    return process


def find_free_port() -> int:
    """Find a port of loopback nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


async def _run_singgah(*arguments: str, folder: Path, given: str) -> Ended:
    with TemporaryDirectory() as place:
        output, errors, asked = (Path(place) / name for name in ("output", "errors", "given"))
        asked.write_text(given)
        async with asyncio.timeout(_UP_SECONDS):
            code = await start([*arguments], folder, output, errors, asked).wait()
        return Ended(code, output.read_text(), errors.read_text())


def _write_settings(process: TelegramProcess, extra: str) -> str:
    public = f'public_url = "{process.url}"\n' if process.mode == "webhook" else ""
    hook = 'webhook_secret_file = "hook-secret"\n' if process.mode == "webhook" else ""
    return (
        f'[server]\nlisten = "127.0.0.1:{process.port}"\n{public}'
        f'[channels.telegram]\ntoken_file = "token"\nmode = "{process.mode}"\n{hook}'
        f'base_url = "{process.bot_api.base_url}"\n'
        # A test types faster than people do.
        "messages_per_second = 10000\nmessages_per_chat_second = 10000\nmessages_per_group_minute = 10000\n"
        "[limits]\nmessages_per_minute = 100000\n"
        f'[log]\nlevel = "debug"\nfile = "log/singgah.log"\n{extra}'
    )


def _find(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, text
    return found[1]
