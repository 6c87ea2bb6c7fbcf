"""Tables and columns that have to come, to go or to change, in the models' own words."""

import copy
from collections.abc import Iterable, Iterator
from typing import Any, cast

from alembic.operations import ops
from sqlalchemy import Boolean, Column, Computed, DefaultClause, Enum, Identity
from sqlalchemy.types import TypeEngine

from dbtasks.compare import Difference, described, table_of
from dbtasks.dialects.definitions import INDEX
from dbtasks.drafting.change import Change, Phase, Place
from dbtasks.drafting.constraints import Sides, again
from dbtasks.drafting.operations import Break, Remark, Using


def changes(sides: Sides, found: Iterable[ops.MigrateOperation]) -> Iterator[Change]:
    """Yield the changes that Alembic's operations on tables and columns stand for; others are left to constraints."""
    recomputed = list(_recomputed(sides))
    anew = {(one.table, one.said.item) for one in recomputed}
    for one in found:
        if isinstance(one, ops.AlterColumnOp) and (table_of(one), one.column_name) in anew:
            continue
        if isinstance(one, ops.CreateTableOp):
            yield from _new_table(sides, table_of(one))
        elif isinstance(one, ops.DropTableOp):
            yield from _old_table(sides, table_of(one))
        elif isinstance(one, ops.AddColumnOp):
            yield _new_column(sides, one)
        elif isinstance(one, ops.DropColumnOp):
            yield _old_column(sides, one)
        elif isinstance(one, ops.AlterColumnOp):
            yield from _changed(sides, one)
        elif isinstance(one, ops.CreateTableCommentOp | ops.DropTableCommentOp):
            yield Change(Phase.TABLES, _said(one), (one,), (one.reverse(),), Place.COMMENT)
    yield from recomputed
    if sides.dialect.alters_autoincrement:
        yield from _counting(sides)


def _counting(sides: Sides) -> Iterator[Change]:
    """Yield the columns that count up in one schema only."""
    for name, there in sides.there.metadata.tables.items():
        for new in there.columns:
            old = sides.here.column(name, new.name)
            if old is None or repr(old.type) != repr(new.type) or _counts(old) == _counts(new):
                continue
            up, down = (
                ops.AlterColumnOp(
                    there.name,
                    new.name,
                    schema=there.schema,
                    existing_type=new.type,
                    existing_nullable=new.nullable,
                    existing_comment=new.comment,
                    modify_type=new.type,
                    autoincrement=_counts(one),
                )
                for one in (new, old)
            )
            said = Difference("alter_column", name, new.name, ("autoincrement",))
            yield Change(Phase.TABLES, said, (up,), (down,), Place.PRIMARY)


def _counts(column: Column[Any]) -> bool:
    return column.autoincrement is True


def _said(operation: ops.MigrateOperation) -> Difference:
    (difference,) = described(ops.UpgradeOps([operation]))
    return difference


def _new_table(sides: Sides, name: str) -> Iterator[Change]:
    table = sides.tables[name]
    operation = ops.CreateTableOp.from_table(table)
    drop = ops.DropTableOp(table.name, schema=table.schema)
    lost = f"the rows of {name}"
    yield Change(Phase.NEW_TABLES, _said(operation), (operation,), (drop,), lost_down=lost)
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
    yield Change(Phase.OLD_TABLES, _said(operation), (operation,), (create,), lost=lost)


def _new_column(sides: Sides, operation: ops.AddColumnOp) -> Change:
    name = table_of(operation)
    column = _alone(sides.tables[name].c, operation.column.name)
    add = ops.AddColumnOp(operation.table_name, column, schema=operation.schema)
    drop = ops.DropColumnOp(operation.table_name, column.name, schema=operation.schema)
    lost = "" if column.computed is not None else f"the values of {name}.{column.name}"
    return Change(Phase.TABLES, _said(operation), (add,), (drop,), Place.NEW_COLUMN, lost_down=lost)


def _old_column(sides: Sides, operation: ops.DropColumnOp) -> Change:
    name = table_of(operation)
    column = _alone(sides.here.table(name).c, operation.column_name)
    drop = ops.DropColumnOp(operation.table_name, column.name, schema=operation.schema)
    add = ops.AddColumnOp(operation.table_name, column, schema=operation.schema)
    lost = "" if column.computed is not None else f"the values of {name}.{column.name}"
    placeholder = (
        None if column.nullable or column.server_default is not None else sides.dialect.placeholder(column.type)
    )
    if placeholder is None or column.computed is not None or column.identity is not None:
        return Change(Phase.TABLES, _said(operation), (drop,), (add,), Place.OLD_COLUMN, lost=lost)
    column.server_default = DefaultClause(placeholder)
    forget = ops.AlterColumnOp(
        operation.table_name,
        column.name,
        schema=operation.schema,
        existing_type=column.type,
        existing_nullable=False,
        existing_server_default=column.server_default,
        modify_server_default=None,
    )
    remark = Remark(f"Rows that are there get {placeholder} in {column.name}: its values are gone.")
    return Change(Phase.TABLES, _said(operation), (drop,), (remark, add, Break(), forget), Place.OLD_COLUMN, lost=lost)


def _alone(columns: Iterable[Column[Any]], name: str) -> Column[Any]:
    """Return a copy of a column that brings no constraint of its own: those are drafted by their names."""
    (found,) = (one for one in columns if one.name == name)
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


def _changed(sides: Sides, operation: ops.AlterColumnOp) -> Iterator[Change]:
    name = table_of(operation)
    column = next(one for one in sides.tables[name].c if one.name == operation.column_name)
    said = _said(operation)
    operation.kw = {key: value for key, value in operation.kw.items() if not key.endswith("autoincrement")}
    back = operation.reverse()
    if sides.dialect.alters_autoincrement:  # it would be lost with any other change
        old, new = (side.column(name, operation.column_name) for side in (sides.here, sides.there))
        back.kw = dict(back.kw)
        for one, side in ((operation, new), (back, old)):
            if side is not None and _counts(side):
                one.kw["autoincrement"] = True
    if operation.modify_type is not None:
        operation.modify_type = without_check(column.type)
    default = column.server_default
    has_default = default is not None and not isinstance(default, Computed | Identity)
    if has_default and operation.modify_server_default not in (False, None):
        operation.modify_server_default = default
    yield Change(Phase.TABLES, said, _retyped(sides, operation), _retyped(sides, back), Place.COLUMN)


def _retyped(sides: Sides, operation: ops.AlterColumnOp) -> tuple[ops.MigrateOperation, ...]:
    """Return the operations that change a column, with what the database needs to be told about its values."""
    old, new = operation.existing_type, operation.modify_type
    using = sides.dialect.using(operation.column_name, old, new) if old is not None and new is not None else {}
    if not using:
        return (operation,)
    # A default of the old type cannot be cast along with the column.
    before, after = operation.existing_server_default, operation.modify_server_default
    default = before if after is False else after
    found: list[ops.MigrateOperation] = []
    if before not in (False, None):
        found.append(_default(operation, old, None))
    change = Using(
        operation.table_name,
        operation.column_name,
        schema=operation.schema,
        existing_type=old,
        modify_type=new,
        modify_nullable=operation.modify_nullable,
        modify_comment=operation.modify_comment,
        using=using,
    )
    found.append(change)
    if default not in (False, None):
        found.append(_default(operation, new, default))
    return tuple(found)


def _default(of: ops.AlterColumnOp, kind: Any, default: Any) -> ops.AlterColumnOp:
    return ops.AlterColumnOp(
        of.table_name, of.column_name, schema=of.schema, existing_type=kind, modify_server_default=default
    )


def _recomputed(sides: Sides) -> Iterator[Change]:
    """Yield the columns whose expression has changed: no database can alter it, and nothing is lost by a new one."""
    for name, table in sides.tables.items():
        there = sides.there.metadata.tables.get(name)
        here = sides.here.metadata.tables.get(name)
        if here is None or there is None:
            continue
        for column in table.c:
            old, new = here.c.get(column.name), there.c.get(column.name)
            if old is not None and new is not None and _expression(old) != _expression(new):
                drop = ops.DropColumnOp(table.name, column.name, schema=table.schema)
                add = ops.AddColumnOp(table.name, _alone(table.c, column.name), schema=table.schema)
                back = ops.AddColumnOp(table.name, _alone(here.c, column.name), schema=table.schema)
                said = Difference("alter_column", name, column.name, ("expression",))
                yield Change(Phase.TABLES, said, (drop, add), (drop, back), Place.COLUMN)


def _expression(column: Column[Any]) -> tuple[str, bool | None] | None:
    if column.computed is None:
        return None
    return " ".join(str(column.computed.sqltext).split()), bool(column.computed.persisted)
