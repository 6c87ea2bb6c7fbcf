"""Whether revisions name the constraints that they create and drop: one without a name is hard to drop later on."""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

from alembic.operations import ops
from sqlalchemy import (
    CheckConstraint,
    Constraint,
    ForeignKeyConstraint,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from dbtasks.checks.findings import Finding, Problem, Subject
from dbtasks.checks.recording import Operation, tables
from dbtasks.compare import table_of
from dbtasks.history import Direction

# The words of a naming convention, which are those of a problem as well, and what they name.
KINDS: dict[str, type[Constraint]] = {"uq": UniqueConstraint, "fk": ForeignKeyConstraint, "ck": CheckConstraint}
CREATED = {"uq": ops.CreateUniqueConstraintOp, "fk": ops.CreateForeignKeyOp, "ck": ops.CreateCheckConstraintOp}
DIRECTIONS: tuple[Direction, ...] = ("upgrade", "downgrade")


def unnamed(subject: Subject) -> Iterator[Finding]:
    """Yield the constraints without a name in revisions that are not on the main branch yet."""
    derived = conventions(subject.models.metadata)
    for revision in subject.new:
        for direction in DIRECTIONS:
            for one in subject.recordings.of(revision, subject.dialect, direction).operations:
                for problem in () if one.named else problems(one, derived):
                    yield Finding("unnamed-constraint", problem, subject.at(revision, one.line))


def conventions(metadata: Iterable[MetaData]) -> AbstractSet[str]:
    """Return the kinds of constraints that every metadata names by a convention."""
    several = [{kind for kind in KINDS if _names(one, kind)} for one in metadata]
    return set.intersection(*several) if several else set()


def _names(metadata: MetaData, kind: str) -> bool:
    return kind in metadata.naming_convention or KINDS[kind] in metadata.naming_convention


def problems(one: Operation, derived: AbstractSet[str]) -> Iterator[Problem]:
    """Yield the constraints of an operation that nothing names."""
    what = one.what
    if isinstance(what, ops.DropConstraintOp) and what.constraint_name is None:
        yield Problem("drop", table_of(what), detail=what.constraint_type or "")
    for kind, operation in CREATED.items():
        if isinstance(what, operation) and getattr(what, "constraint_name", None) is None and kind not in derived:
            yield Problem(kind, table_of(what))
    for table in tables(what):
        yield from _of_table(table, table_of(what), derived)


def _of_table(table: Table, name: str, derived: AbstractSet[str]) -> Iterator[Problem]:
    in_columns = (constraint for column in table.columns for constraint in column.constraints)
    for constraint in sorted({*table.constraints, *in_columns}, key=lambda one: (_columns(one), type(one).__name__)):
        if constraint.name or isinstance(constraint, PrimaryKeyConstraint):
            continue
        kinds = (kind for kind, cls in KINDS.items() if isinstance(constraint, cls) and kind not in derived)
        yield from (Problem(kind, name, _columns(constraint)) for kind in kinds if not _is_implied(constraint))


def _is_implied(constraint: Constraint) -> bool:
    """Return whether a type has made the constraint, which then exists on some databases only."""
    return getattr(constraint, "_type_bound", False) is True


def _columns(constraint: Constraint) -> str:
    return ", ".join(one.name for one in getattr(constraint, "columns", ()))
