"""T20: whoever holds a phone of staff that was revoked is a stranger at once, and soon finds nothing on it."""

import json
import time

import pytest

from tests.attacks.outside import IS_LONG
from tests.botapi.control import BotApi
from tests.botapi.screen import Screen
from tests.end_to_end.people import hear, join_staff, reach
from tests.end_to_end.telegram_process import TelegramProcess

#: What is promised, in the long run; elsewhere a machine may be three times slower.
_REFUSED_WITHIN_S = 5.0 if IS_LONG else 15.0
#: The service looks every ten seconds for what is to be deleted.
_EMPTY_WITHIN_S = 40.0


@pytest.mark.alone
async def test_a_revoked_phone_is_refused_within_five_seconds_and_everything_of_clients_goes_from_it(
    bot_api: BotApi, polling: TelegramProcess
) -> None:
    counsellor, client = await join_staff(bot_api, polling, "Kak Kenanga"), bot_api.person("Contoh Klien")
    await reach(client, counsellor)
    for number in range(5):
        await client.send(f"kalimat contoh {number} yang rahasia")
        await hear(counsellor, f"kalimat contoh {number} yang rahasia")
    shown = (await counsellor.screen()).from_bot
    assert all(seen.is_protected for seen in shown if "rahasia" in seen.text)
    own = {seen.message_id for seen in shown}

    staff = json.loads((await polling.command("staff", "list", "--json")).output)
    (staff_id,) = [one["id"] for one in staff if one["alias"] == "Kak Kenanga"]
    assert (await polling.command("staff", "revoke", staff_id)).exit_code == 0
    revoked = time.monotonic()
    await counsellor.send("balasan dari telepon curian")
    await hear(counsellor, "Mau mulai dari mana?")
    assert time.monotonic() - revoked < _REFUSED_WITHIN_S

    def is_empty(screen: Screen) -> bool:
        return not own & {seen.message_id for seen in screen.from_bot}

    await counsellor.wait_for(is_empty, _EMPTY_WITHIN_S)
    assert not any("curian" in text for text in client.received)
    assert not any("rahasia" in seen.text for seen in (await counsellor.screen()).messages)
