"""What units have open: for those that close."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from storage.cases import Case, Status, list_accepted, queue_of
from storage.engines import open_reader
from storage.errors import StoreUnavailable
from storage.tables import cases
from storage.transaction import Work

_SQLITE = "sqlite:///"


def list_open_in(work: Work, unit_ids: Iterable[str]) -> list[Case]:
    """List the cases that some units have been offered or look after."""
    ids = sorted(unit_ids)
    offered = [case for unit_id in ids for case in queue_of(work, unit_id)]
    return [*offered, *list_accepted(work, cases.c.unit_id.in_(ids))]


def count_open(url: str) -> Mapping[str, int]:
    """Count the open cases of every unit that has any, without opening a key; none where nothing is stored yet.

    Raises UnusableAddress, or StoreUnavailable when the database does not answer.
    """
    still_open = cases.c.status != Status.CLOSED.value
    if url.startswith(_SQLITE) and not Path(url.removeprefix(_SQLITE)).exists():
        return {}
    engine = open_reader(url, 1)
    try:
        with engine.connect() as connection:
            rows = connection.execute(select(cases.c.unit_id, func.count()).where(still_open).group_by(cases.c.unit_id))
            return {row[0]: row[1] for row in rows}
    except DBAPIError as error:
        raise StoreUnavailable("the database does not answer; start the service once, then repeat") from error
    finally:
        engine.dispose()
