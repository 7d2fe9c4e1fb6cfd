"""A picture from the desk to chats and a page, with a kill on the way, and no trace of where it was taken."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import httpx
import pytest_asyncio

from tests.botapi.control import BotApi
from tests.botapi.people import Person
from tests.end_to_end.people import Step, hear, take_step, texts_of, walk
from tests.end_to_end.telegram_process import TelegramProcess, install
from tests.end_to_end.test_broadcast import KNOCK, SETTINGS, SUBSCRIBE, TEXT
from tests.handlers.broadcasts.picturing import CAMERA, camera_data, draw

SAID = "Mesin jahit di atas meja"
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
_KEY = re.compile(r'<button form="talk" name="token" value="([^"]+)" class="key">([^<]+)</button>')
_IMAGE = re.compile(r'<img class="picture" src="([^"]+)" alt="([^"]+)">')


@pytest_asyncio.fixture
async def service(tmp_path: Path, bot_api: BotApi) -> AsyncIterator[TelegramProcess]:
    """Give the running service, for which three people are a group."""
    process = install(tmp_path / "singgah", bot_api, extra=SETTINGS)
    await process.start()
    yield process
    assert await process.stop() == 0, process.errors_file.read_text()


@dataclass
class Desk:
    """Somebody at the desk, and in a chat."""

    person: Person
    http: httpx.AsyncClient
    check: str = ""

    async def post(self, path: str, file: bytes = b"", **fields: str) -> str:
        """Send a form and return where it leads."""
        files = {"file": ("foto.jpg", file, "image/jpeg")} if file else None
        answer = await self.http.post(path, data={"check": self.check, **fields}, files=files)
        assert answer.status_code == httpx.codes.SEE_OTHER, answer.text
        return answer.headers["location"].partition("?")[0]


@pytest_asyncio.fixture
async def browsers() -> AsyncIterator[AsyncExitStack]:
    """Close what was opened in a test."""
    async with AsyncExitStack() as opened:
        yield opened


async def browse(browsers: AsyncExitStack, service: TelegramProcess) -> httpx.AsyncClient:
    """Open a browser in front of the service."""
    return await browsers.enter_async_context(httpx.AsyncClient(base_url=service.url, trust_env=False, timeout=30))


async def join(bot_api: BotApi, service: TelegramProcess, http: httpx.AsyncClient, role: str, alias: str) -> Desk:
    """Let somebody with a role come in by both ways."""
    ended = await service.command("staff", "invite", "--role", role, "--alias", alias)
    code, link = re.search(r"/start (\S+)", ended.output), re.search(r"http://\S+(/desk/sign-in/\S+)", ended.output)
    assert code is not None, ended.errors
    assert link is not None
    person = bot_api.person(alias)
    await person.start(code[1])
    await hear(person, "Selamat datang")
    await http.post(link[1])
    found = re.search(r'name="check" value="(\w+)"', (await http.get("/desk")).text)
    assert found is not None
    return Desk(person, http, found[1])


@dataclass
class Page:
    """Somebody on the web page whose browser runs no scripts and who has not agreed to anything but news."""

    http: httpx.AsyncClient
    shown: str = ""
    keys: dict[str, str] = field(default_factory=dict)

    async def open(self) -> None:
        """Open the page."""
        self._read((await self.http.get("/chat")).text)

    async def say(self, **fields: str) -> None:
        """Send the form."""
        carried = dict(_HIDDEN.findall(self.shown.partition('id="talk"')[2]))
        answer = await self.http.post("/chat", data={**carried, **fields})
        assert answer.status_code == httpx.codes.OK, answer.text
        self._read(answer.text)

    def _read(self, shown: str) -> None:
        self.shown = shown
        self.keys = {unescape(label): token for token, label in _KEY.findall(shown)}


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Mark what has to be over by then."""
    started = asyncio.get_running_loop().time()
    yield
    assert asyncio.get_running_loop().time() - started < seconds


async def test_a_picture_reaches_chats_and_pages_once_and_shows_no_more_than_is_seen(
    bot_api: BotApi, service: TelegramProcess, browsers: AsyncExitStack
) -> None:
    author = await join(bot_api, service, await browse(browsers, service), "broadcaster", "Kak Sekar")
    approver = await join(bot_api, service, await browse(browsers, service), "coordinator", "Kak Bayu")
    people = [bot_api.person(f"Contoh Klien {number}") for number in range(3)]
    await asyncio.gather(*(walk(person, *SUBSCRIBE) for person in people))
    visitor = Page(await browse(browsers, service))
    await visitor.open()
    for words in ("halo", "kabar", "Ya, kabari saya", "Untuk saya", "2", "lewati"):
        await visitor.say(text=words)
    assert "Sudah kami simpan" in visitor.shown

    photo = draw(size=(800, 600), exif=camera_data())
    written = {"text_id": TEXT, "described_id": SAID, "group": "clients", "topic": "training", "go": "save"}
    path = await author.post("/desk/broadcasts/add", photo, **written)
    await author.person.send_photo(b"contoh")
    await hear(author.person, "/desk/broadcasts")
    await author.post(f"{path}/dry_run")
    await author.person.wait_for(lambda screen: any(seen.kind == "photo" for seen in screen.from_bot))
    await author.post(f"{path}/ask")
    await hear(approver.person, "minta persetujuanmu")
    await take_step(approver.person, Step("Setujui", "Sudah kamu setujui", tap=True))
    await hear(author.person, "Siaranmu disetujui")
    await author.post(f"{path}/send")
    await asyncio.wait([asyncio.create_task(hear(one, KNOCK)) for one in people], return_when=asyncio.FIRST_COMPLETED)
    await service.kill()
    await service.start()
    await hear(author.person, "Siaranmu selesai")
    assert max(sum(KNOCK in text for text in one.received) for one in people) == 1
    assert all("[photo]" not in texts_of(one) and TEXT not in texts_of(one) for one in people)

    for reached in (one for one in people if any(KNOCK in text for text in one.received)):
        await reached.press("Buka")
        await hear(reached, TEXT)
        (shown,) = [seen for seen in (await reached.screen()).from_bot if seen.kind == "photo"]
        assert (shown.text, shown.is_protected) == (TEXT, True)

    # The trial sent the file; whoever came after it, in another process too, got what Telegram calls it.
    (drawn,) = [file for file in bot_api.files if file != b"contoh"]
    assert CAMERA.encode() in photo
    assert CAMERA.encode() not in drawn
    sent = [call.parameters["photo"] for call in bot_api.calls("sendPhoto")]
    assert sent.count("attach://photo") == 1

    await visitor.say()
    await visitor.say(token=visitor.keys["Buka"])
    ((source, said),) = _IMAGE.findall(visitor.shown)
    with within(30):
        given = await visitor.http.get(source)
        stranger = await author.http.get(f"{source}0")
    assert (said, given.content, given.headers["cache-control"]) == (SAID, drawn, "no-store")
    assert stranger.status_code == httpx.codes.NOT_FOUND
    kept = b"".join(file.read_bytes() for file in service.data_folder.rglob("*") if file.is_file())
    assert drawn[100:400] not in kept
    assert SAID.encode() not in kept
    assert drawn[100:400] not in service.log_file.read_bytes()
