"""Changes into the two bodies of a revision: in an order in which each step can be done, up and down."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import Any

from alembic.operations import ops
from sqlalchemy import Column

from dbtasks.compare import table_of
from dbtasks.drafting.change import Change
from dbtasks.drafting.constraints import CONVENTION
from dbtasks.drafting.operations import Batch, Break, DropComputed, DropUnnamed, NewPrimaryKey, Remark, Sql

WHOLE = (ops.CreateTableOp, ops.DropTableOp, ops.RenameTableOp, Break, Sql)  # not a part of a batch
Body = list[ops.MigrateOperation]
Generated = Mapping[str, tuple[Column[Any], ...]]
NONE: Generated = MappingProxyType({})


def in_order(changes: Iterable[Change], tables: Sequence[str]) -> tuple[Change, ...]:
    """Return the changes in the order of the way up; ``tables`` are in the order in which they can be created."""
    places = {name: number for number, name in enumerate(tables)}

    def place(change: Change) -> tuple[int, int, int]:
        return change.phase, places.get(change.table, len(places)), change.place

    return tuple(sorted(changes, key=place))


def bodies(changes: Sequence[Change], generated: Generated = NONE) -> tuple[Body, Body]:
    """Return the operations of the way up and of the way down.

    ``generated`` has the columns, by their table, that have to be made anew whenever their table is rebuilt.
    """
    up = [one for change in changes for one in _with_remark(change.lost, change.up)]
    down = [one for change in reversed(changes) for one in _with_remark(change.lost_down, change.down)]
    return _grouped(up, generated), _grouped(down, generated)


def _with_remark(lost: str, operations: Sequence[ops.MigrateOperation]) -> Body:
    if not (lost and operations):
        return list(operations)
    words = f"{lost[:1].upper()}{lost[1:]}"
    remark = Remark(f"{words}." if lost.startswith("rows that hold") else f"{words} are lost here.")
    remark.table_name = _table(operations[0])
    return [remark, *operations]


def _grouped(operations: Body, generated: Generated) -> Body:
    """Put what is done to one table, one after the other, into one batch: SQLite rebuilds the table once for it."""
    found: Body = []
    for table, those in _groups(operations):
        if not table:
            found += _joined(those)
            continue
        schema, _, name = table.rpartition(".")
        rebuilds = not all(isinstance(one, ops.CreateIndexOp | ops.DropIndexOp) for one in those)
        anew = generated.get(table, ()) if rebuilds else ()
        pairs = ((ops.DropColumnOp(name, one.name), ops.AddColumnOp(name, one)) for one in anew)
        group: Body = [*(step for pair in pairs for step in pair), *those]
        naming = {kind: CONVENTION[kind] for kind in _conventions(group)}
        made = Batch(name, group, schema=schema or None, naming=naming) if naming else None
        found.append(made or ops.ModifyTableOps(name, group, schema=schema or None))
    return found


def _groups(operations: Body) -> Iterator[tuple[str, Body]]:
    """Yield the name of a table, or "", and what is done there at once.

    What goes when there is another key goes by itself: a rebuild copies no rows into a table that keeps no column.
    """
    for table, those in groupby(operations, key=_table):
        group = list(those)
        if not any(isinstance(one, NewPrimaryKey) for one in group):
            yield table, group
            continue
        first: Body = []
        last: Body = []
        goes_last = False
        for one in reversed(group):  # a remark stands before what it is about
            goes_last = goes_last if isinstance(one, Remark) else _is_last(one)
            (last if goes_last else first).insert(0, one)
        yield table, first
        if last:
            yield table, last


def _is_last(operation: ops.MigrateOperation) -> bool:
    """Return whether an operation drops a column, or adds a computed one, which no rebuild can copy."""
    if isinstance(operation, ops.AddColumnOp):
        return operation.column.computed is not None
    return isinstance(operation, ops.DropColumnOp) and not isinstance(operation, DropComputed)


def _joined(operations: Body) -> Body:
    """Put statements for the same dialects, one after the other, under one condition."""
    found: Body = []
    for one in operations:
        last = found[-1] if found else None
        if isinstance(one, Sql) and isinstance(last, Sql) and one.is_like(last):
            found[-1] = Sql((*last.statements, *one.statements), one.dialect)
        else:
            found.append(one)
    return found


def _table(operation: ops.MigrateOperation) -> str:
    renames = isinstance(operation, ops.AlterColumnOp) and operation.modify_name is not None  # which rebuilds nothing
    return "" if renames or isinstance(operation, WHOLE) else table_of(operation)


def _conventions(group: Body) -> list[str]:
    """Return the kinds of names that batch mode has to derive: those that only a convention gives."""
    kinds = {"unique": "uq", "foreignkey": "fk"}
    names = [
        (kinds.get(one.constraint_type or ""), str(one.constraint_name))
        for one in group
        if isinstance(one, DropUnnamed)
    ]
    return sorted({kind for kind, name in names if kind and re.match(kind, name)})
