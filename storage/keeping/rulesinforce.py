"""The rules that hold in this house, whatever a file says in the meantime."""

import msgspec
from sqlalchemy import delete, insert, select

from bot.care.retention import Retention
from storage.tables import rules_in_force
from storage.transaction import Work

_RETENTION = "retention"


def read_retention_in_force(work: Work) -> Retention | None:
    """Return how long everything is kept; None before the first start."""
    query = select(rules_in_force.c.content).where(rules_in_force.c.rule == _RETENTION)
    content = work.data.execute(query).scalar()
    return None if content is None else msgspec.json.decode(content, type=Retention)


def put_in_force(work: Work, rules: Retention) -> None:
    """Keep everything this long from now on."""
    work.data.execute(delete(rules_in_force).where(rules_in_force.c.rule == _RETENTION))
    content = msgspec.json.encode(rules).decode()
    work.data.execute(insert(rules_in_force).values(rule=_RETENTION, content=content))
