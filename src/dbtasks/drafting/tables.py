"""Tables and columns that have to come or to go, in the models' own words."""

import copy
from collections.abc import Iterator
from typing import Any, cast

from alembic.operations import ops
from sqlalchemy import Boolean, Column, DefaultClause, Enum, Table
from sqlalchemy.types import TypeEngine

from dbtasks.compare import Difference
from dbtasks.dialects.definitions import INDEX
from dbtasks.drafting.change import Change, Phase, Place
from dbtasks.drafting.constraints import Sides, again
from dbtasks.drafting.operations import Break, Remark


def changes(sides: Sides) -> Iterator[Change]:
    """Yield the tables and columns that only one of the two schemas has, and what is said of those that both have."""
    here, there = sides.here.metadata.tables, sides.there.metadata.tables
    for name in there:
        if name not in here:
            yield from _new_table(sides, name)
    for name, old in here.items():
        if name not in there:
            yield from _old_table(sides, name)
            continue
        new = there[name]
        yield from (_new_column(sides, name, column.name) for column in new.columns if column.name not in old.columns)
        yield from (_old_column(sides, name, column.name) for column in old.columns if column.name not in new.columns)
        if old.comment != new.comment:
            up, down = _comment(new, old.comment), _comment(old, new.comment)
            yield Change(Phase.TABLES, Difference("table_comment", name), (up,), (down,), Place.COMMENT)


def _comment(table: Table, before: str | None) -> ops.MigrateOperation:
    if table.comment is None:
        return ops.DropTableCommentOp(table.name, schema=table.schema, existing_comment=before)
    return ops.CreateTableCommentOp(table.name, table.comment, schema=table.schema, existing_comment=before)


def _new_table(sides: Sides, name: str) -> Iterator[Change]:
    table = sides.tables[name]
    operation = ops.CreateTableOp.from_table(table)
    drop = ops.DropTableOp(table.name, schema=table.schema)
    lost = f"the rows of {name}"
    yield Change(Phase.NEW_TABLES, Difference("create_table", name), (operation,), (drop,), lost_down=lost)
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        # On the way down it goes with its table: MySQL would refuse where a foreign key still needs it.
        up = (ops.CreateIndexOp.from_index(index),)
        yield Change(Phase.NEW_TABLES, Difference("create_index", name, str(index.name)), up)


def _old_table(sides: Sides, name: str) -> Iterator[Change]:
    table = sides.here.table(name)
    operation = ops.DropTableOp.from_table(table)
    create = ops.CreateTableOp.from_table(table)
    definitions = sides.here.of_table(name)
    inline = {one.name for one in table.constraints}
    # What comes later here comes earlier on the way down, so the table is last.
    for key in sorted(definitions):
        if key.kind == INDEX or (definitions[key].again and key.name and key.name not in inline):
            yield Change(
                Phase.OLD_TABLES, Difference("drop_index", name, key.name), (), again(sides, key, definitions[key])
            )
    lost = f"the rows of {name}"
    yield Change(Phase.OLD_TABLES, Difference("drop_table", name), (operation,), (create,), lost=lost)


def _new_column(sides: Sides, table: str, name: str) -> Change:
    wanted = sides.tables[table]
    column = alone(wanted, name)
    add = ops.AddColumnOp(wanted.name, column, schema=wanted.schema)
    drop = ops.DropColumnOp(wanted.name, name, schema=wanted.schema)
    lost = "" if column.computed is not None else f"the values of {table}.{name}"
    said = Difference("add_column", table, name)
    return Change(Phase.TABLES, said, (add,), (drop,), Place.NEW_COLUMN, lost_down=lost)


def _old_column(sides: Sides, table: str, name: str) -> Change:
    there = sides.here.table(table)
    column = alone(there, name)
    drop = ops.DropColumnOp(there.name, name, schema=there.schema)
    add = ops.AddColumnOp(there.name, column, schema=there.schema)
    lost = "" if column.computed is not None else f"the values of {table}.{name}"
    said = Difference("drop_column", table, name)
    placeholder = (
        None if column.nullable or column.server_default is not None else sides.dialect.placeholder(column.type)
    )
    if placeholder is None:
        return Change(Phase.TABLES, said, (drop,), (add,), Place.OLD_COLUMN, lost=lost)
    column.server_default = DefaultClause(placeholder)
    forget = ops.AlterColumnOp(
        there.name,
        name,
        schema=there.schema,
        existing_type=column.type,
        existing_nullable=False,
        existing_server_default=column.server_default,
        existing_comment=column.comment,
        modify_server_default=None,
    )
    remark = Remark(f"Rows that are there get {placeholder} in {name}: its values are gone.")
    return Change(Phase.TABLES, said, (drop,), (remark, add, Break(), forget), Place.OLD_COLUMN, lost=lost)


def alone(table: Table, name: str) -> Column[Any]:
    """Return a copy of a column that brings no constraint of its own: those are drafted by their names."""
    (found,) = (one for one in table.columns if one.name == name)
    column = found._copy()  # noqa: SLF001 - what to_metadata() uses
    column.type = without_check(column.type)
    column.primary_key = False
    column.index = column.unique = None
    return column


def without_check(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return a type without the constraint that it would create."""
    if not (isinstance(kind, Enum | Boolean) and kind.create_constraint):
        return kind
    plain: Any = copy.copy(kind)
    plain.create_constraint = False
    return cast("TypeEngine[Any]", plain)
