"""What units have open: for those that close."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from storage.casework.cases import CaseId, Status
from storage.engine.engines import open_reader
from storage.errors import StoreUnavailable
from storage.tables import cases
from storage.transaction import Work

_SQLITE = "sqlite:///"


def find_open_in(work: Work, unit_ids: Iterable[str]) -> list[CaseId]:
    """List the cases that some units have been offered or look after, without opening any."""
    here = cases.c.unit_id.in_(sorted(unit_ids)) & (cases.c.status != Status.CLOSED.value)
    return [CaseId(row[0]) for row in work.data.execute(select(cases.c.case_id).where(here))]


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
