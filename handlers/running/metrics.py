"""Write down how this installation fares in the form of Prometheus: numbers, and no label that could name anybody."""

import asyncio
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from handlers.running.health import look
from handlers.running.tally import TURN_SECONDS, Tally
from handlers.running.watch import Health, Trouble
from handlers.world import World
from storage import vitals
from storage.casework.reminders import Progress
from storage.engine import leadership
from storage.outbox import Lane
from storage.transaction import Work
from storage.vitals import Chain, Vitals

if TYPE_CHECKING:
    from prometheus_client.core import Metric

#: A look at the stores takes at most this share of one reading thread, however many rows there are.
_SHARE: Final = 0.05
_SHORTEST_PAUSE_SECONDS: Final = 5.0
_STATES: Final = frozenset({"queued", "sending", "failed", "uncertain", "held", "knocked"})
CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at the stores gave.  `duties`: those some process has now."""

    at: datetime
    vitals: Vitals
    chain: Chain
    duties: tuple[str, ...]


class Metrics:
    """The metrics of one process."""

    def __init__(self, world: World) -> None:
        """Measure a world; nothing is read before somebody asks."""
        self._world = world
        self._known: Look | None = None
        self._next_at = 0.0
        self._looking = asyncio.Lock()

    async def write(self) -> bytes:
        """Write all of them.  Raises StoreUnavailable when the store does not answer."""
        # The library takes some time to load, which a service nobody measures need not spend.
        from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest  # noqa: PLC0415

        registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=registry)
        registry.register(_Given(_measure(self._world, await look(self._world), await self._look())))
        return generate_latest(registry)

    async def _look(self) -> Look:
        async with self._looking:
            began = time.monotonic()
            if self._known is None or began >= self._next_at:
                self._known = await self._world.database.read(_read)
                took = time.monotonic() - began
                self._next_at = time.monotonic() + max(_SHORTEST_PAUSE_SECONDS, took / _SHARE)
            return self._known


class _Given:
    """What the registry asks, answered with what was measured before."""

    def __init__(self, families: "Iterable[Metric]") -> None:
        self._families = tuple(families)

    def collect(self) -> "Iterable[Metric]":
        return self._families


def _read(work: Work) -> Look:
    return Look(
        work.now,
        vitals.read_vitals(work.data, work.now),
        vitals.read_chain(work.data),
        tuple(leadership.list_held(work)),
    )


def _measure(world: World, health: Health, found: Look) -> "Iterator[Metric]":
    yield from _measure_process(world.tally)
    yield from _measure_stores(found)
    yield _gauge("singgah_disk_free_bytes", "Room on the fullest disk that is written to.", {(): health.free_bytes})
    yield _gauge(
        "singgah_trouble",
        "1 while something is wrong that concerns whoever works here.",
        _by(**{trouble.value: trouble in health.troubles for trouble in Trouble}),
        "trouble",
    )
    yield _gauge("singgah_root_key_version", "The root key new folders get.", {(): world.keyring.kek_version})
    yield _gauge("singgah_sealed", "1 while nobody has opened the keys.", {(): 0})


def _measure_process(tally: Tally) -> "Iterator[Metric]":
    from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily  # noqa: PLC0415 - see above

    turns = CounterMetricFamily("singgah_turns", "Deliveries, by what became of them.", labels=("channel", "outcome"))
    for (channel, end), count in sorted(tally.turns.items()):
        turns.add_metric((channel, end.value), count)
    yield turns
    sends = CounterMetricFamily(
        "singgah_sends", "Attempts to send; asked_to_wait is a 429.", labels=("channel", "outcome")
    )
    for (channel, outcome), count in sorted(tally.sends.items()):
        sends.add_metric((channel, outcome.value), count)
    yield sends
    counts = list(accumulate(tally.turn_times))
    ends = [*map(str, TURN_SECONDS), "+Inf"]
    yield HistogramMetricFamily(
        "singgah_turn_seconds",
        "From the arrival of a delivery until it was durable.",
        buckets=list(zip(ends, counts, strict=True)),
        sum_value=tally.turn_seconds,
    )


def _measure_stores(found: Look) -> "Iterator[Metric]":
    now, seen = found.at, found.vitals
    letters: dict[tuple[str, ...], float] = {}
    for (lane, state), count in seen.letters.items():
        named = (lane if lane in set(Lane) else "other", state if state in _STATES else "other")
        letters[named] = letters.get(named, 0) + count
    yield _gauge("singgah_outbox_letters", "Letters in the outbox.", letters, "lane", "state")
    waits = _by(letter=_age(seen.oldest_letter, now), reminder=_age(seen.oldest_reminder, now))
    yield _gauge("singgah_oldest_wait_seconds", "How long what should have gone first has waited.", waits, "what")
    progress = _by(**{name.value: seen.reminders.get(name.value, 0) for name in Progress})
    yield _gauge("singgah_reminders", "Reminders, by how far they have come.", progress, "progress")
    yield _gauge("singgah_dead_deliveries", "Deliveries that were given up.", {(): seen.dead})
    yield _gauge("singgah_audit_unsigned_rows", "Rows no checkpoint covers yet.", {(): found.chain.unsigned})
    yield _gauge(
        "singgah_duty_held", "1 while some process has the duty.", _by(**dict.fromkeys(found.duties, 1)), "duty"
    )


def _by(**values: float) -> dict[tuple[str, ...], float]:
    return {(name,): value for name, value in values.items()}


def _gauge(name: str, about: str, values: Mapping[tuple[str, ...], float], *labels: str) -> "Metric":
    from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415 - see above

    family = GaugeMetricFamily(name, about, labels=labels)
    for named, value in sorted(values.items()):
        family.add_metric(named, value)
    return family


def _age(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())
