"""Do several things in one transaction so that one that fails harms none of the others."""

import logging
from collections.abc import Callable

from sqlalchemy.exc import DBAPIError

from storage.errors import StoreUnavailable
from storage.transaction import Work

log = logging.getLogger(__name__)


def keep_apart(work: Work, step: Callable[[], object]) -> bool:
    """Do one of several things of a tick; if it fails it leaves no trace and the others go on.

    Return whether it was done.  Raises what the database itself raises, for that concerns all of them.
    """
    try:
        with work.data.begin_nested():
            step()
    except (DBAPIError, StoreUnavailable):
        raise
    except Exception as error:
        log.exception("tick", extra={"action": "tick.failed", "error": error})
        return False
    return True
