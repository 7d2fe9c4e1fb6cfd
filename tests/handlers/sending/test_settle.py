"""Which notes of what became of a letter may be lost with the power."""

from dataclasses import replace

import pytest

from bot.ports import Outgoing, Uncertain, Unreachable
from handlers.sending.attempt import Outcome
from handlers.sending.settle import may_be_repeated
from storage.outbox import Lane, Letter
from storage.sealing.encryption import FolderId

REPLY = Letter(
    b"1" * 16, FolderId(b"2" * 16), "telegram", Lane.REPLY, Outgoing("Halo"), replace=False, attempts=1, message_id=None
)


def test_a_reply_that_was_sent_may_go_out_once_more() -> None:
    assert may_be_repeated(Outcome(REPLY, None, REPLY.message))


@pytest.mark.parametrize(
    "letter",
    [
        pytest.param(replace(REPLY, again=True), id="its second copy is the last"),
        pytest.param(replace(REPLY, lane=Lane.BROADCAST), id="a broadcast is never sent twice"),
        pytest.param(replace(REPLY, to="404"), id="the folder of a farewell is destroyed"),
    ],
)
def test_what_must_not_go_out_once_more_is_noted_for_good(letter: Letter) -> None:
    assert not may_be_repeated(Outcome(letter, None, letter.message))


@pytest.mark.parametrize("error", [Uncertain("no answer"), Unreachable("gone")])
def test_what_was_not_sent_is_noted_for_good(error: Uncertain | Unreachable) -> None:
    assert not may_be_repeated(Outcome(REPLY, None, REPLY.message, error=error))
