"""Keep every channel below its limits: all chats together, each chat and each group."""

import time
from collections.abc import Iterable, Mapping
from typing import Final

from bot.ports import Channel, ChannelName, Channels
from handlers.receiving.limits import Buckets, Limit
from handlers.sending.pace import Pace

#: How long the sender rests when nothing waits, in seconds.
IDLE_SECONDS: Final = 1.0
#: How long a letter waits whose chat has had its share, in seconds.
CHAT_WAIT_SECONDS: Final = 1.0

#: A letter that waits so long for its place need not wait in the outbox, from where what is urgent goes first.
_ABOUT_NOW_S: Final = 0.1

#: Moments of the schedule at which letters may go; each letter takes one.
Places = list[float]


class Pacing:
    """The limits of every channel, as one process keeps them."""

    def __init__(self, channels: Channels) -> None:
        """Begin with nothing sent."""
        self._channels: Mapping[ChannelName, Channel] = channels
        self._paces = {str(name): Pace(limit) for name, channel in channels.items() if (limit := _limit(channel))}
        self._chats = {str(name): _buckets(channel, is_group=False) for name, channel in channels.items()}
        self._groups = {str(name): _buckets(channel, is_group=True) for name, channel in channels.items()}
        self._behind: set[str] = set()

    def take(self, channel: str, most: int) -> Places:
        """Take the places at which letters may go on a channel now, at most so many."""
        now = time.monotonic()
        pace = self._paces.get(channel)
        if pace is None:
            return [now] * most
        places = pace.take(now, most)
        if not places:
            self._behind.add(channel)
        return places

    def count(self, channel: str, most: int) -> int:
        """Count the places at which letters may go on a channel about now, as far as so many."""
        pace = self._paces.get(channel)
        return most if pace is None else min(most, pace.count(time.monotonic(), _ABOUT_NOW_S))

    def book(self, channel: str, letters: int) -> Places:
        """Take a place for each of some letters; those that are still to come have to be waited for."""
        now = time.monotonic()
        pace = self._paces.get(channel)
        return [now] * letters if pace is None else pace.book(now, letters)

    def use(self, channel: str, places: Places, letters: int) -> None:
        """Note how many letters there were for the places taken; places left over are given back."""
        if letters < len(places):
            self._behind.discard(channel)
        elif places:
            self._behind.add(channel)
        if (pace := self._paces.get(channel)) is not None:
            pace.give_back(places[letters:])

    def rest(self, channels: Iterable[str]) -> float:
        """Return the seconds until another letter may go on channels; the idle time where nothing is known to wait."""
        now = time.monotonic()
        waits = (self._paces[name].wait(now) for name in self._behind.intersection(channels) if name in self._paces)
        return min((IDLE_SECONDS, *waits))

    def may_send(self, channel: str, address: str, *, is_group: bool) -> bool:
        """Take one message of a chat's or a group's share; False when it has to wait."""
        buckets = (self._groups if is_group else self._chats).get(channel)
        return buckets is None or buckets.take(address, time.monotonic())

    def note_answer(self, channel: str, place: float) -> None:
        """Note that the platform answered the call made for a place."""
        if (pace := self._paces.get(channel)) is not None:
            pace.note_answer(place, time.monotonic())

    def note_refusals(self, channels: Iterable[str]) -> None:
        """Slow channels down on which the platform asked to wait."""
        for channel in set(channels):
            if (pace := self._paces.get(channel)) is not None:
                pace.note_refusal(time.monotonic())


def _limit(channel: Channel) -> float | None:
    return channel.limits.per_second


def _buckets(channel: Channel, *, is_group: bool) -> Buckets | None:
    share = channel.limits.per_group if is_group else channel.limits.per_chat
    return None if share is None else Buckets(Limit(*share))
