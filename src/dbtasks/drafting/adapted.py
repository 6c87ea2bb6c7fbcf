"""A copy of the models made explicit for one database: what is implied is written out, what is not for it, goes."""

from typing import Any

from sqlalchemy import CheckConstraint, Column, Dialect, Enum, MetaData, Sequence, Table
from sqlalchemy.schema import CreateTable, conv

from dbtasks.dialects.types import lasting


def sequences(models: MetaData, copy: MetaData) -> None:
    """Give the copy the sequences that are declared on their own; ``to_metadata`` copies tables only."""
    for one in list(models._sequences.values()):  # noqa: SLF001 - there is no public list of them
        one._copy()._set_metadata(copy)  # noqa: SLF001 - what to_metadata() does for a column's


def adapt(table: Table, original: Table, dialect: Dialect) -> None:
    """Write out what the copy of a table only implies, and take away what is not for this database."""
    _leave_out_others(table, original, dialect)
    for column in table.columns:
        _as_constraints_of_table(table, column)
        _without_sequence(column, dialect)
        _as_original(column, original.columns[column.key])
    for constraint in list(table.constraints):
        if getattr(constraint, "_type_bound", False):
            _as_plain_check(table, constraint, dialect)
    for key in table.foreign_key_constraints:
        key.use_alter = False  # the order of a draft sees to tables that refer to each other


def _as_original(column: Column[Any], original: Column[Any]) -> None:
    """Give an enum what its copy has lost: its characters, and that it is in no schema though its table is in one."""
    kinds = [column.type, original.type]
    if lasting(original.type) is not original.type:
        column.type = lasting(original.type)
    copy, kept = (getattr(one, "item_type", one) for one in kinds)
    if isinstance(copy, Enum) and isinstance(kept, Enum):
        copy.schema = kept.schema


def _leave_out_others(table: Table, original: Table, dialect: Dialect) -> None:
    """Take away what ``ddl_if`` keeps for other dialects; the copy does not know of it any more."""
    for mine, theirs in ((table.constraints, original.constraints), (table.indexes, original.indexes)):
        several: tuple[set[Any], Any] = (mine, theirs)
        left_out = {(type(one), str(one.name)) for one in several[1] if not _is_for(one, dialect)}
        for one in list(several[0]):
            if (type(one), str(one.name)) in left_out:
                several[0].discard(one)


def _is_for(item: object, dialect: Dialect) -> bool:
    names = getattr(getattr(item, "_ddl_if", None), "dialect", None)
    return names is None or dialect.name in ([names] if isinstance(names, str) else names)


def _as_constraints_of_table(table: Table, column: Column[Any]) -> None:
    """Make checks that stand at a column those of its table, where Alembic sees them."""
    for one in [one for one in column.constraints if isinstance(one, CheckConstraint)]:
        column.constraints.discard(one)
        table.append_constraint(CheckConstraint(one.sqltext, name=one.name))


def _without_sequence(column: Column[Any], dialect: Dialect) -> None:
    """Have a column with a sequence of its own count by nothing else; where there are none it counts by itself."""
    if isinstance(column.default, Sequence):
        column.default = None
        if dialect.supports_sequences:
            column.autoincrement = False


def _as_plain_check(table: Table, constraint: Any, dialect: Dialect) -> None:
    """Write out the check that a type implies where a naming convention gives it another name than the type has.

    In a revision there is no convention, so that the type would give it its own name.
    """
    columns = [column for column in table.columns if [one.name for one in constraint.columns] == [column.name]]
    kind: Any = columns[0].type if columns else None
    name = str(constraint.name) if isinstance(constraint.name, conv) else ""
    rule = constraint._create_rule  # noqa: SLF001 - whether the type needs a check on this database
    if (
        not name
        or kind is None
        or name == kind.name
        or (rule and not rule(dialect.ddl_compiler(dialect, CreateTable(table))))
    ):
        return
    table.constraints.discard(constraint)
    kind.create_constraint = False
    table.append_constraint(CheckConstraint(constraint.sqltext, name=conv(name)))
