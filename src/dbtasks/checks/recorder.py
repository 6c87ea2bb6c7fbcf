"""Hears what a revision does: its operations, and the SQL that it writes or sends."""

import contextlib
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from alembic.operations import BatchOperations, MigrateOperation, Operations
from alembic.operations.ops import CreateTableOp, ExecuteSQLOp

from dbtasks.checks.recording import Operation, Recording, Statement
from dbtasks.dialects.portability import words
from dbtasks.history import Revision
from dbtasks.rehearsal import ENVELOPE, LOOKING


@dataclass(slots=True)
class Recorder:
    """Hears a revision, and is the file into which Alembic writes the SQL.

    Attributes:
        rebuilds: whether the dialect copies a table in batch mode.
        has_database: whether there is one in which a table can be copied.
    """

    revision: Revision
    rebuilds: bool
    has_database: bool = False
    stopped: int | None = None
    operations: list[Operation] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    _now: MigrateOperation | None = None

    @property
    def recording(self) -> Recording:
        """Return what was heard."""
        return Recording(self.revision, tuple(self.operations), tuple(self.statements), self.stopped)

    def listen(self, operations: Operations) -> None:
        """Hear what these operations are asked for from now on."""
        plain, plain_batch = operations.invoke, operations.batch_alter_table

        def invoke(what: MigrateOperation) -> Any:
            return self._note(what, lambda: plain(what))

        @contextlib.contextmanager
        def batch(table_name: str, schema: str | None = None, *rest: Any, **options: Any) -> Iterator[BatchOperations]:
            copies = self.rebuilds and self.has_database
            named = bool(options.get("naming_convention"))
            given = (rest, options) if copies else ((), {})
            with plain_batch(table_name, schema, *given[0], **given[1]) as batch_op:
                within = batch_op.invoke

                def invoke_in_batch(what: MigrateOperation) -> None:
                    def alone() -> None:  # so that each statement is written at its own line
                        with plain_batch(table_name, schema=schema, recreate="never") as one:
                            one.invoke(what)

                    is_written = not self.rebuilds or isinstance(what, ExecuteSQLOp)  # without a table to copy
                    run = (lambda: within(what)) if copies else alone if is_written else lambda: None
                    self._note(what, run, in_batch=True, named=named)

                vars(batch_op)["invoke"] = invoke_in_batch
                yield batch_op
                self._now = self.operations[-1].what if self.operations else None  # for which the table is copied
            self._now = None

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

    def heard(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        """Take what is sent to a database, if the revision sends it and does not only look."""
        if not LOOKING.match(statement) and self._line() is not None:
            self.write(statement)

    def stop(self, error: BaseException) -> None:
        """Note the line of the revision in which an error was raised; 1 when it was in none."""
        frames = reversed(traceback.extract_tb(error.__traceback__))
        lines = (frame.lineno for frame in frames if frame.filename == str(self.revision.path))
        self.stopped = next(filter(None, lines), 1)

    def _note(
        self, what: MigrateOperation, run: Callable[[], Any], *, in_batch: bool = False, named: bool = False
    ) -> Any:
        self._now, refused, made = what, "", None
        if isinstance(what, CreateTableOp):  # which would make another one each time, without the foreign keys
            table = what.to_table()
            vars(what)["to_table"] = lambda _context=None: table
        try:
            made = run()
        except Exception as error:
            if self.has_database:
                raise
            refused = words(error)
            made = what.to_table() if isinstance(what, CreateTableOp) else None
        finally:
            self._now = None
        self.operations.append(Operation(what, self._line(), in_batch, named, refused))
        return made

    def _line(self) -> int | None:
        file = str(self.revision.path)
        return next((line for frame, line in traceback.walk_stack(None) if frame.f_code.co_filename == file), None)
