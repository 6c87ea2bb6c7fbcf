"""Take one revision up, down and up again: with empty tables first, which tells what it does, then with rows."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Self

from dbtasks import road, rows
from dbtasks.checks.findings import Finding
from dbtasks.history import History, Revision
from dbtasks.rows import Empty, Full, Wanted
from dbtasks.settings import DatabaseSettings
from dbtasks.statements import Place
from dbtasks.verify import photo, survival, ways
from dbtasks.verify.findings import Findings
from dbtasks.verify.photo import Photo
from dbtasks.verify.stage import FAILURES, Stage
from dbtasks.verify.survival import Filled, Moment


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of rehearsing a revision.

    Attributes:
        findings: what is wrong; empty when nothing is.
        has_way_down: whether it was reverted; otherwise it has no way down, or refuses to be reverted.
        is_applied: whether what comes after it can be rehearsed.
        empty: the tables that could not be given rows.
    """

    findings: tuple[Finding, ...]
    has_way_down: bool
    is_applied: bool
    empty: tuple[Empty, ...] = ()


@dataclass(slots=True)
class Rehearsal:
    """Two scratch databases of one dialect on their way through the history.

    Attributes:
        bare: the one with empty tables.
        full: the one whose tables have rows.
        now: the schema of both; None before it was looked at.
    """

    history: History
    database: DatabaseSettings
    dialect: str
    now: Photo | None = None
    _stack: ExitStack = field(default_factory=ExitStack)
    bare: Stage = field(init=False)
    full: Stage = field(init=False)
    _filled: Filled = field(default_factory=Filled)
    _versions: str = ""
    _empty: dict[str, Empty] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self.bare = self._stack.enter_context(Stage(self.history, self.database))
        self.full = self._stack.enter_context(Stage(self.history, self.database))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def filled(self) -> frozenset[Place]:
        """Return the columns whose NULLs some revision has written over."""
        return self._filled.columns

    def skip(self, revisions: tuple[Revision, ...], filled: frozenset[Place] | None = None) -> None:
        """Apply revisions that need not be rehearsed; with what they have ``filled`` nobody has to hear them again.

        Raises:
            MigrationFailed: they cannot be applied.
        """
        if not revisions:
            return
        if self.bare.is_made:
            self.bare.take(revisions, "upgrade")
            self._filled.hear(self.full.take(revisions, "upgrade"))
        else:
            heads = self.history.heads_of(one.id for one in revisions)
            self.bare.again(heads)
            if filled is None:
                self._filled.hear(self.full.take(revisions, "upgrade"))
            else:
                self.full.again(heads)
                self._filled = Filled.of(filled)
        self.now = None

    def of(self, revision: Revision) -> Outcome:
        """Return what comes of a revision; both databases have it afterwards, unless it cannot be applied."""
        before = self.now or self._photo(None)
        found = Findings(self.history.project, self.dialect, revision)
        try:
            self.bare.take([revision], "upgrade")
        except FAILURES as error:
            found.up_fails(error)
            return Outcome(tuple(found.found), has_way_down=False, is_applied=False)
        after = self._photo(before)
        has_way_down = not ways.has_none(revision) and self._back_and_forth(revision, before, after, found)
        goes_back = has_way_down and not found.found
        self._empty.clear()
        self._with_rows(revision, before, after, found, goes_back=goes_back)
        self.now = after
        return Outcome(tuple(found.found), has_way_down, is_applied=True, empty=tuple(self._empty.values()))

    def _photo(self, known: Photo | None) -> Photo:
        self._versions = self._versions or road.inspect(self.history, self.bare.url, lambda one: one.version_table)
        return photo.take(self.bare.url, self._versions, known)

    def _back_and_forth(self, revision: Revision, before: Photo, after: Photo, found: Findings) -> bool:
        """Revert a revision and apply it again, with empty tables; return whether it can be reverted at all."""
        heads = self.bare.heads
        try:
            self.bare.take([revision], "downgrade")
        except FAILURES as error:
            self.bare.again(heads)
            refused = ways.refused(revision, error)
            if not refused:
                found.down_fails(error)
            return not refused
        left = photo.differences(before, self._photo(before))
        if left:
            found.down_differs(left)
            self.bare.again(heads)
            return True
        try:
            self.bare.take([revision], "upgrade")
        except FAILURES as error:
            found.not_repeatable(error)
            self.bare.again(heads)
            return True
        differences = photo.differences(after, self._photo(after))
        if differences:
            found.not_repeatable(None, differences)
            self.bare.again(heads)
        return True

    def _with_rows(self, revision: Revision, before: Photo, after: Photo, found: Findings, *, goes_back: bool) -> None:
        wanted = rows.wanted(before.schema, after.schema, self._filled.columns)
        if unfit := rows.unfit(wanted):
            self.full.look(lambda connection: rows.clear(connection, wanted, unfit))
        start, heads = Moment(before.schema, self._fill(wanted).rows), self.bare.heads
        try:
            sent = self.full.take([revision], "upgrade")
        except FAILURES as error:
            found.up_fails_on_rows(error)
            self.full.again(heads)
            return
        self._filled.hear(sent)
        full = self._fill(rows.wanted(after.schema, before.schema, self._filled.columns))
        end = Moment(after.schema, full.before)
        found.loses(survival.lost(start, end, sent, self._accepted(revision)), "upgrade")
        if goes_back:
            self._return(revision, Moment(after.schema, full.rows), before, found)

    def _return(self, revision: Revision, there: Moment, before: Photo, found: Findings) -> None:
        """Revert a revision with rows in the tables, and apply it again."""
        heads = self.full.heads
        try:
            sent = self.full.take([revision], "downgrade")
        except FAILURES as error:
            if not ways.refused(revision, error):
                found.down_fails(error, with_rows=True)
            self.full.again(heads)
            return
        metadata = before.schema.metadata
        left = Moment(before.schema, self.full.look(lambda connection: rows.read(connection, metadata)))
        found.loses(survival.lost(there, left, sent, self._accepted(revision)), "downgrade")
        try:
            self.full.take([revision], "upgrade")
        except FAILURES as error:
            found.not_repeatable(error)
            self.full.again(heads)

    def _fill(self, wanted: Wanted) -> Full:
        """Give rows to the tables that have none, and return what all of them had and have."""
        full = self.full.look(lambda connection: rows.fill(connection, wanted))
        self._empty |= {one.table: one for one in full.empty}
        return full

    def _accepted(self, revision: Revision) -> frozenset[str]:
        stated = getattr(self.history.scripts.get_revision(revision.id).module, "accepts_loss", ())
        return frozenset([stated] if isinstance(stated, str) else stated)
