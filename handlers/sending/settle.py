"""Note what became of letters that were tried: gone, to be tried again, or shown to whoever said them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.ports import TryLater, Uncertain, Unreachable
from handlers.apart import keep_apart
from handlers.caring import handoff
from handlers.discreet import cleaning
from handlers.sending.attempt import Outcome, Route, delay
from handlers.team import staffcopies
from handlers.world import World
from storage import broadcasts, outbox
from storage.casework import cases, chats
from storage.casework.cases import CaseId
from storage.casework.chats import Delivery, Side
from storage.clients import people
from storage.clients.people import ClientId
from storage.outbox import Letter
from storage.team import staffing
from storage.transaction import Work

#: What a counsellor is told about words that did not certainly arrive.
_TROUBLE = {Delivery.UNCERTAIN: "staff_uncertain", Delivery.FAILED: "staff_undelivered"}


def settle(work: Work, world: World, outcomes: Iterable[Outcome], unsent: Sequence[Letter], wait: timedelta) -> None:
    """Note what became of one recipient's letters.  `unsent`: not tried after all; they wait so long."""
    for outcome in outcomes:
        _settle_one(work, world, outcome)
    if unsent:
        outbox.put_back(work, unsent, wait)


def settle_apart(
    work: Work, world: World, outcomes: Iterable[Outcome], unsent: Sequence[Letter], wait: timedelta
) -> None:
    """Do the same so that one that cannot be noted harms none of the others: it is parked."""
    for outcome in outcomes:
        if not keep_apart(work, partial(_settle_one, work, world, outcome)):
            _park_unsettled(work, outcome)
    settle(work, world, (), unsent, wait)


def may_be_repeated(outcome: Outcome) -> bool:
    """Tell whether it does no harm when a loss of power undoes the note: the letter goes out once more, marked."""
    letter = outcome.letter
    return outcome.error is None and letter.to is None and not (letter.again or letter.is_unrepeatable)


def note_parked(work: Work, world: World, letter: Letter) -> None:
    """Say of a letter that is not sent again that it may have arrived."""
    _mark(work, world, letter, Delivery.UNCERTAIN)
    _tell_broadcast(work, letter, "uncertain")


def _settle_one(work: Work, world: World, outcome: Outcome) -> None:
    letter = outcome.letter
    cleaning.note_outcome(work, outcome)
    match outcome.error:
        case None:
            _note_sent(work, world, outcome)
        case TryLater(seconds=seconds) if outcome.waits:
            wait = timedelta(seconds=max(seconds, delay(letter.attempts)))
            outbox.postpone(work, letter, wait, outcome.rest, again=False)
        case Uncertain(is_harmless=is_harmless) if outcome.waits:
            wait = timedelta(seconds=delay(letter.attempts))
            outbox.postpone(work, letter, wait, outcome.rest, again=not is_harmless)
        case Unreachable():
            _forget(work, world, letter, outcome.route)
        case error if letter.again or isinstance(error, Uncertain):  # a copy may have arrived all the same
            outbox.park(work, letter, "uncertain")
            note_parked(work, world, letter)
        case _:
            outbox.park(work, letter, "failed")
            _mark(work, world, letter, Delivery.FAILED)
            _tell_broadcast(work, letter, "failed")


def _note_sent(work: Work, world: World, outcome: Outcome) -> None:
    letter, route = outcome.letter, outcome.route
    if outbox.mark_sent(work, letter):
        work.after_commit(world.signals.outbox.set)
    staffcopies.note_sent(work, world, outcome)
    side = _mark(work, world, letter, Delivery.SENT)
    _tell_broadcast(work, letter, "sent")
    if route is None or outcome.reference is None:
        return
    if route.index is not None and letter.message.keys:
        people.set_screen(work, ClientId(letter.recipient), route.index, outcome.reference)
    if route.index is None and letter.message_id is not None:
        _keep_reference(work, letter.message_id, side, outcome.reference)


def _keep_reference(work: Work, about: bytes, side: Side | None, reference: str) -> None:
    """Remember what staff got, so that a reply to it finds its case."""
    if side is Side.CLIENT:
        chats.keep_reference(work, about, reference)
        return
    case = cases.load_case(work, CaseId(about), lock=True)
    if case is not None:
        cases.save_case(work, replace(case, card=reference))


def _forget(work: Work, world: World, letter: Letter, route: Route | None) -> None:
    """Forget an address that is gone; a counsellor who spoke to it is told once."""
    outbox.mark_sent(work, letter)
    _mark(work, world, letter, Delivery.UNCERTAIN if letter.again else Delivery.FAILED, tell=False)
    _tell_broadcast(work, letter, "blocked")
    if letter.to is not None or route is None:
        return
    if route.index is None:
        staffing.unlink(work, letter.recipient, letter.channel)
    elif people.forget_address(work, ClientId(letter.recipient), route.index):
        handoff.tell_client_unreachable(work, world, ClientId(letter.recipient))


def _mark(work: Work, world: World, letter: Letter, delivery: Delivery, *, tell: bool = True) -> Side | None:
    """Mark the chat message a letter carries and return who said it; its counsellor hears of trouble."""
    marked = chats.mark(work, letter.message_id, delivery) if letter.message_id is not None else None
    if marked is None:
        return None
    case_id, side = marked
    work.after_commit(lambda: world.signals.wake_page(case_id))
    if tell and side is Side.COUNSELLOR and delivery in _TROUBLE:
        handoff.tell_undelivered(work, world, CaseId(case_id), _TROUBLE[delivery])
    return side


def _park_unsettled(work: Work, outcome: Outcome) -> None:
    state = "uncertain" if outcome.error is None else "failed"
    outbox.park(work, outcome.letter, state)
    _tell_broadcast(work, outcome.letter, state)


def _tell_broadcast(work: Work, letter: Letter, result: str) -> None:
    if letter.broadcast is not None:
        broadcasts.note(work, letter.broadcast, letter.recipient, result)
