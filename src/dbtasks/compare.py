"""The differences between two schemas as data, found by Alembic's own comparators."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from alembic.autogenerate import produce_migrations
from alembic.operations import ops
from sqlalchemy import URL, Connection, MetaData, inspect

from dbtasks import databases, dialects, ledger, road
from dbtasks.history import History

Facts = dict[tuple[str, str, str], Any]  # what is said of (kind, table, name)


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """One operation that would make the compared schema like the wanted one.

    Attributes:
        kind: Alembic's name of the operation, such as ``create_table`` or ``add_column``.
        table: the table's full name.
        item: the column, index or constraint; empty when it is the table itself.
        details: what changes about it, such as ``type``.
    """

    kind: str
    table: str
    item: str = ""
    details: tuple[str, ...] = ()


def with_schema(history: History, url: URL, other: URL) -> tuple[Difference, ...]:
    """Return what is to be done to the database so that its schema is the ``other`` database's; empty when it is."""
    found = described(operations(history, url, reflected(other)))
    new = {one.table for one in found if one.kind == "create_table"}
    return (
        *(one for one in found if one.kind == "create_table" or one.table not in new),
        *other_facts(url, other),
    )


def reflected(url: URL) -> MetaData:
    """Return the tables of a database, without ours."""
    metadata = MetaData()
    databases.connect(url, lambda connection: metadata.reflect(connection, only=_is_theirs))
    return metadata


def operations(history: History, url: URL, wanted: MetaData) -> ops.UpgradeOps | None:
    """Return the operations that would make the database have these tables, and no others."""
    return road.inspect(history, url, lambda context: produce_migrations(context, wanted).upgrade_ops)


def other_facts(url: URL, other: URL) -> tuple[Difference, ...]:
    """Return differences in what Alembic does not compare: views, checks, primary keys, and types of their own."""
    return between(*(databases.connect(one, facts_of) for one in (url, other)))


def between(here: Facts, there: Facts) -> tuple[Difference, ...]:
    """Return how the facts of two databases differ."""
    found = []
    for name in sorted({*here, *there}):
        if name[0] == "column_order" and sorted(here.get(name, ())) != sorted(there.get(name, ())):
            continue  # a column is missing; that is told by itself
        if here.get(name) != there.get(name) and (name[0] == "view" or _in_both(name, here, there)):
            verb = "drop" if name not in there else "change" if name in here else "create"
            found.append(Difference(f"{verb}_{name[0]}", *name[1:]))
    return tuple(found)


def facts_of(connection: Connection) -> Facts:
    """Return the facts that Alembic does not compare: (kind, table, name) and what is said of it."""
    inspector = inspect(connection)
    found: Facts = {("view", name, ""): inspector.get_view_definition(name) for name in inspector.get_view_names()}
    for (_, table), key in inspector.get_multi_pk_constraint().items():
        found["table", table, ""] = True
        found["primary_key", table, ""] = tuple(key["constrained_columns"]) if key else ()
    dialect = dialects.of(connection.engine.url)
    for (_, table), checks in inspector.get_multi_check_constraints().items():
        for check in checks:
            condition = dialect.definitions.condition(str(check["sqltext"]))
            found["check", table, str(check["name"] or condition)] = condition
    if dialect.orders_columns:
        for (_, table), columns in inspector.get_multi_columns().items():
            found["column_order", table, ""] = tuple(column["name"] for column in columns)
    for enum in getattr(inspector, "get_enums", list)():
        found["enum", str(enum["name"]), ""] = tuple(enum["labels"])
    return {name: fact for name, fact in found.items() if not name[1].startswith(ledger.PREFIX)}


def _in_both(name: tuple[str, str, str], *facts: Facts) -> bool:
    """Return whether a fact is not told already by its table being there or not."""
    if name[0] == "table":
        return False
    return name[0] == "enum" or all(("table", name[1], "") in one for one in facts)


def _is_theirs(table: str, _metadata: MetaData) -> bool:
    return not table.startswith(ledger.PREFIX)


def described(found: ops.UpgradeOps | None) -> tuple[Difference, ...]:
    """Return operations as data, in their order."""
    return tuple(_difference(one) for one in flattened(found.ops if found else ()))


def flattened(found: Iterable[ops.MigrateOperation]) -> Iterable[ops.MigrateOperation]:
    """Yield operations without the containers that Alembic groups a table's in."""
    for one in found:
        if isinstance(one, ops.OpContainer):
            yield from flattened(one.ops)
        else:
            yield one


def table_of(operation: ops.MigrateOperation) -> str:
    """Return the full name of the table that an operation is about; "" when it is about none."""
    name = getattr(operation, "source_table", None) or getattr(operation, "table_name", None) or ""
    schema = getattr(operation, "schema", None) or getattr(operation, "source_schema", None)
    return f"{schema}.{name}" if schema else name


def _difference(operation: ops.MigrateOperation) -> Difference:
    kind = next(word for word, cls in KINDS if isinstance(operation, cls))
    return Difference(kind, table_of(operation), _item(operation), tuple(_details(operation)))


KINDS: tuple[tuple[str, type[ops.MigrateOperation]], ...] = (
    ("create_table", ops.CreateTableOp),
    ("drop_table", ops.DropTableOp),
    ("add_column", ops.AddColumnOp),
    ("drop_column", ops.DropColumnOp),
    ("alter_column", ops.AlterColumnOp),
    ("create_index", ops.CreateIndexOp),
    ("drop_index", ops.DropIndexOp),
    ("create_constraint", ops.AddConstraintOp),
    ("drop_constraint", ops.DropConstraintOp),
    ("table_comment", ops.CreateTableCommentOp),
    ("table_comment", ops.DropTableCommentOp),
    ("other", ops.MigrateOperation),
)


def _item(operation: ops.MigrateOperation) -> str:
    column = getattr(operation, "column", None)
    names: tuple[Any, ...] = (
        getattr(column, "name", None),
        getattr(operation, "column_name", None),
        getattr(operation, "index_name", None),
        getattr(operation, "constraint_name", None),
    )
    return next((str(name) for name in names if name), "")


def _details(operation: ops.MigrateOperation) -> Iterable[str]:
    if isinstance(operation, ops.AlterColumnOp):
        if operation.modify_type is not None:
            yield "type"
        if operation.modify_nullable is not None:
            yield "nullable"
        if operation.modify_server_default is not False:
            yield "server default"
        if operation.modify_comment is not False:
            yield "comment"
