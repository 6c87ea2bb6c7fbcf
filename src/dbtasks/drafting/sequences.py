"""The sequence by which PostgreSQL counts a column up: it comes and goes with the column's default."""

import re
from typing import Any

from alembic.operations import ops
from sqlalchemy import Column

from dbtasks.drafting.operations import Sql
from dbtasks.drafting.sides import Sides
from dbtasks.drafting.snapshot import default_of

Operations = tuple[ops.MigrateOperation, ...]
COUNTING = re.compile(r"nextval\('(.+)'::regclass\)")  # what counts a key up is a part of the key


def of(column: Column[Any]) -> str:
    """Return the sequence by which a column counts up, as its default names it; "" for another column."""
    found = COUNTING.match(default_of(column) or "")
    return found[1] if found else ""


def counted(sides: Sides, old: Column[Any], new: Column[Any], operations: Operations) -> Operations:
    """Return the operations that change a column, with what makes, changes or drops its sequence."""
    before, after = of(old), of(new)
    if before and after and repr(old.type) != repr(new.type):  # it would go on to end where the old type does
        kind = new.type.compile(dialect=sides.sql)
        return (*operations, Sql([f"ALTER SEQUENCE {before} AS {kind}"], sides.dialect.names))
    if bool(before) == bool(after):
        return operations
    if before:
        return (*operations, Sql([f"DROP SEQUENCE {before}"], sides.dialect.names))
    return made(sides, new, operations)


def made(sides: Sides, column: Column[Any], operations: Operations) -> Operations:
    """Return the operations that bring a column, or its default, with what makes its sequence; it goes with either."""
    name, quote = of(column), sides.dialect.quoted
    if not name:
        return operations
    kind = column.type.compile(dialect=sides.sql)
    table = ".".join(quote(one) for one in (column.table.schema, column.table.name) if one)
    last = f"(SELECT coalesce(max({quote(column.name)}), 0) + 1 FROM {table})"  # noqa: S608 - quoted
    first = Sql([f"CREATE SEQUENCE {name} AS {kind}"], sides.dialect.names)
    owned = [f"ALTER SEQUENCE {name} OWNED BY {table}.{quote(column.name)}", f"SELECT setval('{name}', {last}, false)"]
    return (first, *operations, Sql(owned, sides.dialect.names))
