"""Take back what stands in the chat itself: both sides' messages, as far as the platform lets a service reach."""

from typing import TYPE_CHECKING

from bot.ports import ChannelName, Incoming, Outgoing
from handlers.speak import WEBCHAT, wake_after
from handlers.world import World
from storage import outbox
from storage.clients import people, traces, transcripts
from storage.clients.people import ClientId
from storage.outbox import Clearing, Lane
from storage.transaction import Work

if TYPE_CHECKING:
    from handlers.conversing.conversation import Conversation
    from handlers.sending.attempt import Outcome


def clean(conversation: "Conversation") -> None:
    """Empty the chat in which the person asked for it, and say what stays; nothing is asked anew under it."""
    work, world, client_id = conversation.work, conversation.world, conversation.client_id
    conversation.hush()
    channel = conversation.channel or people.current_channel(work, client_id)
    if channel == WEBCHAT:
        transcripts.add_ours(work, client_id, Outgoing(_say(conversation, "cleaned_page")))
        transcripts.drop_shown(work, client_id)
        wake_after(work, world, client_id)
    elif channel is not None and _can_take_back(world, channel):
        message = Outgoing(_say(conversation, "cleaned"))
        clearing = Clearing((), _say(conversation, "cleaned_partly"), everything=True)
        outbox.put(work, people.folder(client_id), channel, Lane.REPLY, message, clearing=clearing)
        work.after_commit(world.signals.outbox.set)
    else:
        conversation.say("clean_not_here")


def note_incoming(work: Work, world: World, client_id: ClientId, incoming: Incoming) -> None:
    """Remember a message of the person, where it can be taken back later."""
    if incoming.reference is not None and _can_take_back(world, incoming.channel):
        index = world.address_index(incoming.channel, incoming.address)
        traces.keep_traces(work, client_id, index, [incoming.reference])


def note_outcome(work: Work, outcome: "Outcome") -> None:
    """Remember what was sent to a client where it can be taken back, and forget what was taken back for it."""
    route, letter = outcome.route, outcome.letter
    if route is None or route.index is None or not route.channel.limits.can_take_back:
        return
    client_id = ClientId(letter.recipient)
    if people.find_client(work, route.index) != client_id:
        return  # erased, or moved away, meanwhile
    if letter.clearing is not None and outcome.error is None:
        gone = {*letter.clearing.references, *route.traces}
        traces.forget_traces(work, client_id, route.index, gone)
    traces.keep_traces(work, client_id, route.index, outcome.references, passing=letter.passing)


def list_references(work: Work, client_id: ClientId, index: bytes) -> tuple[str, ...]:
    """List the platform's ids of what can be taken back in the chat with this index."""
    return tuple(trace.reference for trace in traces.list_traces(work, client_id, index))


def take_back_passing(work: Work, world: World, client_id: ClientId, incoming: Incoming, text: str) -> bool:
    """Say something and take back what stood there for a moment only, with the message that answered it.

    False where the platform cannot do that, so that it has to be said in the ordinary way.
    """
    if incoming.channel == WEBCHAT or not _can_take_back(world, incoming.channel):
        return False
    index = world.address_index(incoming.channel, incoming.address)
    passing = [trace.reference for trace in traces.list_traces(work, client_id, index) if trace.passing]
    own = () if incoming.reference is None else (incoming.reference,)
    clearing = Clearing((*passing, *own), text)
    folder = people.folder(client_id)
    outbox.put(work, folder, incoming.channel, Lane.REPLY, Outgoing(text), clearing=clearing)
    return True


def _can_take_back(world: World, channel: str) -> bool:
    speaking = world.channels.get(ChannelName(channel))
    return speaking is not None and speaking.limits.can_take_back


def _say(conversation: "Conversation", phrase: str) -> str:
    return conversation.world.script.say(phrase, conversation.state.language)
