"""How much one message on Telegram can carry, and how many Telegram takes."""

from dataclasses import dataclass, replace
from typing import Final

from bot.ports import Limits

# Telegram takes up to 100 buttons but refuses a keyboard of about ten kilobytes: 60 of the longest stay below.
LIMITS: Final = Limits(
    text_units=4096, keys=60, label_chars=40, token_bytes=64, can_replace=True, can_take_back=True, caption_units=1024
)


@dataclass(frozen=True, slots=True)
class Rates:
    """How many messages Telegram takes from one bot: in all and in one chat each second, in one group each minute."""

    second: float
    chat_second: float
    group_minute: float


RATES: Final = Rates(30, 1, 20)  # as Telegram's own questions and answers for makers of bots say
_CHAT_BURST: Final = 8  # what a turn and the next say is read as one; Telegram minds only a stream
_GROUP_BURST: Final = 5


def limits_at(rates: Rates) -> Limits:
    """Say the limits as shares: in no minute a group gets its burst and more than what is then left of its minute."""
    group_second = max(1.0, rates.group_minute - _GROUP_BURST) / 60
    return replace(
        LIMITS,
        per_second=rates.second,
        per_chat=(_CHAT_BURST, _CHAT_BURST / rates.chat_second),
        per_group=(_GROUP_BURST, _GROUP_BURST / group_second),
    )
