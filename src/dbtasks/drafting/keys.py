"""Foreign keys that would be in the way: they go first, and come back when everything else is done."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from alembic.operations import ops
from sqlalchemy import ForeignKeyConstraint, Table

from dbtasks.compare import Difference
from dbtasks.dialects.definitions import FOREIGN, INDEX, PRIMARY, UNIQUE
from dbtasks.drafting.change import Change, Phase, Place
from dbtasks.drafting.constraints import again, created, dropped
from dbtasks.drafting.sides import Sides
from dbtasks.drafting.snapshot import full_name

Columns = frozenset[tuple[str, str]]


def out_of_the_way(sides: Sides, changes: Sequence[Change]) -> tuple[Change, ...]:
    """Return the changes with every foreign key in a phase in which nothing that it needs is being changed."""
    if not sides.dialect.checks_keys:
        return tuple(changes)
    touched = {one.table for one in changes if one.phase == Phase.TABLES}
    moved = [_moved(sides, one, touched) for one in changes]
    detached = [part for one in moved for part in _detached(one, touched, _order(moved))]
    return (*detached, *_kept(sides, changes))


def _moved(sides: Sides, change: Change, touched: set[str]) -> Change:
    """Return a key of a table that stays in a phase of its own if the other table is changed, too."""
    if change.phase != Phase.TABLES or change.place not in (Place.KEY, Place.KEY_AWAY):
        return change
    snapshot = sides.there if change.place == Place.KEY else sides.here
    key = _constraint(snapshot.table(change.table), change.said.item)
    if key is None or _target(key) == change.table or _target(key) not in touched:
        return change
    return replace(change, phase=Phase.KEYS if change.place == Place.KEY else Phase.KEYS_AWAY)


def _order(changes: Sequence[Change]) -> dict[str, int]:
    """Return the places of new tables in the order in which they come, and of old ones in which they went."""
    return {one.table: number for number, one in enumerate(changes) if one.said.kind in ("create_table", "drop_table")}


def _detached(change: Change, touched: set[str], order: dict[str, int]) -> Iterator[Change]:
    """Yield a new or an old table, and the keys that cannot be a part of it."""
    made = change.up if change.said.kind == "create_table" else change.down
    if change.said.kind not in ("create_table", "drop_table"):
        yield change
        return
    (operation,) = made
    assert isinstance(operation, ops.CreateTableOp)  # noqa: S101 - it is what makes a table
    parts = [
        one
        for one in operation.columns
        if isinstance(one, ForeignKeyConstraint) and _waits(one, change, touched, order)
    ]
    operation.columns = [one for one in operation.columns if all(one is not part for part in parts)]
    yield change
    for one in parts:
        add = ops.CreateForeignKeyOp.from_constraint(one)
        drop = ops.DropConstraintOp(str(one.name), one.table.name, type_="foreignkey", schema=one.table.schema)
        said = Difference("create_constraint", change.table, str(one.name))
        if change.said.kind == "create_table":
            yield Change(Phase.KEYS, said, (add,), (drop,))
        else:
            yield Change(Phase.KEYS_AWAY, replace(said, kind="drop_constraint"), (drop,), (add,))


def _waits(key: ForeignKeyConstraint, change: Change, touched: set[str], order: dict[str, int]) -> bool:
    target = _target(key)
    if target in touched:
        return True
    if target == change.table or target not in order:
        return False
    return (
        order[target] > order[change.table]
        if change.said.kind == "create_table"
        else order[target] < order[change.table]
    )


def _kept(sides: Sides, changes: Sequence[Change]) -> Iterator[Change]:
    """Yield the keys that stay as they are, and have to go while something that they need is changed."""
    disturbed = frozenset(_disturbed(sides, changes))
    for key, one in sides.here.definitions.items():
        if key.kind != FOREIGN or key not in sides.there.definitions or sides.there.definitions[key].said != one.said:
            continue
        constraint = _constraint(sides.here.table(full_name(key)), key.name)
        if constraint is None or full_name(key) not in sides.tables:
            continue
        mine = {(full_name(key), column.name) for column in constraint.columns}
        theirs = {(_target(constraint), element.target_fullname.rpartition(".")[2]) for element in constraint.elements}
        if (mine | theirs) & disturbed:
            drop = dropped(key, one)
            away = Difference("drop_constraint", full_name(key), key.name)
            yield Change(Phase.KEYS_AWAY, away, drop, again(sides, key, one))
            yield Change(Phase.KEYS, replace(away, kind="create_constraint"), created(sides, key), drop)


def _disturbed(sides: Sides, changes: Sequence[Change]) -> Iterator[tuple[str, str]]:
    """Yield the columns whose type changes, or that lose a key which a foreign key may lean on."""
    for one in changes:
        if one.phase != Phase.TABLES:
            continue
        if one.said.kind == "alter_column" and "type" in one.said.details:
            old, new = (side.column(one.table, one.said.item) for side in (sides.here, sides.there))
            recast = old is not None and new is not None and sides.dialect.using(old.name, old.type, new.type)
            if recast or sides.dialect.implies_indexes:
                yield one.table, one.said.item
        elif one.said.kind == "change_primary_key":
            yield from ((one.table, column.name) for column in sides.here.table(one.table).primary_key.columns)
        elif one.said.kind in ("drop_constraint", "drop_index"):
            yield from ((one.table, name) for name in _columns(sides, one))


def _columns(sides: Sides, change: Change) -> list[str]:
    """Return the columns of a unique constraint or index that goes."""
    table = sides.here.table(change.table)
    kinds = {key.kind for key in sides.here.of_table(change.table) if key.name == change.said.item}
    found: list[Any] = [*table.indexes, *table.constraints]
    if not kinds & {UNIQUE, PRIMARY} and not (INDEX in kinds and sides.dialect.implies_indexes):
        unique = [one for one in table.indexes if one.name == change.said.item and one.unique]
        found = [*unique]
    return [column.name for one in found if one.name == change.said.item for column in getattr(one, "columns", ())]


def _constraint(table: Table, name: str) -> ForeignKeyConstraint | None:
    return next((one for one in table.foreign_key_constraints if one.name == name), None)


def _target(key: ForeignKeyConstraint) -> str:
    """Return the full name of the table that a foreign key refers to."""
    return key.elements[0].target_fullname.rpartition(".")[0]


def creation_order(tables: Sequence[Table]) -> list[str]:
    """Return the names of tables, one before those that refer to it; where they refer to each other, by name."""
    waiting = {table.fullname: {_target(key) for key in table.foreign_key_constraints} for table in tables}
    found: list[str] = []
    while waiting:
        ready = (name for name, needs in waiting.items() if not (needs - {name}) & set(waiting))
        found.append(next(ready, min(waiting)))
        del waiting[found[-1]]
    return found
