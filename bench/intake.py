"""One intake of thirteen messages, byte for byte as Telegram delivers it, and what the peers reply to each."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

#: What a person types, from the first message to the sent request; the real intake understands every line.
TYPED = (
    "/start",
    "1",  # help for myself
    "Ya, saya setuju",
    "25-34",
    "kecamatan kadia, kota kendari",
    "1, 2",  # substances
    "tiap minggu",
    "tidak ada",  # safety
    "1",  # readiness
    "1",  # contact
    "1",  # unit
    "1",  # send
    "/menu",
)
#: Length and buttons of a middling question of the real intake, so that peers carry as much as we do.
REPLY = "Seberapa sering dalam tiga bulan terakhir? Semua jawaban boleh, dan kamu boleh melewati pertanyaan ini."
LABELS = ("Hampir setiap hari", "Tiap minggu", "Sekitar tiap bulan", "Lebih jarang dari itu", "Sekarang sedang tidak")

_SENT_AT = 1_795_000_000
_UPDATES_OF_ONE = 100


@dataclass(frozen=True, slots=True)
class Delivery:
    """One update on its way in.  `chat`: whose it is; `raw`: the body Telegram posts."""

    chat: int
    raw: bytes


def deliveries(chat: int) -> Iterator[Delivery]:
    """Yield one person's intake in order; `chat` is their invented number and makes the update ids unique."""
    for place, text in enumerate(TYPED):
        yield Delivery(chat, _update(chat * _UPDATES_OF_ONE + place, chat, text))


def sent_message(chat: int, message_id: int) -> dict[str, object]:
    """Write the message a Bot API answers with when something was sent."""
    return {
        "message_id": message_id,
        "from": {"id": 7, "is_bot": True, "first_name": "Bench", "username": "bench_bot"},
        "chat": {"id": chat, "type": "private", "first_name": "Orang"},
        "date": _SENT_AT,
        "text": REPLY,
    }


def _update(update_id: int, chat: int, text: str) -> bytes:
    message: dict[str, object] = {
        "message_id": update_id,
        "from": {"id": chat, "is_bot": False, "first_name": "Orang", "last_name": "Karangan", "language_code": "id"},
        "chat": {"id": chat, "first_name": "Orang", "last_name": "Karangan", "type": "private"},
        "date": _SENT_AT,
        "text": text,
    }
    if text.startswith("/"):
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text)}]
    return json.dumps({"update_id": update_id, "message": message}).encode()
