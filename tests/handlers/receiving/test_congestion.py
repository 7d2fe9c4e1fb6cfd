"""While replies pile up, everyone who writes hears once that theirs will come, ahead of what piles up."""

from datetime import timedelta
from itertools import count

from bot.ports import Incoming, Outgoing, Text
from handlers.receiving.receive import Receiver
from storage import outbox
from storage.outbox import Lane
from tests.handlers.walking import CLIENT, OTHER_CLIENT, in_world
from tests.worlds import TestBed

_NUMBERS = count()
KIND_WORD = "Pesanmu sudah kami terima. Balasannya menyusul."


async def _pile_up(bed: TestBed) -> None:
    """Let somebody's reply wait for longer than a minute."""
    far = Outgoing("jauh")
    await in_world(bed, lambda work: outbox.put_farewell(work, "telegram", "far", far))
    bed.clock.pass_time(seconds=61)


async def _receive(bed: TestBed, address: str, *texts: str) -> None:
    """Receive without sending."""
    for text in texts:
        number = f"{address}-{next(_NUMBERS)}"
        await bed.receiver.receive(Incoming(bed.channel.name, address, number, Text(text)))


async def test_who_writes_in_a_congestion_hears_once_that_a_reply_follows(bed: TestBed) -> None:
    await _pile_up(bed)
    await _receive(bed, CLIENT, "/start", "menu", "menu")
    await _receive(bed, OTHER_CLIENT, "/start")

    (first,) = await in_world(bed, lambda work: outbox.claim(work, ["telegram"], most=1))
    assert (first.lane, first.message.text) == (Lane.NOTICE, KIND_WORD)
    await in_world(bed, lambda work: outbox.put_back(work, [first], timedelta()))
    await bed.flush()
    assert [bed.heard(address).count(KIND_WORD) for address in (CLIENT, OTHER_CLIENT)] == [1, 1]


async def test_the_kind_word_comes_again_in_another_congestion_and_not_between(bed: TestBed) -> None:
    await _pile_up(bed)
    await _receive(bed, CLIENT, "menu")
    await bed.flush()
    bed.clock.pass_time(seconds=10)
    await _receive(bed, CLIENT, "menu")
    await bed.flush()
    assert bed.heard(CLIENT).count(KIND_WORD) == 1

    await _pile_up(bed)
    await _receive(bed, CLIENT, "menu")
    await bed.flush()

    assert bed.heard(CLIENT).count(KIND_WORD) == 2


async def test_a_process_that_has_just_begun_catches_up_before_it_says_anything_of_it(bed: TestBed) -> None:
    await _pile_up(bed)
    successor = Receiver(bed.world)
    notices: list[int] = []
    for number in ("satu", "dua"):
        await successor.receive(Incoming(bed.channel.name, CLIENT, number, Text("menu")))
        notices.append(await in_world(bed, lambda work: outbox.count_waiting(work, Lane.NOTICE)))
        bed.clock.pass_time(seconds=31)

    assert notices == [0, 1]


async def test_danger_is_answered_ahead_of_every_kind_word(bed: TestBed) -> None:
    await bed.say(CLIENT, "/start")
    await _pile_up(bed)
    await _receive(bed, OTHER_CLIENT, "menu")
    await _receive(bed, CLIENT, "aku mau bunuh diri")

    (first,) = await in_world(bed, lambda work: outbox.claim(work, ["telegram"], most=1))

    assert first.lane is Lane.DANGER
