"""How long everything is kept: what the file says, once somebody agreed to whatever it keeps longer than before."""

from functools import partial

from bot.care.retention import Retention, shorter_of
from storage.database import Database
from storage.engine.leadership import Alone, go_alone
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
    if kept is not None and shorter_of(kept, wanted) == kept:
        return kept
    return await database.write(partial(_take_up, wanted))


def adopt(work: Work, rules: Retention) -> None:
    """Put rules in force that keep something longer; two persons agreed to them."""
    _change(work, OPERATOR, rules)


def _take_up(wanted: Retention, work: Work) -> Retention:
    go_alone(work, Alone.RETENTION)  # processes that start at once find what the first of them has put in force
    kept = read_retention_in_force(work)
    if kept is None:
        put_in_force(work, wanted)
        return wanted
    holds = shorter_of(kept, wanted)
    if holds != kept:
        _change(work, SERVICE, holds)
    return holds


def _change(work: Work, actor: Actor, rules: Retention) -> None:
    put_in_force(work, rules)
    audit.record(work, actor, Deed.RETENTION_CHANGED)
