"""The changes that take one schema to the other."""

import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from alembic.autogenerate import produce_migrations
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL, Column, Enum
from sqlalchemy.types import TypeEngine

from dbtasks import compare, dialects, road
from dbtasks.compare import Difference
from dbtasks.drafting import columns, constraints, keys, order, snapshot, types
from dbtasks.drafting.change import Change, Phase
from dbtasks.drafting.constraints import Sides
from dbtasks.drafting.operations import Sql
from dbtasks.drafting.wanted import Wanted
from dbtasks.history import History

Type = TypeEngine[Any]
COUNTING = re.compile(r"nextval\(")
NONE: Mapping[tuple[str, str], str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Schemas:
    """The two scratch databases, and the models.

    Attributes:
        here: the URL of the one with the history.
        there: the URL of the one that the models made.
        wanted: the models.
    """

    here: URL
    there: URL
    wanted: Wanted


def changes(
    history: History,
    schemas: Schemas,
    members: Mapping[tuple[str, str], str] = NONE,
    old_names: frozenset[str] = frozenset(),
) -> tuple[Change, ...]:
    """Return what is to be done, in order; empty when the history has what the models want.

    ``members`` gives the new name of a renamed member by its type and its old name; ``old_names`` are those of renamed
    tables and columns, which other names may be made of.
    """
    looked_at = schemas.wanted.schemas
    there = snapshot.of(schemas.there, looked_at)

    def work(context: MigrationContext) -> tuple[Change, ...]:
        connection = context.connection
        assert connection is not None  # noqa: S101 - it is looked at online
        here = snapshot.read(connection, looked_at)
        sides = Sides(
            here,
            there,
            schemas.wanted.tables,
            schemas.wanted.named,
            old_names,
            dialects.of(schemas.here),
            connection.dialect,
        )
        return _changes(sides, _operations(context, sides), members)

    return road.inspect(
        history,
        schemas.here,
        work,
        include_schemas=len(looked_at) > 1,
        compare_type=_is_other_type,
        compare_server_default=_is_other_default,
    )


def _is_other_type(_context: object, _old: object, _new: object, before: Type, after: Type) -> bool:
    """Return whether two reflected types differ; the members of an enum that has a name are compared by themselves."""
    old, new = (getattr(one, "item_type", one) for one in (before, after))
    if isinstance(old, Enum) and isinstance(new, Enum) and old.name and new.name:
        return (old.schema, old.name) != (new.schema, new.name)
    return repr(before) != repr(after)


def _is_other_default(_context: object, _old: object, new: Column[object], before: str | None, *_: object) -> bool:
    """Return whether two reflected defaults differ; what counts a key up is a part of the key."""
    after = snapshot.default_of(new)
    return not (after and COUNTING.match(after)) and snapshot.bare(before) != after


def _operations(context: MigrationContext, sides: Sides) -> tuple[ops.MigrateOperation, ...]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what is compared by its definition instead
        found = produce_migrations(context, sides.there.metadata).upgrade_ops
    known = {*sides.here.metadata.tables, *sides.there.metadata.tables}
    operations = (one for one in compare.flattened(found.ops if found else ()) if compare.table_of(one) in known)
    return tuple(one for one in operations if not isinstance(one, ops.AlterColumnOp) or _alters(sides, one))


def _alters(sides: Sides, operation: ops.AlterColumnOp) -> bool:
    """Return whether an operation changes something, with the types that the snapshots know better than Alembic."""
    table, name = compare.table_of(operation), operation.column_name
    old, new = (side.column(table, name) for side in (sides.here, sides.there))
    if old is not None and new is not None:
        operation.existing_type = old.type
        if operation.modify_type is not None and repr(old.type) == repr(new.type):
            operation.modify_type = None
    return operation.has_changes()


def _changes(
    sides: Sides, operations: tuple[ops.MigrateOperation, ...], members: Mapping[tuple[str, str], str]
) -> tuple[Change, ...]:
    here, there = sides.here.metadata.tables, sides.there.metadata.tables
    found = [*_spaces(sides), *types.changes(sides, members), *columns.changes(sides, operations)]
    for table in sorted({*here} & {*there}):
        found += constraints.changes(sides, table)
    gone = [table for name, table in here.items() if name not in there]
    tables = keys.creation_order([*(table for name, table in sides.tables.items() if name in there), *gone])
    return order.in_order(keys.out_of_the_way(sides, order.in_order(found, tables)), tables)


def _spaces(sides: Sides) -> Iterator[Change]:
    """Yield the schemas that the models name and that the history has not made yet."""
    for name in sides.there.schemas:
        if name is not None and name not in sides.here.spaces:
            quoted = sides.dialect.quoted(name)
            up, down = (Sql([f"{verb} SCHEMA {quoted}"], sides.dialect.names) for verb in ("CREATE", "DROP"))
            yield Change(Phase.SCHEMAS, Difference("create_schema", name), (up,), (down,))
