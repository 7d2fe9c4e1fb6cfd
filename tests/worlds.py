"""Worlds for tests: real content, real stores, a clock that is set by hand and a channel that only listens."""

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import count
from pathlib import Path

from bot.care.units.listing import Listing
from bot.care.units.unit import Unit
from bot.config import Config, parse
from bot.ports import ChannelError, ChannelName, Content, Incoming, Key, Limits, Outgoing, Start, Tap, Text
from handlers.house.directory import Directory
from handlers.house.land import Lazily
from handlers.house.opening import House, open_world, read_house
from handlers.receiving.receive import Receiver
from handlers.sending.deliver import Sender
from handlers.world import World
from storage.team import staffing
from storage.team.staffing import Purpose, Role, StaffMember
from storage.transaction import Work
from tests.surroundings.laying import lay_tables

#: A Monday morning in Kendari: units whose hours are unknown, nobody asleep.
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)

TELEGRAM = ChannelName("telegram")
LIMITS = Limits(text_units=4096, keys=60, label_chars=40, token_bytes=64, can_replace=True, can_take_back=True)


class HandClock:
    """A clock that moves only when told to."""

    def __init__(self, now: datetime = MONDAY) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Return the time it was set to."""
        return self.now

    def pass_time(self, **amount: float) -> None:
        """Let time pass, as `timedelta` counts it."""
        self.now += timedelta(**amount)


@dataclass
class ListeningChannel:
    """A channel whose other end is a list.  The next sends raise `failures`, the next questions `absences`."""

    name: ChannelName = TELEGRAM
    limits: Limits = LIMITS
    sent: list[tuple[str, Outgoing]] = field(default_factory=list)
    failures: list[ChannelError] = field(default_factory=list)
    absences: list[ChannelError] = field(default_factory=list)
    taken_back: list[tuple[str, str]] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def send(self, address: str, message: Outgoing) -> str | None:
        """Keep the message, or raise the next failure."""
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append((address, message))
        return str(next(self._numbers))

    async def acknowledge(self, callback: str) -> None:
        """Hear nothing."""

    async def check(self) -> None:
        """Be there, or raise the next absence."""
        if self.absences:
            raise self.absences.pop(0)

    async def take_back(self, address: str, references: Sequence[str]) -> int:
        """Keep what was to be taken back."""
        self.taken_back.extend((address, reference) for reference in references)
        return 0

    def to(self, address: str) -> list[Outgoing]:
        """List what one address got."""
        return [message for where, message in self.sent if where == address]


@dataclass
class TestBed:
    """A running world without web and without ticks: everything happens when the test says so."""

    __test__ = False

    world: World
    clock: HandClock
    channel: ListeningChannel
    receiver: Receiver
    sender: Sender
    _deliveries: "count[int]" = field(default_factory=lambda: count(1))

    async def deliver(self, address: str, content: Content, *, group_sender: str | None = None) -> None:
        """Deliver something that arrived at the channel and send every answer."""
        provider_id = str(next(self._deliveries))
        await self.receiver.receive(Incoming(self.channel.name, address, provider_id, content, group_sender))
        await self.flush()

    async def say(self, address: str, *texts: str) -> None:
        """Write one text after the other; /start opens the chat."""
        for text in texts:
            await self.deliver(address, Start() if text == "/start" else Text(text))

    async def tap(self, address: str, label: str) -> None:
        """Tap the newest button with this label, or that begins with it."""
        await self.deliver(address, Tap(self.find_key(address, label).token))

    def find_key(self, address: str, label: str) -> Key:
        """Find the newest button an address got whose label begins like this."""
        for message in reversed(self.channel.to(address)):
            for key in message.keys:
                if key.label.startswith(label):
                    return key
        raise AssertionError(f"no button {label!r}")

    async def flush(self) -> None:
        """Send everything that may go now."""
        while await self.sender.send_due():
            pass

    def heard(self, address: str) -> list[str]:
        """List the texts an address got."""
        return [message.text for message in self.channel.to(address)]

    def last(self, address: str) -> Outgoing:
        """Return the newest message an address got."""
        return self.channel.to(address)[-1]

    async def counsellor(self, address: str, unit_id: str = "bnnk-kendari", alias: str = "Kak Melati") -> StaffMember:
        """Add a counsellor who is reached in a private chat."""

        def step(work: Work) -> tuple[StaffMember, str]:
            member = staffing.add_staff(work, Role.COUNSELLOR, unit_id, alias)
            return member, staffing.invite(work, member.id, Purpose.LINK_CHAT)

        member, token = await self.world.database.write(step)
        await self.deliver(address, Start(token))
        return member


@lru_cache(maxsize=1)
def real_house() -> House:
    """Read the content that ships with the program, once per process."""
    return read_house(parse("", "config.toml"))


def with_units(house: House, *units: Unit) -> House:
    """Put units in the place of those with the same ids."""
    listing = Listing({**house.units, **{unit.id: unit for unit in units}}, dict(house.units.particulars))
    return replace(house, land=Lazily(lambda: replace(house.land(), units=Directory(listing))))


def config_in(folder: Path, database_url: str | None = None, keystore_url: str | None = None) -> Config:
    """Settings whose files all lie in a folder of the test; its clock stands still, so nobody is too fast."""
    text = "[limits]\nmessages_per_minute = 100000\n[storage]\n"
    if database_url:
        text += f'database_url = "{database_url}"\n'
    if keystore_url:
        text += f'[keys]\nstore_url = "{keystore_url}"\n'
    return parse(text, str(folder / "config.toml"))


@contextlib.asynccontextmanager
async def open_test_bed(
    config: Config, *, clock: HandClock | None = None, change: Callable[[House], House] = lambda house: house
) -> AsyncIterator[TestBed]:
    """Open a world over the real content; `change` may replace parts of it."""
    lay_tables(config)
    hand = clock or HandClock()
    channel = ListeningChannel()
    async with open_world(config, {channel.name: channel}, hand, change(real_house())) as world:
        yield TestBed(world, hand, channel, Receiver(world), Sender(world))
