"""From one schema to the next: what a revision has changed, and in which tables rows are looked at."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from dbtasks.verify import photo, touched
from dbtasks.verify.photo import Photo
from dbtasks.verify.stage import Stage
from dbtasks.verify.touched import Sight


@dataclass(slots=True)
class Passage:
    """A revision's way through the scratch databases.

    Attributes:
        bare: where it has been applied.
        full: where it has not; what was there before can be looked at there.
        versions: the name of Alembic's own table.
        before: what both said of their schema.
        after: what ``bare`` says of it now.
        said: the texts in the revision's source, and what it has sent.
        tables: those that it may touch; None for all.
        first: the schema after it was applied for the first time.
        seen: the tables of that one.
    """

    bare: Stage
    full: Stage
    versions: str
    before: Sight
    after: Sight
    said: tuple[str, ...]
    tables: frozenset[str] | None = field(init=False)
    first: Photo = field(init=False)
    seen: frozenset[str] | None = field(init=False)

    def __post_init__(self) -> None:
        self.tables = self.seen = touched.of(self.before, self.after, self.said)
        self.first = self._photo(self.bare, self.tables)

    def sent(self, statements: Iterable[str]) -> bool:
        """Take note of more that the revision has sent; return whether it may touch more tables than was known."""
        known, more = self.tables, set(statements).difference(self.said)
        if not more:
            return False
        self.said = (*self.said, *more)
        self.tables = touched.of(self.before, self.after, self.said)
        return self.tables != known

    def left(self) -> tuple[str, ...]:
        """Return what is different in ``bare`` from before, once the revision was reverted there."""
        changed = self.before.changed(touched.look(self.bare.url))
        if not changed:
            return ()
        return photo.differences(self._photo(self.full, changed), self._photo(self.bare, changed))

    def differs(self) -> tuple[str, ...]:
        """Return what is different in ``bare`` from the first time, once the revision was applied there again."""
        changed = self.after.changed(touched.look(self.bare.url))
        if not changed:
            return ()
        others = changed - self.seen if self.seen is not None else ()
        again = photo.differences(self.first, self._photo(self.bare, self.seen))
        return (*again, *(f"{one} is another one" for one in sorted(others) if one in self.before.texts))

    def ends(self) -> tuple[Photo, Photo]:
        """Return the schema of the tables before and after; ``full`` is before the revision, ``bare`` after it."""
        is_seen = self.tables == self.seen
        return self._photo(self.full, self.tables), self.first if is_seen else self._photo(self.bare, self.tables)

    def _photo(self, stage: Stage, tables: Collection[str] | None) -> Photo:
        return photo.take(stage.url, self.versions, tables)
