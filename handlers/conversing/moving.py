"""Move a person from a platform to the web chat, so that the platform's id is forgotten and nothing else is lost."""

from typing import TYPE_CHECKING

from bot.dialogue.effects import Message
from bot.ports import Outgoing
from handlers.discreet import cleaning
from handlers.speak import WEBCHAT
from handlers.world import World
from storage import outbox
from storage.casework import cases, chats
from storage.clients import people, phrases, transcripts
from storage.clients.people import Address, ClientId
from storage.outbox import Clearing
from storage.transaction import Work

if TYPE_CHECKING:
    from handlers.conversing.conversation import Conversation

#: The path of the page, as `channels.webchat` serves it.
_PAGE = "/chat"
#: So much of the chat with a counsellor stands on the page after the move; the rest is under "data saya".
_LINES_CARRIED = 20


def begin(conversation: "Conversation") -> None:
    """Show the way to the web chat: its address and a phrase that works there once."""
    work, world, client_id = conversation.work, conversation.world, conversation.client_id
    conversation.hush()
    channel = conversation.channel or people.current_channel(work, client_id)
    if channel == WEBCHAT:
        conversation.say("move_already")
    elif not world.config.channels.webchat.enabled:
        conversation.say("move_nowhere")
    else:
        phrase, index = world.phrases.take()
        phrases.keep_phrase(work, client_id, index, moves=True)
        page = f"{world.config.server.url}{_PAGE}"
        conversation.say("move_link", link=page)
        conversation.add(Message(phrase, afterwards=_say(conversation, "phrase_afterwards")))


def finish(conversation: "Conversation", here: bytes) -> None:
    """Forget every other address, say goodbye there, and carry what is under way to the page.

    `here`: index of the page the person has opened with the phrase.
    """
    work, world, client_id = conversation.work, conversation.world, conversation.client_id
    _carry_chat(work, client_id)
    for address in people.list_addresses(work, client_id):
        if address.index != here:
            _leave(work, world, client_id, address, conversation.state.language)
    phrase, index = world.phrases.take()
    phrases.drop_phrases(work, client_id)
    phrases.keep_phrase(work, client_id, index)
    conversation.say("moved_here")
    shown = _say(conversation, "phrase_shown", phrase=phrase)
    conversation.add(Message(shown, afterwards=_say(conversation, "phrase_afterwards")))


def _leave(work: Work, world: World, client_id: ClientId, address: Address, language: str) -> None:
    if address.channel and address.channel != WEBCHAT:
        for letter in outbox.take_waiting(work, people.folder(client_id), address.channel):
            transcripts.add_ours(work, client_id, letter.message, message_id=letter.message_id)
        goodbye = world.script.say("moved_goodbye", language)
        references = cleaning.list_references(work, client_id, address.index)
        clearing = Clearing(references, goodbye)
        outbox.put_farewell(work, address.channel, address.address, Outgoing(goodbye), clearing)
        work.after_commit(world.signals.outbox.set)
    people.unlink_address(work, client_id, address.index)


def _carry_chat(work: Work, client_id: ClientId) -> None:
    """Lay the newest words of the open case on the page."""
    case = cases.open_case_of(work, client_id)
    for said in chats.load_chat(work, case)[-_LINES_CARRIED:] if case else ():
        if said.side is chats.Side.CLIENT:
            transcripts.add_mine(work, client_id, said.text)
        elif said.delivery is not chats.Delivery.QUEUED:  # what still waits comes with its letter
            transcripts.add_ours(work, client_id, Outgoing(said.text))


def _say(conversation: "Conversation", phrase: str, /, **words: object) -> str:
    return conversation.world.script.say(phrase, conversation.state.language, **words)
