"""How clients and counsellors walk through the service: what they send, and what they wait to read."""

from dataclasses import dataclass

from tests.botapi.control import BotApi
from tests.botapi.people import Person
from tests.botapi.screen import Screen
from tests.end_to_end.telegram_process import TelegramProcess

PATIENCE_S = 45.0
OFFER = "Permintaan baru ·"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a client does and what is read next.  `tap`: on a button instead of typing."""

    send: str
    then: str
    tap: bool = False


INTAKE_ID = (
    Step("/start", "Mau mulai dari mana?"),
    Step("🌱 Bantuan untuk saya", "Setuju?", tap=True),
    Step("Ya, saya setuju", "Berapa usiamu?", tap=True),
    Step("25-34 tahun", "(2 dari 7)", tap=True),
    Step("kecamatan kadia, kota kendari", "Apa yang kamu pakai"),
    Step("1, 2", "Seberapa sering"),
    Step("tiap minggu", "Ada yang seperti ini?"),
    Step("tidak ada semuanya", "Sejauh mana"),
    Step("Mau, pelan-pelan", "Bagaimana dan kapan", tap=True),
    Step("Di sini, malam", "1. BNN Kota Kendari", tap=True),
    Step("BNN Kota Kendari", "Ini yang akan dilihat konselor"),
    Step("Kirim ke konselor", "Terkirim ke BNN Kota Kendari", tap=True),
)
INTAKE_EN = (
    Step("/start", "Mau mulai dari mana?"),
    Step("🌐 Bahasa / Language", "Choose your language", tap=True),
    Step("English", "Where shall we start?", tap=True),
    Step("🌱 Help for me", "Agree?", tap=True),
    Step("Yes, I agree", "How old are you?", tap=True),
    Step("25-34", "(2 of 7)", tap=True),
    Step("kecamatan kadia, kota kendari", "What have you used"),
    Step("1, 2", "How often"),
    Step("every week", "Does any of this apply to you?"),
    Step("none of these", "How far"),
    Step("Yes, slowly", "How and when", tap=True),
    Step("Here, in the evening", "1. BNN", tap=True),
    Step("BNN Kota Kendari", "This is what the counsellor will see"),
    Step("Send to a counsellor", "Sent to BNN Kota Kendari", tap=True),
)
#: What the counsellor reads after either of them.
SENT_LINES = (
    "• Usia: 25-34 tahun",
    "• Daerah: Kadia",
    "• Zat: Sabu atau ekstasi, Ganja atau sinte",
    "• Seberapa sering: Tiap minggu",
    "• Keadaan: Tidak ada semuanya",
    "• Kesiapan: Mau, pelan-pelan",
    "• Cara dihubungi: Di sini, malam",
    "• Unit: BNN Kota Kendari",
)


async def walk(person: Person, *steps: Step) -> None:
    """Do one step after the other, each when the answer to the one before has been read."""
    for step in steps:
        await take_step(person, step)


async def take_step(person: Person, step: Step) -> Screen:
    """Do one step and wait until its answer is on the screen."""
    before = count_texts(person)
    if step.tap:
        await person.press(step.send)
    else:
        await person.send(step.send)
    return await hear(person, step.then, since=before)


async def hear(person: Person, words: str, *, since: int = 0) -> Screen:
    """Wait until the bot says something that contains these words."""
    return await person.wait_for(lambda _: any(words in text for text in texts_of(person)[since:]), PATIENCE_S)


def texts_of(person: Person) -> list[str]:
    """List everything the bot ever said to somebody, edits last."""
    return [*person.received, *person.edits]


def count_texts(person: Person) -> int:
    """Count what the bot said to somebody without editing."""
    return len(person.received)


async def join_staff(api: BotApi, service: TelegramProcess, alias: str = "Kak Kenanga") -> Person:
    """Add a counsellor and link their private chat by the one-time code."""
    counsellor = api.person("Contoh Konselor")
    await counsellor.start((await service.invite(alias)).chat)
    await hear(counsellor, "Selamat datang. Peranmu: konselor")
    return counsellor


async def reach(client: Person, counsellor: Person) -> None:
    """Send the intake and let the counsellor accept it."""
    before = count_texts(counsellor)
    await walk(client, *INTAKE_ID)
    # An earlier offer, and what it was edited to, looks the same.
    await counsellor.wait_for(lambda _: any(OFFER in text for text in counsellor.received[before:]), PATIENCE_S)
    await counsellor.press("Terima")
    await hear(client, "siap mendengar")


async def close_case(counsellor: Person) -> None:
    """Close the counsellor's case: rehabilitation has begun."""
    await take_step(counsellor, Step(await find_label(counsellor, "Tutup"), "Bagaimana akhirnya", tap=True))
    await take_step(counsellor, Step("mulai rehabilitasi", "sudah ditutup: mulai rehabilitasi", tap=True))


async def find_label(person: Person, beginning: str) -> str:
    """Find the button that begins with these words."""
    return next(label for label in (await person.screen()).labels if label.startswith(beginning))
