"""Take one revision up, down and up again: with empty tables first, which tells what it does, then with rows."""

import re
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from dbtasks import road
from dbtasks.history import History, Revision, shape
from dbtasks.scratch import Made
from dbtasks.settings import DatabaseSettings
from dbtasks.statements import Place
from dbtasks.verify import alone, touched, ways
from dbtasks.verify.findings import Findings
from dbtasks.verify.outcome import Outcome
from dbtasks.verify.passage import Passage
from dbtasks.verify.stage import FAILURES, Stage
from dbtasks.verify.survival import Filled
from dbtasks.verify.touched import Sight
from dbtasks.verify.withrows import WithRows

NONE: frozenset[Place] = frozenset()
FILLS = re.compile(r"\bupdate\b", re.IGNORECASE)  # a revision without the word writes over nothing


@dataclass
class Rehearsal:
    """Two scratch databases of one dialect on their way through the history.

    Attributes:
        bare: the one with empty tables.
        full: the one whose tables have rows.
        is_alone: whether there is only one revision to rehearse.
        now: what both say of their schema; None before it was looked at.
    """

    history: History
    database: DatabaseSettings
    dialect: str
    is_alone: bool = False
    now: Sight | None = None
    _stack: ExitStack = field(default_factory=ExitStack)
    bare: Stage = field(init=False)
    full: Stage = field(init=False)
    _filled: Filled = field(default_factory=Filled)

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

    @property
    def at_head(self) -> Made | None:
        """Return a database with the whole history; None when there is none."""
        is_there = self.full.is_made and set(self.full.heads) == set(self.history.heads)
        return Made(self.full.url, self.now.texts) if is_there and self.now else None

    def skip(self, revisions: tuple[Revision, ...], known: int = 0, filled: frozenset[Place] = NONE) -> None:
        """Apply revisions that need not be rehearsed.

        The first few are ``known`` to have ``filled`` columns: nobody has to hear them again.

        Raises:
            MigrationFailed: they cannot be applied.
        """
        if not revisions:
            return
        if self.bare.is_made:
            self.bare.take(revisions, "upgrade")
            self._filled.hear(self.full.take(revisions, "upgrade"))
        else:
            self.bare.again(self.history.heads_of(one.id for one in revisions))
            self._filled = Filled.of(filled)
            quiet = known  # so many need not be heard; what was filled has to be followed through renames
            while not filled and quiet < len(revisions) and not _fills(self.history.shape.text(revisions[quiet])):
                quiet += 1
            self.full.again(self.history.heads_of(one.id for one in revisions[:quiet]))
            if quiet < len(revisions):
                self._filled.hear(self.full.take(revisions[quiet:], "upgrade"))
        self.now = None

    def of(self, revision: Revision) -> Outcome:
        """Return what comes of a revision; both databases have it afterwards, unless it cannot be applied."""
        if self.is_alone and not ways.has_none(revision):
            heads, found = self.full.heads, Findings(self.history.project, self.dialect, revision)
            good = alone.of(found, self.full, self._versions, self._filled, self.history.accepted(revision.id))
            if good is not None:
                outcome, self.now = good
                return outcome
            self.full.again(heads)
        return self._in_both(revision)

    def _in_both(self, revision: Revision) -> Outcome:
        before = self.now or touched.look(self.bare.url)
        found = Findings(self.history.project, self.dialect, revision)
        try:
            self.bare.take([revision], "upgrade")
        except FAILURES as error:
            found.up_fails(error)
            return Outcome(tuple(found.found), has_way_down=False, is_applied=False)
        after = touched.look(self.bare.url)
        said = (*touched.texts_in(revision.source), *self.bare.heard)
        passage = Passage(self.bare, self.full, self._versions, before, after, said)
        has_way_down = not ways.has_none(revision) and self._back_and_forth(revision, passage, found)
        rows = WithRows(revision, passage, self._filled, self.history.accepted(revision.id))
        rows.run(found, goes_back=has_way_down and not found.found)
        self.now = after
        return Outcome(tuple(found.found), has_way_down, is_applied=True, empty=tuple(rows.empty.values()))

    @cached_property
    def _versions(self) -> str:
        """Return the name of Alembic's own table."""
        return road.inspect(self.history, self.full.url, lambda one: str(one.version_table))

    def _back_and_forth(self, revision: Revision, passage: Passage, found: Findings) -> bool:
        """Revert a revision and apply it again, with empty tables; return whether it can be reverted at all."""
        heads, up = self.bare.heads, self.bare.heard
        try:
            self.bare.take([revision], "downgrade")
        except FAILURES as error:
            self.bare.again(heads)
            refused = ways.refused(revision, error)
            if not refused:
                found.down_fails(error)
            return not refused
        passage.sent(self.bare.heard)
        if left := passage.left():
            found.down_differs(left)
            self.bare.again(heads)
            return True
        try:
            self.bare.take([revision], "upgrade")
        except FAILURES as error:
            found.not_repeatable(error)
            self.bare.again(heads)
            return True
        # The same statements on the same schema make the same one.
        differences = passage.differs() if self.bare.heard != up else ()
        if differences:
            found.not_repeatable(None, differences)
            self.bare.again(heads)
        return True


def _fills(source: str) -> bool:
    """Return whether a revision may write over NULLs: it says so, or leaves it to something else of the project."""
    return bool(FILLS.search(source)) or not shape.is_plain(source)
