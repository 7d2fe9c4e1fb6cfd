"""How long everything is kept: what the file says, once somebody agreed to whatever it keeps longer than before."""

from bot.care.retention import Retention, shorter_of
from storage.database import Database
from storage.keeping.rulesinforce import put_in_force, read_retention_in_force
from storage.trail import audit
from storage.trail.audit import OPERATOR, SERVICE, Actor, Deed
from storage.transaction import Work


async def find_in_force(database: Database, wanted: Retention) -> Retention:
    """Return the rules that hold from this start on.  `wanted`: as the file says.

    At the first start that is the file.  Later a kind that the file keeps shorter is kept shorter at once, for keeping
    less needs nobody; what it keeps longer waits for `adopt`.
    """
    kept = await database.read(read_retention_in_force)
    holds = wanted if kept is None else shorter_of(kept, wanted)
    if kept is None:
        await database.write(lambda work: put_in_force(work, holds))
    elif holds != kept:
        await database.write(lambda work: _change(work, SERVICE, holds))
    return holds


def adopt(work: Work, rules: Retention) -> None:
    """Put rules in force that keep something longer; two persons agreed to them."""
    _change(work, OPERATOR, rules)


def _change(work: Work, actor: Actor, rules: Retention) -> None:
    put_in_force(work, rules)
    audit.record(work, actor, Deed.RETENTION_CHANGED)
