"""What a revision does, recorded while it writes its SQL: each operation and statement with its line in the file.

No database is touched. A revision that asks one something is recorded up to there.
"""

import contextlib
import io
import re
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from alembic.operations import BatchOperations, MigrateOperation, Operations
from alembic.operations.ops import AddColumnOp, CreateTableOp, ExecuteSQLOp, RenameTableOp
from alembic.runtime.environment import EnvironmentContext
from sqlalchemy import MetaData, Table

from dbtasks import dialects
from dbtasks.compare import table_of
from dbtasks.history import Direction, History, Revision
from dbtasks.rehearsal import ENVELOPE

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


@dataclass(slots=True)
class Recordings:
    """The recordings of a history, each made once."""

    history: History
    _made: dict[tuple[str, str, Direction], Recording] = field(default_factory=dict)

    def of(self, revision: Revision, dialect: str, direction: Direction = "upgrade") -> Recording:
        """Return what a revision does on a dialect."""
        key = (revision.id, dialect, direction)
        if key not in self._made:
            self._made[key] = _recorded(self.history, revision, dialect, direction)
        return self._made[key]

    @property
    def stopped(self) -> tuple[tuple[Revision, int], ...]:
        """Return the revisions that were recorded in part only, with the line at which they ask the database."""
        ups = (one for (_, _, direction), one in self._made.items() if direction == "upgrade")  # a way down may refuse
        found = {(one.revision.id, one.stopped): one.revision for one in ups if one.stopped}
        return tuple((revision, line) for (_, line), revision in found.items() if line)


def _recorded(history: History, revision: Revision, dialect: str, direction: Direction) -> Recording:
    recorder = _Recorder(str(revision.path), rebuilds=dialects.named(dialect, "--dialects").rebuilds)
    body = getattr(history.scripts.get_revision(revision.id).module, direction, None)
    stopped = None
    with (
        EnvironmentContext(history.config, history.scripts, as_sql=True) as environment,
        warnings.catch_warnings(action="ignore"),
        contextlib.redirect_stdout(io.StringIO()),  # a revision may print what is not for those who read our output
    ):
        # Values stay parameters, which every parser reads: not each of them can be written into the SQL.
        style = {"paramstyle": "numeric_dollar"}
        environment.configure(dialect_name=dialect, output_buffer=recorder, dialect_opts=style)  # type: ignore[arg-type]
        with Operations.context(environment.get_context()) as operations:
            recorder.listen(operations)
            try:
                if body is not None:
                    body()
            except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a revision raises that finds no database
                stopped = recorder.line_of(error)
    return Recording(revision, tuple(recorder.operations), tuple(recorder.statements), stopped)


@dataclass(slots=True)
class _Recorder:
    """Hears the operations, and is the file into which Alembic writes the SQL."""

    file: str
    rebuilds: bool
    operations: list[Operation] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    _now: MigrateOperation | None = None

    def listen(self, operations: Operations) -> None:
        plain, plain_batch = operations.invoke, operations.batch_alter_table

        def invoke(what: MigrateOperation) -> Any:
            return self._note(what, lambda: plain(what))

        @contextlib.contextmanager
        def batch(table_name: str, schema: str | None = None, *_: Any, **options: Any) -> Iterator[BatchOperations]:
            def invoke_in_batch(what: MigrateOperation) -> None:
                def alone() -> None:  # so that each statement is written at its own line
                    with plain_batch(table_name, schema=schema, recreate="never") as one:
                        one.invoke(what)

                named = bool(options.get("naming_convention"))
                self._note(what, (lambda: None) if self.rebuilds else alone, in_batch=True, named=named)

            with plain_batch(table_name, schema=schema) as batch_op:
                vars(batch_op)["invoke"] = invoke_in_batch
                yield batch_op

        vars(operations).update(invoke=invoke, batch_alter_table=batch)

    def write(self, text: str) -> None:
        """Take what Alembic writes, a statement at a time; also what ``op.get_bind()`` is sent past the operations."""
        sql, what = text.strip(), self._now
        if sql and what is None and not ENVELOPE.fullmatch(sql.rstrip(";")):
            what = ExecuteSQLOp(sql)
            self.operations.append(Operation(what, self._line()))
        if sql:
            self.statements.append(Statement(sql, self._line(), what))

    def flush(self) -> None:
        """Do nothing: everything is kept."""

    def line_of(self, error: BaseException) -> int:
        """Return the line of the revision in which an error was raised; 1 when it was in none."""
        frames = reversed(traceback.extract_tb(error.__traceback__))
        return next((frame.lineno for frame in frames if frame.filename == self.file and frame.lineno), 1)

    def _note(
        self, what: MigrateOperation, run: Callable[[], Any], *, in_batch: bool = False, named: bool = False
    ) -> Any:
        self._now, refused, made = what, "", None
        if isinstance(what, CreateTableOp):  # which would make another one each time, without the foreign keys
            table = what.to_table()
            vars(what)["to_table"] = lambda _context=None: table
        try:
            made = run()
        except Exception as error:  # noqa: BLE001 - whatever SQLAlchemy and Alembic raise where a dialect cannot
            refused = str(error).partition("\n")[0].rstrip(".") or type(error).__name__
            made = what.to_table() if isinstance(what, CreateTableOp) else None
        finally:
            self._now = None
        self.operations.append(Operation(what, self._line(), in_batch, named, refused))
        return made

    def _line(self) -> int | None:
        return next((line for frame, line in traceback.walk_stack(None) if frame.f_code.co_filename == self.file), None)


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
