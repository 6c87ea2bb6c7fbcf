"""The old code's own statements, on both databases: what ran on the one and does not on the other breaks."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import NamedTuple

from sqlalchemy import types

from dbtasks.compat import constraints
from dbtasks.compat.attempts import Attempts
from dbtasks.compat.columns import Columns, compared
from dbtasks.compat.findings import Finding, Untried
from dbtasks.compat.old import Old
from dbtasks.compat.pair import ALL, WRITES, Cause, Pair, causes
from dbtasks.compat.side import Side, read, target

BREAKS = {"column-required": ("INSERTs",), "default-missing": ("INSERTs",), "column-generated": WRITES}
BREAKS |= {"null-refused": WRITES}
NOT_THERE = ("column-missing", "column-generated")
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
    """The trial of one table; what cannot be tried is compared."""

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self.causes = tuple(causes(pair))
        self.attempts = Attempts(pair, self.causes)
        gone = {one.column for one in self.causes if one.code in NOT_THERE}
        self.names = [name for name in pair.columns if name in pair.here.columns and name not in gone]

    def run(self) -> Looked:
        """Return what breaks, and why the INSERTs could not be tried if they could not."""
        pair = self.pair
        found = list(self._reads())
        if pair.old.is_view or pair.there.fullname in pair.before.views:
            return Looked((*found, *(one for name in self.names for one in compared(pair, name, reads=True))))
        with ExitStack() as stack:
            for side in (pair.before, pair.after):
                stack.enter_context(side.emptied(target(pair.on(side), {})))
            refused = self.attempts.insert(pair.before, pair.row(1))
            if refused:
                found += [*self._unproven(), *constraints.new(pair)]
                return Looked(tuple(found), Untried(pair.old.table.fullname, refused))
            found += self._writes()
        return Looked(tuple(found))

    def _reads(self) -> Iterator[Finding]:
        """Yield columns that cannot be read; where no one column is to blame, that the SELECT fails."""
        pair = self.pair
        kinds = {name: one.type for name, one in pair.columns.items()}
        if self.attempts.read(pair.before, kinds) or not self.attempts.read(pair.after, kinds):
            return
        for cause in self.causes:
            said = self.attempts.read(pair.after, {cause.column: types.NullType()})
            if cause.code == "column-missing" and said:
                yield pair.finding("column-missing", cause.column, cause.detail, ALL, said)
                kinds.pop(cause.column)
        said = self.attempts.read(pair.after, kinds) if kinds else ""
        if said:
            yield pair.finding("statement-fails", breaks=("reads",), tried=said)

    def _writes(self) -> Iterator[Finding]:
        """Yield what is wrong with INSERTs and UPDATEs, each cause by itself: the others are mended meanwhile."""
        pair = self.pair
        refused = self.attempts.insert(pair.after, self.attempts.mended(1))
        if refused:
            yield from self._refused(refused)
            return
        for cause in self.causes:
            if cause.code in BREAKS:
                yield from self._undone(cause)
        yield from self._twice()
        columns, changed = Columns(self.attempts), pair.has_changed()
        for name in self.names:
            if changed or pair.has_other_members(name):
                yield from columns.look(name)
        if changed:
            yield from constraints.new(pair, columns.decided)
        yield from self._update()

    def _refused(self, said: str) -> Iterator[Finding]:
        """Yield everything that may be why even the mended row is refused; when there is nothing, that it is."""
        told = list(self._unproven())
        new = [
            self.pair.finding(one.code, one.item, one.detail, one.breaks, said) for one in constraints.new(self.pair)
        ]
        yield from (*told, *new)
        if not (told or new):
            yield self.pair.finding("statement-fails", breaks=("INSERTs",), tried=said)

    def _undone(self, cause: Cause) -> Iterator[Finding]:
        """Yield a cause when an INSERT that is mended in every other respect fails; what then runs breaks nothing."""
        said = self.attempts.insert(self.pair.after, self.attempts.mended(1, but=cause))
        if said or cause.detail == "NULL":
            yield self.pair.finding(cause.code, cause.column, cause.detail, BREAKS[cause.code], said)

    def _unproven(self) -> Iterator[Finding]:
        """Yield what the comparison has; missing columns were told with the reads."""
        for cause in self.causes:
            if cause.code in BREAKS:
                yield self.pair.finding(cause.code, cause.column, cause.detail, BREAKS[cause.code])
        for name in self.names:
            yield from compared(self.pair, name)

    def _twice(self) -> Iterator[Finding]:
        """Yield that a second row is refused, as by a new column that is unique and has one default for all."""
        pair, mended = self.pair, self.attempts.mended
        if not self.attempts.insert(pair.before, pair.row(1), pair.row(2)):
            said = self.attempts.insert(pair.after, mended(1), mended(2))
            if said and not any(constraints.new(pair)):
                yield pair.finding("constraint-new", breaks=("INSERTs",), tried=said)

    def _update(self) -> Iterator[Finding]:
        """Yield that an UPDATE fails which neither a missing nor a generated column explains."""
        pair, before, after = self.pair, self.pair.row(1), self.attempts.mended(1)
        own = {name: cell for name, cell in after.items() if name in pair.columns}
        if before and own and not self.attempts.update(pair.before, before, before):
            said = self.attempts.update(pair.after, after, own)
            if said:
                yield pair.finding("statement-fails", breaks=("UPDATEs",), tried=said)
