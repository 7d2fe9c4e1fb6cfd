"""Delete what stands in the private chats of staff: a phone that is lost or lent shows nothing old."""

import logging
from datetime import timedelta
from itertools import groupby
from typing import Final

from bot.ports import ChannelError, ChannelName, Incoming, TryLater, Uncertain
from handlers.sending.attempt import Outcome
from handlers.world import World
from storage.sealing.encryption import FolderId
from storage.team import staffcopies, staffing
from storage.team.staffcopies import Copy
from storage.transaction import Work

log = logging.getLogger(__name__)

#: No platform deletes anything older; what is left then is forgotten here.
_DELETABLE: Final = timedelta(hours=48)


def note_sent(work: Work, world: World, outcome: Outcome) -> None:
    """Remember what a member of staff got in a private chat; groups get no content and keep it."""
    route, letter = outcome.route, outcome.letter
    if route is None or route.index is not None or letter.to is not None or not outcome.references:
        return
    where = staffing.address_in(work, letter.recipient, letter.channel)
    if where is not None and where.staff_id is not None:
        _keep(work, world, letter.recipient, letter.channel, (route.address, outcome.references), letter.about)


def note_heard(work: Work, world: World, incoming: Incoming, folder: FolderId) -> None:
    """Remember what a member of staff wrote, for it may be words to a client."""
    if incoming.reference is not None:
        _keep(work, world, folder, incoming.channel, (incoming.address, (incoming.reference,)), None)


async def delete_due(world: World) -> int:
    """Delete what has stood long enough; return how much of it is gone from this list."""
    channels = [str(name) for name, channel in world.channels.items() if channel.limits.can_take_back]
    due, gone = await world.database.read(lambda work: staffcopies.due_copies(work, channels))
    for (channel, address), group in groupby(sorted(due, key=_chat), key=_chat):
        copies = list(group)
        if await _delete(world, channel, address, copies):
            gone += [copy.id for copy in copies]
    if gone:
        await world.database.write(lambda work: staffcopies.forget_copies(work, gone))
    return len(gone)


async def _delete(world: World, channel: str, address: str, copies: list[Copy]) -> bool:
    """Delete messages of one chat; False to try again."""
    try:
        await world.channels[ChannelName(channel)].take_back(address, [copy.reference for copy in copies])
    except (TryLater, Uncertain):
        return all(world.clock() - copy.delete_at > _DELETABLE for copy in copies)
    except ChannelError as error:
        log.info("staff", extra={"action": "staff.undeleted", "channel": channel, "error": error})
    return True


def _keep(
    work: Work,
    world: World,
    folder: FolderId,
    channel: str,
    found: tuple[str, tuple[str, ...]],
    about: bytes | None,
) -> None:
    speaking = world.channels.get(ChannelName(channel))
    if speaking is not None and speaking.limits.can_take_back:
        address, references = found
        until = work.now + timedelta(hours=world.config.care.staff_chat_hours)
        staffcopies.keep_copies(work, folder, channel, address, references, until, about=about)


def _chat(copy: Copy) -> tuple[str, str]:
    return copy.channel, copy.address
