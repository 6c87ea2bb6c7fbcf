"""The differences between a schema and models, or another schema, as data, found by Alembic's own comparators."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from alembic.autogenerate import produce_migrations
from alembic.operations import ops
from sqlalchemy import URL, MetaData

from dbtasks import databases, ledger, road
from dbtasks.history import History


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


def with_models(history: History, url: URL, metadata: Sequence[MetaData]) -> tuple[Difference, ...]:
    """Return what is to be done to the database so that it fits the models; empty when it does."""
    operations = road.inspect(
        history,
        url,
        lambda context: produce_migrations(context, metadata).upgrade_ops,  # type: ignore[arg-type]
    )
    return described(operations)


def with_schema(history: History, url: URL, other: URL) -> tuple[Difference, ...]:
    """Return what is to be done to the database so that its schema is the ``other`` database's; empty when it is."""
    metadata = MetaData()
    databases.connect(other, lambda connection: metadata.reflect(connection, only=_is_theirs))
    return with_models(history, url, [metadata])


def _is_theirs(table: str, _metadata: MetaData) -> bool:
    return not table.startswith(ledger.PREFIX)


def described(operations: ops.UpgradeOps | None) -> tuple[Difference, ...]:
    """Return operations as data, in their order."""
    return tuple(_difference(one) for one in flattened(operations.ops if operations else ()))


def flattened(operations: Iterable[ops.MigrateOperation]) -> Iterable[ops.MigrateOperation]:
    """Yield operations without the containers that Alembic groups a table's in."""
    for one in operations:
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
