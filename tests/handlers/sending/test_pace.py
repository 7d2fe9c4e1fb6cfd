"""The pace keeps below a limit it is told, whatever way the platform counts and however unevenly messages arrive."""

import heapq
import random
from collections import deque
from collections.abc import Callable

import pytest

from handlers.sending.pace import Pace

LIMIT = 30.0
RECIPIENTS = 3_000
PENALTY_S = 5.0


class TokenBucket:
    """A second's worth at once, refilled evenly."""

    def __init__(self) -> None:
        self.left, self.since = LIMIT, 0.0

    def takes(self, now: float) -> bool:
        """Tell whether a message is taken."""
        self.left = min(LIMIT, self.left + (now - self.since) * LIMIT)
        self.since = now
        self.left -= (takes := self.left >= 1)
        return takes


class Window:
    """At most so many in any second; with a penalty, nothing at all for a while after one too many."""

    def __init__(self, penalty: float = 0.0) -> None:
        self.taken: deque[float] = deque()
        self.penalty, self.closed_until = penalty, 0.0

    def takes(self, now: float) -> bool:
        """Tell whether a message is taken."""
        while self.taken and self.taken[0] <= now - 1.0:
            self.taken.popleft()
        if now < self.closed_until or len(self.taken) >= LIMIT:
            self.closed_until = max(self.closed_until, now + self.penalty)
            return False
        self.taken.append(now)
        return True


MODELS: dict[str, Callable[[], TokenBucket | Window]] = {
    "token bucket": TokenBucket,
    "sliding window": Window,
    "window with penalty": lambda: Window(PENALTY_S),
}


def _broadcast(platform: TokenBucket | Window, jitter: Callable[[float], float], seed: int) -> tuple[float, int]:
    """Send to everybody, each refused one again; return the seconds it took and how often the platform refused."""
    chance = random.Random(seed)
    pace, now, waiting, refused, held = Pace(LIMIT), 0.0, RECIPIENTS, 0, 0.0
    under_way: list[tuple[float, float]] = []  # (arrives, place)
    last = 0.0
    while waiting or under_way:
        if under_way and under_way[0][0] <= now:
            arrives, place = heapq.heappop(under_way)
            last = arrives
            pace.note_answer(place, arrives)
            if not platform.takes(arrives):
                refused, waiting, held = refused + 1, waiting + 1, now + max(1.0, PENALTY_S)
                pace.note_refusal(now)
            continue
        if waiting and now >= held:
            for place in pace.take(now, waiting):
                waiting -= 1
                heapq.heappush(under_way, (now + 0.05 + chance.random() * jitter(now), place))
        moments = [under_way[0][0]] if under_way else []
        if waiting:
            moments.append(max(held, now + pace.wait(now) + chance.random() * 0.001))
        now = max(now, min(moments, default=now))
    return last, refused


@pytest.mark.parametrize("jitter_s", [0.0, 0.01, 0.04])
@pytest.mark.parametrize("model", MODELS)
def test_nearly_all_of_the_limit_is_used_and_hardly_ever_too_much(model: str, jitter_s: float) -> None:
    seconds, refused = _broadcast(MODELS[model](), lambda _: jitter_s, seed=7)

    assert RECIPIENTS / seconds >= 0.97 * LIMIT / (1.0 + jitter_s)
    assert refused <= 3


@pytest.mark.parametrize("model", MODELS)
def test_a_way_that_becomes_uneven_half_way_is_noticed(model: str) -> None:
    seconds, refused = _broadcast(MODELS[model](), lambda now: 0.0 if now < 50 else 0.04, seed=7)

    assert RECIPIENTS / seconds >= 0.93 * LIMIT / 1.04
    assert refused <= 3


def test_a_lone_message_goes_at_once() -> None:
    pace = Pace(LIMIT)
    pace.take(100.0, 1)

    assert len(pace.take(107.0, 5)) == 1


def test_a_refusal_slows_down_and_time_brings_the_rest_back() -> None:
    pace = Pace(LIMIT)
    before = pace.rate(0.0)
    pace.note_refusal(0.0)

    assert pace.rate(0.0) == pytest.approx(before * 0.9)
    assert pace.rate(0.0) < pace.rate(60.0) < before
    assert pace.rate(3_600.0) == before


def test_places_nobody_needed_come_again() -> None:
    pace = Pace(LIMIT)
    places = pace.take(0.0, 1)
    pace.give_back(places)

    assert pace.take(0.0, 1) == places


def test_places_nobody_needed_do_not_come_again_once_later_ones_are_taken() -> None:
    pace = Pace(LIMIT)
    places = pace.take(0.0, 1)
    (booked,) = pace.book(0.0, 1)
    pace.give_back(places)

    assert pace.book(0.0, 1)[0] > booked


def test_places_that_are_still_to_come_keep_the_pace() -> None:
    pace = Pace(LIMIT)
    places = pace.book(0.0, 31)

    assert places[0] == 0.0
    assert places[-1] >= 30 / LIMIT
    assert pace.take(places[-1], 5) == []


def test_places_that_come_soon_are_counted_as_well() -> None:
    pace = Pace(LIMIT)
    pace.book(0.0, 2)

    assert pace.count(0.0, 0.0) == 0
    assert pace.count(0.0, 0.1) == 1
    assert pace.count(0.0, 0.2) == 4


def test_places_are_counted_to_within_one_and_never_where_there_is_none() -> None:
    pace = Pace(1_000)
    pace.take(0.0, 1)

    for now in (0.0, 0.0005, 0.01, 0.04, 0.2, 5.0):
        counted, taken = pace.count(now, 0.0), len(pace.take(now, 100))
        assert abs(counted - taken) <= 1
        assert bool(counted) == bool(taken)
