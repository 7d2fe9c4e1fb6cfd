"""Fetch updates from Telegram and confirm each only after it has been stored."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from secrets import SystemRandom
from typing import Final, TypeVar

from bot.ports import ChannelError, Incoming, TryLater
from channels.telegram import TelegramChannel
from channels.telegram_errors import NotTaken, OtherReceiver, TokenRejected, UnreadableUpdate
from channels.telegram_updates import ReadUpdate, read_updates

#: Stores what arrived; it returns when that is safe and raises when it is to come again.
Receive = Callable[[Incoming], Awaitable[None]]
#: Hears of troubles; none of them carries anything a person wrote, nor an id.
Report = Callable[[ChannelError], None]
Hear = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to wait, in seconds: for updates, after the first error, at most, and while somebody else receives.

    `watch`: between two looks at where Telegram delivers to.
    """

    wait: int = 50
    first_pause: float = 1.0
    longest_pause: float = 60.0
    conflict_pause: float = 30.0
    watch: float = 240.0


DEFAULT_PACE: Final = Pace()
T = TypeVar("T")


async def poll(
    channel: TelegramChannel,
    receive: Receive,
    stop: asyncio.Event,
    report: Report,
    pace: Pace = DEFAULT_PACE,
    hear: Hear = lambda: None,
) -> None:
    """Fetch and hand over updates until `stop` is set; in order for each address, side by side for different ones.

    An update whose `receive` raises is fetched again, and so are the later ones of its address; others go on.  `hear`
    is called for every answer of Telegram's.  Raises TokenRejected.
    """
    position: int | None = None
    stumbles = 0
    fetching = _Fetching(channel, report, pace.wait)
    while not stop.is_set():
        answer = await persist(partial(fetching.fetch, position), stop, fetching.report, pace)
        if answer is None:
            return
        hear()
        updates = read_updates(answer)
        reached = _find_position(updates, await _hand_over(updates, receive, report), position)
        stumbles = stumbles + 1 if updates and reached == position else 0
        position = reached
        if stumbles:
            await _rest(_back_off(stumbles, pace), stop)
    await _confirm(channel, position)


async def persist(
    act: Callable[[], Coroutine[None, None, T]], stop: asyncio.Event, report: Report, pace: Pace = DEFAULT_PACE
) -> T | None:
    """Repeat an act until it works and return what it gave, or None once `stop` is set.  Raises TokenRejected."""
    failures = 0
    while not stop.is_set():
        try:
            return await _run_until(stop, act())
        except TokenRejected:
            raise
        except ChannelError as error:
            report(error)
            failures += 1
            await _rest(_choose_pause(error, failures, pace), stop)
    return None


class _Fetching:
    """Asks for updates; after trouble without waiting for one, so that an outage is known to be over at once."""

    def __init__(self, channel: TelegramChannel, report: Report, wait: int) -> None:
        self._channel = channel
        self._report = report
        self._wait = wait
        self._is_troubled = False

    async def fetch(self, position: int | None) -> bytes:
        answer = await self._channel.fetch_updates(position, 0 if self._is_troubled else self._wait)
        self._is_troubled = False
        return answer

    def report(self, error: ChannelError) -> None:
        self._is_troubled = True
        self._report(error)


async def _run_until(stop: asyncio.Event, act: Coroutine[None, None, T]) -> T | None:
    running, stopping = asyncio.create_task(act), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        return await running if running.done() else None
    finally:
        running.cancel()
        stopping.cancel()
        await asyncio.gather(running, stopping, return_exceptions=True)


async def _hand_over(updates: Sequence[ReadUpdate], receive: Receive, report: Report) -> list[int]:
    """Hand over everything and return the ids that have to come again."""
    lanes: dict[str, list[tuple[int, Incoming]]] = {}
    for update in updates:
        if update.broken:
            report(UnreadableUpdate())
        if update.incoming and update.update_id is not None:
            lanes.setdefault(update.incoming.address, []).append((update.update_id, update.incoming))
    left = await asyncio.gather(*(_walk(lane, receive, report) for lane in lanes.values()))
    return [update_id for ids in left for update_id in ids]


async def _walk(lane: Sequence[tuple[int, Incoming]], receive: Receive, report: Report) -> list[int]:
    for done, (_, incoming) in enumerate(lane):
        try:
            await receive(incoming)
        except Exception as error:  # noqa: BLE001 - whatever it was, the update is not stored and must come again
            report(NotTaken(type(error).__name__))
            return [update_id for update_id, _ in lane[done:]]
    return []


def _find_position(updates: Sequence[ReadUpdate], again: Sequence[int], position: int | None) -> int | None:
    if again:
        return min(again)
    return max((update.update_id + 1 for update in updates if update.update_id is not None), default=position)


async def _confirm(channel: TelegramChannel, position: int | None) -> None:
    """Tell Telegram what was stored last; without it, that would only come once more after the next start."""
    if position is not None:
        with contextlib.suppress(ChannelError, TimeoutError):
            await asyncio.wait_for(channel.fetch_updates(position, 0), _CONFIRM_SECONDS)


def _choose_pause(error: ChannelError, failures: int, pace: Pace) -> float:
    match error:
        case OtherReceiver():
            return pace.conflict_pause
        case TryLater(everywhere=False) | TokenRejected():  # asked for by Telegram; an outage is met at our own pace
            return max(error.seconds, _back_off(failures, pace))
        case _:
            return _back_off(failures, pace)


def _back_off(failures: int, pace: Pace) -> float:
    longest = min(pace.longest_pause, pace.first_pause * 2.0 ** min(failures - 1, 30))
    return _chance.uniform(longest / 2, longest)


async def _rest(seconds: float, stop: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


_chance = SystemRandom()
_CONFIRM_SECONDS = 0.5
