"""Find where claimed letters go."""

import logging
from collections.abc import Iterable

from bot.ports import ChannelName
from handlers.discreet import cleaning
from handlers.sending.attempt import Route
from handlers.sending.doubt import Claimed
from handlers.world import World
from storage import outbox
from storage.clients import people
from storage.clients.people import ClientId
from storage.errors import StorageError
from storage.outbox import Letter
from storage.team import staffing
from storage.transaction import Work

log = logging.getLogger(__name__)


def route_all(work: Work, world: World, letters: Iterable[Letter]) -> list[Claimed]:
    """Find where letters go; one whose address cannot be read is parked and concerns nobody else."""
    routed: list[Claimed] = []
    for letter in letters:
        try:
            routed.append((letter, _route(work, world, letter)))
        except (StorageError, ValueError) as error:
            log.warning("outbox", extra={"action": "outbox.unroutable", "error": error})
            outbox.park(work, letter, "failed")
    return routed


def _route(work: Work, world: World, letter: Letter) -> Route | None:
    channel = world.channels[ChannelName(letter.channel)]
    if letter.to is not None:
        return Route(channel, letter.to)
    whose = ClientId(letter.recipient)
    client = people.address_on(work, whose, letter.channel)
    if client is None:
        staff = staffing.address_in(work, letter.recipient, letter.channel)
        return None if staff is None else Route(channel, staff.address, is_group=staff.staff_id is None)
    takes_all = letter.clearing is not None and letter.clearing.everything
    known = cleaning.list_references(work, whose, client.index) if takes_all else ()
    return Route(channel, client.address, client.index, client.screen, known)
