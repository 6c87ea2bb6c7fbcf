"""What a revision does: each operation and statement with its line in the file."""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from alembic.operations import MigrateOperation
from alembic.operations.ops import AddColumnOp, CreateTableOp, ExecuteSQLOp, RenameTableOp
from sqlalchemy import MetaData, Table

from dbtasks.compare import table_of
from dbtasks.history import Revision

CREATES = re.compile(r"\s*CREATE\s+(?:\w+\s+)*?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?[\"`\[]?([\w$]+)", re.IGNORECASE)
ENDS = re.compile(r";[ \t]*(?:\n|$)")


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of Alembic that a revision asks for.

    Attributes:
        what: the operation.
        line: where in the revision's file.
        in_batch: whether it stands in a batch, which rebuilds the table where the database needs that.
        named: whether the batch derives the names of constraints from a convention.
        refused: why it cannot be written for the dialect; "" when it can.
    """

    what: MigrateOperation
    line: int | None
    in_batch: bool = False
    named: bool = False
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL that a revision sends, with the operation that it is for; None for that of a transaction."""

    sql: str
    line: int | None
    operation: MigrateOperation | None


@dataclass(frozen=True, slots=True)
class Recording:
    """All that a revision does, in order.

    Attributes:
        stopped: the line in which it asks the database something, where the recording ends; None when it is whole.
    """

    revision: Revision
    operations: tuple[Operation, ...]
    statements: tuple[Statement, ...]
    stopped: int | None = None


def sent(recording: Recording, one: Operation) -> Iterator[str]:
    """Yield the statements that were written for an operation."""
    for text in at_once(recording, one):
        yield from filter(str.strip, ENDS.split(text))


def at_once(recording: Recording, one: Operation) -> Iterator[str]:
    """Yield what is sent to the database for an operation at once, which may be several statements."""
    return (statement.sql for statement in recording.statements if statement.operation is one.what)


def created(recording: Recording, one: Operation) -> Iterator[str]:
    """Yield the tables that an operation creates, so that no row of before is in them."""
    if isinstance(one.what, CreateTableOp):
        yield table_of(one.what)
    elif isinstance(one.what, ExecuteSQLOp):
        yield from (match[1] for text in sent(recording, one) if (match := CREATES.match(text)))


def all_created(recordings: Iterable[Recording]) -> AbstractSet[str]:
    """Return the tables that revisions create, by every name that they have in them."""
    found: set[str] = set()
    for recording in recordings:
        for one in recording.operations:
            found |= set(created(recording, one))
            if isinstance(one.what, RenameTableOp) and one.what.table_name in found:
                found.add(one.what.new_table_name)
    return found


def tables(what: MigrateOperation) -> Iterator[Table]:
    """Yield what an operation creates: its table, or one that has nothing but the new column."""
    if isinstance(what, CreateTableOp):
        yield what.to_table()
    elif isinstance(what, AddColumnOp):
        known: Table | None = getattr(what.column, "table", None)
        yield known if known is not None else Table(what.table_name, MetaData(), what.column, schema=what.schema)
