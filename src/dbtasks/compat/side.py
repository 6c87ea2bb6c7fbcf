"""One of the two databases, before or after the change: its schema, and statements that leave nothing in it."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, MetaData, Table, column, delete, insert, inspect, null, select, table, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.expression import ColumnElement, Executable, TableClause
from sqlalchemy.types import TypeEngine

from dbtasks import dialects
from dbtasks.compat.values import Type
from dbtasks.drafting import snapshot
from dbtasks.drafting.snapshot import Scope, Snapshot

OUR_ROW = " DETAIL: Failing row contains"


class Cell(NamedTuple):
    """What an INSERT gives for a column, and the type that binds it; None is NULL."""

    kind: Type
    value: Any


Row = Mapping[str, Cell]


class Outcome(NamedTuple):
    """How an attempt ended: the database's words when it failed, the rows of its last statement otherwise."""

    error: str = ""
    rows: tuple[tuple[Any, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Side:
    """A database on a connection whose transaction is rolled back in the end.

    Attributes:
        schema: its tables and constraints.
        views: the views that the old code maps, as tables, by their full names.
    """

    connection: Connection
    schema: Snapshot
    views: dict[str, Table]

    def table(self, name: str) -> Table | None:
        """Return a table or view by its full name; None when there is none."""
        return self.schema.metadata.tables.get(name, self.views.get(name))

    @contextmanager
    def emptied(self, target: TableClause) -> Iterator[None]:
        """Have a table without its rows meanwhile."""
        with self.connection.begin_nested() as savepoint:
            try:
                with self.connection.begin_nested():
                    self.connection.execute(delete(target))
            except DBAPIError as error:  # a trigger, or a view: then the rows stay
                _check_alive(error)
            yield
            savepoint.rollback()

    def attempt(self, *statements: Executable) -> Outcome:
        """Run statements, and take back what they did."""
        rows: tuple[tuple[Any, ...], ...] = ()
        try:
            with self.connection.begin_nested() as savepoint:
                for statement in statements:
                    result = self.connection.execute(statement)
                    rows = tuple(tuple(row) for row in result) if result.returns_rows else ()
                savepoint.rollback()
        except Exception as error:  # noqa: BLE001 - a driver and a type's own code raise whatever they like
            _check_alive(error)
            return Outcome(self._words(error))
        return Outcome("", rows)

    def _words(self, error: Exception) -> str:
        """Return what the database says, without what means nothing to anybody: its own name, and the row of ours."""
        url = self.connection.engine.url
        return dialects.of(url).words(error).replace(f"{url.database}.", "").partition(OUR_ROW)[0]


def _check_alive(error: Exception) -> None:
    """Raise the error when it says nothing of the statement: the connection is lost."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        raise error


def opened(connection: Connection, scope: Scope, wanted: Iterable[Table]) -> Side:
    """Return the database behind a connection, ready for attempts."""
    schema = snapshot.read(connection, scope)
    inspector, views = inspect(connection), {}
    for space in scope.schemas:
        names = set(inspector.get_view_names(schema=space))
        for one in wanted:
            if one.schema == space and one.name in names:
                views[one.fullname] = Table(one.name, MetaData(), schema=space, autoload_with=connection)
    dialects.of(connection.engine.url).without_references(connection)
    return Side(connection, schema, views)


def target(of: Table, kinds: Mapping[str, TypeEngine[Any]]) -> TableClause:
    """Return what a statement names: the table with these columns, and nothing that SQLAlchemy fills in by itself."""
    return table(of.name, *(column(name, kind) for name, kind in kinds.items()), schema=of.schema)


def inserted(of: Table, row: Row) -> Executable:
    """Return the INSERT of a row."""
    kinds = {name: cell.kind for name, cell in row.items()}
    return insert(target(of, kinds)).values(_bound(row))


def updated(of: Table, row: Row) -> Executable:
    """Return the UPDATE that sets a row's columns."""
    kinds = {name: cell.kind for name, cell in row.items()}
    return update(target(of, kinds)).values(_bound(row))


def read(of: Table, kinds: Mapping[str, TypeEngine[Any]]) -> Executable:
    """Return the SELECT of these columns."""
    return select(*target(of, kinds).columns).limit(1)


def found_by(of: Table, name: str, cell: Cell) -> Executable:
    """Return the SELECT of the rows with this value in a column."""
    own = target(of, {name: cell.kind}).columns[name]
    return select(own).where(own == cell.value).limit(1)


def _bound(row: Row) -> dict[str, ColumnElement[Any] | Any]:
    # None is bound, with the cast that a driver may add to it; only of JSON it would be the null of a document.
    return {
        name: null() if cell.value is None and cell.kind.should_evaluate_none else cell.value
        for name, cell in row.items()
    }
