"""Which rows and values a revision took away without saying so."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import types

from dbtasks.rows import Schema, Table
from dbtasks.statements import Lineage, Place, Written

WHOLE = "*"  # stands for the columns of a table when a statement does not tell which it writes


@dataclass(frozen=True, slots=True)
class Moment:
    """A schema with the rows that its tables have."""

    schema: Schema
    rows: Mapping[str, Table]


def lost(before: Moment, after: Moment, statements: Iterable[str], accepted: frozenset[str]) -> tuple[str, ...]:
    """Return what is lost, as "3 rows of item" and "values of item.name"; empty when nothing is.

    Rows that a statement deletes, values that it sets, and tables and columns that are not there any more are lost as
    the revision says; so is what it accepts to lose.
    """
    lineage = Lineage.of({_key(name): table.columns for name, table in before.rows.items()})
    for statement in statements:
        lineage.sent(statement)
    passage = _Passage(before, after, lineage)
    found = (passage.lost(name) for name in sorted(before.rows))
    return tuple(one for those in found for one in those if one.rpartition(" ")[2] not in accepted)


@dataclass(frozen=True, slots=True)
class _Passage:
    """From one moment to the next, with the way that columns have gone."""

    before: Moment
    after: Moment
    lineage: Lineage

    def lost(self, name: str) -> Iterator[str]:
        """Yield what a table has lost."""
        table, written, later = self.before.rows[name], self._written(name), self._later(name)
        if not table.rows or later is None or any(one.verb != "UPDATE" or not one.columns for one in written):
            return
        there = self.after.rows[later]
        gone = len(table.rows) - len(there.rows)
        if gone > 0:
            yield f"{gone} {'row' if gone == 1 else 'rows'} of {name}"
            return
        places = dict(self._pairs(name, later, {column for one in written for column in one.columns}))
        if not _holds(_picked(there, list(places.values())), _picked(table, list(places))):
            changed = [a for a, b in places.items() if not _holds(_picked(there, [b]), _picked(table, [a]))]
            yield from (f"values of {name}.{one}" for one in changed or list(places)[:1])

    def _later(self, name: str) -> str | None:
        """Return the table's name afterwards; None when it is not there."""
        there = self.after.rows
        names = {_key(one): one for one in sorted(there, key=lambda one: _schema(one) == _schema(name))}
        gone = [places for (start, _), places in self.lineage.places.items() if start == _key(name)]
        most = Counter(table for places in gone for table, _ in places if table in names).most_common(1)
        return names[most[0][0]] if most else names.get(_key(name))

    def _pairs(self, name: str, later: str, set_here: set[str]) -> Iterator[tuple[str, str]]:
        """Yield each column that keeps its type, and that no statement sets, with its name afterwards."""
        old = self.before.schema.metadata.tables[name].columns
        new = self.after.schema.metadata.tables[later].columns
        for column in self.before.rows[name].columns:
            other = self._place(name, column, later)
            if other is None or {column.lower(), other.lower()} & set_here:
                continue
            keeps_time = set_here and isinstance(old[column].type, types.DateTime)  # it may be that of the last change
            if repr(old[column].type) == repr(new[other].type) and not keeps_time:
                yield column, other

    def _place(self, name: str, column: str, later: str) -> str | None:
        """Return a column's name afterwards; None when it is not there."""
        names = {one.lower(): one for one in self.after.rows[later].columns}
        places = self.lineage.places.get((_key(name), column.lower()), set())
        moved = [one for table, one in places if table == _key(later) and one in names]
        return names[moved[0]] if moved else names.get(column.lower())

    def _written(self, name: str) -> list[Written]:
        """Return the statements that write over the rows of a table, by whatever name it had then."""
        columns = self.before.rows[name].columns
        places = (self.lineage.places.get((_key(name), one.lower()), set()) for one in columns)
        trail = self.lineage.trails.get(_key(name), ())
        called = {table for those in places for table, _ in those} | {_key(name), *trail}
        return [one for one in self.lineage.written if not one.table or one.table in called]


def _picked(table: Table, columns: Sequence[str]) -> "Counter[tuple[Any, ...]]":
    numbers = [table.columns.index(one) for one in columns]
    return Counter(tuple(str(row[number]) for number in numbers) for row in table.rows)


def _holds(there: "Counter[tuple[Any, ...]]", wanted: "Counter[tuple[Any, ...]]") -> bool:
    return not wanted - there


def _schema(name: str) -> str:
    return name.rpartition(".")[0]


def _key(name: str) -> str:
    """Return a table's name as statements have it: without its schema, in lower case."""
    return name.rpartition(".")[2].lower()


@dataclass(slots=True)
class Filled:
    """The columns whose NULLs some revision has written over: rows that are made up later have no NULL there either."""

    lineage: Lineage = field(default_factory=lambda: Lineage({}))

    @classmethod
    def of(cls, places: Iterable[Place]) -> "Filled":
        """Return the beginning: these columns were filled already."""
        return cls(Lineage({place: {place} for place in places}))

    def hear(self, statements: Iterable[str]) -> None:
        """Note what statements set, and follow it through renames."""
        for statement in statements:
            number = len(self.lineage.written)
            self.lineage.sent(statement)
            for one in self.lineage.written[number:]:
                if one.verb == "UPDATE" and one.table:
                    for column in one.columns or (WHOLE,):
                        place = (one.table, column)
                        self.lineage.places.setdefault(place, set()).add(place)

    @property
    def columns(self) -> frozenset[Place]:
        """Return where they are now."""
        return frozenset[Place]().union(*self.lineage.places.values())
