"""Look at the two stores: do they take a step, are their tables of this release, and what waits in them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from handlers.checkup.findings import Finding, act, fine, mention, say_time
from storage import vitals
from storage.engine.engines import open_reader, open_writer
from storage.keys.rotation import list_root_keys
from storage.migrate import Store, compare_revisions

#: The clock ticks every ten seconds; reminders that wait this long were not looked at.
_LATE_REMINDER: Final = timedelta(minutes=15)
_LATE_LETTER: Final = timedelta(minutes=1)
_STUCK_LETTER: Final = timedelta(minutes=10)
_LATE_CHECKPOINT: Final = timedelta(hours=2)
_MOST_SKEW: Final = timedelta(seconds=2)
_SPARE_DAYS: Final = 2
_KEY_DAYS: Final = 90
_SQLITE: Final = "sqlite:///"
_START: Final = "start the service: singgah run"


def check_data(url: str, clock: Callable[[], datetime], kept_days: int) -> Iterator[Finding]:
    """Look at the data store.  `kept_days`: how long ids of deliveries are kept."""
    yield from _check_store(Store.DATA, url)
    if not _is_there(url):
        return
    try:
        with _opened(open_reader(url, 1)) as engine, engine.connect() as connection:
            yield from _check_rows(connection, clock(), kept_days)
            # Read at this very moment: what was looked at before may have taken seconds.
            yield from _check_clock(vitals.measure_skew(connection, clock()))
    except (DBAPIError, OSError) as error:
        yield act("queues", f"cannot be read ({type(error).__name__})", "see the finding about the data store")


def check_keys(url: str, now: datetime) -> Iterator[Finding]:
    """Look at the key store: its tables, and how old the root keys are."""
    yield from _check_store(Store.KEYS, url)
    if not _is_there(url):
        return
    try:
        with _opened(open_reader(url, 1)) as engine:
            yield from _check_root_keys(engine, now)
    except (DBAPIError, OSError) as error:
        yield act("root keys", f"cannot be read ({type(error).__name__})", "see the finding about the key store")


@contextmanager
def _opened(engine: Engine) -> Iterator[Engine]:
    try:
        yield engine
    finally:
        engine.dispose()


def _is_there(url: str) -> bool:
    return not url.startswith(_SQLITE) or Path(url.removeprefix(_SQLITE)).exists()


def _check_store(store: Store, url: str) -> Iterator[Finding]:
    what = "data store" if store is Store.DATA else "key store"
    if not _is_there(url):
        yield mention(what, "not made yet", "the first start makes it: singgah run")
        return
    try:
        with _opened(open_writer(url)) as engine, engine.connect() as connection, connection.begin() as step:
            yield _compare(what, *compare_revisions(store, connection))
            step.rollback()
    except DBAPIError as error:
        remedy = "free the disk, end whatever holds it locked, or start its server; the service goes on by itself then"
        yield act(what, f"takes no step ({type(error.orig).__name__})", remedy)
    except OSError as error:
        yield act(what, f"cannot be written ({error.strerror})", "see whether its disk can be written, and whose it is")


def _compare(what: str, present: str | None, newest: str | None) -> Finding:
    if present == newest:
        return fine(what, f"takes a step, tables at version {present}")
    if present is None or (newest is not None and present < newest):
        said = "no tables yet" if present is None else f"tables at version {present}, this release has {newest}"
        return mention(what, said, "the next start makes them: singgah run")
    return act(what, f"tables at version {present}, newer than {newest}", "start the newer release that wrote them")


def _check_rows(connection: Connection, now: datetime, kept_days: int) -> Iterator[Finding]:
    seen = vitals.read_vitals(connection, now)
    yield _check_waiting(seen, now)
    yield _check_parked(seen)
    yield _check_dead(seen.dead)
    yield _check_reminders(seen, now)
    yield _check_chain(vitals.read_chain(connection), now)
    yield _check_sweep(vitals.oldest_delivery(connection), now, kept_days)


def _check_waiting(seen: vitals.Vitals, now: datetime) -> Finding:
    count = sum(count for (_, state), count in seen.letters.items() if state in {"queued", "sending"})
    late = timedelta(0) if seen.oldest_letter is None else now - seen.oldest_letter
    said = f"{count:,} letters wait, the longest for {say_time(late)}"
    if late > _STUCK_LETTER:
        return act("outbox", said, "see whether the service runs and the platform answers; nothing is lost meanwhile")
    if late > _LATE_LETTER:
        return mention("outbox", said, "the platform is slow or away; they go out in order once it answers")
    return fine("outbox", said)


def _check_parked(seen: vitals.Vitals) -> Finding:
    counts = {
        state: sum(count for (_, one), count in seen.letters.items() if one == state)
        for state in ("uncertain", "failed")
    }
    said = f"{counts['uncertain']} letters perhaps sent, {counts['failed']} given up"
    return (
        act("parked letters", said, "look at them: singgah dead list")
        if any(counts.values())
        else fine("parked letters", said)
    )


def _check_dead(count: int) -> Finding:
    said = f"{count} given up"
    return (
        act("deliveries", said, "their cause: singgah dead list, and turn.failed in the log")
        if count
        else fine("deliveries", said)
    )


def _check_reminders(seen: vitals.Vitals, now: datetime) -> Finding:
    waiting = seen.reminders.get("waiting", 0)
    late = timedelta(0) if seen.oldest_reminder is None else now - seen.oldest_reminder
    said = f"{waiting:,} planned, the oldest due one for {say_time(late)}"
    if late > _LATE_REMINDER:
        return act("reminders", said, f"nobody ticks; {_START}, or look at tick.waiting in the log")
    return fine("reminders", said)


def _check_chain(chain: vitals.Chain, now: datetime) -> Finding:
    late = timedelta(0) if chain.unsigned_since is None else now - chain.unsigned_since
    said = f"{chain.rows:,} rows, {chain.unsigned:,} of them not signed yet"
    if late > _LATE_CHECKPOINT:
        remedy = "singgah audit verify, and see whether the checkpoint file can be written (audit.unsigned in the log)"
        return act("audit chain", f"{said}, for {say_time(late)}", remedy)
    return fine("audit chain", said)


def _check_sweep(oldest: object, now: datetime, kept_days: int) -> Finding:
    limit = (now - timedelta(days=kept_days + _SPARE_DAYS)).date()
    if isinstance(oldest, type(limit)) and oldest < limit:
        said = f"delivery ids of {oldest} are still there, {kept_days} days are promised"
        return act("retention", said, "let go what is over: singgah purge; then see why the hourly sweep does not run")
    return fine("retention", "nothing is older than it may be")


def _check_clock(skew: timedelta | None) -> Iterator[Finding]:
    if skew is None:
        return
    said = f"{say_time(skew)} {'ahead of' if skew > timedelta(0) else 'behind'} this machine's"
    if abs(skew) > _MOST_SKEW:
        yield act("database clock", said, "set both by the network (timedatectl); times people gave would be missed")
    else:
        yield fine("database clock", said)


def _check_root_keys(engine: Engine, now: datetime) -> Iterator[Finding]:
    keys = list_root_keys(engine)
    if not keys:
        yield mention("root keys", "none in use yet", "the first start makes one")
        return
    newest, *older = keys
    age = (now.date() - newest.made_on).days
    said = f"version {newest.version}, {age} days old"
    if any(key.folders for key in older):
        yield act("root keys", f"{said}; an earlier one is still in use", "finish the rotation: singgah keys rotate")
    elif age >= _KEY_DAYS:
        yield mention("root keys", said, "turn them: singgah keys rotate")
    else:
        yield fine("root keys", said)
