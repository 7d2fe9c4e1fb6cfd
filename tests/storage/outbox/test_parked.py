"""What is not sent by itself any more can be seen, sent once more or dropped; a broadcast is never sent twice."""

from datetime import timedelta

from bot.ports import Outgoing
from storage import outbox
from storage.database import Database
from storage.outbox import Lane, Letter
from storage.sealing.encryption import FolderId, new_id
from storage.transaction import Work
from tests.storage.conftest import SettableClock

ANI, BUDI = FolderId(b"a" * 16), FolderId(b"b" * 16)
BROADCAST = b"k" * 16


def _put(work: Work, to: FolderId, text: str, lane: Lane, broadcast: bytes | None = None) -> None:
    work.vault.create_folder(to)
    outbox.put(work, to, "telegram", lane, Outgoing(text), broadcast=broadcast)


def _claim(work: Work) -> list[Letter]:
    return outbox.claim(work, ["telegram"], most=50)


def _crash(work: Work) -> list[Letter]:
    return outbox.recover(work, ["telegram"])


async def test_a_broadcast_under_way_in_a_crash_is_never_sent_again(store: Database) -> None:
    def step(work: Work) -> tuple[list[bytes | None], list[Letter], bool]:
        _put(work, ANI, "kabar", Lane.BROADCAST, BROADCAST)
        _claim(work)
        parked = _crash(work)
        (shown,) = outbox.list_parked(work)
        return [letter.broadcast for letter in parked], _claim(work), outbox.retry_parked(work, shown.label)

    assert await store.write(step) == ([BROADCAST], [], False)


async def test_broadcasts_go_after_everything_else(store: Database) -> None:
    def step(work: Work) -> list[str]:
        _put(work, ANI, "kabar", Lane.BROADCAST, BROADCAST)
        _put(work, BUDI, "cek", Lane.REMINDER)
        return [letter.message.text for letter in _claim(work)]

    assert await store.write(step) == ["cek", "kabar"]


async def test_what_of_a_broadcast_is_not_under_way_can_be_taken_back(store: Database) -> None:
    def step(work: Work) -> tuple[list[bytes], int, int]:
        _put(work, ANI, "kabar", Lane.BROADCAST, BROADCAST)
        _claim(work)
        _put(work, BUDI, "kabar", Lane.BROADCAST, BROADCAST)
        _put(work, FolderId(new_id()), "kabar lain", Lane.BROADCAST, b"l" * 16)
        waiting = outbox.count_waiting(work, Lane.BROADCAST)
        taken = outbox.drop_broadcast(work, BROADCAST)
        return [*taken], waiting, outbox.count_waiting(work, Lane.BROADCAST)

    assert await store.write(step) == ([BUDI], 2, 1)


async def test_a_check_in_whose_time_is_over_is_not_repeated_after_a_crash(
    store: Database, clock: SettableClock
) -> None:
    def begin(work: Work) -> None:
        _put(work, ANI, "cek lama", Lane.REMINDER)

    def go_on(work: Work) -> list[str]:
        _put(work, BUDI, "cek baru", Lane.REMINDER)
        _claim(work)
        return [letter.message.text for letter in _crash(work)]

    await store.write(begin)
    clock.pass_time(hours=13)
    assert await store.write(go_on) == ["cek lama"]
    (again,) = await store.write(_claim)
    assert (again.message.text, again.again) == ("cek baru", True)


async def test_an_uncertain_letter_is_sent_once_more_with_its_mark_when_somebody_says_so(store: Database) -> None:
    def step(work: Work) -> tuple[list[tuple[str, str]], bool, list[tuple[str, bool, int]]]:
        for text, state in (("satu", "uncertain"), ("dua", "failed")):
            _put(work, ANI, text, Lane.REPLY)
            (letter,) = _claim(work)
            outbox.park(work, letter, state)
        shown = outbox.list_parked(work)
        for one in shown:
            assert outbox.retry_parked(work, one.label)
        again = outbox.retry_parked(work, shown[0].label)
        claimed = [(letter.message.text, letter.again, letter.attempts) for letter in _claim(work)]
        return sorted((one.state, one.channel) for one in shown), again, claimed

    assert await store.write(step) == (
        [("failed", "telegram"), ("uncertain", "telegram")],
        False,
        [("satu", True, 1), ("dua", False, 1)],
    )


async def test_a_parked_letter_can_be_dropped_by_its_label(store: Database) -> None:
    def step(work: Work) -> list[object]:
        _put(work, ANI, "satu", Lane.REPLY)
        (letter,) = _claim(work)
        outbox.park(work, letter, "failed")
        (shown,) = outbox.list_parked(work)
        dropped = [outbox.drop_parked(work, label) for label in ("00000000x", shown.label, shown.label)]
        return [*dropped, outbox.count_states(work)]

    assert await store.write(step) == [False, True, False, {}]


async def test_replies_that_wait_too_long_or_too_many_mean_congestion(store: Database, clock: SettableClock) -> None:
    def put(work: Work) -> bool:
        _put(work, ANI, "satu", Lane.REPLY)
        _put(work, BUDI, "kabar", Lane.BROADCAST, BROADCAST)
        return outbox.is_congested(work)

    assert not await store.write(put)
    clock.pass_time(seconds=61)
    assert await store.read(outbox.is_congested)
    assert not await store.read(lambda work: outbox.is_congested(work, ["whatsapp"]))

    def send(work: Work) -> bool:
        for letter in _claim(work):
            outbox.mark_sent(work, letter)
        return outbox.is_congested(work)

    assert not await store.write(send)


async def test_a_platform_that_hears_nobody_is_remembered_until_its_time_is_over(
    store: Database, clock: SettableClock
) -> None:
    until = clock.now + timedelta(minutes=5)
    await store.write(lambda work: outbox.hold_channel(work, "telegram", until - timedelta(minutes=1)))
    await store.write(lambda work: outbox.hold_channel(work, "telegram", until))

    assert await store.read(outbox.list_holds) == {"telegram": until}
    clock.pass_time(minutes=6)
    assert await store.read(outbox.list_holds) == {}
