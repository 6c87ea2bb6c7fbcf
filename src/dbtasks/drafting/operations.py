"""Operations that Alembic has not, and how they stand in a revision."""

from collections.abc import Sequence
from typing import Any

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.render import render_op
from alembic.operations import ops


class Remark(ops.MigrateOperation):
    """A comment in the revision."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.table_name = ""  # of the batch that it stands in


class Break(ops.MigrateOperation):
    """The end of a batch: what follows needs the table as it is by then."""


class Sql(ops.MigrateOperation):
    """Statements, for one dialect only or for whatever the revision is run on."""

    def __init__(self, statements: Sequence[str], dialect: tuple[str, ...] = (), *, alone: bool = False) -> None:
        self.statements = tuple(statements)
        self.dialect = dialect
        self.alone = alone  # outside the transaction of the revision

    def is_like(self, other: "Sql") -> bool:
        """Return whether both can stand under one condition."""
        return self.dialect == other.dialect and not (self.alone or other.alone)


class Using(ops.AlterColumnOp):
    """A change of type that the database makes only when it is told how."""

    def __init__(self, *args: Any, using: dict[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.using = using


class Batch(ops.ModifyTableOps):
    """The operations of a table in which some constraints have names only by a convention."""

    def __init__(self, *args: Any, naming: dict[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.naming = naming


class DropComputed(ops.DropColumnOp):
    """The end of a computed column, which goes before those that it is computed from."""


class DropUnnamed(ops.DropConstraintOp):
    """The end of a constraint that has no name: batch mode finds it by the name that a convention would give it."""


class NewCheck(ops.CreateCheckConstraintOp):
    """A check whose SQL stands in the revision as it is; Alembic would double a percent sign for some drivers."""


class NewPrimaryKey(ops.CreatePrimaryKeyOp):
    """A primary key, which Alembic creates and does not draft."""


class NewName(ops.RenameTableOp):
    """Another name for a table, which Alembic gives and does not draft."""


@renderers.dispatch_for(NewName)
def _new_name(_context: AutogenContext, operation: NewName) -> str:
    schema = f", schema={operation.schema!r}" if operation.schema else ""
    return f"op.rename_table({operation.table_name!r}, {operation.new_table_name!r}{schema})"


@renderers.dispatch_for(Remark)
def _remark(_context: AutogenContext, operation: Remark) -> list[str]:
    return [f"# {line}".rstrip() for line in operation.text.splitlines()]


@renderers.dispatch_for(Break)
def _break(_context: AutogenContext, _operation: Break) -> list[str]:
    return []


@renderers.dispatch_for(Sql)
def _sql(_context: AutogenContext, operation: Sql) -> list[str]:
    lines = [f"op.execute({one!r})" for one in operation.statements]
    if operation.alone:
        lines = ["with op.get_context().autocommit_block():", *lines, ""]
    return _guarded(operation.dialect, lines)


def _guarded(dialect: tuple[str, ...], lines: list[str]) -> list[str]:
    if not dialect:
        return lines
    names = f"== {dialect[0]!r}" if len(dialect) == 1 else f"in {dialect!r}"
    return [f"if op.get_context().dialect.name {names}:", *lines, ""]  # an empty line ends a block, which Mako indents


@renderers.dispatch_for(Using)
def _using(context: AutogenContext, operation: Using) -> str:
    plain = ops.AlterColumnOp.__new__(ops.AlterColumnOp)
    plain.__dict__.update(operation.__dict__)
    (text,) = render_op(context, plain)
    told = "".join(f",\n           {name}={value!r}" for name, value in operation.using.items())
    return f"{text.removesuffix(')')}{told})"


@renderers.dispatch_for(Batch)
def _batch(context: AutogenContext, operation: Batch) -> list[str]:
    plain = ops.ModifyTableOps(operation.table_name, operation.ops, schema=operation.schema)
    lines = render_op(context, plain)
    return [lines[0].replace(") as batch_op:", f", naming_convention={operation.naming!r}) as batch_op:"), *lines[1:]]


@renderers.dispatch_for(NewCheck)
def _check(context: AutogenContext, operation: NewCheck) -> str:
    sql = getattr(operation.condition, "text", operation.condition)
    if context._has_batch:  # noqa: SLF001 - Alembic's own renderers ask the same
        return f"batch_op.create_check_constraint({operation.constraint_name!r}, {sql!r})"
    schema = f", schema={operation.schema!r}" if operation.schema else ""
    return f"op.create_check_constraint({operation.constraint_name!r}, {operation.table_name!r}, {sql!r}{schema})"


@renderers.dispatch_for(NewPrimaryKey)
def _primary_key(context: AutogenContext, operation: NewPrimaryKey) -> str:
    if context._has_batch:  # noqa: SLF001 - Alembic's own renderers ask the same
        return f"batch_op.create_primary_key({operation.constraint_name!r}, {list(operation.columns)!r})"
    schema = f", schema={operation.schema!r}" if operation.schema else ""
    names = f"{operation.constraint_name!r}, {operation.table_name!r}"
    return f"op.create_primary_key({names}, {list(operation.columns)!r}{schema})"
