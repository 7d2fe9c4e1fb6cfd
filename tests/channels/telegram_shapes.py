"""Parts of Telegram's updates, as they are documented."""

from typing import Any

Json = dict[str, Any]


PERSON: Json = {
    "id": 700_000_001,
    "is_bot": False,
    "first_name": "Contoh",
    "username": "contoh_orang",
    "language_code": "id",
}


BOT: Json = {"id": 4242, "is_bot": True, "first_name": "Singgah", "username": "contoh_bot"}


CHAT: Json = {"id": 700_000_001, "type": "private", "first_name": "Contoh", "username": "contoh_orang"}


GROUP: Json = {"id": -1_001_000_000_001, "type": "supergroup", "title": "Tim Contoh"}


def message(chat: Json = CHAT, **fields: object) -> Json:
    return {"message_id": 12, "date": 1_790_000_000, "chat": chat, "from": PERSON, **fields}


def update(**fields: object) -> Json:
    return {"update_id": 500, **fields}


def tap(**fields: object) -> Json:
    return {"id": "77", "from": PERSON, "chat_instance": "1", **fields}
