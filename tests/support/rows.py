"""Rows for tables that are about to change: they fit the tables before and after, and can make the way back, too."""

import datetime as dt
import decimal
import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    URL,
    Column,
    Connection,
    ForeignKeyConstraint,
    MetaData,
    Table,
    UniqueConstraint,
    insert,
    select,
)
from sqlalchemy import types as sqltypes

from support.servers import connected

MOST = 3  # rows in a table
NULL_ROW = 2  # the row that has NULL where it may
FIRST_DAY = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)

Row = dict[str, Any]


@dataclass(frozen=True)
class Way:
    """Models before and after a change."""

    before: MetaData
    after: MetaData

    def columns(self, table: str) -> Iterator[tuple[Column[Any], Column[Any] | None]]:
        """Yield the columns of a table that is there before, each with what it is afterwards."""
        after = self.after.tables.get(table)
        for column in self.before.tables[table].columns:
            yield column, None if after is None else after.columns.get(column.name)

    def kept(self, table: str, *, untouched: bool = False) -> list[Column[Any]]:
        """Return the columns that are there before and after; ``untouched`` leaves out those of another type."""
        return [
            column
            for column, after in self.columns(table)
            if after is not None
            and column.computed is None
            and after.computed is None
            and not (untouched and repr(column.type) != repr(after.type))
        ]

    @property
    def tables(self) -> list[str]:
        """Return the tables that are there before and after."""
        return [table.name for table in self.before.sorted_tables if table.name in self.after.tables]


def fill(url: URL, way: Way) -> None:
    """Insert rows into the tables of the models before."""
    counts = _counts(way)

    def run(plain: Connection) -> None:
        connection = with_parameters(plain)
        for table in way.before.sorted_tables:
            rows = [_row(way, table, number, counts) for number in range(counts[table.name])]
            for row in rows:
                connection.execute(insert(table).values(row))

    connected(url, run)


def with_parameters(connection: Connection) -> Connection:
    """Return a connection on which SQLAlchemy's statements run as they do elsewhere, with each "%" doubled."""
    return connection.execution_options(no_parameters=False)


def read(url: URL, way: Way, *, untouched: bool = False) -> dict[str, list[str]]:
    """Return the rows that tables have in the columns which they keep."""

    def run(connection: Connection) -> dict[str, list[str]]:
        found = {}
        for table in way.tables:
            columns = way.kept(table, untouched=untouched)
            rows = with_parameters(connection).execute(select(*columns)) if columns else ()
            names = [column.name for column in columns]
            found[table] = sorted(str(dict(zip(names, map(_plain, row), strict=True))) for row in rows)
        return found

    return connected(url, run)


def _plain(value: Any) -> Any:
    """Return a value without the zeros that a number gets behind its point, and keeps when it is made a text."""
    if isinstance(value, decimal.Decimal | float):
        return int(value) if value == int(value) else float(value)
    return re.sub(r"^(\d+)\.0+$", r"\1", value) if isinstance(value, str) else value


def _counts(way: Way) -> dict[str, int]:
    """Return how many rows each table can have."""
    counts = {table.name: _most(way, table) for table in way.before.sorted_tables}
    for _ in counts:
        for table in way.before.sorted_tables:
            for key in _foreign_keys(way, table.name):
                here = [column for column, _ in way.columns(table.name) if column.name in key.column_keys]
                if here and not any(_may_be_null(way, column) for column in here):
                    counts[table.name] = min(counts[table.name], _surviving(way, key, table.name, counts))
    return counts


def _most(way: Way, table: Table) -> int:
    """Return how many rows a table can have by itself: columns that come, or come again, must get a value.

    One that comes has to bring it. One that comes again gets what the draft gives it, which is the same in every row.
    """
    after = way.after.tables.get(table.name)
    if after is None:
        return MOST
    most = MOST
    for one, other in ((after, table), (table, after)):
        new = [column for column in one.columns if column.name not in other.columns and column.computed is None]
        bare = [column for column in new if not column.nullable and column.server_default is None]
        if any(one is after or column.foreign_keys for column in bare):
            return 0
        same = {column.name for column in new if column.server_default is not None or not column.nullable}
        if any(key <= same for key in _unique(one)):
            most = 1
    return most


def _unique(table: Table) -> Iterator[set[str]]:
    yield {column.name for column in table.primary_key}
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield {column.name for column in constraint.columns}
    for index in table.indexes:
        if index.unique:
            yield {column.name for column in index.columns}


def _foreign_keys(way: Way, table: str) -> Iterator[ForeignKeyConstraint]:
    for metadata in (way.before, way.after):
        if table in metadata.tables and table in way.before.tables:
            yield from metadata.tables[table].foreign_key_constraints


def _surviving(way: Way, key: ForeignKeyConstraint, table: str, counts: dict[str, int]) -> int:
    """Return how many rows of the referred table are there before, and will be there again after the way back."""
    referred = key.referred_table.name
    both = referred in way.tables or table not in way.after.tables
    sides = [side.tables[referred].columns for side in (way.before, way.after) if referred in side.tables]
    lasts = all(element.column.name in columns for columns in sides for element in key.elements)
    return counts.get(referred, 0) if both and lasts else 0


def _may_be_null(way: Way, column: Column[Any]) -> bool:
    after = way.after.tables.get(column.table.name)
    later = None if after is None else after.columns.get(column.name)
    return bool(column.nullable) and (later is None or bool(later.nullable))


def _row(way: Way, table: Table, number: int, counts: dict[str, int]) -> Row:
    row: Row = {}
    keys = list(_foreign_keys(way, table.name))
    pointless = {name for key in keys if _surviving(way, key, table.name, counts) <= number for name in key.column_keys}
    special = {*_names(keys), *(column.name for column in table.primary_key)}
    for column, after in way.columns(table.name):
        if column.computed is not None:
            continue
        nullable = _may_be_null(way, column)
        if nullable and (number == NULL_ROW or column.name in pointless):
            row[column.name] = None
        else:
            types = [column.type, *([] if after is None or after.computed is not None else [after.type])]
            row[column.name] = _value(types, number, plain=column.name in special)
    return row


def _names(keys: Iterable[ForeignKeyConstraint]) -> Iterator[str]:
    for key in keys:
        yield from key.column_keys
        yield from (element.column.name for element in key.elements if element.column.table is key.table)


def _value(types: list[Any], number: int, *, plain: bool) -> Any:
    """Return a value of the first type that outlives being made one of the others; the same for the same number."""
    first, kinds = types[0], tuple(type(one) for one in types)
    members = [one.enums for one in types if isinstance(one, sqltypes.Enum)]
    if members:
        common = [member for member in members[0] if all(member in one for one in members)]
        return common[number % len(common)]
    if any(issubclass(kind, sqltypes.Boolean) for kind in kinds):
        return bool(number % 2) if isinstance(first, sqltypes.Boolean) else number % 2
    if isinstance(first, sqltypes.String):
        spiced = not plain and all(isinstance(one, sqltypes.String) for one in types)
        return f"{number + 1}{' %ü' + chr(39) if spiced else ''}"
    if isinstance(first, sqltypes.Numeric | sqltypes.Float):
        return decimal.Decimal(number + 1) if first.asdecimal else float(number + 1)
    if isinstance(first, sqltypes.DateTime):
        moment = FIRST_DAY + dt.timedelta(days=number)
        return moment if first.timezone else moment.replace(tzinfo=None)
    others: dict[type[Any], Any] = {
        sqltypes.Integer: number + 1,
        sqltypes.Date: (FIRST_DAY + dt.timedelta(days=number)).date(),
        sqltypes.Time: dt.time(10, number),
        sqltypes._Binary: bytes([number, 0, 255]),
        sqltypes.JSON: {"number": number},
        sqltypes.Uuid: uuid.UUID(int=number + 1),
    }
    return next(value for kind, value in others.items() if isinstance(first, kind))
