"""Follow the data through revisions: what was there before one, and is nowhere after it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, inspect
from sqlalchemy.types import TypeEngine

from dbtasks import ledger
from dbtasks.narrowing import narrows
from dbtasks.statements import DDL, Lineage, Place, Written

VERSIONS = "alembic_version"

Columns = dict[str, dict[str, TypeEngine[Any]]]  # the types of the columns of each table


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that a revision takes away, by the names that it has right before that revision.

    Attributes:
        revision: the revision's id.
        kind: table, column, type (a narrower one) or data (rows that a statement writes over); or insert, which loses
            nothing, and is told where a revision that fails later on would leave the new rows behind.
        table: the table; "" when a statement hides which.
        column: the column; "" for a table and for data.
        detail: the change of the type, or the verb of the statement.
        live_table: the name of the table in the database as it is now; "" when a revision before this one makes it.
        live_column: likewise.
    """

    revision: str
    kind: str
    table: str
    column: str = ""
    detail: str = ""
    live_table: str = ""
    live_column: str = ""

    @property
    def name(self) -> str:
        """Return ``table`` or ``table.column``, by which ``accepts_loss`` in a revision calls it."""
        return f"{self.table}.{self.column}" if self.column else self.table


@dataclass(slots=True)
class Watch:
    """Follows the data from revision to revision.

    Attributes:
        before: the columns right before the next revision.
        commits: whether DDL commits by itself.
        losses: what was taken away so far.
    """

    before: Columns
    commits: bool = False
    losses: list[Loss] = field(default_factory=list)
    _live: dict[Place, tuple[str, str]] = field(default_factory=dict)  # where each place of now is in the live database

    def __post_init__(self) -> None:
        for table, columns in self.before.items():
            self._live |= {(table.lower(), column.lower()): (table, column) for column in columns}

    def step(self, revision: str, statements: Iterable[str], after: Columns | None) -> None:
        """Note what the statements of a revision took away; without a schema afterwards, by their words alone."""
        lineage = Lineage.of(self.before)
        sent = tuple(statements)
        for statement in sent:
            lineage.sent(statement)
        now = lineage.places
        if after is not None:
            there = {(table.lower(), name.lower()) for table, those in after.items() for name in those}
            now = {start: those & there for start, those in now.items()}
        self.losses += [
            *self._taken(revision, now),
            *self._narrowed(revision, now, lineage, after),
            *self._written(revision, lineage),
        ]
        if self.commits and any(DDL.match(statement) for statement in sent):
            self.losses += self._inserted(revision, lineage)
        self.before, self._live = (
            self._moved(now) if after is None else after,
            {place: self._live[start] for start, those in now.items() if start in self._live for place in those},
        )

    def _moved(self, now: dict[Place, set[Place]]) -> Columns:
        found: Columns = {}
        for table, columns in self.before.items():
            for column, kind in columns.items():
                for place in now[table.lower(), column.lower()]:
                    found.setdefault(place[0], {})[place[1]] = kind
        return found

    def _taken(self, revision: str, now: dict[Place, set[Place]]) -> Iterator[Loss]:
        for table, columns in self.before.items():
            gone = [column for column in columns if not now[table.lower(), column.lower()]]
            if len(gone) == len(columns):
                yield self._loss(revision, "table", table)
            else:
                yield from (self._loss(revision, "column", table, column) for column in gone)

    def _narrowed(
        self, revision: str, now: dict[Place, set[Place]], lineage: Lineage, after: Columns | None
    ) -> Iterator[Loss]:
        types = {(t.lower(), name.lower()): kind for t, those in (after or {}).items() for name, kind in those.items()}
        for table, columns in self.before.items():
            for column, old in columns.items():
                for place in now[table.lower(), column.lower()]:
                    if place in types and narrows(old, types[place]):
                        yield self._loss(revision, "type", table, column, _change(old, types[place]))
                    elif after is None and place in lineage.retyped:
                        yield self._loss(revision, "type", table, column, f"{old} to another type")

    def _written(self, revision: str, lineage: Lineage) -> Iterator[Loss]:
        seen: set[tuple[str, str]] = set()
        for one in lineage.written:
            table = self._table_before(one, lineage)
            if table is not None and (table, one.verb) not in seen:
                seen.add((table, one.verb))
                yield self._loss(revision, "data", table, detail=one.verb)

    def _inserted(self, revision: str, lineage: Lineage) -> Iterator[Loss]:
        for one in sorted(lineage.inserted):
            if table := self._table_before(Written("INSERT", one), lineage):
                yield self._loss(revision, "insert", table)

    def _table_before(self, one: Written, lineage: Lineage) -> str | None:
        """Return the table as it was called before the revision; None when nothing that was there is written over."""
        if not one.table:
            return ""
        for table, columns in self.before.items():
            names = {column.lower() for column in columns}
            called = {place[0] for name in names for place in lineage.places[table.lower(), name]} | {table.lower()}
            only_new = one.verb == "UPDATE" and one.columns and not names & set(one.columns)
            if one.table in called and not only_new:
                return table
        return None

    def _loss(self, revision: str, kind: str, table: str, column: str = "", detail: str = "") -> Loss:
        wanted = [column] if column else list(self.before.get(table, ()))
        live = [self._live[table.lower(), one.lower()] for one in wanted if (table.lower(), one.lower()) in self._live]
        found = live[0] if live else ("", "")
        return Loss(revision, kind, table, column, detail, found[0], found[1] if column else "")


def columns_of(connection: Connection) -> Columns:
    """Return the columns of every table of the default schema, without ours and Alembic's own."""
    found = inspect(connection).get_multi_columns()
    return {
        table: {str(column["name"]): column["type"] for column in columns}
        for (_, table), columns in found.items()
        if not table.startswith(ledger.PREFIX) and table != VERSIONS
    }


def _change(old: TypeEngine[Any], new: TypeEngine[Any]) -> str:
    return f"{old} to {new}" if str(old) != str(new) else f"{old} with other values or properties"
