"""Carry out, one by one, the operations that make one schema like another, until there is none left."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from alembic.operations import Operations, ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL, Connection, event, text
from sqlalchemy.exc import DBAPIError

from dbtasks import compare, databases, dialects
from dbtasks.compare import Difference
from dbtasks.dialects import Dialect
from dbtasks.history import History
from dbtasks.rehearsal import LOOKING

# Adding comes before dropping: an index that a foreign key still needs cannot go before there is another.
ORDER: tuple[type[ops.MigrateOperation], ...] = (
    ops.CreateTableOp,
    ops.AddColumnOp,
    ops.AlterColumnOp,
    ops.CreateIndexOp,
    ops.AddConstraintOp,
    ops.DropConstraintOp,
    ops.DropIndexOp,
    ops.DropColumnOp,
    ops.DropTableOp,
)
WHOLE = (ops.CreateTableOp, ops.DropTableOp, ops.CreateIndexOp, ops.DropIndexOp, ops.ExecuteSQLOp)  # rebuild no table
MOST_ROUNDS = 20  # each but the last brings the comparison nearer to empty


@dataclass(slots=True)
class Mending:
    """Makes the schema of a database that of a scratch database.

    Attributes:
        history: of both.
        url: of the database.
        scratch: of the other.
        sql: what was sent.
    """

    history: History
    url: URL
    scratch: URL
    sql: list[str] = field(default_factory=list)

    def apply(self, change: Callable[[Connection], None]) -> None:
        """Do one thing in a transaction of its own; of what the database refuses nothing is kept."""

        def do(connection: Connection) -> None:
            sent: list[str] = []
            event.listen(connection, "before_cursor_execute", lambda *heard: sent.append(str(heard[2]).strip()))
            try:
                change(connection)
                connection.commit()
            except DBAPIError:
                connection.rollback()
                return
            self.sql += [one for one in sent if not LOOKING.match(one)]

        databases.connect(self.url, do, write=True)

    def rounds(self, between: Callable[[], None]) -> None:
        """Go on until the comparison is empty, or a round has changed nothing; ``between`` is called in each."""
        before = None
        for _ in range(MOST_ROUNDS):
            found = compare.operations(self.history, self.url, compare.reflected(self.scratch))
            facts = compare.other_facts(self.url, self.scratch)
            between()
            now = compare.described(found), facts
            if now == before or not any(now):
                return
            before = now
            operations = [*compare.flattened(found.ops if found else ()), *_as_operations(self, facts)]
            for operation in sorted(operations, key=_place):
                self.apply(partial(_invoke, dialects.of(self.url), operation))

    def send(self, statement: str) -> None:
        """Send one statement."""

        def execute(connection: Connection) -> None:
            connection.execute(text(statement))

        self.apply(execute)


def _place(operation: ops.MigrateOperation) -> int:
    return next((number for number, kind in enumerate(ORDER) if isinstance(operation, kind)), len(ORDER))


def _invoke(dialect: Dialect, operation: ops.MigrateOperation, connection: Connection) -> None:
    if isinstance(operation, ops.AlterColumnOp) and not dialect.alters_autoincrement:
        operation.kw = {key: value for key, value in operation.kw.items() if not key.endswith("autoincrement")}
    context = MigrationContext.configure(connection)
    with Operations.context(context) as op:
        if isinstance(operation, WHOLE) or not dialect.in_file:
            op.invoke(operation)
        else:
            with op.batch_alter_table(compare.table_of(operation)) as batch:
                batch.invoke(operation)


def _as_operations(work: Mending, facts: Sequence[Difference]) -> Iterator[ops.MigrateOperation]:
    """Yield operations for what Alembic does not compare, as far as it can be mended: views and checks."""
    wanted = databases.connect(work.scratch, compare.facts_of)
    for one in facts:
        verb, _, kind = one.kind.partition("_")
        definition: Any = wanted.get((kind, one.table, one.item))
        if kind == "view":
            if verb != "create":
                yield ops.ExecuteSQLOp(f"DROP VIEW {_quoted(work, one.table)}")
            if verb != "drop":
                is_whole = str(definition).lstrip().upper().startswith("CREATE")
                yield ops.ExecuteSQLOp(
                    definition if is_whole else f"CREATE VIEW {_quoted(work, one.table)} AS {definition}"
                )
        elif kind == "check":
            if verb != "create":
                yield ops.DropConstraintOp(one.item, one.table, type_="check")
            if verb != "drop":
                yield ops.CreateCheckConstraintOp(one.item, one.table, text(definition))


def _made(work: Mending, view: str, definition: str) -> str:
    """Return the statement that makes a view; some databases keep it whole, others only what follows AS."""
    if definition.lstrip().upper().startswith("CREATE"):
        return definition
    return f"CREATE VIEW {_quoted(work, view)} AS {definition}"


def _quoted(work: Mending, name: str) -> str:
    return dialects.of(work.url).quoted(name)
