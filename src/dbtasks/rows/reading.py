"""The rows that tables have, in a form in which they can be compared."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, MetaData
from sqlalchemy import Table as Reflected

from dbtasks import dialects


@dataclass(frozen=True, slots=True)
class Table:
    """What a table has.

    Attributes:
        columns: the names of its columns, without those that are computed.
        rows: the values of each row, in no order.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def read(connection: Connection, metadata: MetaData) -> dict[str, Table]:
    """Return the rows of each table, by its full name."""
    return {name: read_table(connection, table) for name, table in metadata.tables.items()}


def read_table(connection: Connection, table: Reflected) -> Table:
    """Return the rows of one table."""
    columns = tuple(column.name for column in table.columns if column.computed is None)
    return Table(columns, values(connection, table, columns) if columns else ())


def values(
    connection: Connection, table: Reflected, columns: Iterable[str], most: int | None = None
) -> tuple[tuple[Any, ...], ...]:
    """Return the values of columns in each row, or in the first few."""
    dialect = dialects.of(connection.engine.url)
    chosen = ", ".join(dialect.literals.shown(dialect.quoted(one)) for one in columns)
    limit = "" if most is None else f" LIMIT {most}"
    return tuple(tuple(row) for row in send(connection, f"SELECT {chosen} FROM {name_of(table, dialect)}{limit}"))  # noqa: S608 - quoted


def send(connection: Connection, statement: str) -> Any:
    """Return the result of a statement in which every "%" stands for itself."""
    return connection.execution_options(no_parameters=True).exec_driver_sql(statement)


def name_of(table: Reflected, dialect: dialects.Dialect) -> str:
    """Return the full name of a table, quoted."""
    return ".".join(dialect.quoted(one) for one in (table.schema, table.name) if one)
