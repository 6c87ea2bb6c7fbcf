"""The old code's INSERTs, UPDATEs and SELECTs on both databases, with what the new schema asks for besides."""

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Number
from typing import Any

from dbtasks.compat import values
from dbtasks.compat.pair import Cause, Pair
from dbtasks.compat.side import Cell, Row, Side, found_by, inserted, read, updated
from dbtasks.compat.values import Type

SHORT = 60  # characters of a value that was read back


@dataclass(frozen=True, slots=True)
class Attempts:
    """What can be tried with a table.

    Attributes:
        causes: why its INSERT may fail; each is mended, so that the others can be seen.
    """

    pair: Pair
    causes: tuple[Cause, ...]

    def mended(self, number: int, but: Cause | None = None) -> dict[str, Cell]:
        """Return the row as the new schema takes it; ``but`` is a cause that is left as the old code has it."""
        row = self.pair.row(number)
        for cause in self.causes:
            if cause is not but:
                row.pop(cause.column, None)
                row.update({} if cause.mend is None else {cause.column: self._cell(cause.mend, number)})
        if but is not None:
            row.pop(but.column, None)
            if but.undo != "omit":
                kind = self.pair.kind(but.column)
                row[but.column] = Cell(kind, None if but.undo == "null" else values.ordinary(kind, number))
        return row

    def insert(self, side: Side, *rows: Row) -> str:
        """Return why rows are not taken; "" when they are."""
        return side.attempt(*(inserted(self.pair.on(side), row) for row in rows)).error

    def update(self, side: Side, row: Row, changed: Row) -> str:
        """Return why a row cannot be changed; "" when it can."""
        table = self.pair.on(side)
        return side.attempt(inserted(table, row), updated(table, changed)).error

    def read(self, side: Side, kinds: Mapping[str, Type], *rows: Row) -> str:
        """Return why columns cannot be read once these rows are there; "" when they can."""
        table = self.pair.on(side)
        return side.attempt(*(inserted(table, row) for row in rows), read(table, kinds)).error

    def store(self, side: Side, name: str, cell: Cell) -> str:
        """Return why a value is not stored, or not read as it was written; "" when it is."""
        row = {**(self.pair.row(1) if side is self.pair.before else self.mended(1)), name: cell}
        table = self.pair.on(side)
        outcome = side.attempt(inserted(table, row), read(table, {name: cell.kind}))
        if outcome.error or not outcome.rows:
            return outcome.error or "the row is not there"
        value = outcome.rows[0][0]
        return "" if _is_same(cell.value, value) else f"{_short(cell.value)} is read back as {_short(value)}"

    def find(self, side: Side, name: str, cell: Cell) -> str:
        """Return why rows cannot be looked for by a value; "" when they can."""
        return side.attempt(found_by(self.pair.on(side), name, cell)).error

    def _cell(self, kind: Type, number: int) -> Cell:
        bound = values.plain(kind, self.pair.after.connection.dialect)
        return Cell(bound, values.ordinary(bound, number))


def _is_same(written: Any, read_back: Any) -> bool:
    both_numbers = isinstance(written, Number) and isinstance(read_back, Number)
    return bool(written == read_back) and (both_numbers or type(written) is type(read_back))


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= SHORT else f"{shown[:SHORT]}..."
