"""Put a copy back into its table: which rows come back, which cannot, and why."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    ForeignKeyConstraint,
    MetaData,
    Table,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from dbtasks.aside import Part
from dbtasks.dialects import Dialect


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one copy.

    Attributes:
        part: the copy.
        restored: how many rows came back, or have their values again.
        unchanged: how many were there already, as they were.
        missing: how many rows could not come back.
        reason: why; "" when all could.
    """

    part: Part
    restored: int = 0
    unchanged: int = 0
    missing: int = 0
    reason: str = ""


class PutBack:
    """One copy, its table, and what ties their rows together."""

    def __init__(self, connection: Connection, dialect: Dialect, part: Part) -> None:
        self.part = part
        self._connection = connection
        self._copies = dialect.copies
        self._kept = Table(part.name, MetaData(), autoload_with=connection)
        self._table = Table(part.table, MetaData(), autoload_with=connection)
        self._columns = [one for one in part.columns if self._table.c[one].computed is None]

    @property
    def adds_rows(self) -> bool:
        """Return whether whole rows come back, and not only values of rows that are there."""
        return self.part.has_rows

    @property
    def gives_values(self) -> bool:
        """Return whether rows that are there get the copy's values again."""
        return not self.adds_rows or "data" in self.part.kinds

    def add(self) -> int:
        """Return how many rows came back; a row whose parent is not there stays out."""
        columns = [one for one in self.part.copied if self._table.c[one].computed is None]
        query = select(*(self._value(one) for one in columns)).where(~self._is_there(), *self._parents())
        return self._copies.insert(self._connection, self._table, columns, query)

    def values(self) -> int:
        """Return how many rows have their values again that are there with others."""
        changes = {self._table.c[one]: self._value(one) for one in self._columns}
        if not changes:
            return 0
        statement = update(self._table).values(changes).where(self._same_row(), self._differs())
        return self._connection.execute(statement).rowcount

    def over(self) -> int:
        """Return how many rows have values now that would be written over."""
        filled = or_(*(self._table.c[one].is_not(None) & self._other(one) for one in self._columns))
        query = select(func.count()).select_from(self._table).join(self._kept, self._same_row()).where(filled)
        return self._connection.execute(query).scalar_one() if self._columns else 0

    def absent(self) -> int:
        """Return how many of the copy's rows are not in the table."""
        return self._connection.execute(
            select(func.count()).select_from(self._kept).where(~self._is_there())
        ).scalar_one()

    def differing(self) -> int:
        """Return how many of the copy's rows are in the table with other values."""
        query = select(func.count()).select_from(self._table).join(self._kept, self._same_row()).where(self._differs())
        return self._connection.execute(query).scalar_one() if self._columns else 0

    def lost_parents(self) -> tuple[str, ...]:
        """Return the tables to which rows refer that are not there; empty when every row could be added."""
        found = []
        for constraint, condition in zip(self._references(), self._parents(), strict=True):
            query = select(func.count()).select_from(self._kept).where(~self._is_there(), ~condition)
            if self._connection.execute(query).scalar_one():
                found.append(constraint.referred_table.name)
        return tuple(found)

    def remove_others(self) -> None:
        """Delete the rows that the copy does not have."""
        in_copy = exists(select(1).select_from(self._kept).where(self._same_row()).correlate(self._table))
        self._connection.execute(delete(self._table).where(~in_copy))

    def finish(self) -> None:
        """Have generated keys go on after those that came back."""
        self._copies.advance(self._connection, self._table)

    def _value(self, name: str) -> ColumnElement[Any]:
        return self._copies.restored(self._connection, self._kept.c[name], self._table.c[name])

    def _same_row(self) -> ColumnElement[bool]:
        """Tie a row to its copy: by the key, or else by every column that was not at stake."""
        if self.part.key:
            return and_(*(self._copies.is_same(self._table.c[one], self._kept.c[one]) for one in self.part.key))
        names = [one.name for one in self._kept.c if one.name in self._table.c]
        fixed = [one for one in names if self.adds_rows or one not in self._columns] or names
        return and_(*(~self._copies.differ(self._table.c[one], self._kept.c[one]) for one in fixed))

    def _is_there(self) -> ColumnElement[bool]:
        return exists(select(1).select_from(self._table).where(self._same_row()).correlate(self._kept))

    def _differs(self) -> ColumnElement[bool]:
        return or_(*(self._other(one) for one in self._columns))

    def _other(self, name: str) -> ColumnElement[bool]:
        return self._copies.differ(self._table.c[name], self._kept.c[name])

    def _references(self) -> list[ForeignKeyConstraint]:
        names = set(self.part.copied)
        those = [one for one in self._table.foreign_key_constraints if set(one.column_keys) <= names]
        return sorted(those, key=lambda one: (one.referred_table.name, one.column_keys))

    def _parents(self) -> list[ColumnElement[bool]]:
        """Return for each foreign key the condition that its parent is there, or comes back with the same rows."""
        found = []
        for constraint in self._references():
            own = [self._kept.c[one.parent.name] for one in constraint.elements]
            parent = constraint.referred_table.alias()
            pairs = zip((parent.c[one.column.name] for one in constraint.elements), own, strict=True)
            there = exists(select(1).select_from(parent).where(*(self._copies.is_same(a, b) for a, b in pairs)))
            conditions = [*(one.is_(None) for one in own), there]
            if constraint.referred_table.name == self.part.table:
                twin = self._kept.alias()
                pairs = zip((twin.c[one.column.name] for one in constraint.elements), own, strict=True)
                conditions.append(exists(select(1).select_from(twin).where(*(a == b for a, b in pairs))))
            found.append(or_(*conditions))
        return found
