"""Make the schema of a database again what the revision that it records says."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from alembic.operations import Operations, ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL, Connection, event, text
from sqlalchemy.exc import DBAPIError

from dbtasks import (
    aside,
    compare,
    databases,
    dialects,
    drift,
    environment,
    keep,
    ledger,
    lock,
    plan,
    stakes,
    unfinished,
)
from dbtasks.aside import Aside
from dbtasks.compare import Difference
from dbtasks.dialects import Dialect
from dbtasks.environment import Environment
from dbtasks.errors import CannotRestore
from dbtasks.history import Heads, History
from dbtasks.ledger import Event
from dbtasks.rehearsal import LOOKING
from dbtasks.road import Caller
from dbtasks.settings import Settings
from dbtasks.stakes import Stake
from dbtasks.unfinished import Settled
from dbtasks.watch import Watch, columns_of

NOBODY = Caller()
REPAIR = "repair"
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


@dataclass(frozen=True, slots=True)
class Repair:
    """What has to be done, and what is at stake.

    Attributes:
        database: its name.
        current: the revisions that it records.
        environment: of the database.
        differences: what would be done.
        renames: the statements that take back names which an unfinished revision had given.
        stakes: what would be lost.
        unfinished: the run that was left unfinished; None when there is none.
    """

    database: str
    current: Heads
    environment: Environment
    differences: tuple[Difference, ...]
    renames: tuple[str, ...] = ()
    stakes: tuple[Stake, ...] = ()
    unfinished: Event | None = None

    @property
    def losing(self) -> tuple[Stake, ...]:
        """Return the stakes that somebody has to agree to."""
        return tuple(one for one in self.stakes if one.counts)


@dataclass(frozen=True, slots=True)
class Repaired:
    """What came of it.

    Attributes:
        database: its name.
        sql: the statements that were run.
        restored: how many rows came back that the unfinished revision had taken away.
        left: the differences that are still there.
    """

    database: str
    sql: tuple[str, ...]
    restored: int = 0
    left: tuple[Difference, ...] = ()


@dataclass(slots=True)
class _Work:
    """A repair in progress."""

    history: History
    settings: Settings
    scratch: URL
    sql: list[str] = field(default_factory=list)

    @property
    def url(self) -> URL:
        return self.settings.database.url

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


def look(history: History, settings: Settings) -> Repair:
    """Return what would have to be done; nothing is written to the database.

    Raises:
        ScratchNotAllowed: there is nowhere to make the schema that it is compared with.
        UnknownDatabaseRevision, DatabaseMissing, AccessDenied, ServerUnreachable: it cannot be looked at.
    """
    seen, url = plan.look(history, settings), settings.database.url
    where = environment.of(settings, seen.recorded)
    left = unfinished.run(url)
    with drift.wanted(history, settings, seen.current, where) as scratch:
        differences = compare.with_schema(history, url, scratch)
        wanted = databases.connect(scratch, columns_of)
    now = databases.connect(url, columns_of)
    renames = unfinished.renames(Settled(history, url, seen.current), left, now, wanted)
    watch = Watch(now)
    watch.step(REPAIR, renames, wanted)
    at_stake = stakes.counted(settings.database, watch.losses, now)
    return Repair(settings.database.name, seen.current, where, differences, renames, at_stake, left)


def run(
    history: History, settings: Settings, wanted: Repair, caller: Caller = NOBODY, *, set_aside: bool = True
) -> Repaired:
    """Return what was done; a guard has permitted it. What cannot be mended stays as it was, and is told.

    Raises:
        LockTimeout: another process migrates the database.
    """
    url = settings.database.url

    def mend() -> Repaired:
        with drift.wanted(history, settings, wanted.current, wanted.environment) as scratch:
            work = _Work(history, settings, scratch)
            if set_aside:
                databases.connect(url, partial(_set_aside, wanted), write=True)
            restored = _mend(work, wanted)
            left = compare.with_schema(history, url, scratch)
        _note(url, wanted, left)
        return Repaired(wanted.database, tuple(work.sql), restored, left)

    return lock.holding(url, settings.database.lock_timeout, mend, caller.command, caller.on_wait)


def _set_aside(wanted: Repair, connection: Connection) -> None:
    Aside(dialects.of(connection.engine.url), wanted.stakes).before(connection, REPAIR)
    connection.commit()


def _mend(work: _Work, wanted: Repair) -> int:
    for statement in wanted.renames:
        work.apply(partial(_send, statement))
    restored, before = 0, None
    for _ in range(MOST_ROUNDS):
        found = compare.operations(work.history, work.url, compare.reflected(work.scratch))
        facts = compare.other_facts(work.url, work.scratch)
        restored += _restore(work, wanted.unfinished)
        now = compare.described(found), facts
        if now == before or not any(now):
            break
        before = now
        operations = [*compare.flattened(found.ops if found else ()), *_as_operations(work, facts)]
        for operation in sorted(operations, key=_place):
            work.apply(partial(_invoke, dialects.of(work.url), operation))
    return restored


def _place(operation: ops.MigrateOperation) -> int:
    return next((number for number, kind in enumerate(ORDER) if isinstance(operation, kind)), len(ORDER))


def _send(statement: str, connection: Connection) -> None:
    connection.execute(text(statement))


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


def _as_operations(work: _Work, facts: Sequence[Difference]) -> Iterator[ops.MigrateOperation]:
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


def _made(work: _Work, view: str, definition: str) -> str:
    """Return the statement that makes a view; some databases keep it whole, others only what follows AS."""
    if definition.lstrip().upper().startswith("CREATE"):
        return definition
    return f"CREATE VIEW {_quoted(work, view)} AS {definition}"


def _quoted(work: _Work, name: str) -> str:
    return dialects.of(work.url).quoted(name)


def _restore(work: _Work, left: Event | None) -> int:
    """Return how many rows came back that the unfinished revision had set aside, where the schema has their place."""
    if left is None:
        return 0

    def bring_back(connection: Connection) -> int:
        those = aside.parts(ledger.events(connection, aside.KEPT))
        mine = [part for one, part in those if one.id > left.id and one.revision == left.revision]
        restored = 0
        for part in reversed(mine):
            try:
                restored += sum(one.restored for one in keep.bring_back(connection, work.settings, [part]))
            except CannotRestore:  # its columns come in a later round
                continue
        connection.commit()
        return restored

    return databases.connect(work.url, bring_back, write=True)


def _note(url: URL, wanted: Repair, left: Sequence[Difference]) -> None:
    def write(connection: Connection) -> None:
        ledger.ensure(connection)
        if wanted.unfinished is not None and not left:
            ledger.change(connection, wanted.unfinished.id, outcome=ledger.REPAIRED)
            for one, _ in aside.parts(ledger.events(connection, aside.KEPT)):
                if one.id > wanted.unfinished.id and one.revision == wanted.unfinished.revision:
                    ledger.change(connection, one.id, outcome=aside.RESTORED)
        outcome = ledger.FAILED if left else ledger.DONE
        ledger.append(connection, Event(REPAIR, ", ".join(wanted.current), outcome=outcome))
        connection.commit()

    databases.connect(url, write, write=True)
