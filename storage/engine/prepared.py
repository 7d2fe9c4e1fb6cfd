"""Statements on the way of every message: written with SQLAlchemy, compiled once, and run by the driver itself.

To run a statement SQLAlchemy looks its text up by a key of all its parts, distils what it is given and wraps what comes
back, which costs several times what SQLite needs for it.  Text, types and the meaning of failures stay SQLAlchemy's.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Protocol

from sqlalchemy import ColumnElement, Connection, Dialect, LargeBinary, Select, TypeDecorator, UpdateBase
from sqlalchemy.engine.interfaces import DBAPIModule
from sqlalchemy.exc import DBAPIError, NoResultFound
from sqlalchemy.types import TypeEngine

if TYPE_CHECKING:
    from storage.transaction import Work

Statement = Select[Any] | UpdateBase
Values = Mapping[str, object]

_NOTHING: Final[Values] = MappingProxyType({})


class Record(Protocol):
    """A row: what was selected or returned, by the names of its columns."""

    def __getattr__(self, name: str, /) -> Any:  # noqa: ANN401 - as in a row of SQLAlchemy's
        """Return a column."""
        ...


class Prepared:
    """A statement that is compiled when it is first run on each kind of database."""

    __slots__ = ("_columns", "_ready", "_statement")

    def __init__(self, statement: Statement, columns: Sequence[str] = ()) -> None:
        """Take a statement; `columns`: those an INSERT that names none is given."""
        self._statement = statement
        self._columns = columns or None
        self._ready: dict[str, _Ready] = {}

    def all(self, work: "Work", values: Values = _NOTHING) -> list[Record]:
        """Run it and return the rows."""
        return self._read(work.data, values)

    def first(self, work: "Work", values: Values = _NOTHING) -> Record | None:
        """Run it and return the first row; None when there is none."""
        return self.first_on(work.data, values)

    def first_on(self, connection: Connection, values: Values = _NOTHING) -> Record | None:
        """Run it outside a step, on SQLite without a transaction, and return the first row; None when there is none."""
        rows = self._read(connection, values)
        return rows[0] if rows else None

    def one(self, work: "Work", values: Values = _NOTHING) -> Record:
        """Run it and return the one row there is; raises NoResultFound when there is none."""
        row = self.first(work, values)
        if row is None:
            raise NoResultFound("a row was expected and there is none")
        return row

    def change(self, work: "Work", values: Values = _NOTHING) -> int:
        """Run it and return how many rows it has changed."""
        ready, connection = self._prepare(work.data.dialect), work.data
        try:
            cursor = connection.connection.cursor()
            cursor.execute(ready.text, ready.lay_out(values))
        except connection.dialect.loaded_dbapi.Error as error:
            raise _name_failure(connection, ready.text, error) from error
        return cursor.rowcount

    def _read(self, connection: Connection, values: Values) -> list[Record]:
        ready = self._prepare(connection.dialect)
        try:
            cursor = connection.connection.cursor()
            cursor.execute(ready.text, ready.lay_out(values))
            return [ready.read(row) for row in cursor.fetchall()]
        except connection.dialect.loaded_dbapi.Error as error:
            raise _name_failure(connection, ready.text, error) from error

    def _prepare(self, dialect: Dialect) -> "_Ready":
        ready = self._ready.get(dialect.name)
        if ready is None:
            ready = self._ready[dialect.name] = _compile(self._statement, self._columns, dialect)
        return ready


class PreparedForMany:
    """The same for a statement that is given a list: there is one for each length up to which lists are filled up."""

    __slots__ = ("_build", "_name", "_sized")

    def __init__(self, name: str, build: Callable[[Sequence[str]], Statement]) -> None:
        """Take what builds the statement from the names of the list's parameters; `name`: of the list."""
        self._name = name
        self._build = build
        self._sized: dict[int, Prepared] = {}

    def all(self, work: "Work", listed: Sequence[object], values: Values = _NOTHING) -> list[Record]:
        """Run it for a list that is not empty, and return the rows."""
        prepared, filled = self._fill_up(listed)
        return prepared.all(work, {**values, **filled})

    def change(self, work: "Work", listed: Sequence[object], values: Values = _NOTHING) -> int:
        """Run it for a list that is not empty, and return how many rows it has changed."""
        prepared, filled = self._fill_up(listed)
        return prepared.change(work, {**values, **filled})

    def _fill_up(self, listed: Sequence[object]) -> tuple[Prepared, Values]:
        # Up to the next power of two, with the last one again, so that there are few texts.
        size = 1 << (len(listed) - 1).bit_length()
        names = [f"{self._name}_{place}" for place in range(size)]
        prepared = self._sized.get(size)
        if prepared is None:
            prepared = self._sized[size] = Prepared(self._build(names))
        return prepared, dict(zip(names, [*listed, *[listed[-1]] * (size - len(listed))], strict=True))


@dataclass(frozen=True, slots=True)
class _Ready:
    """A compiled statement.

    `given`: name and conversion of each parameter, in the order of the text.  `fixed`: those that stand in the
    statement itself, converted.  `converted`: place and conversion of the columns that need one.
    """

    text: str
    is_positional: bool
    given: tuple[tuple[str, Callable[[Any], Any] | None], ...]
    fixed: Values
    make: Callable[[Iterable[Any]], Record]
    converted: tuple[tuple[int, Callable[[Any], Any]], ...]

    def lay_out(self, values: Values) -> Sequence[Any] | Mapping[str, Any]:
        all_values = {**self.fixed, **values} if self.fixed else values
        laid = [all_values[name] if convert is None else convert(all_values[name]) for name, convert in self.given]
        return laid if self.is_positional else dict(zip([name for name, _ in self.given], laid, strict=True))

    def read(self, row: Sequence[Any]) -> Record:
        if not self.converted:
            return self.make(row)
        values = list(row)
        for place, convert in self.converted:
            values[place] = convert(values[place])
        return self.make(values)


def _compile(statement: Statement, columns: Sequence[str] | None, dialect: Dialect) -> _Ready:
    compiled = statement.compile(dialect=dialect, column_keys=None if columns is None else list(columns))
    conversions = {name: _find_way_in(bound.type, dialect) for bound, name in compiled.bind_names.items()}
    fixed = {
        name: bound.effective_value if (convert := conversions[name]) is None else convert(bound.effective_value)
        for bound, name in compiled.bind_names.items()
        if not bound.required
    }
    names = tuple(compiled.positiontup or compiled.bind_names.values())
    results = [_find_way_out(column.type, dialect) for column in _returned(statement)]
    return _Ready(
        compiled.string,
        compiled.positional,
        tuple((name, None if name in fixed else conversions[name]) for name in names),
        fixed,
        namedtuple("Found", [column.name for column in _returned(statement)])._make,  # type: ignore[attr-defined] # noqa: PYI024 - its columns are known here only
        tuple((place, convert) for place, convert in enumerate(results) if convert is not None),
    )


def _find_way_in(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """Find what makes of a value what the driver takes; both take bytes as they are."""
    if isinstance(kind, LargeBinary):
        return None
    if isinstance(kind, TypeDecorator) and isinstance(kind.impl_instance, LargeBinary):
        return lambda value: kind.process_bind_param(value, dialect)
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _find_way_out(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """Find what makes a value of what the driver gives; both give bytes."""
    if isinstance(kind, TypeDecorator) and isinstance(kind.impl_instance, LargeBinary):
        return None
    return None if isinstance(kind, LargeBinary) else kind.dialect_impl(dialect).result_processor(dialect, None)


def _returned(statement: Statement) -> list[ColumnElement[Any]]:
    return list(statement.exported_columns)


def _name_failure(connection: Connection, text: str, error: DBAPIModule.Error) -> BaseException:
    """Say what SQLAlchemy would: whoever decides whether a failure passes knows its words only."""
    dialect = connection.dialect
    is_lost = dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
    if is_lost:
        connection.invalidate(error)
    return DBAPIError.instance(
        text,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=is_lost,
        dialect=dialect,
    )
