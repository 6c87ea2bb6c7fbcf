"""Columns that both schemas have, and that say different things."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from alembic.operations import ops
from sqlalchemy import Column, Computed, Enum, Table
from sqlalchemy.types import TypeEngine

from dbtasks.compare import Difference
from dbtasks.drafting import sequences
from dbtasks.drafting.change import Change, Phase, Place
from dbtasks.drafting.operations import Using
from dbtasks.drafting.primary import changes_primary, counts_up
from dbtasks.drafting.sides import Sides
from dbtasks.drafting.snapshot import Snapshot, default_of
from dbtasks.drafting.tables import alone, dropped, without_check


def changes(sides: Sides) -> Iterator[Change]:
    """Yield what is to be done about the columns."""
    recomputed = list(_recomputed(sides))
    yield from recomputed
    anew = {(one.table, one.said.item) for one in recomputed}
    for table, there in sides.there.metadata.tables.items():
        for new in there.columns:
            old = sides.here.column(table, new.name)
            details = _details(sides, old, new) if old is not None and (table, new.name) not in anew else ()
            if old is not None and details:
                yield _changed(sides, table, old, new, details)


def _details(sides: Sides, old: Column[Any], new: Column[Any]) -> tuple[str, ...]:
    """Return what about a column has to change."""
    said = {
        "type": not _is_same_type(old.type, new.type),
        "nullable": old.nullable != new.nullable,
        "server default": _default_differs(old, new),
        "comment": old.comment != new.comment,
        "autoincrement": sides.dialect.alters_autoincrement
        and counts_up(old) != counts_up(new)
        and not changes_primary(sides, old.table.fullname),  # or it goes with the key
    }
    return tuple(name for name, differs in said.items() if differs)


def _is_same_type(old: TypeEngine[Any], new: TypeEngine[Any]) -> bool:
    """Return whether two reflected types are the same, apart from the members of an enum that has a name."""
    before, after = (getattr(one, "item_type", one) for one in (old, new))
    if isinstance(before, Enum) and isinstance(after, Enum) and before.name and after.name:
        return (before.schema, before.name) == (after.schema, after.name)
    return repr(old) == repr(new)


def _default_differs(old: Column[Any], new: Column[Any]) -> bool:
    before, after = default_of(old), default_of(new)
    if sequences.of(old) and sequences.of(new):
        return False
    identities = [identity_of(one) for one in (old, new)]
    return before != after or identities[0] != identities[1]


def identity_of(column: Column[Any]) -> tuple[object, ...] | None:
    """Return what a reflected column says of its identity; None where it has none."""
    one = column.identity
    if one is None:
        return None
    return one.always, one.start, one.increment, one.minvalue, one.maxvalue, one.cycle, one.cache


def _changed(sides: Sides, table: str, old: Column[Any], new: Column[Any], details: tuple[str, ...]) -> Change:
    wanted = next(one for one in sides.tables[table].c if one.name == new.name)
    rekeyed = changes_primary(sides, table)
    leaves_key = rekeyed and new.nullable and not old.nullable
    # A column counts up only while there is its key, which is changed after what is done to the column, or before it.
    up = _altered(sides, old, new, details, counts=counts_up(new) and (counts_up(old) or not rekeyed))
    down = _altered(sides, new, old, details, counts=counts_up(old) and (counts_up(new) or not leaves_key))
    if up.modify_type is not None:
        up.modify_type = without_check(wanted.type)
    default = wanted.server_default
    if default is not None and up.modify_server_default not in (False, None):
        up.modify_server_default = default if not isinstance(default, Computed) else up.modify_server_default
    place = Place.OLD_KEY if leaves_key else Place.PRIMARY if "autoincrement" in details else Place.COLUMN
    said = Difference("alter_column", table, new.name, details)
    both = (
        sequences.counted(sides, old, new, _retyped(sides, up)),
        sequences.counted(sides, new, old, _retyped(sides, down)),
    )
    return Change(Phase.TABLES, said, *both, place)


def _altered(
    sides: Sides, old: Column[Any], new: Column[Any], details: tuple[str, ...], *, counts: bool
) -> ops.AlterColumnOp:
    """Return the operation that makes the one column the other."""
    # A key that counts up goes on with it only if every change says so.
    says = sides.dialect.alters_autoincrement and ("autoincrement" in details or counts)
    counting: dict[str, Any] = {"autoincrement": counts} if says else {}
    is_whole = "server default" in details and not sides.dialect.portability.sets_default(new, sides.sql)
    return ops.AlterColumnOp(
        old.table.name,
        old.name,
        schema=old.table.schema,
        existing_type=old.type,
        existing_nullable=old.nullable,
        existing_server_default=old.server_default if old.server_default is not None else False,
        existing_comment=old.comment,
        modify_type=new.type if "type" in details else None,
        modify_nullable=new.nullable if "nullable" in details or is_whole else None,
        modify_server_default=new.server_default if "server default" in details else False,
        modify_comment=new.comment if "comment" in details else False,
        **counting,
    )


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
    """Yield the columns that are computed otherwise, or from a column of another type: no database can alter them.

    They go before the columns that they are computed from are changed, and come after that.
    """
    for name, table in sides.tables.items():
        there = sides.there.metadata.tables.get(name)
        here = sides.here.metadata.tables.get(name)
        if here is None or there is None:
            continue
        for column in table.c:
            old, new = here.c.get(column.name), there.c.get(column.name)
            if old is None or new is None or not _is_recomputed(sides, old, new):
                continue
            there_drop, here_drop = (dropped(table, one) for one in (new, old))
            add = ops.AddColumnOp(table.name, alone(table, column.name), schema=table.schema)
            back = ops.AddColumnOp(table.name, alone(here, column.name), schema=table.schema)
            said, values = (
                Difference("alter_column", name, column.name, ("expression",)),
                f"the values of {name}.{column.name}",
            )
            rebuilds = sides.dialect.rebuilds
            places = (Place.COMPUTED_AWAY, Place.COMPUTED) if rebuilds else (Place.INDEX_AWAY, Place.PRIMARY)
            lost, lost_down = (values if one.computed is None else "" for one in (old, new))
            yield Change(Phase.TABLES, said, (here_drop,), (back,), places[0], lost=lost)
            yield Change(Phase.TABLES, said, (add,), (there_drop,), places[1], lost_down=lost_down)


def _is_recomputed(sides: Sides, old: Column[Any], new: Column[Any]) -> bool:
    before, after = _expression(old), _expression(new)
    if before != after:
        return True
    if after is None or sides.dialect.rebuilds:
        return False
    words = set(re.findall(r"\w+", after[0]))
    both = ((one, new.table.c.get(one.name)) for one in old.table.c if one.name in words)
    return any(other is not None and not _is_same_type(one.type, other.type) for one, other in both)


def _expression(column: Column[Any]) -> tuple[str, bool | None] | None:
    if column.computed is None:
        return None
    return " ".join(str(column.computed.sqltext).split()), bool(column.computed.persisted)


def generated(here: Snapshot, there: Snapshot, tables: Mapping[str, Table]) -> dict[str, tuple[Column[Any], ...]]:
    """Return the generated columns that both have, and that say the same: a rebuild of their table trips over them."""
    found: dict[str, tuple[Column[Any], ...]] = {}
    for name, table in tables.items():
        for one in table.c:
            old, new = here.column(name, one.name), there.column(name, one.name)
            if old is not None and new is not None and _expression(new) == _expression(old) is not None:
                found[name] = (*found.get(name, ()), alone(table, one.name))
    return found
