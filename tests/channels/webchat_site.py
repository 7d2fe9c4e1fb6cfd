"""A small conversation of the tests' own behind the web chat, and the page as a browser without scripts reads it."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import MappingProxyType

from starlette.applications import Starlette

from bot.dialogue.effects import Ask
from bot.pictures import PictureFile
from bot.ports import Crowded, Entry, EntryWanted, Incoming, Key, Line, Page, Place, Start, Tap, Text
from channels.webchat import webchat_routes

SECRET = b"contoh rahasia yang panjangnya 32"

PHRASES: Mapping[str, str] = MappingProxyType(
    {
        "emergency_button": "🆘 Darurat",
        "erased": "Semua datamu di sini sudah dihapus.",
        "web_crowded": "Saat ini terlalu banyak orang membuka obrolan baru.",
        "web_entrance": "Sedang banyak yang membuka obrolan baru. Tunggu setengah menit. Kalau mendesak: telepon 119.",
        "web_entrance_on": "Lanjut ke obrolan",
        "web_entrance_working": "Tunggu sebentar. Kalau mendesak: telepon 119.",
        "error_kind": "Maaf, ada yang salah di pihak kami. Tempatmu tetap tersimpan.",
        "web_title": "Catatan",
        "web_away": "Belum ada catatan.",
        "web_leave": "Tutup",
        "web_leave_hint": "Menutup halaman ini seketika. Bisa juga dengan menekan Esc dua kali.",
        "web_log": "Percakapan",
        "web_you": "Kamu",
        "web_choices": "Pilihan",
        "web_write": "Tulis pesan",
        "web_send": "Kirim",
        "web_accompanied": "Konselor sedang menemanimu",
        "web_phrase_ask": "Punya kalimat kembali?",
        "web_phrase_label": "Tulis tujuh katanya, lalu buka.",
        "web_phrase_open": "Buka",
        "web_not_sent": "Belum terkirim. Tulisanmu masih ada; periksa sambungan, lalu kirim lagi.",
        "web_too_long": "Pesan itu terlalu panjang untuk dikirim sekaligus.",
        "web_no_place": "Lokasimu tidak terbaca. Pilih provinsimu, atau ketik nama kecamatan.",
        "web_gone": "Percakapan yang tadi sudah tidak ada di sini.",
        "web_stale": "Halaman ini sudah lama terbuka.",
        "web_again": "Coba lagi",
        "web_back": "Ke percakapan",
    }
)

GREETING = (
    "Halo, silakan singgah.\nIni tempat bercerita dan mencari jalan pulih, untukmu atau orang dekatmu. Gratis, tanpa "
    "nama. Kamu yang menentukan langkahnya.\n\nKapan saja, ketik bantuan untuk melihat pilihan, atau darurat kalau "
    "ada bahaya.\n\nMau mulai dari mana?"
)
CHOICES = (
    "🌱 Cari jalan untuk saya",
    "💬 Tanya-tanya dulu",
    "🤝 Untuk orang dekat",
    "Apakah saya akan ditangkap?",
    "🌐 Bahasa / Language",
)
RETURN_PHRASE = "satu dua tiga empat lima enam tujuh"

OPENING = Page(
    (Line(GREETING, mine=False, keys=tuple(Key(label, label) for label in CHOICES), ask=Ask.CHOICE),),
    0,
    "id",
    consented=False,
    accompanied=False,
)


@dataclass(slots=True)
class Talk:
    """What one address has said and heard."""

    lines: list[Line] = field(default_factory=list)
    changes: int = 0
    consented: bool = False
    accompanied: bool = False
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, line: Line) -> None:
        """Add a line and wake whoever waits for it."""
        self.lines.append(line)
        self.changes += 1
        moved, self.moved = self.moved, asyncio.Event()
        moved.set()

    def ask(self, text: str, *labels: str, ask: Ask = Ask.CHOICE, share: str = "") -> None:
        """Say something with keys that carry their own label."""
        self.add(Line(text, mine=False, keys=tuple(Key(f"t:{one}", one) for one in labels), ask=ask, share_label=share))


@dataclass(slots=True)
class TinyPages:
    """Answers a few words, as the handlers would; remembers everything that arrived."""

    talks: dict[str, Talk] = field(default_factory=dict)
    arrived: list[Incoming] = field(default_factory=list)
    broken: bool = False
    crowded: bool = False
    load: float | None = None  #: how many begin at once, where that is too many
    farewells: set[str] = field(default_factory=set)
    pictures: dict[str, PictureFile] = field(default_factory=dict)  #: by the id of their line
    asked_for: list[tuple[str, str | None]] = field(default_factory=list)  #: lines and cookies

    async def receive(self, incoming: Incoming) -> None:
        """Take a delivery, the same one only once."""
        if self.broken:
            raise OSError("the disk is gone")
        if self.crowded:
            raise Crowded("too many")
        if self.load is not None and incoming.entry is Entry.NOTHING and incoming.address not in self.talks:
            raise EntryWanted(self.load)
        if incoming.provider_id in {earlier.provider_id for earlier in self.arrived}:
            return
        self.arrived.append(incoming)
        self._answer(incoming)

    async def page(self, address: str) -> Page | None:
        """Return the conversation of an address."""
        if address in self.farewells:
            self.farewells.remove(address)
            return Page((Line(PHRASES["erased"], mine=False),), 0, "id", consented=False, accompanied=False)
        talk = self.talks.get(address)
        if talk is None:
            return None
        return Page(tuple(talk.lines), talk.changes, "id", talk.consented, talk.accompanied)

    async def picture(self, line: str, address: str | None) -> PictureFile | None:
        """Give the picture of a line."""
        self.asked_for.append((line, address))
        return self.pictures.get(line)

    async def wait(self, address: str, revision: int, seconds: float) -> bool:
        """Wait for the next line."""
        talk = self.talks.get(address)
        if talk is None:
            return False
        if talk.changes != revision:
            return True
        try:
            await asyncio.wait_for(talk.moved.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def phrase(self, name: str, language: str) -> str:
        """Return a sentence of the tests."""
        assert language == "id"
        return PHRASES[name]

    def only_talk(self) -> Talk:
        """Return the conversation, where there is but one."""
        (talk,) = self.talks.values()
        return talk

    def texts(self) -> list[str]:
        """Return what was typed, oldest first."""
        return [one.content.text for one in self.arrived if isinstance(one.content, Text)]

    def _answer(self, incoming: Incoming) -> None:
        if incoming.content == Text(RETURN_PHRASE):
            self.talks[incoming.address] = Talk([Line("Selamat datang kembali.", mine=False)], 1, consented=True)
            return
        talk = self.talks.setdefault(incoming.address, Talk())
        match incoming.content:
            case Start():
                talk.ask(GREETING, *CHOICES)
            case Tap(token):
                self._choose(incoming.address, talk, token.removeprefix("t:"))
            case Place():
                talk.ask("Terima kasih, itu dekat Contoh Selatan.", "Betul")
            case Text(text):
                self._choose(incoming.address, talk, text)
            case _:
                talk.ask("Kami hanya membaca tulisan.")

    def _choose(self, address: str, talk: Talk, said: str) -> None:
        talk.add(Line(said, mine=True))
        match said:
            case "🌱 Cari jalan untuk saya":
                talk.ask("Terima kasih sudah datang. Semua yang kamu tulis dijaga.")
                talk.ask("Setuju?", "Ya, saya setuju", "Tidak dulu")
            case "Ya, saya setuju":
                talk.consented = True
                talk.ask(
                    "Kamu tinggal di mana?", "Contoh Utara", "Contoh Selatan", ask=Ask.PLACE, share="📍 Kirim lokasi"
                )
            case "🆘 Darurat":
                talk.ask("Kamu tidak sendirian. Hubungi 119, atau pergi ke IGD terdekat.", "Saya aman, lanjut")
            case "hapus":
                del self.talks[address]
                self.farewells.add(address)
            case _:
                talk.ask(f"Kamu menulis {len(said)} huruf.", "Lanjut", "Kembali")


def make_site(
    pages: TinyPages,
    public_url: str = "http://127.0.0.1",
    *,
    secret: bytes = SECRET,
    clock: Callable[[], float] = time.time,
) -> Starlette:
    """Make an application with nothing but the web chat."""
    return Starlette(routes=webchat_routes(pages, OPENING, secrets=[secret], public_url=public_url, clock=clock))


@dataclass(slots=True)
class Button:
    """A button that sends a form."""

    label: str
    name: str
    value: str
    pressed: bool
    classes: str


@dataclass(slots=True)
class Screen(HTMLParser):
    """What a page shows, read from its HTML."""

    texts: list[str] = field(default_factory=list)
    mine: list[str] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    _into: str = ""
    _is_mine: bool = False

    def __init__(self, html: str) -> None:
        """Read a page."""
        HTMLParser.__init__(self)
        self.texts, self.mine, self.buttons, self.fields = [], [], [], {}
        self.notices, self.headings, self.links = [], [], []
        self._into, self._is_mine = "", False
        self.feed(html)

    @property
    def labels(self) -> list[str]:
        """Return the keys of the conversation, in order, those that need a script left out."""
        return [
            button.label
            for button in self.buttons
            if "key" in button.classes.split() and button.name in ("token", "choice")
        ]

    def button(self, label: str) -> Button:
        """Find a button by its label."""
        (found,) = [button for button in self.buttons if button.label == label]
        return found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take up an element."""
        given = {name: value or "" for name, value in attrs}
        self.links += [given[name] for name in ("src", "href", "action") if name in given]
        classes = given.get("class", "")
        if "line" in classes.split():
            self._is_mine = "mine" in classes.split()
        if tag == "input" and given.get("type") == "hidden":
            self.fields[given["name"]] = given["value"]
        if tag == "button":
            pressed = given.get("aria-pressed") == "true"
            self.buttons.append(Button("", given.get("name", ""), given.get("value", ""), pressed, classes))
        self._into = {"button": "button", "h1": "h1"}.get(tag, classes if classes in {"words", "notice"} else "")
        if self._into == "words":
            (self.mine if self._is_mine else self.texts).append("")
        if self._into == "notice":
            self.notices.append("")
        if self._into == "h1":
            self.headings.append("")

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        del tag
        self._into = ""

    def handle_data(self, data: str) -> None:
        """Take up text."""
        match self._into:
            case "words":
                kept = self.mine if self._is_mine else self.texts
                kept[-1] += data
            case "button":
                self.buttons[-1].label += data
            case "notice":
                self.notices[-1] += data
            case "h1":
                self.headings[-1] += data
            case _:
                pass
