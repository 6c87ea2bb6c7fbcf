"""Carry out, one by one, the operations that make one schema like another, until there is none left."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from alembic.operations import Operations, ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL, Connection, event, text
from sqlalchemy.exc import DBAPIError

from dbtasks import compare, databases, dialects
from dbtasks.compare import Difference, Facts
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
        copied: the columns whose values are in a copy, and come back; they may be cut meanwhile.
        sql: what was sent.
    """

    history: History
    url: URL
    scratch: URL
    copied: frozenset[tuple[str, str]] = frozenset()
    sql: list[str] = field(default_factory=list)

    def apply(self, change: Callable[[Connection], None]) -> bool:
        """Return whether one thing was done, in a transaction of its own; of what is refused nothing is kept."""

        def do(connection: Connection) -> bool:
            sent: list[str] = []
            event.listen(connection, "before_cursor_execute", lambda *heard: sent.append(str(heard[2]).strip()))
            try:
                change(connection)
                connection.commit()
            except DBAPIError:
                connection.rollback()
                return False
            self.sql += [one for one in sent if not LOOKING.match(one)]
            return True

        return databases.connect(self.url, do, write=True)

    def rounds(self, between: Callable[[], None]) -> None:
        """Go on until the comparison is empty, or a round has changed nothing; ``between`` is called in each."""
        for _ in range(MOST_ROUNDS):
            found = compare.operations(self.history, self.url, compare.reflected(self.scratch))
            here, wanted = (databases.connect(one, compare.facts_of) for one in (self.url, self.scratch))
            between()
            operations = [*compare.flattened(found.ops if found else ()), *_as_operations(self, here, wanted)]
            if not sum(self._do(operation) for operation in sorted(operations, key=_place)):
                return

    def _do(self, operation: ops.MigrateOperation) -> bool:
        dialect = dialects.of(self.url)
        change = partial(_invoke, dialect, operation)
        if self.apply(change):
            return True
        column = (compare.table_of(operation), getattr(operation, "column_name", ""))
        if not isinstance(operation, ops.AlterColumnOp) or column not in self.copied:
            return False

        def leniently(connection: Connection) -> None:
            dialect.be_lenient(connection)
            change(connection)

        return self.apply(leniently)

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


def _as_operations(work: Mending, here: Facts, wanted: Facts) -> Iterator[ops.MigrateOperation]:
    """Yield operations for what Alembic does not compare, as far as it can be mended."""
    for one in compare.between(here, wanted):
        kind = one.kind.partition("_")[2]
        old, new = (those.get((kind, one.table, one.item)) for those in (here, wanted))
        if kind == "view":
            yield from _view(work, one.table, old, new)
        elif kind == "check":
            yield from _check(one, old, new)
        elif kind == "primary_key":
            yield from _primary_key(one.table, old, new)
        elif kind == "column_order":
            moved = databases.connect(work.scratch, partial(dialects.of(work.url).moved_columns, one.table))
            yield from (ops.ExecuteSQLOp(statement) for statement in moved)


def _view(work: Mending, name: str, old: Any, new: Any) -> Iterator[ops.MigrateOperation]:
    if old is not None:
        yield ops.ExecuteSQLOp(f"DROP VIEW {dialects.of(work.url).quoted(name)}")
    if new is not None:
        yield ops.ExecuteSQLOp(_made(work, name, str(new)))


def _check(one: Difference, old: Any, new: Any) -> Iterator[ops.MigrateOperation]:
    if old is not None:
        yield ops.DropConstraintOp(one.item, one.table, type_="check")
    if new is not None:
        yield ops.CreateCheckConstraintOp(one.item, one.table, text(new))


def _primary_key(table: str, old: Any, new: Any) -> Iterator[ops.MigrateOperation]:
    if old:
        yield ops.DropConstraintOp("PRIMARY", table, type_="primary")
    if new:
        yield ops.CreatePrimaryKeyOp(None, table, list(new))


def _made(work: Mending, view: str, definition: str) -> str:
    """Return the statement that makes a view; some databases keep it whole, others only what follows AS."""
    if definition.lstrip().upper().startswith("CREATE"):
        return definition
    return f"CREATE VIEW {dialects.of(work.url).quoted(view)} AS {definition}"
