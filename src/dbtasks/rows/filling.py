"""Put rows into the tables that have none, parents first."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Connection, ForeignKeyConstraint, Table
from sqlalchemy.exc import DBAPIError

from dbtasks import dialects
from dbtasks.rows.reading import Table as Rows
from dbtasks.rows.reading import name_of, read, read_table, send, values
from dbtasks.rows.values import STYLES, Style, value
from dbtasks.rows.wanted import Wanted, target_of

MOST = 3  # rows in a table
NULL_ROW = 2  # the row that has no value where it may
NULL = "NULL"
Row = dict[str, str]  # the literal of each column


@dataclass(frozen=True, slots=True)
class Empty:
    """A table that could not be given a row."""

    table: str
    reason: str


class _ImpossibleError(Exception):
    """No row can be made up, for a reason that is its text."""


@dataclass(frozen=True, slots=True)
class Full:
    """What tables have after they were filled.

    Attributes:
        before: the rows of each table before that, by its full name.
        rows: those that it has now.
        empty: the tables that have none even so.
    """

    before: dict[str, Rows]
    rows: dict[str, Rows]
    empty: tuple[Empty, ...]


def fill(connection: Connection, wanted: Wanted) -> Full:
    """Give each table without rows some, commit, and return what all of them have now."""
    there = read(connection, wanted.now.metadata)
    tables = wanted.now.metadata.tables
    filler = _Filler(connection, wanted, {name: tables[name] for name, one in there.items() if not one.rows})
    bare = set(filler.waiting)
    filler.run()
    connection.commit()
    new = {name: read_table(connection, tables[name]) for name in bare - set(filler.waiting)}
    return Full(there, there | new, tuple(Empty(name, filler.reasons[name]) for name in sorted(filler.waiting)))


def unfit(wanted: Wanted) -> frozenset[str]:
    """Return the tables whose rows, made for the schema of now, would not fit the one to come.

    Those that refer to them are among them, since their parents are made anew.
    """
    if wanted.now is wanted.then:
        return frozenset()
    found = {name for name, table in wanted.now.metadata.tables.items() if _changes(wanted, table)}
    while True:
        referring = {
            name
            for name, table in wanted.now.metadata.tables.items()
            if any(target_of(key) in found for key in table.foreign_key_constraints)
        }
        if referring <= found:
            return frozenset(found)
        found |= referring


def clear(connection: Connection, wanted: Wanted, tables: Collection[str]) -> None:
    """Delete all rows of these tables, whatever refers to whatever, and commit."""
    dialect = dialects.of(connection.engine.url)
    dialect.copies.let_parents_wait(connection)
    names = [name_of(wanted.now.metadata.tables[one], dialect) for one in sorted(tables)]
    for statement in dialect.literals.emptying(names) if names else ():
        send(connection, statement)
    connection.commit()


def _changes(wanted: Wanted, table: Table) -> bool:
    later = wanted.then.metadata.tables.get(table.fullname)
    if later is None:
        return False
    now = {(target_of(key), *key.column_keys) for key in table.foreign_key_constraints}
    if any((target_of(key), *key.column_keys) not in now for key in wanted.foreign_keys(table)):
        return True
    types = {column.name: repr(column.type) for column in later.columns}
    checks = [one.checks.get(table.fullname) for one in (wanted.now, wanted.then)]
    if checks[0] == checks[1] and all(types.get(one.name, "") in ("", repr(one.type)) for one in table.columns):
        return False
    alone = Wanted(wanted.now, wanted.now)
    return any(_kept(alone, column) != _kept(wanted, column) for column in table.columns)


def _kept(wanted: Wanted, column: Column[Any]) -> list[str | None]:
    literals = dialects.ALL[0].literals  # any will do: only whether two values are the same matters
    return [
        value(literals, wanted.types(column), STYLES[0].number(row, 0), wanted.members(column)) for row in range(MOST)
    ]


@dataclass(slots=True)
class _Filler:
    """Fills tables until no more can be filled.

    Attributes:
        waiting: those that have no rows.
        reasons: why each of them has none.
    """

    connection: Connection
    wanted: Wanted
    waiting: dict[str, Table]
    reasons: dict[str, str] = field(default_factory=dict)

    @property
    def dialect(self) -> dialects.Dialect:
        return dialects.of(self.connection.engine.url)

    def run(self) -> None:
        """Fill as many as can be filled."""
        for patient in (True, False):  # what may refer to nothing waits for its parents as long as that helps
            while self._advanced(patient=patient):
                pass

    def _advanced(self, *, patient: bool) -> bool:
        """Return whether one round has filled any table."""
        before = len(self.waiting)
        for name in list(self.waiting):
            self._fill(name, patient=patient)
        return len(self.waiting) < before

    def _fill(self, name: str, *, patient: bool) -> None:
        """Fill a table if that is possible now."""
        table = self.waiting[name]
        if patient and any(target_of(key) in self.waiting and target_of(key) != name for key in self._keys(table)):
            return
        try:
            done = self._insert(table)
        except _ImpossibleError as error:
            self.reasons[name] = str(error)
            return
        if done:
            del self.waiting[name]
            self.dialect.copies.advance(self.connection, table)

    def _keys(self, table: Table) -> Iterator[ForeignKeyConstraint]:
        return self.wanted.foreign_keys(table)

    def _insert(self, table: Table) -> bool:
        """Return whether there is a row now; a row that the database refuses is tried in another style."""
        parents = {key: self._parents(table, key) for key in self._keys(table)}
        done = False
        for number in range(MOST):
            done |= any(self._sent(table, self._row(table, parents, number, style)) for style in STYLES)
        return done

    def _parents(self, table: Table, key: ForeignKeyConstraint) -> tuple[tuple[str, ...], ...]:
        """Return the keys that may be referred to, as literals."""
        target = self.wanted.now.metadata.tables.get(target_of(key))
        names = [one.target_fullname.rpartition(".")[2] for one in key.elements]
        if target is None or target is table or not set(names) <= {one.name for one in target.columns}:
            return ()
        rows = values(self.connection, target, names, MOST)
        return tuple(tuple(map(self._literal, row)) for row in rows)

    def _literal(self, found: Any) -> str:
        literals = self.dialect.literals
        if found is None:
            return NULL
        return literals.octets(found) if isinstance(found, bytes) else literals.text(str(found))

    def _row(
        self,
        table: Table,
        parents: dict[ForeignKeyConstraint, tuple[tuple[str, ...], ...]],
        number: int,
        style: Style,
    ) -> Row:
        row: Row = {}
        for key, found in parents.items():
            if target_of(key) != table.fullname:
                self._refer(table, row, key, found, number)
        for position, column in enumerate(table.columns):
            if column.name not in row and column.computed is None:
                self._add(row, column, number, style.number(number, position))
        for key in parents:
            if target_of(key) == table.fullname:
                self._refer_to_itself(table, row, key)
        return row

    def _refer(
        self, table: Table, row: Row, key: ForeignKeyConstraint, found: Iterable[tuple[str, ...]], number: int
    ) -> None:
        """Take the key of a parent that agrees with what the row has already."""
        names = list(key.column_keys)
        fitting = [one for one in found if all(row.get(name, it) == it for name, it in zip(names, one, strict=True))]
        loose = [name for name in names if self.wanted.may_be_null(table.columns[name]) and name not in row]
        if loose and (number == NULL_ROW or not fitting):
            row.update(dict.fromkeys(loose, NULL))
        elif fitting:
            row.update(zip(names, fitting[number % len(fitting)], strict=True))
        elif all(row.get(name) != NULL for name in names):
            raise _ImpossibleError(f"it refers to {target_of(key)}, which has no row to refer to")

    def _refer_to_itself(self, table: Table, row: Row, key: ForeignKeyConstraint) -> None:
        for name, element in zip(key.column_keys, key.elements, strict=True):
            referred = element.target_fullname.rpartition(".")[2]
            if row.get(name) != NULL and referred in row and table.columns[name].computed is None:
                row[name] = row[referred]

    def _add(self, row: Row, column: Column[Any], number: int, counted: int) -> None:
        wanted = self.wanted
        if number == NULL_ROW and wanted.may_be_null(column) and not column.primary_key:
            row[column.name] = NULL
            return
        found = value(self.dialect.literals, wanted.types(column), counted, wanted.members(column))
        if found is not None:
            row[column.name] = found
        elif not column.nullable and column.server_default is None:
            raise _ImpossibleError(f"no value is known for its column {column.name}")

    def _sent(self, table: Table, row: Row) -> bool:
        names = ", ".join(map(self.dialect.quoted, row))
        inserted = f"INSERT INTO {name_of(table, self.dialect)} ({names}) {self.dialect.copies.overriding}"
        try:
            with self.connection.begin_nested():
                send(self.connection, f"{inserted}VALUES ({', '.join(row.values())})")
        except DBAPIError as error:
            self.reasons[table.fullname] = self.dialect.words(error).partition(" DETAIL: ")[0]
            return False
        return True
