"""Tables and columns that have to come or to go, in the models' own words."""

import copy
import re
from collections.abc import Iterator
from typing import Any, cast

from alembic.operations import ops
from sqlalchemy import Boolean, Column, DefaultClause, Enum, String, Table, text
from sqlalchemy.types import TypeEngine

from dbtasks.compare import Difference
from dbtasks.dialects.definitions import CHECK, INDEX
from dbtasks.drafting import sequences
from dbtasks.drafting.change import Change, Phase, Place
from dbtasks.drafting.constraints import LITERAL, again
from dbtasks.drafting.operations import Break, DropComputed, Remark
from dbtasks.drafting.sides import Sides, escaped


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
        come = [column for column in new.columns if column.name not in old.columns]
        go = [column for column in old.columns if column.name not in new.columns]
        # What is computed comes after what it is computed from, and goes before that.
        yield from (_new_column(sides, name, column.name) for column in sorted(come, key=_is_computed))
        yield from (_old_column(sides, name, one.name) for one in _going(go))
        if old.comment != new.comment:
            up, down = _comment(new, old.comment), _comment(old, new.comment)
            yield Change(Phase.TABLES, Difference("table_comment", name), (up,), (down,), Place.COMMENT)


def _is_computed(column: Column[Any]) -> bool:
    return column.computed is not None


def _going(columns: list[Column[Any]]) -> list[Column[Any]]:
    """Return columns so that the reverse is an order in which they can come."""
    ordered = sorted(columns, key=_is_computed)
    return ordered[::-1]


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
    lost = "" if column.computed is not None else f"the values of {table}.{name}"
    said = Difference("add_column", table, name)
    made = sides.there.column(table, name)
    assert made is not None  # noqa: S101 - it is what the models made
    if sequences.of(made):
        column.server_default = made.server_default
    up, down = sequences.made(sides, made, (add,)), (dropped(wanted, column),)
    place = Place.COMPUTED if _is_computed(column) and sides.dialect.rebuilds else Place.NEW_COLUMN
    return Change(Phase.TABLES, said, up, down, place, lost_down=lost)


def _old_column(sides: Sides, table: str, name: str) -> Change:
    there = sides.here.table(table)
    column = alone(there, name)
    drop = dropped(there, column)
    add = ops.AddColumnOp(there.name, column, schema=there.schema)
    lost = "" if column.computed is not None else f"the values of {table}.{name}"
    said = Difference("drop_column", table, name)
    placeholder = None if column.nullable or column.server_default is not None else _placeholder(sides, there, column)
    if placeholder is None:
        down = sequences.made(sides, there.columns[name], (add,))
        place = Place.COMPUTED_AWAY if _is_computed(column) and sides.dialect.rebuilds else Place.OLD_COLUMN
        return Change(Phase.TABLES, said, (drop,), down, place, lost=lost)
    is_expression = sides.dialect.portability.expression_only(column.type, sides.sql)
    column.server_default = DefaultClause(text(f"({escaped(placeholder)})") if is_expression else placeholder)
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


def _placeholder(sides: Sides, table: Table, column: Column[Any]) -> str | None:
    """Return the default with which rows get the column again, and that its checks allow; None when there is none."""
    found = sides.dialect.placeholder(column.type)
    checks = (one.said for key, one in sides.here.of_table(table.fullname).items() if key.kind == CHECK)
    listed = (LITERAL.search(one) for one in checks if re.search(rf"\b{re.escape(column.name)}\b", one))
    return next((one[0] for one in listed if one and isinstance(column.type, String)), found)


def dropped(table: Table, column: Column[Any]) -> ops.DropColumnOp:
    """Return the operation that drops a column."""
    return (DropComputed if _is_computed(column) else ops.DropColumnOp)(table.name, column.name, schema=table.schema)


def alone(table: Table, name: str) -> Column[Any]:
    """Return a copy of a column that brings no constraint of its own: those are drafted by their names."""
    (found,) = (one for one in table.columns if one.name == name)
    column = found._copy()  # noqa: SLF001 - what to_metadata() uses
    column.type = without_check(column.type)
    column.primary_key = False
    if column.autoincrement is True:  # with the key, which comes later
        column.autoincrement = "auto"
    column.index = column.unique = None
    return column


def without_check(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return a type without the constraint that it would create."""
    if not (isinstance(kind, Enum | Boolean) and kind.create_constraint):
        return kind
    plain: Any = copy.copy(kind)
    plain.create_constraint = False
    return cast("TypeEngine[Any]", plain)
