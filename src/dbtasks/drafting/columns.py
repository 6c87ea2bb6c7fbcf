"""Columns that both schemas have, and that say different things."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from alembic.operations import ops
from sqlalchemy import Column, Computed, Enum, Table
from sqlalchemy.types import TypeEngine

from dbtasks.compare import Difference
from dbtasks.drafting.change import Change, Phase, Place
from dbtasks.drafting.constraints import Sides
from dbtasks.drafting.operations import Sql, Using
from dbtasks.drafting.snapshot import Snapshot, default_of
from dbtasks.drafting.tables import alone, without_check

COUNTING = re.compile(r"nextval\('(.+)'::regclass\)")  # what counts a key up is a part of the key


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
        "autoincrement": sides.dialect.alters_autoincrement and _counts(old) != _counts(new),
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
    if _sequence(old) and _sequence(new):
        return False
    identities = [identity_of(one) for one in (old, new)]
    return before != after or identities[0] != identities[1]


def identity_of(column: Column[Any]) -> tuple[object, ...] | None:
    """Return what a reflected column says of its identity; None where it has none."""
    one = column.identity
    if one is None:
        return None
    return one.always, one.start, one.increment, one.minvalue, one.maxvalue, one.cycle, one.cache


def _counts(column: Column[Any]) -> bool:
    return column.autoincrement is True


def _changed(sides: Sides, table: str, old: Column[Any], new: Column[Any], details: tuple[str, ...]) -> Change:
    wanted = next(one for one in sides.tables[table].c if one.name == new.name)
    up, down = _altered(sides, old, new, details), _altered(sides, new, old, details)
    if up.modify_type is not None:
        up.modify_type = without_check(wanted.type)
    default = wanted.server_default
    if default is not None and up.modify_server_default not in (False, None):
        up.modify_server_default = default if not isinstance(default, Computed) else up.modify_server_default
    place = Place.PRIMARY if "autoincrement" in details else Place.COLUMN
    said = Difference("alter_column", table, new.name, details)
    both = (_counted(sides, old, new, _retyped(sides, up)), _counted(sides, new, old, _retyped(sides, down)))
    return Change(Phase.TABLES, said, *both, place)


def _sequence(column: Column[Any]) -> str:
    """Return the sequence by which a column counts up, as its default names it; "" for another column."""
    found = COUNTING.match(default_of(column) or "")
    return found[1] if found else ""


def _counted(
    sides: Sides, old: Column[Any], new: Column[Any], operations: tuple[ops.MigrateOperation, ...]
) -> tuple[ops.MigrateOperation, ...]:
    """Return the operations with what makes the sequence of a column that is to count up, or drops it."""
    before, after = _sequence(old), _sequence(new)
    kind = new.type.compile(dialect=sides.sql)
    if before and after and repr(old.type) != repr(new.type):  # it would go on to end where the old type does
        return (*operations, Sql([f"ALTER SEQUENCE {before} AS {kind}"], sides.dialect.names))
    if bool(before) == bool(after):
        return operations
    if before:
        return (*operations, Sql([f"DROP SEQUENCE {before}"], sides.dialect.names))
    quote = sides.dialect.quoted
    table = ".".join(quote(one) for one in (new.table.schema, new.table.name) if one)
    last = f"(SELECT coalesce(max({quote(new.name)}), 0) + 1 FROM {table})"  # noqa: S608 - quoted
    made = Sql([f"CREATE SEQUENCE {after} AS {kind}"], sides.dialect.names)
    owned = [f"ALTER SEQUENCE {after} OWNED BY {table}.{quote(new.name)}", f"SELECT setval('{after}', {last}, false)"]
    return (made, *operations, Sql(owned, sides.dialect.names))


def _altered(sides: Sides, old: Column[Any], new: Column[Any], details: tuple[str, ...]) -> ops.AlterColumnOp:
    """Return the operation that makes the one column the other."""
    # A key that counts up goes on with it only if every change says so.
    says = sides.dialect.alters_autoincrement and ("autoincrement" in details or _counts(new))
    counting: dict[str, Any] = {"autoincrement": _counts(new)} if says else {}
    return ops.AlterColumnOp(
        old.table.name,
        old.name,
        schema=old.table.schema,
        existing_type=old.type,
        existing_nullable=old.nullable,
        existing_server_default=old.server_default if old.server_default is not None else False,
        existing_comment=old.comment,
        modify_type=new.type if "type" in details else None,
        modify_nullable=new.nullable if "nullable" in details else None,
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
            drop = ops.DropColumnOp(table.name, column.name, schema=table.schema)
            add = ops.AddColumnOp(table.name, alone(table, column.name), schema=table.schema)
            back = ops.AddColumnOp(table.name, alone(here, column.name), schema=table.schema)
            said, values = (
                Difference("alter_column", name, column.name, ("expression",)),
                f"the values of {name}.{column.name}",
            )
            lost, lost_down = (values if one.computed is None else "" for one in (old, new))
            yield Change(Phase.TABLES, said, (drop,), (back,), Place.INDEX_AWAY, lost=lost)
            yield Change(Phase.TABLES, said, (add,), (drop,), Place.PRIMARY, lost_down=lost_down)


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
