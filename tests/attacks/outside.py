"""What an attacker has: a bare connection, a client without manners, and people whose browsers can be lured."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from tests.channels.webchat_site import Screen
from tests.end_to_end.telegram_process import TelegramProcess
from tests.surroundings.network import TRUSTING_NOBODY

#: `SINGGAH_LONG_ATTACKS=1` asks for the numbers of the threat model instead of those of every day.
IS_LONG = bool(os.environ.get("SINGGAH_LONG_ATTACKS"))
SEEK, CONSENT = "🌱 Bantuan untuk saya", "Ya, saya setuju"

_PATIENCE_S = 20.0
_AT_ONCE = 100


@dataclass(slots=True)
class WebPerson:
    """Somebody at the web chat with a browser that runs no scripts."""

    http: httpx.AsyncClient
    screen: Screen

    async def post(self, **fields: str) -> httpx.Response:
        """Send the form on the screen with these fields and look at what follows."""
        answer = await self.http.post("/chat", data={**self.screen.fields, **fields}, follow_redirects=True)
        self.screen = Screen(answer.text)
        return answer

    async def tap(self, label: str) -> httpx.Response:
        """Press a button of the form."""
        button = self.screen.button(label)
        return await self.post(**{button.name: button.value})

    async def agree(self) -> None:
        """Come as far as a cookie."""
        await self.tap(SEEK)
        await self.tap(CONSENT)
        assert "catatan" in self.http.cookies


@asynccontextmanager
async def at_web(service: TelegramProcess) -> AsyncIterator[WebPerson]:
    """Open the web chat."""
    async with httpx.AsyncClient(
        base_url=service.url, trust_env=False, verify=TRUSTING_NOBODY, timeout=_PATIENCE_S
    ) as http:
        yield WebPerson(http, Screen((await http.get("/chat")).text))


@dataclass(slots=True)
class DeskPerson:
    """Somebody signed in at the desk.  `check`: the mark of their forms.  `link`: the path that let them in."""

    http: httpx.AsyncClient
    check: str
    link: str
    staff_id: str

    async def post(self, path: str, headers: Mapping[str, str] | None = None, **fields: str) -> httpx.Response:
        """Send a form of this session; the answer is not followed."""
        return await self.http.post(path, data={"check": self.check, **fields}, headers=headers or {})


@asynccontextmanager
async def at_desk(
    service: TelegramProcess, *, role: str = "counsellor", alias: str = "Kak Contoh"
) -> AsyncIterator[DeskPerson]:
    """Invite somebody with the command of the administrator and sign them in."""
    unit = () if role in {"admin", "auditor"} else ("--unit", "bnnk-kendari")
    invited = await service.command("staff", "invite", "--role", role, "--alias", alias, *unit)
    found = re.search(r"/desk/sign-in/\S+", invited.output)
    assert found, invited.errors
    listed = await service.command("staff", "list")
    ids = re.findall(rf"^(\S+).*{alias}", listed.output, re.MULTILINE)
    async with httpx.AsyncClient(
        base_url=service.url, trust_env=False, verify=TRUSTING_NOBODY, timeout=_PATIENCE_S
    ) as http:
        assert (await http.post(found[0])).status_code == 303
        page = (await http.get("/desk/sessions")).text
        check = re.search(r'name="check" value="([0-9a-f]{64})"', page)
        assert check, page
        yield DeskPerson(http, check[1], found[0], ids[-1])


async def send_bytes(port: int, content: bytes, *, seconds: float = _PATIENCE_S) -> bytes:
    """Send bytes over a connection of their own and return all that comes back until it is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(content)
        async with asyncio.timeout(seconds):
            return await reader.read()
    finally:
        writer.close()


def write_request(method: str, path: str, *headers: str, body: bytes = b"", last: bool = True) -> bytes:
    """Write a request as it goes over the wire; `last` asks for the connection to be closed after it."""
    lines = [f"{method} {path} HTTP/1.1", "Host: contoh.example", f"Content-Length: {len(body)}", *headers]
    closing = ["Connection: close"] if last else []
    return "\r\n".join([*lines, *closing, "", ""]).encode("latin-1") + body


async def send_many(port: int, requests: Iterable[bytes]) -> list[int]:
    """Send requests over one connection, a hundred before the first answer is read; return every status."""
    statuses: list[int] = []
    waiting = list(requests)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        while waiting:
            batch, waiting = waiting[:_AT_ONCE], waiting[_AT_ONCE:]
            writer.write(b"".join(batch))
            for _ in batch:
                async with asyncio.timeout(_PATIENCE_S):
                    statuses.append(await _read_answer(reader))
    finally:
        writer.close()
    return statuses


async def _read_answer(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").casefold()
    length = re.search(r"content-length: (\d+)", head)
    await reader.readexactly(int(length[1]) if length else 0)
    return int(head.split(" ", 2)[1])
