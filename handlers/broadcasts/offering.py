"""Offer a broadcast to one person whose turn it is: now, later, or not after all."""

from datetime import timedelta
from typing import Final

from bot.care.broadcasts.audience import wants
from bot.care.broadcasts.gates import Person, Skipped, Wait, decide
from bot.care.followup import after_quiet
from handlers.broadcasts import wording
from handlers.broadcasts.audience import WEEK
from handlers.conversing.conversation import place_of
from handlers.discreet.knocking import may_come_at
from handlers.running.health import is_disk_low
from handlers.speak import WEBCHAT, Way, to_client, to_staff
from handlers.world import World
from storage import outbox
from storage.broadcasts import recipients
from storage.broadcasts.recipients import Fate, Recipient
from storage.broadcasts.records import Broadcast
from storage.casework import cases
from storage.clients import news, people
from storage.clients.discretion import read_discretion
from storage.clients.people import Client, ClientId
from storage.outbox import Lane
from storage.team import staffing
from storage.transaction import Work

#: How long somebody who is busy is left alone before they are looked at again.
_LOOK_AGAIN: Final = timedelta(minutes=30)
#: How long after words of danger nothing is sent that nobody asked for.
_CALM: Final = timedelta(days=1)


def must_hold_back(work: Work, world: World) -> bool:
    """Tell whether nothing may be fed now, because people wait for answers or the disk is nearly full."""
    return outbox.is_congested(work) or is_disk_low(world.config)


def offer(work: Work, world: World, broadcast: Broadcast, recipient: Recipient) -> None:
    """Decide about one recipient, on their own clock, and put their letter into the outbox if it may come now."""
    if recipient.is_client:
        _offer_client(work, world, broadcast, ClientId(recipient.folder))
    else:
        _offer_staff(work, world, broadcast, recipient.folder)


def _offer_client(work: Work, world: World, broadcast: Broadcast, client_id: ClientId) -> None:
    client = people.load_client(work, client_id)
    channel = people.current_channel(work, client_id)
    person = _look_at(work, world, broadcast, client, is_reachable=channel is not None)
    match decide(person, work.now, work.now + _LOOK_AGAIN, world.config.broadcast.most_per_week):
        case Wait(until):
            recipients.postpone(work, broadcast.id, client_id, until)
        case Skipped():
            recipients.set_fate(work, broadcast.id, client_id, Fate.SKIPPED)
        case None:
            # A line of the page is there with this step; a letter only once a platform has it.
            recipients.set_fate(work, broadcast.id, client_id, Fate.SENT if channel == WEBCHAT else Fate.QUEUED)
            said = wording.knock(world, broadcast, read_discretion(client.profile), client.language)
            way = Way(Lane.BROADCAST, channel, client.language, broadcast=broadcast.id)
            to_client(work, world, client_id, [said], way)


def _look_at(work: Work, world: World, broadcast: Broadcast, client: Client, *, is_reachable: bool) -> Person:
    wishes = news.load_wishes(work, client.id)
    stage = news.stage_of(work, client.id)
    return Person(
        wants=client.reminders_on and is_reachable and wants(broadcast.paper.audience, wishes, stage),
        is_busy=_is_busy(work, world, client.id, has_case=stage is not None),
        received=recipients.count_received(work, client.id, WEEK),
        may_come_at=may_come_at(work, world, client),
    )


def _is_busy(work: Work, world: World, client_id: ClientId, *, has_case: bool) -> bool:
    """Tell whether a counsellor speaks with somebody, danger is asked about, or was heard of in the last day."""
    place = place_of(world, work, client_id)
    if place.accompanied or place.wondering:
        return True
    case = cases.last_case_of(work, client_id) if has_case else None
    return case is not None and case.alerted_at is not None and work.now - case.alerted_at < _CALM


def _offer_staff(work: Work, world: World, broadcast: Broadcast, staff_id: bytes) -> None:
    member = staffing.load_staff(work, staff_id)
    chats = staffing.chats_of(work, staff_id) if member is not None else []
    unit = world.units.get(member.unit_id or "") if member is not None else None
    zone = world.plans.zone(None if unit is None else str(unit.area))
    opens = after_quiet(work.now, zone, world.plans.quiet)
    if opens > work.now:
        recipients.postpone(work, broadcast.id, staff_id, opens)
    elif not chats:
        recipients.set_fate(work, broadcast.id, staff_id, Fate.SKIPPED)
    else:
        recipients.set_fate(work, broadcast.id, staff_id, Fate.QUEUED)
        said = wording.for_staff(world, broadcast, world.script.default)
        to_staff(work, world, chats[0], said, broadcast=broadcast.id)
