"""The values of one column: whether the new schema stores them, and gives them back as they were."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import types

from dbtasks.compat import constraints, values
from dbtasks.compat.attempts import Attempts
from dbtasks.compat.findings import Finding
from dbtasks.compat.old import is_counter
from dbtasks.compat.pair import ALL, BY_NEW, WRITES, Pair
from dbtasks.compat.side import Cell
from dbtasks.compat.values import Type
from dbtasks.narrowing import narrows


def compared(pair: Pair, name: str, *, reads: bool = False) -> Iterator[Finding]:
    """Yield what is wrong with a changed type by comparison alone; with ``reads`` only what reading meets."""
    change = pair.type_change(name)
    old, new = pair.there.columns[name].type, pair.here.columns[name].type
    if not change or not narrows(old, new):
        return
    gone = [one for one in getattr(old, "enums", ()) if one not in getattr(new, "enums", (one,))]
    if gone and not reads:
        yield pair.finding("enum-member-missing", name, ", ".join(gone), WRITES)
    elif values.python_type(old) is not values.python_type(new):
        yield pair.finding("type-changed", name, change, ("reads",) if reads else ALL)
    elif not reads:
        yield pair.finding("type-narrowed", name, change, WRITES)


@dataclass(slots=True)
class Columns:
    """The trials of a table's columns.

    Attributes:
        decided: the columns of which every value was tried, so that no constraint on them is left to guess.
    """

    attempts: Attempts
    decided: set[str] = field(default_factory=set)

    def look(self, name: str) -> Iterator[Finding]:
        """Yield what is wrong with the values of a column; what does not run on the old schema either is compared."""
        pair, kind = self.attempts.pair, self.attempts.pair.kind(name)
        if isinstance(kind, types.Enum):
            yield from self._members(name, kind)
            yield from self._new_members(name, kind)
            return
        value = values.ordinary(kind, 1)
        cell = Cell(kind, value)
        if value is None or self.attempts.store(pair.before, name, cell):
            yield from compared(pair, name)
            return
        said = self.attempts.store(pair.after, name, cell) or self._lost(name, cell)
        if said:
            yield from self._changed(name, said)
        elif not is_counter(pair.old.columns[name]):
            yield from self._edges(name, kind)

    def _lost(self, name: str, cell: Cell) -> str:
        """Return why a row cannot be looked for by a value any more; "" when it can, or never could."""
        pair = self.attempts.pair
        return "" if self.attempts.find(pair.before, name, cell) else self.attempts.find(pair.after, name, cell)

    def _changed(self, name: str, said: str) -> Iterator[Finding]:
        pair = self.attempts.pair
        if pair.type_change(name):
            yield pair.finding("type-changed", name, pair.type_change(name), ALL, said)
        elif not any(constraints.new(pair)):
            yield pair.finding("statement-fails", name, breaks=WRITES, tried=said)

    def _edges(self, name: str, kind: Type) -> Iterator[Finding]:
        """Yield the first value at the edge of a changed type that is refused, or comes back as another one."""
        pair, tried = self.attempts.pair, 0
        change, new = pair.type_change(name), pair.here.columns[name].type
        if not (change or isinstance(kind, types.Boolean)):
            return
        for edge in values.edges(kind, pair.there.columns[name].type, new):
            if self.attempts.store(pair.before, name, Cell(kind, edge.value)):
                continue
            tried += 1
            said = self.attempts.store(pair.after, name, Cell(kind, edge.value))
            if said and change:
                yield pair.finding("type-narrowed", name, f"{change}: {edge.shown}", WRITES, said)
                return
        if not tried:
            yield from compared(pair, name)
        elif isinstance(kind, types.Boolean):
            self.decided.add(name)

    def _members(self, name: str, kind: "types.Enum") -> Iterator[Finding]:
        """Yield members that the new schema refuses, or that the new code cannot read."""
        pair, refused, undecided = self.attempts.pair, dict[str, str](), False
        labels = getattr(pair.here.columns[name].type, "enums", kind.enums)
        for member in kind.enums:
            if self.attempts.store(pair.before, name, Cell(kind, member)):
                undecided = True
                refused.update({} if member in labels else {member: ""})
            elif said := self.attempts.store(pair.after, name, Cell(kind, member)):
                refused[member] = said
        if not undecided:
            self.decided.add(name)
        yield from self._refused(name, kind, refused)
        known = pair.members.get(name, kind.enums)
        unread = [one for one in kind.enums if one not in known and one not in refused]
        if unread:
            yield pair.finding("enum-member-missing", name, ", ".join(unread), BY_NEW)

    def _refused(self, name: str, kind: "types.Enum", refused: dict[str, str]) -> Iterator[Finding]:
        pair = self.attempts.pair
        if not refused:
            return
        is_enum = not pair.type_change(name) or isinstance(pair.here.columns[name].type, types.Enum)
        first = next(iter(refused.values()))
        if is_enum or len(refused) < len(kind.enums):
            yield pair.finding("enum-member-missing", name, ", ".join(refused), WRITES, first)
        else:
            yield pair.finding("type-changed", name, pair.type_change(name), ALL, first)

    def _new_members(self, name: str, kind: "types.Enum") -> Iterator[Finding]:
        """Yield members that the new code may write, when the old code cannot read a row that has them."""
        pair = self.attempts.pair
        new = [one for one in pair.allowed(name) or () if one not in kind.enums]
        reader = values.undecorated(pair.old.columns[name].type, pair.after.connection.dialect)
        for member in new[:1]:
            wide = values.enum_like(kind, [*kind.enums, *new])
            row = {**self.attempts.mended(1), name: Cell(wide, member)}
            is_stored = not self.attempts.insert(pair.after, row)
            said = self.attempts.read(pair.after, {name: reader}, row) if is_stored else ""
            if said or not is_stored:
                yield pair.finding("enum-member-new", name, ", ".join(new), ("reads",), said)
