"""What the old code says of its tables: which columns it reads, and what its INSERTs name."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Computed, Table
from sqlalchemy.schema import DefaultGenerator, Sequence

from dbtasks.errors import Source
from dbtasks.services import Declaration


@dataclass(frozen=True, slots=True)
class Old:
    """A table that the old code maps.

    Attributes:
        model: the name of its class; of the table when there is no class.
        columns: those that the code reads and writes, by name.
        is_mapped: whether there is a class, whose INSERT names also a column that was given no value.
        is_view: whether it says that it is a view, into which nothing is inserted.
    """

    service: str
    model: str
    source: Source
    table: Table
    columns: dict[str, Column[Any]]
    is_mapped: bool
    is_view: bool


def of(declarations: Iterable[Declaration]) -> tuple[Old, ...]:
    """Return the tables that model modules declare, by name."""
    found = (_old(one) for one in declarations)
    return tuple(sorted(found, key=lambda one: (one.service, one.table.fullname)))


def _old(one: Declaration) -> Old:
    name = one.model.__name__ if one.model else one.table.name
    columns = {column.name: column for column in _columns(one)}
    return Old(one.service, name, one.source, one.table, columns, one.model is not None, one.is_view)


def _columns(one: Declaration) -> Iterator[Column[Any]]:
    """Yield the columns that the class and those below it map; without a class, all that there are."""
    mapper = getattr(one.model, "__mapper__", None)
    if mapper is None:
        yield from one.table.columns
        return
    mapped = {column for each in mapper.self_and_descendants for column in each.columns}
    yield from (column for column in one.table.columns if column in mapped)


def is_left_out(column: Column[Any], *, has_sequences: bool) -> bool:
    """Return whether an INSERT does not name the column, since the database is to fill it in."""
    own = column.default is not None and (has_sequences or not isinstance(column.default, Sequence))
    return not own and (is_counter(column) or column.server_default is not None)


def is_counter(column: Column[Any]) -> bool:
    """Return whether the database counts the column up."""
    return column.table.autoincrement_column is column


def is_left_null(column: Column[Any]) -> bool:
    """Return whether an INSERT has NULL for the column when the code gives no value."""
    return bool(column.nullable) and not column.primary_key and not isinstance(column.default, DefaultGenerator)


def is_generated(column: Column[Any]) -> bool:
    """Return whether no INSERT may name the column."""
    return isinstance(column.server_default, Computed) or bool(column.identity and column.identity.always)
