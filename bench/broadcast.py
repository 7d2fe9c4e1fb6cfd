"""A broadcast at thirty messages a second: `python -m bench.broadcast`, ours and four peers, in simulated time."""

import argparse
import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

from bench.broadcast_of_singgah import Mailing, open_mailing
from bench.limiters import LIMIT, MODELS, Platform
from bench.peers import FOLDER, install_peers
from bench.simulated import SimulatedLoop, open_simulation

OURS = "Singgah"
PEERS = (
    "python-telegram-bot, as it comes",
    "python-telegram-bot, tuned",
    "aiolimiter",
    "aiolimiter, one at a time",
)
#: Aims of issue 5: share of what is possible, refusals, and seconds until a counsellor's words have arrived.
LEAST_SHARE, MOST_REFUSED, MOST_REPLY_S = 0.97, 3, 0.15

MOST_REPLIES = 40
LEAST_RECIPIENTS = 300

_REPLY_EACH_S = 2.0
_LOOK_S = 0.25


@dataclass(frozen=True, slots=True)
class Way:
    """How uneven the way to the platform is: seconds of jitter in the first and in the second half."""

    title: str
    first: float
    second: float

    @property
    def mean(self) -> float:
        """Return the jitter of the middling message."""
        return (self.first + self.second) / 2


WAYS = (
    Way("0 ms", 0, 0),
    Way("10 ms", 0.01, 0.01),
    Way("40 ms", 0.04, 0.04),
    Way("0, then 40 ms", 0, 0.04),
)


@dataclass(frozen=True, slots=True)
class Run:
    """One broadcast.  `rate`: messages a second; `replies`: seconds until each counsellor's words had arrived."""

    rate: float
    refused: int
    lost: int
    doubled: int
    replies: tuple[float, ...]


#: Sends one message to a chat; returns when it has arrived or is given up.
Send = Callable[[int], Awaitable[None]]


async def watch(platform: Platform, size: int, send_all: Coroutine[Any, Any, None], reply: Send) -> Run:
    """Let a broadcast run, with words of a counsellor to somebody else now and then, and judge what arrived."""
    now = asyncio.get_running_loop().time
    sending = asyncio.create_task(send_all)
    replying: dict[asyncio.Future[None], float] = {}
    while not sending.done():
        await asyncio.wait([sending], timeout=_REPLY_EACH_S)
        if not sending.done() and len(replying) < MOST_REPLIES:
            replying[asyncio.ensure_future(reply(size + len(replying)))] = now()
    await asyncio.gather(sending, *replying)
    replies = tuple(platform.first.get(size + place, now()) - begun for place, begun in enumerate(replying.values()))
    counts = [platform.taken[chat] for chat in range(size)]
    rate = (len(platform.at) - 1) / (platform.at[-1] - platform.at[0])
    return Run(rate, platform.refused, counts.count(0), sum(count > 1 for count in counts), replies)


def broadcast_with_peers(platforms: Sequence[tuple[str, Platform, Way]], size: int) -> dict[str, Run]:
    """Send with each peer, everything under way at once, as their documentation shows; one platform for each."""
    from bench import broadcast_of_peers as peers  # noqa: PLC0415 - what they need is installed by now

    opening = dict(zip(PEERS, peers.WAYS_TO_SEND, strict=True))

    async def run(name: str, platform: Platform, way: Way) -> Run:
        send = await opening[name](platform, max(way.first, way.second))
        return await watch(platform, size, _send_all(send, size), send)

    found = {}
    for name, platform, way in platforms:
        with open_simulation() as runner:
            found[name] = runner.run(run(name, platform, way))
    return found


async def broadcast_with_us(mailing: Mailing, platform: Platform, size: int) -> Run:
    """Send with the real sender, until no letter is left."""

    async def send_all() -> None:
        await mailing.put_all(range(size))
        while await mailing.count():  # noqa: ASYNC110 - the outbox is a table
            await asyncio.sleep(_LOOK_S)

    async with mailing.sending(platform):
        return await watch(platform, size, send_all(), mailing.reply)


def make_platform(model: str, way: Way, size: int) -> Platform:
    """Build a platform with nothing taken."""
    return Platform(MODELS[model](), lambda taken: way.first if taken < size / 2 else way.second)


def compare(size: int, models: Sequence[str], ways: Sequence[Way]) -> None:
    """Print every model and way: ours on one installation, each peer anew."""
    with open_simulation() as runner:
        runner.run(_run_ours(size, models, ways))
    sys.path.append(str(FOLDER))
    install_peers()
    for model in models:
        for way in ways:
            each = [(name, make_platform(model, way, size), way) for name in PEERS]
            for name, run in broadcast_with_peers(each, size).items():
                print_run(name, model, way, run)


def print_run(name: str, model: str, way: Way, run: Run) -> None:
    """Print one run; of ours, whether the aims were reached."""
    share = run.rate * (1 + way.mean) / LIMIT
    p50, p99 = median(run.replies or (0.0,)), quantiles((*run.replies, 0.0, 0.0), n=100, method="inclusive")[98]
    line = f"{name:<38}{model:<22}{way.title:<14}{share:>7.3f}{run.refused:>7}{run.lost:>7}{run.doubled:>8}"
    verdict = "" if name != OURS else "  aims reached" if _is_good(share, run, p99) else "  AIM MISSED"
    print(f"{line}{p50 * 1e3:>11.0f}{p99 * 1e3:>11.0f}{verdict}", flush=True)


async def _run_ours(size: int, models: Sequence[str], ways: Sequence[Way]) -> None:
    loop = asyncio.get_running_loop()
    if not isinstance(loop, SimulatedLoop):
        raise TypeError("the simulation is not running")
    async with open_mailing(loop, size + MOST_REPLIES) as mailing:
        for model in models:
            for way in ways:
                run = await broadcast_with_us(mailing, make_platform(model, way, size), size)
                print_run(OURS, model, way, run)


async def _send_all(send: Send, size: int) -> None:
    await asyncio.gather(*map(send, range(size)))


def _is_good(share: float, run: Run, reply_s: float) -> bool:
    is_whole = not run.lost and not run.doubled
    return is_whole and share >= LEAST_SHARE and run.refused <= MOST_REFUSED and reply_s < MOST_REPLY_S


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipients", type=int, default=1_000, help="of each broadcast (default 1,000)")
    parser.add_argument("--full", action="store_true", help="every way of counting (an hour on a slow machine)")
    arguments = parser.parse_args()
    if arguments.recipients < LEAST_RECIPIENTS:
        parser.error(f"--recipients must be at least {LEAST_RECIPIENTS}: fewer have no rate to speak of")
    logging.disable()  # peers report every refusal at length
    print(f"{'':<38}{'model':<22}{'jitter':<14}{'share':>7}{'429s':>7}{'lost':>7}{'doubled':>8}", end="")
    print(f"{'reply p50':>11}{'p99 ms':>11}")
    compare(arguments.recipients, list(MODELS) if arguments.full else ["window with penalty"], WAYS)


if __name__ == "__main__":
    main()
