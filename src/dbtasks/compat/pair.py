"""A table of the old code on the schema that it was written for, and on the new one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Column, Computed, Sequence, Table, types
from sqlalchemy.types import TypeEngine

from dbtasks.compat import values
from dbtasks.compat.findings import Code, Finding
from dbtasks.compat.old import Old, is_generated, is_left_null, is_left_out
from dbtasks.compat.side import Cell, Side
from dbtasks.compat.values import Type
from dbtasks.drafting.snapshot import default_of

ALL = ("reads", "INSERTs", "UPDATEs")
BY_NEW = ("reads by the new code",)
WRITES = ("INSERTs", "UPDATEs")


@dataclass(frozen=True, slots=True)
class Pair:
    """The table, with what the two databases say of it.

    Attributes:
        there: the table in the database ``before``.
        here: the table in the database ``after``.
        members: what the new models allow in a column, for columns that are enums there.
    """

    old: Old
    before: Side
    after: Side
    there: Table
    here: Table
    members: dict[str, tuple[str, ...]]

    @property
    def columns(self) -> dict[str, Column[Any]]:
        """Return the columns that the old code maps and that there were, by name."""
        return {name: one for name, one in self.old.columns.items() if name in self.there.columns}

    def on(self, side: Side) -> Table:
        """Return the table as one of the two databases has it."""
        return self.there if side is self.before else self.here

    def kind(self, name: str) -> Type:
        """Return the type by which the old code reads and writes a column, without a user's decorators."""
        return values.plain(self.old.columns[name].type, self.before.connection.dialect)

    def usual(self, name: str) -> Type:
        """Return the same; of an enum only what the new schema allows too, where that is known."""
        kind = self.kind(name)
        allowed = self.allowed(name)
        if isinstance(kind, types.Enum) and allowed is not None:
            return values.enum_like(kind, [one for one in kind.enums if one in allowed] or kind.enums)
        return kind

    def allowed(self, name: str) -> tuple[str, ...] | None:
        """Return what the new models, or else the new schema, allow in an enum's column; None when unknown."""
        here = self.here.columns.get(name)
        labels = tuple(here.type.enums) if here is not None and isinstance(here.type, types.Enum) else None
        return self.members.get(name) or labels

    def row(self, number: int) -> dict[str, Cell]:
        """Return what the old code inserts when it gives no more than it has to; another row for another number."""
        found = {}
        for name, column in self.columns.items():
            if self.is_left_out(column) or is_generated(column):
                continue
            if isinstance(column.default, Sequence):
                found[name] = Cell(self.kind(name), column.default.next_value())
            elif not is_left_null(column):
                found[name] = Cell(self.usual(name), values.ordinary(self.usual(name), number))
            elif self.old.is_mapped and not column.type.should_evaluate_none:
                found[name] = Cell(self.kind(name), None)
        return found

    def is_left_out(self, column: Column[Any]) -> bool:
        """Return whether the old code's INSERT does not name a column, since the database is to fill it in."""
        return is_left_out(column, has_sequences=self.before.connection.dialect.supports_sequences)

    def finding(
        self, code: Code, item: str = "", detail: str = "", breaks: tuple[str, ...] = ALL, tried: str = ""
    ) -> Finding:
        """Return a finding about this table."""
        old = self.old
        return Finding(code, old.service, old.model, old.source, old.table.fullname, item, detail, breaks, tried)

    def has_changed(self) -> bool:
        """Return whether the two databases say different things of the table."""
        return _facts(self.before, self.there) != _facts(self.after, self.here)

    def has_other_members(self, name: str) -> bool:
        """Return whether the new models allow other values in an enum's column than the old ones."""
        kind = self.kind(name)
        return isinstance(kind, types.Enum) and set(self.members.get(name, kind.enums)) != set(kind.enums)

    def type_change(self, name: str) -> str:
        """Return how a column's type changed, in the database's words; "" when it did not."""
        dialect = self.before.connection.dialect
        old, new = (one.columns[name].type for one in (self.there, self.here))
        if repr(old) == repr(new):
            return ""
        said = [_compiled(one, dialect) for one in (old, new)]
        return f"{said[0]} to {said[1]}" if said[0] != said[1] else f"{old!r} to {new!r}"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why an INSERT of the old code may fail, and how one would have to be that does not.

    Attributes:
        mend: the type of a value that has to be given; None when the column must not be named.
        undo: what the old code does instead: leave the column out, give NULL, or a value.
    """

    code: Code
    column: str
    mend: Type | None
    undo: Literal["omit", "null", "value"]
    detail: str = ""


def causes(pair: Pair) -> Iterator[Cause]:
    """Yield what the comparison of the columns finds; those of types come last, and are no findings yet."""
    is_view = pair.here.fullname in pair.after.views  # which says nothing of defaults and NULL
    for name, column in pair.columns.items():
        here, there = pair.here.columns.get(name), pair.there.columns[name]
        if here is None:
            yield Cause("column-missing", name, None, "value", _renamed(pair, there))
        elif _is_always_made(here) and not (_is_always_made(there) or is_generated(column)):
            yield Cause("column-generated", name, None, "value")
        elif not is_view:
            yield from _value_causes(pair, name, there, here)
    for name, column in pair.here.columns.items():
        if name not in pair.columns and _is_required(column):
            was = pair.there.columns.get(name)
            if was is None or not _is_required(was):
                yield Cause("column-required", name, column.type, "omit")
    yield from _type_causes(pair)


def _type_causes(pair: Pair) -> Iterator[Cause]:
    for name, cell in pair.row(1).items():
        here = pair.here.columns.get(name)
        if here is None or _is_always_made(here):
            continue
        allowed = pair.allowed(name)
        if pair.type_change(name):
            yield Cause("type-changed", name, here.type, "value")
        elif isinstance(cell.kind, types.Enum) and allowed and not set(allowed) & set(cell.kind.enums):
            yield Cause("type-changed", name, values.enum_like(cell.kind, list(allowed)), "value")


def _value_causes(pair: Pair, name: str, there: Column[Any], here: Column[Any]) -> Iterator[Cause]:
    column = pair.columns[name]
    loose = column.nullable and there.nullable and not (column.primary_key or is_generated(column))
    if loose and not here.nullable:
        yield Cause("null-refused", name, pair.usual(name), "null")
    if pair.is_left_out(column) and is_filled(there) and not is_filled(here):
        yield Cause("default-missing", name, pair.usual(name), "omit", "NULL" if here.nullable else "")


def _renamed(pair: Pair, gone: Column[Any]) -> str:
    """Return the one new column of the same type, which may be the old one's new name; "" when there is none."""
    new = [one for one in pair.here.columns if one.name not in pair.there.columns]
    alike = [one.name for one in new if repr(one.type) == repr(gone.type)]
    return alike[0] if len(alike) == 1 else ""


def is_filled(column: Column[Any]) -> bool:
    """Return whether the database fills in a column that an INSERT leaves out."""
    return column.server_default is not None or column.table.autoincrement_column is column


def _is_required(column: Column[Any]) -> bool:
    return not column.nullable and not is_filled(column)


def _is_always_made(column: Column[Any]) -> bool:
    return isinstance(column.server_default, Computed) or bool(column.identity and column.identity.always)


def _facts(side: Side, of: Table) -> tuple[Any, ...]:
    columns = {
        one.name: (repr(one.type), one.nullable, is_filled(one), default_of(one), _is_always_made(one))
        for one in of.columns
    }
    return columns, of.fullname in side.views, {key: one.said for key, one in side.schema.of_table(of.fullname).items()}


def _compiled(kind: TypeEngine[Any], dialect: Any) -> str:
    try:
        return str(kind.compile(dialect=dialect))
    except Exception:  # noqa: BLE001 - only for words; a type that cannot be written is shown as Python shows it
        return repr(kind)
