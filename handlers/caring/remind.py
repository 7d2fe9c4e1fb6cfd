"""Keep up the follow-up: knock when a check-in is due, and call a human when silence lasts too long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from bot.care.lateness import LATELY, Due, Verdict, is_late, judge, same_hour
from bot.dialogue.events import Reminded
from handlers.apart import keep_apart
from handlers.caring import handoff
from handlers.conversing.conversation import Conversation, place_of
from handlers.danger import danger_watch
from handlers.discreet.knocking import may_come_at, neutral_sentence
from handlers.steps import AT_ONCE, Steps, in_parts
from handlers.world import World
from storage.casework import cases, reminders, tasks
from storage.casework.cases import CaseId
from storage.casework.reminders import Progress, Reminder
from storage.clients import people
from storage.clients.discretion import read_discretion
from storage.clients.people import Client
from storage.outbox import Lane
from storage.transaction import Work

_CLAIMED_AT_ONCE = 500
_UNSENT = {Verdict.MERGE: Progress.MERGED, Verdict.SKIP: Progress.SKIPPED}


@dataclass(slots=True)
class _Pace:
    """How many late ones have been sent, or put off, in this tick."""

    per_minute: int
    late: int

    def next_wait(self) -> timedelta:
        """Count one more and return how long it waits: so many go out in each minute."""
        wait = timedelta(minutes=self.late // self.per_minute)
        self.late += 1
        return wait


async def send_due(steps: Steps) -> int:
    """Decide about every reminder whose time has come; return how many were looked at.

    Whether it is sent, shifted, merged or dropped is decided now, on the person's clock, not when it was planned.
    """
    looked_at = late = 0
    while claimed := await steps.write(partial(reminders.claim_due, most=_CLAIMED_AT_ONCE)):
        for few in in_parts(claimed):
            late = await steps.write(partial(_decide_few, steps.world, few, late))
        looked_at += len(claimed)
    return looked_at


async def note_silence(steps: Steps) -> int:
    """Make a task of every check-in that stayed unanswered too long; return how many."""
    kinds = steps.world.plans.kinds.items()
    return sum([await steps.repeat(partial(_note_few, steps.world, name, kind.missed_after)) for name, kind in kinds])


def _decide_few(world: World, few: Sequence[Reminder], late: int, work: Work) -> int:
    """Decide about a few; return how many late ones there have been in this tick by then."""
    pace = _Pace(world.plans.late_per_minute, late)
    for reminder in few:
        is_watch = reminder.kind in danger_watch.KINDS
        decide = partial(danger_watch.decide, work, world, reminder) if is_watch else None
        if not keep_apart(work, decide or partial(_decide, work, world, reminder, pace)):
            reminders.settle(work, reminder, Progress.DROPPED)
    return pace.late


def _note_few(world: World, kind: str, missed_after: timedelta, work: Work) -> int:
    silent = reminders.unanswered(work, kind, work.now - missed_after, most=AT_ONCE)
    for reminder in silent:
        if reminders.note_missed(work, reminder):
            keep_apart(work, partial(_call_human, work, world, reminder))
    return len(silent)


def _call_human(work: Work, world: World, reminder: Reminder) -> None:
    case = cases.load_case(work, CaseId(reminder.case_id)) if reminder.case_id else None
    if case is not None:
        tasks.add_task(work, case, "missed_check_in", work.now)
        handoff.tell_about_task(work, world, case, "missed_check_in")


def _decide(work: Work, world: World, reminder: Reminder, pace: _Pace) -> None:
    if reminder.due_at > work.now:
        reminders.put_off(work, reminder, reminder.due_at)
        return
    client = people.load_client(work, reminder.client_id)
    if reminder.kind not in world.plans.kinds or not _wants_any(work, client):
        reminders.settle(work, reminder, Progress.DROPPED)
        return
    match _judge(work, world, reminder):
        case Verdict.MERGE | Verdict.SKIP as verdict:
            reminders.settle(work, reminder, _UNSENT[verdict])
        case Verdict.SHIFT:
            _shift_to_its_hour(work, world, client, reminder)
        case Verdict.CATCH_UP:
            _catch_up(work, world, client, reminder, pace.next_wait())
        case Verdict.SEND:
            _send(work, world, client, reminder)


def _wants_any(work: Work, client: Client) -> bool:
    return client.reminders_on and people.current_channel(work, client.id) is not None


def _judge(work: Work, world: World, reminder: Reminder) -> Verdict:
    """Judge a reminder; one that speaks for what else is late settles it as well."""
    kinds, due = world.plans.kinds, _due(reminder)
    others = [other for other in reminders.waiting_with(work, reminder) if other.kind in kinds]
    asked_lately = is_late(kinds, due, work.now) and reminders.was_asked_since(
        work, reminder.client_id, work.now - LATELY
    )
    verdict = judge(kinds, due, map(_due, others), work.now, asked_lately=asked_lately)
    if verdict in {Verdict.CATCH_UP, Verdict.SHIFT}:
        for other in others:
            if is_late(kinds, _due(other), work.now):
                reminders.settle(work, other, Progress.MERGED)
    return verdict


def _due(reminder: Reminder) -> Due:
    return Due(reminder.kind, reminder.due_at, reminder.id)


def _shift_to_its_hour(work: Work, world: World, client: Client, reminder: Reminder) -> None:
    zone = client.profile.zone or world.plans.zone(None)
    reminders.shift(work, reminder, same_hour(reminder.due_at, work.now, zone))


def _catch_up(work: Work, world: World, client: Client, reminder: Reminder, wait: timedelta) -> None:
    opens = may_come_at(work, world, client)
    if opens > work.now:
        reminders.shift(work, reminder, opens + wait)
    elif wait:
        reminders.put_off(work, reminder, work.now + wait)
    else:
        _send(work, world, client, reminder)


def _send(work: Work, world: World, client: Client, reminder: Reminder) -> None:
    waits_until = may_come_at(work, world, client)
    if waits_until > work.now:
        reminders.shift(work, reminder, waits_until)
    elif place_of(world, work, client.id).accompanied:
        # A counsellor is with the person: nothing is asked by the service, and the silence is not a missed one.
        reminders.settle(work, reminder, Progress.DROPPED)
    elif reminders.mark_sent(work, reminder):
        words = neutral_sentence(world, read_discretion(client.profile), client.language)
        Conversation(work, world, client.id, lane=Lane.REMINDER).take(Reminded(reminder.kind, words))
