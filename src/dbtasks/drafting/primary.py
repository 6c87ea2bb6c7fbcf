"""Primary keys that change, and columns that begin or cease to count up with them."""

import re
from collections.abc import Iterator
from typing import Any

from alembic.ddl.mysql import MySQLModifyColumn
from alembic.operations import ops
from sqlalchemy import Column

from dbtasks.compare import Difference
from dbtasks.dialects.definitions import PRIMARY, Definition
from dbtasks.drafting.change import Change, Phase, Place
from dbtasks.drafting.operations import NewPrimaryKey, Sql
from dbtasks.drafting.sides import Sides, compiled, escaped
from dbtasks.drafting.snapshot import Snapshot


def change(sides: Sides, table: str, old: Definition | None, new: Definition | None) -> Change:
    """Return what gives a table that both schemas have another primary key, none, or its first one."""
    up, down = _as_primary(sides, table, old, new, sides.there), _as_primary(sides, table, new, old, sides.here)
    return Change(Phase.TABLES, Difference("change_primary_key", table), up, down, Place.PRIMARY)


def changes_primary(sides: Sides, table: str) -> bool:
    """Return whether a table that both have gets another primary key."""
    here, there = (
        next((one.said for key, one in side.of_table(table).items() if key.kind == PRIMARY), None)
        for side in (sides.here, sides.there)
    )
    return here != there


def _as_primary(
    sides: Sides, table: str, old: Definition | None, new: Definition | None, towards: Snapshot
) -> tuple[ops.MigrateOperation, ...]:
    schema, _, name = table.rpartition(".")
    if sides.dialect.alters_autoincrement:  # at once, since a column that counts up has to have a key
        parts = [*_counting(sides, table, towards), *(["DROP PRIMARY KEY"] if old else [])]
        parts += [_after_add(new.again)] if new else []
        return (Sql([f"ALTER TABLE {sides.dialect.quoted(name)} {', '.join(parts)}"]),)
    found: list[ops.MigrateOperation] = []
    if old is not None and old.name:
        found.append(ops.DropConstraintOp(old.name, name, type_="primary", schema=schema or None))
    if new is not None:
        columns = re.sub(r"PRIMARY KEY \((.*)\)", r"\1", new.said).replace('"', "").split(", ")
        found.append(NewPrimaryKey(new.name or f"pk_{name}", name, columns, schema=schema or None))
    return tuple(found)


def _counting(sides: Sides, table: str, towards: Snapshot) -> Iterator[str]:
    """Yield what makes columns begin or cease to count up."""
    other = sides.here if towards is sides.there else sides.there
    for name in {one.name: one for side in (towards, other) for one in side.table(table).columns}:
        then, before = towards.column(table, name), other.column(table, name)
        now = before if then is None else then  # what goes is still there
        if now is not None and counts_up(then) != counts_up(before):
            change = MySQLModifyColumn(
                now.table.name,
                name,
                type_=now.type,
                nullable=now.nullable,
                default=now.server_default,
                autoincrement=counts_up(then),
                comment=now.comment,
            )
            yield "MODIFY " + escaped(compiled(sides, change)).partition(" MODIFY ")[2]


def counts_up(column: Column[Any] | None) -> bool:
    """Return whether a reflected column is numbered by the database; False when there is no column."""
    return column is not None and column.autoincrement is True


def _after_add(statement: str) -> str:
    return "ADD " + statement.partition(" ADD ")[2]
