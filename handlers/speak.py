"""Put words where they will be heard: the outbox of a platform, or the page of the web chat."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.dialogue.buttons import sign
from bot.dialogue.effects import Ask, Button, Message
from bot.ports import Key, Outgoing
from handlers.world import World
from storage import outbox
from storage.casework.cases import Case, CaseId
from storage.clients import held, people, transcripts
from storage.clients.people import ClientId
from storage.outbox import Lane
from storage.team import staffing
from storage.team.staffing import StaffAddress
from storage.transaction import Work

#: The channel whose lines stay in the database and are fetched by the page.
WEBCHAT = "webchat"


@dataclass(frozen=True, slots=True)
class Way:
    """How something reaches a client.

    `channel`: None for where they wrote from last.  `language`: of the keys the channel adds.  `message_id`: the chat
    message that the messages carry together, for its delivery mark: it is delivered with the last of them.
    `broadcast`: the broadcast that it belongs to, None for anything else.
    """

    lane: Lane = Lane.REPLY
    channel: str | None = None
    language: str = ""
    message_id: bytes | None = None
    broadcast: bytes | None = None


def to_client(work: Work, world: World, client_id: ClientId, messages: Sequence[Message], way: Way = Way()) -> bool:
    """Say something to a client; False if no address is left."""
    channel = way.channel or people.current_channel(work, client_id)
    if channel is None:
        return False
    waits = way.lane is Lane.COUNSELLOR and held.must_wait(work, client_id)
    for place, message in enumerate(messages):
        outgoing = _outgoing(world, client_id, message, way.language)
        carried = way.message_id if place == len(messages) - 1 else None
        if channel == WEBCHAT and not waits:
            transcripts.add_ours(
                work,
                client_id,
                outgoing,
                replace=message.replace,
                message_id=carried,
                afterwards=message.afterwards,
            )
        else:
            folder = people.folder(client_id)
            outbox.put(
                work,
                folder,
                channel,
                way.lane,
                outgoing,
                replace=message.replace,
                message_id=carried,
                passing=bool(message.afterwards),
                broadcast=way.broadcast,
            )
    if waits:
        held.hold(work, client_id)
    _wake_for_letters(work, world)
    work.after_commit(lambda: world.signals.wake_page(client_id))
    return True


def to_staff(  # noqa: PLR0913 - what is said, to whom, and what it belongs to
    work: Work,
    world: World,
    where: StaffAddress,
    message: Message,
    *,
    message_id: bytes | None = None,
    about: CaseId | None = None,
    broadcast: bytes | None = None,
) -> None:
    """Say something in a staff chat; its buttons are bound to the folder of that chat.

    `about`: the case it speaks of, None for anything else; erasing the case reaches the message on its way.
    `broadcast`: the broadcast that it belongs to, None for anything else.
    """
    outgoing = _outgoing(world, where.folder, message, "")
    lane = Lane.COUNSELLOR if broadcast is None else Lane.BROADCAST
    outbox.put(
        work, where.folder, where.channel, lane, outgoing, message_id=message_id, about=about, broadcast=broadcast
    )
    _wake_for_letters(work, world)


def to_unit(work: Work, world: World, case: Case, message: Message, group_message: Message | None = None) -> int:
    """Say something about a case to everybody of its unit who looks after cases; return how many chats that were.

    `group_message`: what its groups get instead; None to leave groups out.
    """
    members = staffing.staff_of_unit(work, case.unit_id)
    chats = [chat for member in members for chat in staffing.chats_of(work, member.id)]
    for chat in chats:
        to_staff(work, world, chat, message, about=case.id)
    groups = staffing.groups_of(work, case.unit_id) if group_message is not None else []
    for group in groups:
        to_staff(work, world, group, group_message or message, about=case.id)
    return len(chats) + len(groups)


def wake_after(work: Work, world: World, folder: bytes) -> None:
    """Wake the sender and open pages once this step is durable."""
    work.after_commit(world.signals.outbox.set)
    work.after_commit(lambda: world.signals.wake_page(folder))


def _wake_for_letters(work: Work, world: World) -> None:
    """Wake the sender once the step is durable, unless all that it has put was handed to it by then."""
    letters = work.letters
    work.after_commit(lambda: world.signals.outbox.set() if letters else None)


def _outgoing(world: World, folder: bytes, message: Message, language: str) -> Outgoing:
    keys = tuple(_key(world, folder, button) for button in message.buttons)
    share = world.script.say("area_share_button", language) if message.ask is Ask.PLACE else ""
    return Outgoing(message.text, keys, message.ask, share_label=share, picture=message.picture)


def _key(world: World, folder: bytes, button: Button) -> Key:
    return Key(sign(world.keyring.signing_key, folder, button), button.label, button.picked)
