"""What people chose to hear of the programme: sealed in their folders, found only by opening them."""

from collections.abc import Iterator

import msgspec
from sqlalchemy import bindparam, insert, select, update

from bot.care.broadcasts.audience import NewsWishes
from storage.casework.cases import Status
from storage.clients.people import ClientId, folder
from storage.sealing.documents import seal_document
from storage.sealing.sealed import Id16
from storage.tables import addresses, cases, clients, news_wishes
from storage.transaction import Work

# Built once: these are on the way to every recipient of a broadcast.
_MINE = select(news_wishes.c.wishes).where(news_wishes.c.client_id == bindparam("whose", type_=Id16))
_IS_OPEN = cases.c.status != Status.CLOSED.value
_NEWEST_STAGE = (
    select(cases.c.stage)
    .where(cases.c.client_id == bindparam("whose", type_=Id16))
    .order_by(_IS_OPEN.desc(), cases.c.opened_month.desc())
    .limit(1)
)


def load_wishes(work: Work, client_id: ClientId, *, lock: bool = False) -> NewsWishes:
    """Load what somebody chose; nothing for whoever was never asked.

    `lock`: the step is going to change it, so others wait until it is done.
    """
    sealed = work.data.execute(_MINE.with_for_update() if lock else _MINE, {"whose": client_id}).scalar()
    return NewsWishes() if sealed is None else _open(work, client_id, sealed)


def was_asked(work: Work, client_id: ClientId) -> bool:
    """Tell whether somebody has ever said what they want to hear of."""
    asked = select(news_wishes.c.client_id).where(news_wishes.c.client_id == client_id)
    return work.data.execute(asked).first() is not None


def save_wishes(work: Work, client_id: ClientId, wishes: NewsWishes) -> None:
    """Keep what somebody chose."""
    document = msgspec.to_builtins(wishes)
    sealed = seal_document(work, folder(client_id), "news_wishes.wishes", client_id, document)
    mine = update(news_wishes).where(news_wishes.c.client_id == client_id)
    if work.data.execute(mine.values(wishes=sealed)).rowcount == 0:
        # No upsert: whoever finds that another process was faster begins anew, with what that one has kept.
        work.data.execute(insert(news_wishes).values(client_id=client_id, wishes=sealed))


def list_reachable(work: Work) -> Iterator[tuple[ClientId, NewsWishes, str | None]]:
    """Open what everybody chose who can be written to: (client, wishes, stage of the newest request or None).

    Left out: who stopped everything that is sent unasked, and who has no address any more.
    """
    reached = select(addresses.c.client_id).where(addresses.c.channel != "")
    wanted = clients.c.reminders_on & clients.c.client_id.in_(reached)
    joined = news_wishes.join(clients, clients.c.client_id == news_wishes.c.client_id)
    query = select(news_wishes.c.client_id, news_wishes.c.wishes).select_from(joined).where(wanted)
    sealed = {folder(ClientId(row.client_id)): row.wishes for row in work.data.execute(query)}
    stages = _newest_stages(work)
    for whose, written in work.vault.open_many("news_wishes", "wishes", sealed).items():
        yield ClientId(whose), _read(written), stages.get(whose)


def stage_of(work: Work, client_id: ClientId) -> str | None:
    """Return the stage of somebody's newest request, as in `list_reachable`; None without one."""
    return work.data.execute(_NEWEST_STAGE, {"whose": client_id}).scalar()


def _newest_stages(work: Work) -> dict[bytes, str]:
    """Return the stage of everybody's newest request; one that is open counts before those that are closed."""
    query = select(cases.c.client_id, cases.c.stage).order_by(_IS_OPEN, cases.c.opened_month)
    return {row.client_id: row.stage for row in work.data.execute(query)}


def _open(work: Work, client_id: ClientId, sealed: bytes) -> NewsWishes:
    return _read(work.vault.open(folder(client_id), "news_wishes", "wishes", client_id, sealed))


def _read(document: bytes) -> NewsWishes:
    return msgspec.json.decode(document, type=NewsWishes)
