"""Erase a client: say farewell, delete every row, destroy the key."""

from bot.ports import Outgoing
from handlers.caring import handoff
from handlers.discreet import cleaning
from handlers.keeping import auditing
from handlers.speak import WEBCHAT
from handlers.world import World
from storage import outbox
from storage.casework import cases
from storage.clients import people
from storage.clients.people import ClientId
from storage.outbox import Clearing
from storage.sealing.encryption import FolderId
from storage.team import staffcopies
from storage.trail.audit import SERVICE, Actor
from storage.transaction import Work


def erase(work: Work, world: World, client_id: ClientId, language: str, by: Actor = SERVICE) -> None:
    """Erase everything about a client in one commit.  `by`: who is to stand in the audit chain.

    The farewell travels in a folder of its own, with the platform's ids of what it takes back before it is said.
    """
    farewell = world.script.say("erased", language)
    address = people.current_address(work, client_id)
    case = cases.open_case_of(work, client_id)
    if address is not None and address.channel == WEBCHAT:
        work.after_commit(lambda: world.signals.say_farewell(address.index, farewell))
    elif address is not None:
        clearing = Clearing(cleaning.list_references(work, client_id, address.index), farewell)
        outbox.put_farewell(work, address.channel, address.address, Outgoing(farewell), clearing)
    forget(work, world, client_id, by)
    if case is not None:
        handoff.tell_client_left(work, world, case)  # after everything else that speaks of the case was taken back
    work.after_commit(world.signals.outbox.set)


def forget(work: Work, world: World, client_id: ClientId, by: Actor = SERVICE) -> None:
    """Erase a client without a word, as retention does."""
    known = cases.list_cases_of(work, client_id)
    people.erase_client(work, client_id)
    for case in known:
        staffcopies.hasten_copies(work, about=case.id)  # what staff has read in a chat goes there as well
    auditing.note_erasure(work, by)
    work.after_commit(lambda: world.hatch.drop(FolderId(client_id)))
    work.after_commit(lambda: world.signals.wake_page(client_id))
