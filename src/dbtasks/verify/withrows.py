"""The part of a rehearsal with rows in the tables: whether a revision works then, and what becomes of them."""

from dataclasses import dataclass, field

from dbtasks import rows
from dbtasks.history import Revision
from dbtasks.rows import Empty, Full, Wanted
from dbtasks.verify import survival, ways
from dbtasks.verify.findings import Findings
from dbtasks.verify.passage import Passage
from dbtasks.verify.photo import Photo
from dbtasks.verify.stage import FAILURES, Stage
from dbtasks.verify.survival import Filled, Moment


@dataclass(slots=True)
class WithRows:
    """A revision that is applied, and reverted, where the tables that it may touch have rows.

    Attributes:
        filled: the columns whose NULLs some revision has written over.
        accepted: what it says that it loses.
        empty: the tables that could not be given rows.
    """

    revision: Revision
    passage: Passage
    filled: Filled
    accepted: frozenset[str]
    empty: dict[str, Empty] = field(default_factory=dict)

    @property
    def stage(self) -> Stage:
        """Return the database that has the rows."""
        return self.passage.full

    def run(self, found: Findings, *, goes_back: bool) -> None:
        """Add what is found; begin anew, in more tables, where rows have made the revision touch more."""
        heads, known = self.stage.heads, len(found.found)
        while self.passage.sent(self.take(found, goes_back=goes_back)):
            self.stage.again(heads)
            self.empty.clear()
            del found.found[known:]

    def take(self, found: Findings, *, goes_back: bool) -> tuple[str, ...]:
        """Add what is found; return what was heard on the way up, and on the way down."""
        before, after = self.passage.ends()
        wanted = rows.wanted(before.schema, after.schema, self.filled.columns)
        if unfit := rows.unfit(wanted):
            self.stage.look(lambda connection: rows.clear(connection, wanted, unfit))
        start, heads = Moment(before.schema, self._fill(wanted).rows), self.passage.bare.heads
        try:
            sent = self.stage.take([self.revision], "upgrade")
        except FAILURES as error:
            found.up_fails_on_rows(error)
            self.stage.again(heads)
            return ()
        heard = self.stage.heard
        self.filled.hear(sent)
        full = self._fill(rows.wanted(after.schema, before.schema, self.filled.columns))
        end = Moment(after.schema, full.before)
        found.loses(survival.lost(start, end, sent, self.accepted), "upgrade")
        return (*heard, *(self._return(Moment(after.schema, full.rows), before, found) if goes_back else ()))

    def _return(self, there: Moment, before: Photo, found: Findings) -> tuple[str, ...]:
        """Revert a revision with rows in the tables, and apply it again; return what was heard on the way down."""
        heads = self.stage.heads
        try:
            sent = self.stage.take([self.revision], "downgrade")
        except FAILURES as error:
            if not ways.refused(self.revision, error):
                found.down_fails(error, with_rows=True)
            self.stage.again(heads)
            return ()
        heard, metadata = self.stage.heard, before.schema.metadata
        left = Moment(before.schema, self.stage.look(lambda connection: rows.read(connection, metadata)))
        found.loses(survival.lost(there, left, sent, self.accepted), "downgrade")
        try:
            self.stage.take([self.revision], "upgrade")
        except FAILURES as error:
            found.not_repeatable(error)
            self.stage.again(heads)
        return heard

    def _fill(self, wanted: Wanted) -> Full:
        """Give rows to the tables that have none, and return what all of them had and have."""
        full = self.stage.look(lambda connection: rows.fill(connection, wanted))
        self.empty |= {one.table: one for one in full.empty}
        return full
