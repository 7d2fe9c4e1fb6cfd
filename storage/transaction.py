"""What one step of work gets, and how many steps share one commit without harming each other."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from storage.engine.engines import begin, empty_journal, has_collided, is_sqlite, refuse_aborted, will_pass
from storage.errors import CommitUnknown, StoreUnavailable
from storage.keeping.erasures import note_erasures
from storage.keys.keystore import KeyChanges, KeyStore
from storage.sealing.encryption import FolderId
from storage.sealing.vault import ReadOnlyWork, Vault

if TYPE_CHECKING:
    from storage.outbox.letters import Letter

Callback = Callable[[], object]

_DAY_SECONDS = 86_400


class Work:
    """One step's view of the stores; it ends with the step and must not be kept.

    `data` is the connection inside the transaction: execute statements, never commit or roll back.
    `now` is the aware UTC time of the transaction.  `letters`: what the step has put into the outbox, in order.
    """

    __slots__ = ("_callbacks", "data", "letters", "now", "vault")

    def __init__(self, data: Connection, vault: Vault, now: datetime, callbacks: list[Callback] | None) -> None:
        """Bind one step; `callbacks` None means a reading step."""
        self.data = data
        self.vault = vault
        self.now = now
        self.letters: list[Letter] = []
        self._callbacks = callbacks

    def after_commit(self, callback: Callback) -> None:
        """Have `callback` called on the event loop once the step is durable; never if it is not."""
        if self._callbacks is None:
            raise ReadOnlyWork("a reading step commits nothing; use write()")
        self._callbacks.append(callback)


Job = Callable[[Work], object]


@dataclass(frozen=True, slots=True)
class Batch:
    """Steps that share a commit.

    `take_late`: takes what has come since, called until it has nothing.  `is_synced`: False when a loss of power may
    undo the commit.
    """

    jobs: list[Job]
    take_late: Callable[[], Sequence[Job]]
    is_synced: bool


@dataclass(frozen=True, slots=True)
class Done:
    """A step is committed."""

    result: object
    callbacks: Sequence[Callback]


@dataclass(frozen=True, slots=True)
class Failed:
    """A step left no trace."""

    error: BaseException


Outcome = Done | Failed


class Transactions:
    """Runs steps against the data and the key store; used by the writer thread only."""

    def __init__(
        self, engine: Engine, keys: KeyStore, clock: Callable[[], datetime], random: Callable[[int], bytes]
    ) -> None:
        """Work over the writer's engine."""
        self._engine = engine
        self._keys = keys
        self._clock = clock
        self._random = random
        self._attempts = 1 if is_sqlite(engine) else 3  # SQLite has waited its busy timeout already
        self._is_busy = False
        self._erased = True  # an earlier process may have been killed before it emptied the journal

    @property
    def leaves_traces(self) -> bool:
        """Tell whether something erased by these steps may still stand in a key store or a journal."""
        return self._erased or self._keys.leaves_traces

    def run(self, batch: Batch) -> list[Outcome]:
        """Run steps in order in one transaction; if that fails as a whole, each by itself.

        Return what became of each, those included that were taken late.
        """
        outcomes = self._run_together(batch)
        if outcomes is None:
            outcomes = [self._run_alone(job, is_synced=batch.is_synced) for job in batch.jobs]
        self._destroy_keys(())  # those that could not be destroyed before
        if self._erased:
            self._erased = not empty_journal(self._engine)
        return outcomes

    def _run_together(self, batch: Batch) -> list[Outcome] | None:
        changes: KeyChanges = {}
        try:
            with self._engine.connect() as connection:
                now = self._clock()
                locked = self._begin(connection, is_synced=batch.is_synced)
                if locked is not None:
                    _close(batch)
                    return [Failed(_unavailable(locked)) for _ in batch.jobs]
                outcomes = self._run_first(connection, batch.jobs, now, changes)
                outcomes += self._run_late(connection, batch, now, changes)
                self._commit(connection, changes, now)
        except CommitUnknown as lost:  # after the last one was taken
            return [Failed(CommitUnknown(*lost.args)) for _ in batch.jobs]
        except Exception as failure:  # noqa: BLE001 - whatever spoiled the batch, each step has its own answer
            _close(batch)
            is_its_own = len(batch.jobs) == 1 and not will_pass(failure) and not has_collided(failure)
            return [Failed(failure)] if is_its_own else None
        return outcomes

    def _run_first(
        self, connection: Connection, jobs: Sequence[Job], now: datetime, changes: KeyChanges
    ) -> list[Outcome]:
        if len(jobs) != 1:
            return [self._run_guarded(connection, job, now, changes) for job in jobs]
        # There is nobody yet whom this one could harm, so it needs no savepoint.
        callbacks: list[Callback] = []
        result = _call(jobs[0], Work(connection, Vault(self._keys, changes, self._random), now, callbacks))
        refuse_aborted(connection)
        return [Done(result, callbacks)]

    def _run_late(self, connection: Connection, batch: Batch, now: datetime, changes: KeyChanges) -> list[Outcome]:
        outcomes: list[Outcome] = []
        while late := batch.take_late():
            batch.jobs.extend(late)
            outcomes += [self._run_guarded(connection, job, now, changes) for job in late]
        return outcomes

    def _begin(self, connection: Connection, *, is_synced: bool) -> DBAPIError | None:
        """Begin a transaction; return why nobody's step can begin now, after the wait that each would have alone.

        While the database stays locked, those who come later wait less: whoever delivers hears of it in time.
        """
        try:
            begin(connection, is_synced=is_synced, is_busy=self._is_busy)
        except DBAPIError as failure:
            if self._attempts > 1 or not will_pass(failure):
                raise
            self._is_busy = True
            return failure
        self._is_busy = False
        return None

    def _run_guarded(self, connection: Connection, job: Job, now: datetime, changes: KeyChanges) -> Outcome:
        """Run a step so that it is undone alone; again when another process had written since it looked."""
        outcome = self._run_in_savepoint(connection, job, now, changes)
        for _ in range(1, self._attempts):
            if isinstance(outcome, Done) or not has_collided(outcome.error):
                break
            outcome = self._run_in_savepoint(connection, job, now, changes)
        return outcome

    def _run_in_savepoint(self, connection: Connection, job: Job, now: datetime, changes: KeyChanges) -> Outcome:
        own, callbacks = dict(changes), list[Callback]()
        # By the driver's cursor: two statements a step are too many for the way through SQLAlchemy.
        savepoint = connection.connection.cursor()
        savepoint.execute("SAVEPOINT step")
        try:
            result = _call(job, Work(connection, Vault(self._keys, own, self._random), now, callbacks))
            savepoint.execute("RELEASE SAVEPOINT step")
        except Exception as failure:
            if will_pass(failure):
                raise
            savepoint.execute("ROLLBACK TO SAVEPOINT step")
            savepoint.execute("RELEASE SAVEPOINT step")
            return Failed(failure)
        changes.update(own)
        return Done(result, callbacks)

    def _run_alone(self, job: Job, *, is_synced: bool) -> Outcome:
        for attempt in range(1, self._attempts + 1):
            try:
                return self._run_once(job, is_synced=is_synced)
            except Exception as failure:  # noqa: BLE001 - whatever a step raises belongs to its caller
                if has_collided(failure) and attempt < self._attempts:
                    continue
                if not will_pass(failure):
                    return Failed(failure)
                if attempt == self._attempts:
                    return Failed(_unavailable(failure))
        raise AssertionError("unreachable: the last attempt returns")

    def _run_once(self, job: Job, *, is_synced: bool) -> Outcome:
        changes: KeyChanges = {}
        callbacks: list[Callback] = []
        with self._engine.connect() as connection:
            now = self._clock()
            begin(connection, is_synced=is_synced)
            result = _call(job, Work(connection, Vault(self._keys, changes, self._random), now, callbacks))
            refuse_aborted(connection)
            self._commit(connection, changes, now)
        return Done(result, callbacks)

    def _commit(self, connection: Connection, changes: KeyChanges, now: datetime) -> None:
        # New keys before the data and destroyed ones after: a key without data harms nobody, data without a key
        # are lost. An erasure counts from this commit; its tombstone has the key destroyed whatever happens next.
        gone = [folder for folder, key in changes.items() if key is None]
        note_erasures(connection, gone, int(now.timestamp() // _DAY_SECONDS))
        self._keys.store(key for key in changes.values() if key is not None)
        self._commit_data(connection)
        self._erased = self._erased or bool(gone)
        self._destroy_keys(gone)

    def _destroy_keys(self, folders: Sequence[FolderId]) -> None:
        # The step is durable, so its caller must not hear of a key store that is busy or full.
        with contextlib.suppress(DBAPIError):
            self._keys.destroy(folders)

    def _commit_data(self, connection: Connection) -> None:
        try:
            connection.commit()
        except DBAPIError as failure:
            if failure.connection_invalidated:
                raise CommitUnknown("the database went away during a commit; repeat the delivery") from failure
            # SQLAlchemy takes the transaction for ended; in SQLite it is still open.
            connection.connection.rollback()
            raise


def read(
    engine: Engine, keys: KeyStore, job: Callable[[Work], object], now: datetime, random: Callable[[int], bytes]
) -> object:
    """Run a reading step on a snapshot; safe to call from several threads.

    Raises what the step raises, and StoreUnavailable when the database does not answer.
    """
    try:
        with engine.connect() as connection, connection.begin():
            return _call(job, Work(connection, Vault(keys, None, random), now, None))
    except DBAPIError as failure:
        if will_pass(failure, reading=True):
            raise _unavailable(failure) from failure
        raise


def _close(batch: Batch) -> None:
    """Take the last ones of a batch that comes to nothing, for they want an answer too."""
    while late := batch.take_late():
        batch.jobs.extend(late)


def _call(job: Job, work: Work) -> object:
    try:
        return job(work)
    except StopIteration as stop:
        # A future refuses to carry a StopIteration, and its caller would wait for ever.
        raise RuntimeError("a step raised StopIteration") from stop


def _unavailable(cause: BaseException) -> StoreUnavailable:
    unavailable = StoreUnavailable("the database did not take this step; it is full, busy or away; repeat it")
    unavailable.__cause__ = cause
    return unavailable
