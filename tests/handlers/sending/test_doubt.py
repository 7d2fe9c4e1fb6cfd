"""A platform that has left open whether a message arrived is asked first, and then sent one letter before others."""

from dataclasses import replace

import pytest

from bot.ports import ChannelError, Outgoing, Rejected, TryLater, Uncertain
from handlers.sending.attempt import NotOurs
from handlers.sending.doubt import Claimed, Doubts
from storage.outbox import Lane, Letter
from storage.sealing.encryption import FolderId
from tests.worlds import TELEGRAM, HandClock, ListeningChannel

ON = str(TELEGRAM)
LETTER = Letter(
    b"1" * 16, FolderId(b"1" * 16), ON, Lane.REPLY, Outgoing("Halo"), replace=False, attempts=1, message_id=None
)


def _to(*recipients: int, again: bool = False, lane: Lane = Lane.REPLY) -> list[Claimed]:
    letters = (
        replace(LETTER, id=bytes([one]) * 16, recipient=FolderId(bytes([one]) * 16), again=again, lane=lane)
        for one in recipients
    )
    return [(letter, None) for letter in letters]


@pytest.fixture
def clock() -> HandClock:
    """A clock that is set by hand."""
    return HandClock()


@pytest.fixture
def platform() -> ListeningChannel:
    """A platform that can be absent."""
    return ListeningChannel()


@pytest.fixture
def doubts(platform: ListeningChannel, clock: HandClock) -> Doubts:
    """Doubts of somebody who begins."""
    return Doubts({TELEGRAM: platform}, clock)


@pytest.fixture
async def after_an_open_answer(doubts: Doubts) -> Doubts:
    """Doubts of a platform that was trusted until it left an answer open."""
    await doubts.ask()
    doubts.note(ON, Uncertain())
    return doubts


async def test_who_begins_asks_once_and_then_sends_as_ever(doubts: Doubts) -> None:
    assert (doubts.holds(ON), doubts.room(ON, 50)) == (True, 0)

    await doubts.ask()

    assert doubts.trusts(ON)
    assert doubts.room(ON, 50) == 50


async def test_who_begins_while_nobody_answers_asks_again_later_and_later(
    doubts: Doubts, platform: ListeningChannel, clock: HandClock
) -> None:
    platform.absences.extend([Uncertain(), TryLater(5, everywhere=True), *[Uncertain()] * 60])
    for _ in range(600):
        await doubts.ask()
        clock.pass_time(seconds=1)

    assert doubts.holds(ON)
    # Doubling from a second on until it is every fifteen, half of that at the least.
    assert 600 / 15 <= 62 - len(platform.absences) <= 600 / 7
    platform.absences.clear()
    clock.pass_time(seconds=15)
    await doubts.ask()
    assert doubts.trusts(ON)


async def test_whatever_a_question_fails_of_is_no_answer(
    doubts: Doubts, platform: ListeningChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def break_down() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(platform, "check", break_down)
    await doubts.ask()

    assert doubts.holds(ON)


async def test_after_an_open_answer_a_question_is_asked_and_one_letter_goes_first(after_an_open_answer: Doubts) -> None:
    doubts = after_an_open_answer
    assert doubts.holds(ON)
    assert doubts.choose(ON, _to(1, 2)) == ([], [letter for letter, _ in _to(1, 2)])

    await doubts.ask()
    assert (doubts.holds(ON), doubts.trusts(ON), doubts.room(ON, 50)) == (False, False, 50)
    chosen, others = doubts.choose(ON, _to(1, 2, 3))
    assert (chosen, others) == (_to(1), [letter for letter, _ in _to(2, 3)])
    assert doubts.room(ON, 50) == 0

    doubts.note(ON, None)
    assert doubts.trusts(ON)


@pytest.mark.parametrize("last", [_to(1, again=True), _to(1, lane=Lane.BROADCAST)], ids=["second copy", "broadcast"])
async def test_what_could_not_go_again_does_not_go_first(after_an_open_answer: Doubts, last: list[Claimed]) -> None:
    await after_an_open_answer.ask()

    chosen, others = after_an_open_answer.choose(ON, [*last, *_to(2)])

    assert chosen == _to(2)
    assert others == [last[0][0]]


async def test_a_first_letter_that_stays_open_has_the_next_wait_longer(
    after_an_open_answer: Doubts, clock: HandClock
) -> None:
    doubts, tried = after_an_open_answer, 0
    for second in range(1_200):
        await doubts.ask()
        if doubts.room(ON, 50):
            (one,), _ = doubts.choose(ON, _to(1 + second % 200))
            doubts.note(ON, Uncertain())
            doubts.let_go([one[0].id])
            tried += 1
        clock.pass_time(seconds=1)

    assert 1_200 / 60 <= tried <= 1_200 / 30 + 6


@pytest.mark.parametrize("error", [None, Rejected(), TryLater(30)], ids=str)
async def test_every_answer_of_the_platforms_ends_the_doubt(
    after_an_open_answer: Doubts, error: ChannelError | None
) -> None:
    await after_an_open_answer.ask()
    after_an_open_answer.note(ON, error)
    assert after_an_open_answer.trusts(ON)


@pytest.mark.parametrize("error", [TryLater(5, everywhere=True), NotOurs()], ids=["nobody there", "not ours"])
async def test_what_is_no_answer_leaves_the_doubt_and_lets_another_letter_go_first(
    after_an_open_answer: Doubts, error: ChannelError
) -> None:
    doubts = after_an_open_answer
    await doubts.ask()
    (one,), _ = doubts.choose(ON, _to(1))
    doubts.note(ON, error)
    doubts.let_go([one[0].id])

    assert (doubts.trusts(ON), doubts.room(ON, 50)) == (False, 50)


async def test_an_answer_that_was_under_way_does_not_spare_the_question(after_an_open_answer: Doubts) -> None:
    after_an_open_answer.note(ON, None)
    assert after_an_open_answer.holds(ON)


async def test_a_clock_that_is_set_back_delays_no_question(
    doubts: Doubts, platform: ListeningChannel, clock: HandClock
) -> None:
    platform.absences.append(TryLater(60, everywhere=True))
    await doubts.ask()
    assert not doubts.is_question_due()

    clock.pass_time(days=-1)
    assert doubts.is_question_due()
