"""Keep up the follow-up: knock when a check-in is due, and call a human when silence lasts too long."""

from functools import partial

from bot.care.followup import MERGE
from bot.dialogue.events import Reminded
from handlers import handoff
from handlers.apart import keep_apart
from handlers.conversation import Conversation, place_of
from handlers.knocking import may_come_at, neutral_sentence
from handlers.world import World
from storage import cases, people, reminders, tasks
from storage.cases import CaseId
from storage.discretion import read_discretion
from storage.outbox import Lane
from storage.reminders import Progress, Reminder
from storage.transaction import Work

_CLAIMED_AT_ONCE = 100


def send_due(work: Work, world: World) -> int:
    """Decide about every reminder whose time has come; return how many were looked at.

    Whether it is sent, shifted, merged or dropped is decided now, on the person's clock, not when it was planned.
    """
    claimed = reminders.claim_due(work, most=_CLAIMED_AT_ONCE)
    for reminder in claimed:
        if not keep_apart(work, partial(_decide, work, world, reminder)):
            reminders.note(work, reminder, Progress.DROPPED)
    return len(claimed)


def note_silence(work: Work, world: World) -> int:
    """Make a task of every check-in that stayed unanswered too long; return how many."""
    silent = [
        reminder
        for name, kind in world.plans.kinds.items()
        for reminder in reminders.unanswered(work, name, work.now - kind.missed_after)
    ]
    for reminder in silent:
        reminders.note(work, reminder, Progress.MISSED)
        keep_apart(work, partial(_call_human, work, world, reminder))
    return len(silent)


def _call_human(work: Work, world: World, reminder: Reminder) -> None:
    case = cases.load_case(work, CaseId(reminder.case_id)) if reminder.case_id else None
    if case is not None:
        tasks.add_task(work, case, "missed_check_in", work.now)
        handoff.tell_about_task(work, world, case, "missed_check_in")


def _decide(work: Work, world: World, reminder: Reminder) -> None:
    client = people.load_client(work, reminder.client_id)
    kind = world.plans.kinds.get(reminder.kind)
    unwanted = not client.reminders_on or people.current_channel(work, client.id) is None
    if unwanted or kind is None or reminders.has_newer(work, reminder):
        reminders.note(work, reminder, Progress.DROPPED)
        return
    if kind.when_late != MERGE and work.now - reminder.due_at > kind.send_within:
        reminders.note(work, reminder, Progress.DROPPED)
        return
    waits_until = may_come_at(work, world, client)
    if waits_until > work.now:
        reminders.shift(work, reminder, waits_until)
    elif place_of(world, work, client.id).accompanied:
        # A counsellor is with the person: nothing is asked by the service, and the silence is not a missed one.
        reminders.note(work, reminder, Progress.DROPPED)
    else:
        reminders.mark_sent(work, reminder)
        words = neutral_sentence(world, read_discretion(client.profile), client.language)
        Conversation(work, world, client.id, lane=Lane.REMINDER).take(Reminded(reminder.kind, words))
