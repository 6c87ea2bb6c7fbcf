"""Fill a scratch database: a copy of the nearest that is kept, and the revisions that it lacks."""

from dataclasses import dataclass

from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from dbtasks import cache, databases, dialects, road
from dbtasks.errors import DbtasksError, MayNotCreateDatabase, MigrationFailed
from dbtasks.history import History, Revision

SHOWN = "a scratch database"  # in messages; the real name means nothing to anybody


@dataclass(frozen=True, slots=True)
class Making:
    """A scratch database that is to be made from what is kept.

    Attributes:
        chain: the revisions that it is to have.
        kept: what is kept of them.
        url: of the database, which does not exist yet.
        worth: how many revisions it has to take for a copy to be kept.
    """

    history: History
    chain: tuple[Revision, ...]
    kept: cache.Cache
    url: URL
    worth: int

    def lacks(self, done: int) -> int:
        """Return how many revisions are still to be applied when so many are."""
        return len(self.chain) - done


def make(work: Making) -> None:
    """Copy the nearest that is kept and apply the rest; alone, where others would do the same work for nothing."""
    if work.lacks(next(work.kept.lengths(), 0)) < work.worth:
        done = _copy_nearest(work)
        if work.lacks(done) < work.worth:
            return _finish(work, done)
        databases.drop(work.url)  # what was kept was not usable
    return work.kept.alone(lambda: _make_alone(work))


def in_place(history: History, chain: tuple[Revision, ...], kept: cache.Cache) -> None:
    """Make the database that is to be kept of a chain under its own name, unless it is there by now.

    Raises:
        MigrationFailed: a revision cannot be applied; nothing is left of it.
    """
    work = Making(history, chain, kept, kept.url(len(chain)), 1)

    def make_it() -> None:
        kept.look()
        if kept.whole is not None:
            return
        databases.drop(work.url)  # of a process that did not come to the end
        try:
            _finish(work, _copy_nearest(work))
            kept.finish()
        except BaseException:
            databases.drop(work.url)
            raise

    kept.alone(make_it)


def _make_alone(work: Making) -> None:
    work.kept.look()
    done = _copy_nearest(work)
    _finish(work, done)
    if work.lacks(done) >= work.worth:
        work.kept.keep(work.url)


def _finish(work: Making, done: int) -> None:
    if not done:
        databases.create(work.url, scratch=True)
    apply(work.history, work.url, work.chain[done:])


def _copy_nearest(work: Making) -> int:
    """Return how many revisions the copy has that was made; 0 when there is none. What is not usable goes."""
    for length in tuple(work.kept.lengths()):
        source = work.kept.url(length)
        if copied(source, work.url) and _is_whole(work, length):
            work.kept.use(length)
            return length
        databases.drop(work.url)
        work.kept.discard(length)
    return 0


def copied(source: URL, url: URL) -> bool:
    """Return whether a copy could be made, raising MayNotCreateDatabase where none may be."""
    try:
        databases.copy(source, url)
    except MayNotCreateDatabase:
        raise
    except (DbtasksError, DBAPIError):
        return False
    return True


def restored(source: URL, used: URL) -> bool:
    """Return whether a copy that was used is as it was made again."""
    databases.release(used)
    try:
        return dialects.of(used).clones.restore(source, used, databases.connect)
    except (DbtasksError, DBAPIError):
        return False


def _is_whole(work: Making, length: int) -> bool:
    """Return whether a copy can be read, and records what it should."""
    dialect = dialects.of(work.url)

    def look(context: MigrationContext) -> bool:
        assert context.connection is not None  # noqa: S101 - it is looked at online
        recorded = tuple(sorted(context.get_current_heads()))
        return recorded == expected and dialect.clones.is_sound(context.connection)

    expected = work.history.heads_of(one.id for one in work.chain[:length])
    try:
        return road.inspect(work.history, work.url, look)
    except (DbtasksError, DBAPIError):
        return False


def apply(history: History, url: URL, revisions: tuple[Revision, ...]) -> None:
    """Apply revisions to a scratch database, if there are any.

    Raises:
        MigrationFailed: one cannot be applied; the error names it.
    """
    if revisions:
        try:
            road.migrate(history, road.Run(history.project, url, SHOWN), lambda _current: revisions)
        except MigrationFailed as error:
            error.applied, error.atomic = (), True  # nothing of it is kept, on whatever database
            raise
