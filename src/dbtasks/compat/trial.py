"""The old code's own statements, on both databases: what ran on the one and does not on the other breaks."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from numbers import Number
from typing import Any, NamedTuple

from sqlalchemy import types

from dbtasks.compat import constraints, values
from dbtasks.compat.findings import Finding, Untried
from dbtasks.compat.old import Old
from dbtasks.compat.pair import ALL, WRITES, Cause, Pair, causes
from dbtasks.compat.side import Cell, Outcome, Row, Side, found_by, inserted, read, target, updated
from dbtasks.compat.values import Type
from dbtasks.narrowing import narrows

SHORT = 60  # characters of a value that was read back
BREAKS = {"column-required": ("INSERTs",), "default-missing": ("INSERTs",), "column-generated": WRITES}
BREAKS |= {"null-refused": WRITES, "column-missing": ALL}
Members = Mapping[str, dict[str, tuple[str, ...]]]  # what the new models allow, by table and column


class Looked(NamedTuple):
    """What came of one table."""

    findings: tuple[Finding, ...]
    untried: Untried | None = None


def look(old: Old, before: Side, after: Side, members: Members) -> Looked:
    """Return what of a table breaks; nothing for one that was not there before either."""
    name = old.table.fullname
    there, here = before.table(name), after.table(name)
    if there is None:
        return Looked(())
    if here is None:
        return Looked((_gone(old, before, after),))
    pair = Pair(old, before, after, there, here, members.get(name, {}))
    return Trial(pair).run()


def _gone(old: Old, before: Side, after: Side) -> Finding:
    said = after.attempt(read(old.table, {name: one.type for name, one in old.columns.items()})).error
    new = [one for one in after.schema.metadata.tables.values() if one.fullname not in before.schema.metadata.tables]
    alike = [one.fullname for one in new if set(old.columns) <= set(one.columns.keys())]
    detail = alike[0] if len(alike) == 1 else ""
    return Finding("table-missing", old.service, old.model, old.source, old.table.fullname, "", detail, ALL, said)


class Trial:
    """The attempts with one table; what cannot be tried is compared."""

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self.causes = tuple(causes(pair))
        self.decided: set[str] = set()  # the columns of which every value was tried

    def run(self) -> Looked:
        """Return what breaks, and why the INSERTs could not be tried if they could not."""
        pair = self.pair
        found = list(self._reads())
        if pair.old.is_view or pair.there.fullname in pair.before.views:
            return Looked((*found, *self._compared(reads=True)))
        with ExitStack() as stack:
            for side, table in ((pair.before, pair.there), (pair.after, pair.here)):
                stack.enter_context(side.emptied(target(table, {})))
            refused = self._insert(pair.before, pair.row(1)).error
            if refused:
                found += [*self._unproven(), *self._compared(reads=False), *constraints.new(pair)]
                return Looked(tuple(found), Untried(pair.old.table.fullname, refused))
            found += self._writes()
        return Looked(tuple(found))

    def _reads(self) -> Iterator[Finding]:
        """Yield columns that cannot be read; where no one column is to blame, that the SELECT fails."""
        pair = self.pair
        kinds = {name: one.type for name, one in pair.columns.items()}
        if pair.before.attempt(read(pair.there, kinds)).error or not pair.after.attempt(read(pair.here, kinds)).error:
            return
        for cause in self.causes:
            said = pair.after.attempt(read(pair.here, {cause.column: types.NullType()})).error
            if cause.code == "column-missing" and said:
                yield pair.finding("column-missing", cause.column, cause.detail, ALL, said)
                kinds.pop(cause.column)
        said = pair.after.attempt(read(pair.here, kinds)).error if kinds else ""
        if said:
            yield pair.finding("statement-fails", breaks=("reads",), tried=said)

    def _writes(self) -> Iterator[Finding]:
        """Yield what is wrong with INSERTs and UPDATEs, each cause by itself: the others are mended meanwhile."""
        pair = self.pair
        refused = self._insert(pair.after, self._mended(1)).error
        if refused:
            told = [*self._unproven(), *self._compared(reads=False)]
            yield from told
            new = list(constraints.new(pair))
            yield from (pair.finding(one.code, one.item, one.detail, one.breaks, refused) for one in new)
            if not (told or new):
                yield pair.finding("statement-fails", breaks=("INSERTs",), tried=refused)
            return
        for cause in self.causes:
            if cause.code not in ("column-missing", "type-changed"):
                yield from self._undone(cause)
        yield from self._twice()
        if pair.has_changed() or pair.members:
            for name in pair.columns:
                yield from self._values(name)
        yield from constraints.new(pair, self.decided)
        yield from self._update()

    def _undone(self, cause: Cause) -> Iterator[Finding]:
        """Yield a cause when an INSERT that is mended in every other respect fails; what then runs breaks nothing."""
        pair, row = self.pair, self._mended(1, but=cause)
        said = self._insert(pair.after, row).error
        if said or cause.detail == "NULL":
            yield pair.finding(cause.code, cause.column, cause.detail, BREAKS[cause.code], said)

    def _unproven(self) -> Iterator[Finding]:
        """Yield the causes as the comparison has them; missing columns were told with the reads."""
        for cause in self.causes:
            if cause.code in BREAKS and cause.code != "column-missing":
                yield self.pair.finding(cause.code, cause.column, cause.detail, BREAKS[cause.code])

    def _compared(self, *, reads: bool) -> Iterator[Finding]:
        """Yield changes of types by comparison alone; of a view, only what reading it meets."""
        pair = self.pair
        for name in pair.columns.keys() & pair.here.columns.keys():
            change = pair.type_change(name)
            old, new = pair.there.columns[name].type, pair.here.columns[name].type
            if not change or not narrows(old, new):
                continue
            gone = [one for one in getattr(old, "enums", ()) if one not in getattr(new, "enums", (one,))]
            if gone and not reads:
                yield pair.finding("enum-member-missing", name, ", ".join(gone), WRITES)
            elif _family(old) is not _family(new):
                yield pair.finding("type-changed", name, change, ("reads",) if reads else ALL)
            elif not reads:
                yield pair.finding("type-narrowed", name, change, WRITES)

    def _twice(self) -> Iterator[Finding]:
        """Yield that a second row is refused, as by a new column that is unique and has one default for all."""
        pair = self.pair
        if not self._insert(pair.before, pair.row(1), pair.row(2)).error:
            said = self._insert(pair.after, self._mended(1), self._mended(2)).error
            if said and not any(constraints.new(pair)):
                yield pair.finding("constraint-new", breaks=("INSERTs",), tried=said)

    def _update(self) -> Iterator[Finding]:
        """Yield that an UPDATE fails which neither a missing nor a generated column explains."""
        pair, before, after = self.pair, self.pair.row(1), self._mended(1)
        own = {name: cell for name, cell in after.items() if name in pair.columns}
        if before and own and not self._update_of(pair.before, before, before).error:
            said = self._update_of(pair.after, after, own).error
            if said:
                yield pair.finding("statement-fails", breaks=("UPDATEs",), tried=said)

    def _values(self, name: str) -> Iterator[Finding]:
        """Yield what is wrong with the values of one column."""
        pair = self.pair
        blamed = {one.column for one in self.causes if one.code in ("column-missing", "column-generated")}
        if name in blamed or name not in pair.here.columns:
            return
        kind = pair.kind(name)
        if isinstance(kind, types.Enum):
            yield from self._members(name, kind)
            yield from self._new_members(name, kind)
            return
        value = values.ordinary(kind, 1)
        if value is not None and not self._stored(pair.before, name, Cell(kind, value)):
            said = self._stored(pair.after, name, Cell(kind, value)) or self._found(name, Cell(kind, value))
            if said:
                yield from self._changed(name, said)
                return
        yield from self._edges(name, kind)

    def _changed(self, name: str, said: str) -> Iterator[Finding]:
        change = self.pair.type_change(name)
        if change:
            yield self.pair.finding("type-changed", name, change, ALL, said)
        elif not any(constraints.new(self.pair)):
            yield self.pair.finding("statement-fails", name, breaks=WRITES, tried=said)

    def _edges(self, name: str, kind: Type) -> Iterator[Finding]:
        pair = self.pair
        old, new = pair.there.columns[name].type, pair.here.columns[name].type
        tried = 0
        for edge in values.edges(kind, old, new):
            if self._stored(pair.before, name, Cell(kind, edge.value)):
                continue
            tried += 1
            said = self._stored(pair.after, name, Cell(kind, edge.value))
            if said and pair.type_change(name):
                yield pair.finding("type-narrowed", name, f"{pair.type_change(name)}: {edge.shown}", WRITES, said)
                return
        if not tried and pair.type_change(name) and narrows(old, new):
            yield pair.finding("type-narrowed", name, pair.type_change(name), WRITES)
        if tried and isinstance(kind, types.Boolean):
            self.decided.add(name)

    def _members(self, name: str, kind: "types.Enum") -> Iterator[Finding]:
        pair, refused, all_tried = self.pair, {}, True
        for member in kind.enums:
            if self._stored(pair.before, name, Cell(kind, member)):
                all_tried = False
                continue
            said = self._stored(pair.after, name, Cell(kind, member))
            refused.update({member: said} if said else {})
        if all_tried:
            self.decided.add(name)
        is_enum = not pair.type_change(name) or isinstance(pair.here.columns[name].type, types.Enum)
        if refused and (is_enum or len(refused) < len(kind.enums)):
            yield pair.finding("enum-member-missing", name, ", ".join(refused), WRITES, next(iter(refused.values())))
        elif refused:
            yield pair.finding("type-changed", name, pair.type_change(name), ALL, next(iter(refused.values())))
        unread = [one for one in kind.enums if one not in pair.members.get(name, (one,)) and one not in refused]
        if unread:
            yield pair.finding("enum-member-missing", name, ", ".join(unread), ("reads by the new code",))

    def _new_members(self, name: str, kind: "types.Enum") -> Iterator[Finding]:
        """Yield members that the new code may write, when the old code cannot read a row that has them."""
        pair = self.pair
        new = [one for one in pair.allowed(name) or () if one not in kind.enums]
        reader = values.undecorated(pair.old.columns[name].type, pair.after.connection.dialect)
        for member in new[:1]:
            row = {**self._mended(1), name: Cell(values.enum_like(kind, [*kind.enums, *new]), member)}
            if not self._insert(pair.after, row).error:
                said = pair.after.attempt(inserted(pair.here, row), read(pair.here, {name: reader})).error
                if said:
                    yield pair.finding("enum-member-new", name, ", ".join(new), ("reads",), said)

    def _mended(self, number: int, but: Cause | None = None) -> dict[str, Cell]:
        """Return the row as the new schema takes it; ``but`` is a cause that is left as the old code has it."""
        row = self.pair.row(number)
        for cause in self.causes:
            if cause is not but:
                row.pop(cause.column, None)
                if cause.mend is not None:
                    row[cause.column] = _cell(self.pair, cause.mend, number)
        if but is not None:
            row.pop(but.column, None)
            if but.undo != "omit":
                kind = self.pair.kind(but.column)
                row[but.column] = Cell(kind, None if but.undo == "null" else values.ordinary(kind, number))
        return row

    def _stored(self, side: Side, name: str, cell: Cell) -> str:
        """Return why a value is not stored, or not read as it was written; "" when it is."""
        pair = self.pair
        row: Row = {**(pair.row(1) if side is pair.before else self._mended(1)), name: cell}
        table = pair.there if side is pair.before else pair.here
        outcome = side.attempt(inserted(table, row), read(table, {name: cell.kind}))
        if outcome.error or not outcome.rows:
            return outcome.error or "the row is not there"
        value = outcome.rows[0][0]
        return "" if _is_same(cell.value, value) else f"{_short(cell.value)} is read back as {_short(value)}"

    def _found(self, name: str, cell: Cell) -> str:
        """Return why a row cannot be looked for by a value any more; "" when it can, or never could."""
        pair = self.pair
        if pair.before.attempt(found_by(pair.there, name, cell)).error:
            return ""
        return pair.after.attempt(found_by(pair.here, name, cell)).error

    def _insert(self, side: Side, *rows: Row) -> Outcome:
        table = self.pair.there if side is self.pair.before else self.pair.here
        return side.attempt(*(inserted(table, row) for row in rows))

    def _update_of(self, side: Side, row: Row, changed: Row) -> Outcome:
        table = self.pair.there if side is self.pair.before else self.pair.here
        return side.attempt(inserted(table, row), updated(table, changed))


def _cell(pair: Pair, kind: Type, number: int) -> Cell:
    bound = values.plain(kind, pair.after.connection.dialect)
    return Cell(bound, values.ordinary(bound, number))


def _family(kind: Type) -> type:
    try:
        return kind.python_type
    except NotImplementedError:
        return type(kind)


def _is_same(written: Any, read_back: Any) -> bool:
    both_numbers = isinstance(written, Number) and isinstance(read_back, Number)
    return bool(written == read_back) and (both_numbers or type(written) is type(read_back))


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= SHORT else f"{shown[:SHORT]}..."
