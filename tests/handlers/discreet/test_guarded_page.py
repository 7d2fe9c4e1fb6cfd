"""The page of the web chat keeps no number, no PIN, nothing said of others, and shows nothing before the PIN."""

from itertools import count

from bot.ports import Incoming, Page, Start, Tap, Text
from channels.webchat_forms import WEBCHAT
from handlers.conversing.pages import WebPages
from tests.worlds import TestBed

ADDRESS = "contoh-halaman"
PIN = "2468"


class Visitor:
    """Somebody on the page."""

    def __init__(self, bed: TestBed) -> None:
        self.pages = WebPages(bed.world, bed.receiver)
        self._numbers = count()

    async def do(self, *contents: Start | Text | Tap) -> None:
        """Write or tap, one after the other."""
        for content in contents:
            await self.pages.receive(Incoming(WEBCHAT, ADDRESS, f"form-{next(self._numbers)}", content))

    async def tap(self, label: str) -> None:
        """Tap the newest button that begins with a label."""
        page = await self.page()
        key = next(key for line in reversed(page.lines) for key in line.keys if key.label.startswith(label))
        await self.do(Tap(key.token))

    async def page(self) -> Page:
        """Fetch the page."""
        page = await self.pages.page(ADDRESS)
        assert page is not None
        return page

    async def words(self) -> str:
        """Read everything on the page."""
        return "\n".join(line.text for line in (await self.page()).lines)

    async def set_pin(self) -> None:
        """Set a PIN in the settings."""
        await self.do(Start(), Text("pengaturan"))
        await self.tap("PIN")
        await self.tap("Pasang")
        await self.do(Text(PIN), Text(PIN))


async def test_a_number_typed_by_mistake_does_not_stay_on_the_page(bed: TestBed) -> None:
    visitor = Visitor(bed)

    await visitor.do(Start(), Text("telepon saya 081234567890"))

    words = await visitor.words()
    assert "081234567890" not in words
    assert "telepon saya [nomor telepon disembunyikan]" in words


async def test_what_is_said_of_others_does_not_stay_on_the_page(bed: TestBed) -> None:
    visitor = Visitor(bed)

    await visitor.do(Start(), Text("saya beli dari si kribo"))

    assert "kribo" not in await visitor.words()


async def test_the_pin_never_stands_on_the_page(bed: TestBed) -> None:
    visitor = Visitor(bed)
    await visitor.set_pin()
    bed.clock.pass_time(minutes=11)
    await visitor.do(Text("1357"), Text(PIN))

    words = await visitor.words()
    assert PIN not in words
    assert "1357" not in words
    assert "••••" in words


async def test_a_locked_page_shows_only_the_question(bed: TestBed) -> None:
    visitor = Visitor(bed)
    await visitor.set_pin()
    bed.clock.pass_time(minutes=11)

    page = await visitor.page()
    assert [line.text.split(".")[0] for line in page.lines] == ["Ketik PIN-mu untuk melanjutkan"]
    assert page.lines[0].keys == ()

    await visitor.do(Text("1357"))
    assert next(line.text for line in (await visitor.page()).lines).startswith("PIN itu belum cocok")
    await visitor.do(Text(PIN))
    assert len((await visitor.page()).lines) > 5
