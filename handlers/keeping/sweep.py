"""Let go what has served its time, and tell people before something useful goes."""

from collections import Counter
from functools import partial

from bot.care.retention import Retention, goes_on
from bot.dialogue import wording
from bot.dialogue.effects import Message
from bot.dialogue.script import Command
from handlers.caring import casework, handoff
from handlers.discreet.knocking import may_come_at
from handlers.keeping import erase
from handlers.speak import Way, to_client
from handlers.steps import ROWS_AT_ONCE, Steps
from handlers.world import World
from storage import outbox
from storage.broadcasts import recipients, records
from storage.broadcasts.records import BroadcastId
from storage.casework.cases import CaseId
from storage.clients import people, traces
from storage.clients.people import ClientId
from storage.hearing import listening, listeningmarks
from storage.keeping import retention
from storage.outbox import Lane
from storage.receiving import deliveries, tries
from storage.team import approvals, operatorwishes, signins, staffing
from storage.transaction import Work


async def sweep(steps: Steps) -> Counter[str]:
    """Let go whatever is over by the rules; return how much of each kind that was.

    Kinds: folders (erased), left_over (of a crash or a restored copy), warned, closed (silent cases), chat (cases whose
    words went), answers (cases with reduced answers), traces, staff.  What is over is looked for in a snapshot and let
    go in small steps, so that no turn waits long for it.
    """
    world, rules = steps.world, steps.world.retention
    await steps.write(_forget_small)
    await _forget_much(steps)
    await steps.for_each(await steps.look(retention.find_unstamped), retention.stamp_day)
    counts = Counter[str](left_over=await _sweep_left_over(steps), closed=await _close_silent(steps))
    dying = await steps.look(partial(retention.find_dying, rules=rules))
    counts["warned"] = await steps.for_each(dying, partial(_warn, world))
    chats = await steps.look(partial(retention.find_old_chats, days=rules.chat))
    counts["chat"] = await steps.for_each(chats, retention.drop_chat)
    counts["answers"] = await _reduce_answers(steps)
    counts["traces"] = await steps.repeat(partial(traces.forget_old, most=ROWS_AT_ONCE))
    counts["staff"] = await _forget_staff(steps)
    expired = await steps.look(partial(retention.find_expired, rules=rules))
    counts["folders"] = await steps.for_each(expired, partial(_erase, world))
    return counts


def foresee(work: Work, world: World) -> Counter[str]:
    """Count what a sweep would let go now, of each kind, without doing it; some may be needed still when it comes."""
    rules = world.retention
    return Counter(
        left_over=len(retention.find_lost(work)),
        closed=len(retention.find_silent(work, rules)),
        warned=len(retention.find_dying(work, rules)),
        chat=len(retention.find_old_chats(work, rules.chat)),
        answers=len(retention.find_reducible(work, rules.answers)),
        traces=traces.count_old(work),
        staff=len(retention.find_former(work, rules.staff)),
        folders=len(retention.find_expired(work, rules)),
    )


def _forget_small(work: Work) -> None:
    """Forget what there is never much of."""
    staffing.forget_old_invites(work)
    signins.forget_old_sessions(work)
    approvals.forget_old_approvals(work)
    operatorwishes.forget_old(work)
    listening.forget_old_proposals(work)
    listeningmarks.forget_old_marks(work)
    retention.stamp_staff(work)


async def _forget_much(steps: Steps) -> None:
    """Forget what there can be any number of; who got old broadcasts before the broadcasts themselves."""
    rules = steps.world.retention
    for forget in (
        tries.forget_old,
        partial(recipients.forget_old, days=rules.broadcasts),
        outbox.forget_parked,
        partial(deliveries.forget_old, days=rules.deliveries),
    ):
        await steps.repeat(partial(forget, most=ROWS_AT_ONCE))
    await steps.for_each(await steps.look(partial(_find_old_broadcasts, rules=rules)), _remove_broadcast)


def _find_old_broadcasts(work: Work, rules: Retention) -> list[BroadcastId]:
    return records.list_ended_before(work, deliveries.day_of(work.now) - rules.staff)


def _remove_broadcast(work: Work, broadcast_id: BroadcastId) -> bool:
    records.remove(work, broadcast_id)
    return True


async def _forget_staff(steps: Steps) -> int:
    gone = await steps.look(partial(retention.find_former, days=steps.world.retention.staff))
    for folder in gone:
        await steps.repeat(partial(retention.release_cases, folder=folder, most=ROWS_AT_ONCE))
    return await steps.for_each(gone, retention.forget_former)


async def _sweep_left_over(steps: Steps) -> int:
    await steps.for_each(await steps.look(retention.find_brought_back), retention.destroy_again)
    await steps.repeat(partial(retention.forget_erasures, most=ROWS_AT_ONCE))
    return await steps.for_each(await steps.look(retention.find_lost), retention.erase_lost)


async def _close_silent(steps: Steps) -> int:
    world, rules = steps.world, steps.world.retention
    silent = await steps.look(partial(retention.find_silent, rules=rules))
    closed = await steps.for_each(silent, partial(_close, world))
    soon = await steps.look(partial(retention.find_silent, rules=rules, within_days=retention.WARNED_DAYS))
    await steps.for_each(soon, partial(_warn_counsellor, world))
    return closed


def _close(world: World, work: Work, case_id: CaseId) -> bool:
    case = retention.load_silent(work, world.retention, case_id)
    if case is not None:
        casework.close_silent(work, world, case)
    return case is not None


def _warn_counsellor(world: World, work: Work, case_id: CaseId) -> bool:
    case = retention.load_silent(work, world.retention, case_id, within_days=retention.WARNED_DAYS)
    if case is not None:
        handoff.warn_of_silence(work, world, case)
    return case is not None


async def _reduce_answers(steps: Steps) -> int:
    rules = steps.world.retention
    due = await steps.look(partial(retention.find_reducible, days=rules.answers))
    reduced = await steps.for_each(due, partial(retention.reduce_case, rules=rules))
    await steps.repeat(partial(retention.settle_answers, days=rules.answers, most=ROWS_AT_ONCE))
    return reduced


def _erase(world: World, work: Work, client_id: ClientId) -> bool:
    is_over = retention.is_expired(work, world.retention, client_id)  # else they have written meanwhile
    if is_over:
        erase.forget(work, world, client_id)
    return is_over


def _warn(world: World, work: Work, client_id: ClientId) -> bool:
    """Tell somebody that their folder goes soon, unless it is night where they are: then the next sweep does."""
    client = people.load_client(work, client_id)
    if not client.reminders_on or may_come_at(work, world, client) > work.now:
        return False
    if not retention.note_warned(work, client_id):
        return False
    day = goes_on(deliveries.date_of(retention.last_word_of(work, client_id)), world.retention.finished)
    text = world.script.say("going_soon", client.language, date=day)
    keep = wording.system_button(world.script, client.language, "keep_button", Command.KEEP)
    return to_client(work, world, client_id, [Message(text, (keep,))], Way(Lane.REMINDER, language=client.language))
