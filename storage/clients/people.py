"""Clients: their folders, where they can be reached, and whether they want to be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, NewType

from sqlalchemy import String, bindparam, delete, insert, select, update

from storage.engine.prepared import Prepared, Record
from storage.errors import Overtaken
from storage.receiving.deliveries import day_of
from storage.sealing.documents import open_document, seal_document
from storage.sealing.encryption import FolderId
from storage.sealing.sealed import Id16, Sealed
from storage.tables import addresses, cases, clients, conversations, messages, outbox
from storage.transaction import Work

#: The random id of a client's folder.
ClientId = NewType("ClientId", bytes)
#: `erase_after` is written so many days ahead of the last word; content/retention.toml says when a folder really goes.
KEPT_DAYS = 90
#: The channel of an address that is gone: its index stays, so that who unblocks the service finds the folder again.
_NOWHERE = ""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a client can be reached.  `screen`: provider's id of the message that carries buttons, or None."""

    index: bytes
    channel: str
    address: str
    screen: str | None


@dataclass(frozen=True, slots=True)
class Profile:
    """What the service needs to know to speak at the right time.

    `zone`: IANA name, None until an area is known.  `consented_at`: ISO minute, None before consent.
    `wishes`: about contact, as storage/clients/discretion.py reads them.
    """

    zone: str | None = None
    consented_at: str | None = None
    wishes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Client:
    """A client as the turn sees one."""

    id: ClientId
    language: str
    consent_version: str | None
    reminders_on: bool
    paused_until: datetime | None
    profile: Profile


def folder(client_id: ClientId) -> FolderId:
    """Name the folder of a client."""
    return FolderId(client_id)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who writes from an address, and where the conversation is, in one look.

    `is_current`: replies go to this address already.  `state`: sealed, None before the first turn.
    """

    client_id: ClientId
    is_current: bool
    erase_after: int
    state: bytes | None
    revision: int


_WHO = bindparam("whose", type_=Id16)
_ARRIVAL = Prepared(
    select(
        addresses.c.client_id,
        addresses.c.current,
        clients.c.erase_after,
        conversations.c.state,
        conversations.c.revision,
    )
    .select_from(
        addresses.join(clients, clients.c.client_id == addresses.c.client_id).outerjoin(
            conversations, conversations.c.client_id == addresses.c.client_id
        )
    )
    .where(addresses.c.address_index == bindparam("index", type_=Id16))
)
_CLIENT = Prepared(select(clients).where(clients.c.client_id == _WHO))
_ON = (addresses.c.client_id == _WHO) & (addresses.c.channel == bindparam("on", type_=String))
_ADDRESS_ON = Prepared(select(addresses).where(_ON).order_by(addresses.c.current.desc()).limit(1))
_REACHED = (addresses.c.client_id == _WHO) & (addresses.c.channel != _NOWHERE)
_HERE = Prepared(select(addresses).where(_REACHED).order_by(addresses.c.current.desc()).limit(1))
_AT = addresses.c.address_index == bindparam("index", type_=Id16)
_WHOSE = Prepared(select(addresses.c.client_id).where(_AT))
_WELCOME = Prepared(insert(clients), ("client_id", "created_month", "erase_after", "language", "reminders_on"))
_UNLINK = Prepared(delete(addresses).where(_AT).returning(addresses.c.client_id))
_LEAVE = Prepared(update(addresses).where(addresses.c.client_id == _WHO).values(current=False))
_LINK = Prepared(insert(addresses), ("address_index", "client_id", "channel", "current", "address"))
_SET_SCREEN = Prepared(
    update(addresses).where(_AT, addresses.c.client_id == _WHO).values(screen=bindparam("shown", type_=Sealed))
)


def find_client(work: Work, index: bytes) -> ClientId | None:
    """Find who writes from an address; nobody when only rows of an erased folder have stayed."""
    row = _WHOSE.first(work, {"index": index})
    return None if row is None else present(work, row.client_id)


def find_arrival(work: Work, index: bytes) -> Arrival | None:
    """Find who writes from an address together with the place in the conversation; None for somebody new."""
    row = _ARRIVAL.first(work, {"index": index})
    client_id = None if row is None else present(work, row.client_id)
    if row is None or client_id is None:
        return None
    return Arrival(client_id, row.current, row.erase_after, row.state, row.revision or 0)


def welcome(work: Work, index: bytes, channel: str, address: str, language: str) -> ClientId:
    """Open a folder for somebody who writes for the first time; raises Overtaken if another process just has."""
    client_id = ClientId(work.vault.make_folder())
    new = {"client_id": client_id, "created_month": f"{work.now:%Y-%m}", "erase_after": _erase_after(work)}
    _WELCOME.change(work, {**new, "language": language, "reminders_on": True})
    if any(present(work, before) for before in link_address(work, client_id, index, channel, address)):
        raise Overtaken("somebody was welcomed twice at once; take the delivery again")
    return client_id


def load_client(work: Work, client_id: ClientId) -> Client:
    """Load what is known about how to speak with a client."""
    row = _CLIENT.one(work, {"whose": client_id})
    known = open_document(work, folder(client_id), "clients.profile", client_id, row.profile) if row.profile else {}
    return Client(client_id, row.language, row.consent_version, row.reminders_on, row.paused_until, Profile(**known))


def save_profile(work: Work, client_id: ClientId, profile: Profile) -> None:
    """Keep what the service needs to know to speak at the right time."""
    known = {"zone": profile.zone, "consented_at": profile.consented_at, "wishes": profile.wishes}
    sealed = seal_document(work, folder(client_id), "clients.profile", client_id, known)
    _change(work, client_id, profile=sealed)


def set_language(work: Work, client_id: ClientId, language: str) -> None:
    """Remember the language for what is sent unasked."""
    _change(work, client_id, language=language)


def give_consent(work: Work, client_id: ClientId, version: str) -> None:
    """Record which consent text was agreed to."""
    _change(work, client_id, consent_version=version)


def set_reminders(work: Work, client_id: ClientId, *, on: bool, paused_until: datetime | None = None) -> None:
    """Stop, pause or resume everything that is sent unasked."""
    _change(work, client_id, reminders_on=on, paused_until=paused_until)


def link_address(work: Work, client_id: ClientId, index: bytes, channel: str, address: str) -> list[bytes]:
    """Reach a client at this address from now on; an address belongs to one client only.  Return whose it was."""
    before = [row.client_id for row in _UNLINK.all(work, {"index": index})]
    _LEAVE.change(work, {"whose": client_id})
    row = {"address_index": index, "client_id": client_id, "channel": channel, "current": True}
    _LINK.change(work, {**row, "address": _seal_address(work, client_id, index, address)})
    return before


def use_address(work: Work, client_id: ClientId, index: bytes, channel: str, address: str) -> None:
    """Reply where the person wrote from, even if that was given up before."""
    mine = update(addresses).where(addresses.c.client_id == client_id)
    work.data.execute(mine.values(current=addresses.c.address_index == index))
    here = update(addresses).where(addresses.c.address_index == index)
    work.data.execute(here.values(channel=channel, address=_seal_address(work, client_id, index, address)))


def current_channel(work: Work, client_id: ClientId) -> str | None:
    """Return the channel the client is reached on now; None if every address is gone."""
    row = _HERE.first(work, {"whose": client_id})
    return None if row is None else row.channel


def current_address(work: Work, client_id: ClientId) -> Address | None:
    """Return where the client is reached now; None if every address is gone."""
    row = _HERE.first(work, {"whose": client_id})
    return None if row is None else _address(work, client_id, row)


def address_on(work: Work, client_id: ClientId, channel: str) -> Address | None:
    """Return where the client is reached on one channel; None if nowhere (any more)."""
    row = _ADDRESS_ON.first(work, {"whose": client_id, "on": channel})
    return None if row is None else _address(work, client_id, row)


def list_addresses(work: Work, client_id: ClientId) -> list[Address]:
    """List every address of a client, those that are gone with an empty channel."""
    rows = work.data.execute(select(addresses).where(addresses.c.client_id == client_id))
    return [_address(work, client_id, row) for row in rows.all()]


def unlink_address(work: Work, client_id: ClientId, index: bytes) -> None:
    """Forget an address altogether: who writes from there is somebody new."""
    mine = (addresses.c.address_index == index) & (addresses.c.client_id == client_id)
    work.data.execute(delete(addresses).where(mine))


def set_screen(work: Work, client_id: ClientId, index: bytes, reference: str) -> None:
    """Remember which message of the platform carries the buttons now; nothing if the address was erased meanwhile."""
    if not work.vault.has_folder(folder(client_id)):
        return
    sealed = work.vault.seal(folder(client_id), "addresses", "screen", index, reference.encode())
    _SET_SCREEN.change(work, {"index": index, "whose": client_id, "shown": sealed})


def forget_address(work: Work, client_id: ClientId, index: bytes) -> bool:
    """Give up an address that is gone, and what waits to be sent there; False if that was done before."""
    mine = (addresses.c.address_index == index) & (addresses.c.client_id == client_id)
    channel = work.data.execute(select(addresses.c.channel).where(mine)).scalar()
    if channel is None or channel == _NOWHERE:
        return False
    nowhere = _seal_address(work, client_id, index, "")
    given_up = update(addresses).where(mine).values(channel=_NOWHERE, address=nowhere, screen=None, current=False)
    work.data.execute(given_up)
    if address_on(work, client_id, channel) is None:
        _drop_letters(work, client_id, channel)
    return True


def keep_longer(work: Work, arrival: Arrival) -> None:
    """Count the days until the folder goes from this contact on."""
    if arrival.erase_after != _erase_after(work):
        restart_retention(work, arrival.client_id)


def restart_retention(work: Work, client_id: ClientId) -> None:
    """Count the days until the folder goes from today on."""
    _change(work, client_id, erase_after=_erase_after(work))


def present(work: Work, found: bytes | None) -> ClientId | None:
    """Return a client that was found, unless only rows of an erased folder have stayed."""
    return None if found is None or not work.vault.has_folder(FolderId(found)) else ClientId(found)


def erase_client(work: Work, client_id: ClientId) -> None:
    """Delete every row of a client, also what staff was still to read about them, and destroy the key of the folder."""
    theirs = select(cases.c.case_id).where(cases.c.client_id == client_id)
    work.data.execute(theirs.with_for_update())  # whoever puts a word about them has done so, or finds them gone
    said = select(messages.c.message_id).where(messages.c.client_id == client_id)
    about_them = outbox.c.about_id.in_(theirs) | outbox.c.message_id.in_(theirs) | outbox.c.message_id.in_(said)
    work.data.execute(delete(outbox).where((outbox.c.recipient_id == client_id) | about_them))
    work.data.execute(delete(clients).where(clients.c.client_id == client_id))
    work.vault.destroy_folder(folder(client_id))


def drop_empty(work: Work, client_id: ClientId) -> None:
    """Erase the folder a person had only because they had not come back yet; one with a case is kept."""
    has_case = work.data.execute(select(cases.c.case_id).where(cases.c.client_id == client_id)).first()
    if has_case is None:
        erase_client(work, client_id)


def _drop_letters(work: Work, client_id: ClientId, channel: str) -> None:
    here = (outbox.c.recipient_id == client_id) & (outbox.c.channel == channel)
    carried = select(outbox.c.message_id).where(here, outbox.c.message_id.is_not(None))
    work.data.execute(update(messages).where(messages.c.message_id.in_(carried)).values(delivery="failed"))
    work.data.execute(delete(outbox).where(here))


def _seal_address(work: Work, client_id: ClientId, index: bytes, address: str) -> bytes:
    return work.vault.seal(folder(client_id), "addresses", "address", index, address.encode())


def _address(work: Work, client_id: ClientId, row: Record) -> Address:
    own = folder(client_id)
    address = work.vault.open(own, "addresses", "address", row.address_index, row.address).decode()
    screen = work.vault.open(own, "addresses", "screen", row.address_index, row.screen).decode() if row.screen else None
    return Address(row.address_index, row.channel, address, screen)


def _erase_after(work: Work) -> int:
    return day_of(work.now) + KEPT_DAYS


def _change(work: Work, client_id: ClientId, **values: object) -> None:
    _change_of(*values).change(work, {"whose": client_id, **{f"new_{name}": values[name] for name in values}})


@cache
def _change_of(*names: str) -> Prepared:
    values = {name: bindparam(f"new_{name}", type_=clients.c[name].type) for name in names}
    return Prepared(update(clients).where(clients.c.client_id == _WHO).values(values))
