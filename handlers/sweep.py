"""Let go what has served its time, and tell people before something useful goes."""

from collections import Counter
from functools import partial

from bot.care.retention import goes_on
from bot.dialogue import wording
from bot.dialogue.effects import Message
from bot.dialogue.script import Command
from handlers import casework, erase, handoff
from handlers.apart import keep_apart
from handlers.knocking import may_come_at
from handlers.speak import Way, to_client
from handlers.world import World
from storage import approvals, deliveries, people, retention, signins, staffing, traces
from storage.outbox import Lane
from storage.people import ClientId
from storage.transaction import Work

#: Folders that go in one transaction; the next ones go with the next sweep.
ERASED_AT_ONCE = 100


def sweep(work: Work, world: World) -> Counter[str]:
    """Let go whatever is over by the rules; return how much of each kind that was.

    Kinds: folders (erased), left_over (of a crash or a restored copy), warned, closed (silent cases), chat, answers,
    traces, staff.
    """
    rules = world.retention
    deliveries.forget_old(work, rules.deliveries)
    staffing.forget_old_invites(work)
    signins.forget_old_sessions(work)
    approvals.forget_old_approvals(work)
    retention.stamp_days(work)
    counts = Counter[str](
        left_over=retention.sweep_erased(work),
        closed=_close_silent(work, world),
        warned=sum(_warn(work, world, client_id) for client_id in retention.find_dying(work, rules)),
        chat=retention.drop_chats(work, rules.chat),
        answers=retention.reduce_answers(work, rules.answers, rules.score),
        traces=traces.forget_old(work),
        staff=retention.forget_staff(work, rules.staff),
    )
    for client_id in retention.find_expired(work, rules, most=ERASED_AT_ONCE):
        erase.forget(work, world, client_id)
        counts["folders"] += 1
    return counts


def _close_silent(work: Work, world: World) -> int:
    silent = retention.list_silent(work, world.retention)
    for case in silent:
        keep_apart(work, partial(casework.close_silent, work, world, case))
    for case in retention.list_silent(work, world.retention, within_days=retention.WARNED_DAYS):
        keep_apart(work, partial(handoff.warn_of_silence, work, world, case))
    return len(silent)


def _warn(work: Work, world: World, client_id: ClientId) -> bool:
    """Tell somebody that their folder goes soon, unless it is night where they are: then the next sweep does."""
    client = people.load_client(work, client_id)
    if not client.reminders_on or may_come_at(work, world, client) > work.now:
        return False
    retention.note_warned(work, client_id)
    day = goes_on(deliveries.date_of(retention.last_word_of(work, client_id)), world.retention.finished)
    text = world.script.say("going_soon", client.language, date=day)
    keep = wording.system_button(world.script, client.language, "keep_button", Command.KEEP)
    return to_client(work, world, client_id, [Message(text, (keep,))], Way(Lane.REMINDER, language=client.language))
