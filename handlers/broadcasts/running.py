"""Run broadcasts: freeze who gets one, feed the outbox a little at a time, and end it with a report."""

from dataclasses import replace
from functools import partial
from typing import Final

from bot.care.broadcasts.audience import PEOPLE
from handlers.apart import keep_apart
from handlers.broadcasts import acts, audience, offering, showing, telling
from handlers.broadcasts.acts import Result
from handlers.steps import AT_ONCE, Steps
from handlers.world import World
from storage import outbox
from storage.broadcasts import recipients, records
from storage.broadcasts.recipients import Fate
from storage.broadcasts.records import UNDER_WAY, Broadcast, State
from storage.outbox import Lane
from storage.transaction import Work

#: How much of what a platform takes waits in the outbox at most, in seconds.
_AHEAD_SECONDS: Final = 2.0
#: How many a second are sent where no platform says its own limit.
_PER_SECOND: Final = 30.0
_FROZEN_AT_ONCE: Final = 500


async def run_due(steps: Steps) -> int:
    """Begin what is due and feed what is running; return how many broadcasts began.  For a tick of every second."""
    due = await steps.look(records.list_due)
    for broadcast in due:
        await _start(steps, broadcast)
    if await steps.look(_is_anything_to_do):
        for _ in range(-(-_most_ahead(steps.world) // AT_ONCE)):
            if not await steps.write(partial(feed, world=steps.world)):
                break
    return len(due)


def feed(work: Work, world: World) -> int:
    """Put a few letters of every running broadcast into the outbox; return how many recipients were looked at.

    As long as people wait for answers, or the disk is nearly full, nothing is put there.
    """
    acts.return_expired(work, world)
    running = records.list_in(work, UNDER_WAY)
    if not running:
        return 0
    room = 0 if offering.must_hold_back(work, world) else _room(work, world)
    share = -(-min(room, AT_ONCE) // len(running))
    return sum(_feed_one(work, world, one.id, share) for one in running)


async def _start(steps: Steps, broadcast: Broadcast) -> None:
    """Freeze who gets it.  Until the last of them stands there nothing is sent, so a crash in between begins anew."""
    world, chosen = steps.world, broadcast.paper.audience
    reached = await steps.look(lambda work: audience.gather(work, world, chosen))
    counted = await steps.look(lambda work: audience.judge(work, world, chosen, reached))
    refused = _refuse(broadcast, counted)
    if refused is not None:
        await steps.write(lambda work: _give_back(work, world, broadcast, refused))
        return
    await steps.write(lambda work: recipients.thaw(work, broadcast.id))
    folders = sorted(reached)
    for first in range(0, len(folders), _FROZEN_AT_ONCE):
        some = folders[first : first + _FROZEN_AT_ONCE]
        await steps.write(partial(_freeze, broadcast=broadcast, folders=some))
    await steps.write(lambda work: _begin(work, world, broadcast))


def _refuse(broadcast: Broadcast, counted: audience.Count) -> Result | None:
    if records.hash_of(broadcast) != broadcast.paper.approved:
        return Result.CHANGED
    if counted.is_too_small:
        return Result.TOO_SMALL
    return Result.TOO_CLOSE if counted.is_too_close else None


def _give_back(work: Work, world: World, broadcast: Broadcast, reason: Result) -> None:
    present = records.load(work, broadcast.id, lock=True)
    if present is not None and present.revision == broadcast.revision:
        acts.return_unsent(work, world, present, reason)


def _freeze(work: Work, broadcast: Broadcast, folders: list[bytes]) -> None:
    if _is_still_due(work, broadcast):
        are_clients = broadcast.paper.audience.group in PEOPLE
        recipients.freeze(work, broadcast.id, folders, are_clients=are_clients)


def _begin(work: Work, world: World, broadcast: Broadcast) -> None:
    present = records.load(work, broadcast.id, lock=True)
    if present is None or present.revision != broadcast.revision:
        recipients.thaw(work, broadcast.id)  # edited or stopped while they were gathered
        return
    records.save(work, replace(present, state=State.RUNNING, started_at=work.now))
    work.after_commit(world.signals.outbox.set)


def _is_still_due(work: Work, broadcast: Broadcast) -> bool:
    present = records.load(work, broadcast.id)
    return present is not None and present.revision == broadcast.revision


def _is_anything_to_do(work: Work) -> bool:
    return records.has_any(work, (State.ASKED, State.APPROVED, *UNDER_WAY))


def _most_ahead(world: World) -> int:
    limits = [channel.limits.per_second or _PER_SECOND for channel in world.channels.values()]
    return int(_AHEAD_SECONDS * min(limits, default=_PER_SECOND))


def _room(work: Work, world: World) -> int:
    return max(0, _most_ahead(world) - outbox.count_waiting(work, Lane.BROADCAST))


def _feed_one(work: Work, world: World, broadcast_id: bytes, most: int) -> int:
    """Feed one broadcast, unless it was held or stopped just now, which waits for this step or has gone before it."""
    broadcast = records.load(work, broadcast_id, lock=True)
    if broadcast is None or broadcast.state not in UNDER_WAY:
        return 0
    if broadcast.end_by is not None and work.now >= broadcast.end_by:
        recipients.give_up(work, broadcast.id, Fate.WAITING, Fate.SKIPPED)
    elif broadcast.state is State.PAUSED:
        return 0
    due = recipients.take_due(work, broadcast.id, most=most) if most > 0 else []
    for recipient in due:
        if not keep_apart(work, partial(offering.offer, work, world, broadcast, recipient)):
            recipients.set_fate(work, broadcast.id, recipient.folder, Fate.FAILED)
    _end_if_over(work, world, broadcast)
    return len(due)


def _end_if_over(work: Work, world: World, broadcast: Broadcast) -> None:
    fates = recipients.count_fates(work, broadcast.id)
    if fates.get(Fate.WAITING) or recipients.has_letters(work, broadcast.id):
        return
    # A letter that is gone without a word went with the chat it was for.
    recipients.give_up(work, broadcast.id, Fate.QUEUED, Fate.FAILED)
    ended = records.save(work, replace(broadcast, state=State.DONE))
    telling.report(work, world, ended, showing.progress_of(work, world, ended))
