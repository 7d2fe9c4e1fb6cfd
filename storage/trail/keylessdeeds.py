"""Record what was done on the machine by a command that opens no key."""

from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from storage.engine.engines import open_writer
from storage.errors import StoreUnavailable
from storage.trail.audit import Actor, Deed, record_keyless

_SQLITE = "sqlite:///"


def note_deed(url: str, actor: Actor, deed: Deed, now: datetime) -> bool:
    """Add a row to the audit chain of a data store; False where there is no store.

    Raises StoreUnavailable when it cannot be added.
    """
    if url.startswith(_SQLITE) and not Path(url.removeprefix(_SQLITE)).exists():
        return False
    engine = open_writer(url)
    try:
        with engine.begin() as connection:
            record_keyless(connection, now, actor, deed)
    except DBAPIError as error:
        raise StoreUnavailable("the audit chain cannot be written; see singgah doctor, then repeat") from error
    finally:
        engine.dispose()
    return True
