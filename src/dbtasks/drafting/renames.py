"""What may have been renamed instead of dropped and added: found, asked, and done before the rest is compared."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from alembic.operations import Operations, ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL, Column, Connection, Table

from dbtasks import databases
from dbtasks.compare import Difference
from dbtasks.dialects import Dialect
from dbtasks.dialects.definitions import CHECK, PRIMARY, Definition, Key
from dbtasks.drafting import constraints
from dbtasks.drafting.change import Change, Phase, Place
from dbtasks.drafting.operations import NewName, Sql
from dbtasks.drafting.snapshot import Snapshot, default_of
from dbtasks.errors import RenameNotFound

ALIKE = 0.6  # of a table's columns that another has to have, to be taken for it


@dataclass(frozen=True, slots=True)
class Rename:
    """A table, column, or member of an enum that has another name now.

    Attributes:
        kind: table, column or member.
        table: the full name of the table as it will be called; for a member the name of its type, or table.column.
        old: the name that goes.
        new: the name that comes.
    """

    kind: str
    table: str
    old: str
    new: str

    @property
    def before(self) -> str:
        """Return the old name with what it belongs to."""
        return self.old if self.kind == "table" else f"{self.table}.{self.old}"

    @property
    def after(self) -> str:
        """Return the new name likewise."""
        return self.new if self.kind == "table" else f"{self.table}.{self.new}"


Answer = Callable[[Rename], bool]


@dataclass(frozen=True, slots=True)
class Answers:
    """What a user says about renames.

    Attributes:
        columns: ``users.mail=email``, also for members of an enum.
        tables: ``old=new``.
        ask: asks a person; None where nobody can be asked.
    """

    columns: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    ask: Answer | None = None


def given(answers: Answers) -> tuple[tuple[Rename, ...], tuple[Rename, ...]]:
    """Return the renames of tables, and those of columns and members, that the flags name.

    Raises:
        RenameNotFound: one of them is not of the form.
    """
    tables = tuple(Rename("table", new, old, new) for old, new in map(_halves, answers.tables))
    columns = []
    for old, new in map(_halves, answers.columns):
        table, dot, name = old.rpartition(".")
        if not dot:
            raise RenameNotFound(
                f"{old}={new}", "a rename is written users.mail=email, and one of a table --rename-table old=new"
            )
        columns.append(Rename("column", table, name, new.rpartition(".")[2]))
    return tables, tuple(columns)


def _halves(text: str) -> tuple[str, str]:
    old, sign, new = (part.strip() for part in text.partition("="))
    if not (old and sign and new):
        raise RenameNotFound(text, "a rename is written users.mail=email, and one of a table --rename-table old=new")
    return old, new


def of_tables(here: Snapshot, there: Snapshot) -> tuple[Rename, ...]:
    """Return the tables that may have been renamed: most of their columns are the same."""
    gone = {name: table for name, table in here.metadata.tables.items() if name not in there.metadata.tables}
    new = {name: table for name, table in there.metadata.tables.items() if name not in here.metadata.tables}
    pairs = sorted(
        ((_alike(old, now), before, after) for before, old in gone.items() for after, now in new.items()), reverse=True
    )
    return tuple(Rename("table", after, before, after) for score, before, after in _best(pairs) if score >= ALIKE)


def _alike(old: Table, new: Table) -> float:
    if old.schema != new.schema:
        return 0.0
    before, after = ({(column.name, _kind(column)) for column in one.columns} for one in (old, new))
    return len(before & after) / max(len(before | after), 1)


def of_columns(here: Snapshot, there: Snapshot) -> tuple[Rename, ...]:
    """Return the columns that may have been renamed: of the same type, and in the same neighbourhood."""
    found: list[Rename] = []
    for name, now in there.metadata.tables.items():
        if name in here.metadata.tables:
            found += (Rename("column", name, old, new) for old, new in _columns(here.table(name), now))
    return tuple(found)


def _columns(old: Table, new: Table) -> Iterator[tuple[str, str]]:
    gone = [column for column in old.columns if column.name not in new.columns and column.computed is None]
    come = [column for column in new.columns if column.name not in old.columns and column.computed is None]
    pairs = sorted(
        (
            (_near(before, after), before.name, after.name)
            for before in gone
            for after in come
            if _kind(before) == _kind(after)
        ),
        reverse=True,
    )
    yield from ((before, after) for score, before, after in _best(pairs) if score or len(gone) == len(come) == 1)


def _near(old: Column[object], new: Column[object]) -> float:
    """Return how near two columns are: by the columns beside them, then by their names."""
    similar = SequenceMatcher(None, old.name, new.name).ratio()
    beside = len({_beside(old, step) for step in (-1, 1)} & {_beside(new, step) for step in (-1, 1)} - {""})
    return beside + similar if beside or similar >= ALIKE else 0.0


def _beside(column: Column[object], step: int) -> str:
    names = [one.name for one in column.table.columns]
    place = names.index(column.name) + step
    return names[place] if 0 <= place < len(names) else ""


def _kind(column: Column[object]) -> str:
    return repr(column.type)


def _best(pairs: Iterable[tuple[float, str, str]]) -> Iterator[tuple[float, str, str]]:
    """Yield each pair whose two names no better pair has taken."""
    taken: set[tuple[int, str]] = set()
    for score, before, after in pairs:
        if not taken & {(0, before), (1, after)}:
            taken |= {(0, before), (1, after)}
            yield score, before, after


def as_change(one: Rename, here: Snapshot, dialect: Dialect) -> Change:
    """Return what renames a table or a column, and gives it its old name again."""
    said = Difference(f"rename_{one.kind}", one.table, one.new, (one.old,))
    schema, _, table = one.table.rpartition(".")
    if one.kind == "table":
        old, new = one.old.rpartition(".")[2], one.new.rpartition(".")[2]
        up: ops.MigrateOperation = NewName(old, new, schema=schema or None)
        down: ops.MigrateOperation = NewName(new, old, schema=schema or None)
        after, before = (_named_after(one, here, dialect, back=back) for back in (False, True))
        return Change(Phase.RENAMES, said, (up, *after), (*before, down))
    column = here.table(one.table).columns[one.old]
    checks = _in_the_way(one, here, dialect)
    away = [drop for key, check in checks for drop in constraints.dropped(key, check)]
    return Change(
        Phase.RENAMES,
        said,
        (*away, _renamed(column, table, schema, one.old, one.new)),
        (_renamed(column, table, schema, one.new, one.old), *(constraints.check(*check) for check in checks)),
        Place.COLUMN,
    )


def _in_the_way(one: Rename, here: Snapshot, dialect: Dialect) -> list[tuple[Key, Definition]]:
    """Return the checks that keep a column from being renamed, and have to go first; those of the models come later."""
    name = dialect.quoted(one.old)
    checks = [] if dialect.renames_checked(here.sql) else here.of_table(one.table).items()
    return [(key, check) for key, check in checks if key.kind == CHECK and name in check.said]


def _named_after(one: Rename, here: Snapshot, dialect: Dialect, *, back: bool) -> list[ops.MigrateOperation]:
    """Return what the database has named after a table, as it goes with it to the new name, or comes back."""
    old, new = one.old, one.new
    keys = [definition.name or "" for key, definition in here.of_table(old).items() if key.kind == PRIMARY]
    names = [*keys, *(default_of(column) or "" for column in here.table(old).columns)]
    if back:
        names = [name.replace(f"{old}_", f"{new}_") for name in names]
        old, new = new, old
    statements = [] if "." in one.old else dialect.named_after(one.new, old, new, names)
    return [Sql(statements, dialect.names)] if statements else []


def _renamed(column: Column[object], table: str, schema: str, old: str, new: str) -> ops.AlterColumnOp:
    return ops.AlterColumnOp(
        table,
        old,
        schema=schema or None,
        modify_name=new,
        existing_type=column.type,
        existing_nullable=column.nullable,
        existing_server_default=column.server_default if column.server_default is not None else False,
        existing_comment=column.comment,
    )


def carry_out(url: URL, operations: Sequence[ops.MigrateOperation]) -> None:
    """Do it in a scratch database."""

    def work(connection: Connection) -> None:
        with Operations.context(MigrationContext.configure(connection)) as op:
            for one in operations:
                if isinstance(one, Sql):
                    for statement in one.statements:
                        op.execute(statement)
                else:
                    op.invoke(one)
        connection.commit()

    if operations:
        databases.connect(url, work, write=True)
