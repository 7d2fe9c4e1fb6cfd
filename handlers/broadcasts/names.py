"""What stands on the buttons of broadcasts."""

import base64
from typing import Final

from bot.dialogue.effects import Button
from storage.sealing.encryption import ID_BYTES

#: `flow` of every button of a broadcast, in the chats of people and of staff.
BROADCAST: Final = "siar"
#: Choices under what people get: read it, never this topic again, or one of the answers by its number.
OPEN, REFUSE = "open", "refuse"
_ANSWER: Final = "answer"


def button(broadcast_id: bytes, choice: str, label: str) -> Button:
    """Make a button about one broadcast."""
    return Button(BROADCAST, _write_key(broadcast_id), choice, label)


def answer(place: int) -> str:
    """Name the choice that stands for the answer at a place."""
    return f"{_ANSWER}{place}"


def read_answer(choice: str, answers: int) -> int | None:
    """Return the place of the answer a choice stands for; None for any other choice."""
    return next((place for place in range(answers) if choice == answer(place)), None)


def read_key(key: str) -> bytes:
    """Read the id on a button; empty for what is none."""
    try:
        known = base64.urlsafe_b64decode(f"{key}==".encode())
    except ValueError:
        return b""
    return known if len(known) == ID_BYTES else b""


def read_id(text: str) -> bytes:
    """Read an id as it stands in an address; empty for what is none."""
    try:
        known = bytes.fromhex(text)
    except ValueError:
        return b""
    return known if len(known) == ID_BYTES else b""


def _write_key(broadcast_id: bytes) -> str:
    # Shorter than hexadecimal, for platforms carry few bytes.
    return base64.urlsafe_b64encode(broadcast_id).decode().rstrip("=")
