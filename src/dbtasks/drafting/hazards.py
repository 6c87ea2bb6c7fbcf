"""What may fail, or lose something, where the tables have rows; and the steps that are safe there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from alembic.operations import ops
from sqlalchemy import Column, PrimaryKeyConstraint, Table, UniqueConstraint

from dbtasks.drafting.change import Change, Phase, Place
from dbtasks.drafting.operations import Remark
from dbtasks.drafting.snapshot import Snapshot
from dbtasks.narrowing import narrows

Kind = Literal["new-not-null", "set-not-null", "narrowed", "new-unique", "member-gone", "lost"]


@dataclass(frozen=True, slots=True)
class Hazard:
    """Something that a draft does and that rows may stand against.

    Attributes:
        kind: what it is.
        table: the table's full name.
        item: the column, or the constraint.
        detail: what else is to be said, such as the two types.
    """

    kind: Kind
    table: str
    item: str
    detail: str = ""


def of(changes: Iterable[Change], here: Snapshot, there: Snapshot) -> Iterator[Hazard]:
    """Yield the hazards of tables that are there already, in the order of the changes."""
    for one in changes:
        if one.said.kind in ("drop_table", "drop_column"):
            yield Hazard("lost", one.table, one.said.item)
        if one.said.kind == "change_enum" and one.lost:
            yield Hazard("member-gone", one.table, "", one.lost)
        if one.table not in here.metadata.tables or one.table not in there.metadata.tables:
            continue
        new, old = there.column(one.table, one.said.item), here.column(one.table, one.said.item)
        if one.said.kind == "add_column" and new is not None and _needs_value(new):
            yield Hazard("new-not-null", one.table, new.name)
        elif one.said.kind == "alter_column" and old is not None and new is not None:
            if old.nullable and not new.nullable:
                yield Hazard("set-not-null", one.table, new.name)
            if "type" in one.said.details and narrows(old.type, new.type):
                yield Hazard("narrowed", one.table, new.name, f"{_name(old)} to {_name(new)}")
        elif any(columns not in _unique(here.table(one.table)) for columns in _made_unique(one)):
            yield Hazard("new-unique", one.table, one.said.item)


def _needs_value(column: Column[object]) -> bool:
    return not column.nullable and column.server_default is None and column.computed is None and column.identity is None


def _name(column: Column[object]) -> str:
    return " ".join(repr(column.type).split())


def _made_unique(change: Change) -> Iterator[frozenset[str]]:
    """Yield the columns that a change makes unique."""
    for one in change.up:
        if isinstance(one, ops.CreateUniqueConstraintOp):
            yield frozenset(one.columns)
        elif isinstance(one, ops.CreateIndexOp) and one.unique:
            yield frozenset(str(getattr(column, "name", column)) for column in one.columns)


def _unique(table: Table) -> set[frozenset[str]]:
    """Return the sets of columns that are unique already."""
    constraints = [one for one in table.constraints if isinstance(one, UniqueConstraint | PrimaryKeyConstraint)]
    indexes = [one for one in table.indexes if one.unique]
    return {frozenset(column.name for column in one.columns) for one in (*constraints, *indexes)}


def made_safe(changes: Iterable[Change], hazards: Iterable[Hazard]) -> tuple[Change, ...]:
    """Return the changes with a step for the author to fill in where rows need values first."""
    found = {(one.table, one.item): one.kind for one in hazards if one.kind not in ("lost", "member-gone")}
    return tuple(step for one in changes for step in _steps(one, found.get((one.table, one.said.item))))


def _steps(change: Change, kind: Kind | None) -> Iterator[Change]:
    table, item = change.table, change.said.item
    unset = f"{item} = ... WHERE {item} IS NULL"
    if kind == "new-not-null":
        (add,) = change.up
        assert isinstance(add, ops.AddColumnOp)  # noqa: S101 - it is what adds a column
        column = add.column
        later = column._copy()  # noqa: SLF001 - what to_metadata() uses
        later.nullable = True
        yield replace(change, up=(ops.AddColumnOp(add.table_name, later, schema=add.schema),))
        require = ops.AlterColumnOp(
            add.table_name, column.name, schema=add.schema, existing_type=column.type, modify_nullable=False
        )
        yield _backfill(change, f"UPDATE {table} SET {unset}")  # noqa: S608 - for its author
        said = replace(change.said, kind="alter_column", details=("nullable",))
        yield Change(Phase.TABLES, said, (require,), (), Place.NEW_COLUMN)
    elif kind == "set-not-null":
        yield _backfill(change, f"UPDATE {table} SET {unset}")  # noqa: S608 - for its author
        yield change
    elif kind == "narrowed":
        yield _backfill(change, f"UPDATE {table} SET {item} = ... WHERE ...  -- what does not fit")  # noqa: S608 - likewise
        yield change
    elif kind == "new-unique":
        yield _backfill(change, f"DELETE FROM {table} WHERE ...  -- all but one of the same")  # noqa: S608 - likewise
        yield change
    else:
        yield change


def _backfill(change: Change, statement: str) -> Change:
    text = f'Fill in: rows that are there already need this first.\nop.execute("{statement}")'
    return Change(Phase.TABLES, replace(change.said, kind="backfill"), (Remark(text),), (), change.place)
