"""A throw-away database at any revision of the history, on the dialect of the project's own."""

import contextlib
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial

from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL, Connection, MetaData
from sqlalchemy.exc import CompileError, DBAPIError, SAWarning

from dbtasks import cache, databases, dialects, road
from dbtasks.environment import Environment
from dbtasks.errors import DatabaseUnusable, DbtasksError, MayNotCreateDatabase, MigrationFailed, ModelsNotCreatable
from dbtasks.history import History, Revision
from dbtasks.settings import DatabaseSettings

SHOWN = "a scratch database"  # in messages; the real name means nothing to anybody


def is_allowed(database: DatabaseSettings, where: Environment) -> bool:
    """Return whether a scratch database harms nobody: a file, a server for it, or an unprotected one that is here."""
    in_file = dialects.of(database.url).in_file
    return in_file or database.scratch_url is not None or (where.is_local and not where.is_protected)


@contextmanager
def at(
    history: History, database: DatabaseSettings, heads: Sequence[str] | None = None, *, worth: int = cache.WORTH
) -> Iterator[URL]:
    """Give the URL of a new database with the history up to these heads, or all of it; it is gone afterwards.

    It is a copy of one that is kept, with what that one lacks; a copy of it is kept in turn when it took ``worth``
    revisions or more to make.

    Raises:
        MayNotCreateDatabase: the user lacks the right; the error names the setting ``database.scratch.url``.
        MigrationFailed: the history cannot be replayed from empty; the error names the revision.
    """
    chain = chain_of(history, heads)
    kept = cache.of(history, database, chain) if len(chain) >= worth else None
    with _reserved(database) as url:
        if kept is None:
            databases.create(url, scratch=True)
            _apply(history, url, chain)
        else:
            _make(_Making(history, chain, kept, url, worth))
        yield url


def chain_of(history: History, heads: Sequence[str] | None = None) -> tuple[Revision, ...]:
    """Return the revisions that a database at these heads has, or all, in their order."""
    wanted = history.effective(history.heads if heads is None else heads)
    return tuple(one for one in history.revisions if one.id in wanted)


@dataclass(frozen=True, slots=True)
class Mold:
    """A database that is kept, to be copied many times.

    Attributes:
        source: where it is; None when it could not be kept, and each is made by itself.
        folder: of the copies, where they are files.
    """

    history: History
    database: DatabaseSettings
    source: URL | None
    folder: str

    @contextmanager
    def copy(self) -> Iterator[URL]:
        """Give the URL of a copy, which is gone afterwards; where the mold is gone, of one that is made anew.

        Raises:
            MayNotCreateDatabase, MigrationFailed: as :func:`at`.
        """
        with ExitStack() as stack:
            url = None
            if self.source is not None:
                url = stack.enter_context(_reserved_in(self.folder, self.database))
                url = url if _copied(self.source, url) else None
            url = url or stack.enter_context(at(self.history, self.database, worth=1))
            stack.callback(dialects.of(url).clones.free, url, databases.connect)
            yield url


@contextmanager
def mold(history: History, database: DatabaseSettings) -> Iterator[Mold]:
    """Give a database at head that is kept, and made when it is not there.

    Raises:
        MayNotCreateDatabase, MigrationFailed: as :func:`at`.
    """
    chain = chain_of(history)
    with at(history, database, worth=1):
        pass
    kept = cache.of(history, database, chain)
    whole = kept is not None and next(kept.lengths(), 0) == len(chain)
    with tempfile.TemporaryDirectory(prefix=cache.SCRATCH) as folder:
        yield Mold(history, database, kept.url(len(chain)) if kept and whole else None, folder)


@dataclass(frozen=True, slots=True)
class _Making:
    """A scratch database that is to be made from what is kept."""

    history: History
    chain: tuple[Revision, ...]
    kept: cache.Cache
    url: URL
    worth: int

    def lacks(self, done: int) -> int:
        """Return how many revisions are still to be applied when so many are."""
        return len(self.chain) - done


def _make(work: _Making) -> None:
    """Copy the nearest that is kept and apply the rest; alone, where others would do the same work for nothing."""
    if work.lacks(next(work.kept.lengths(), 0)) < work.worth:
        done = _copy_nearest(work)
        if work.lacks(done) < work.worth:
            return _finish(work, done)
        databases.drop(work.url)  # what was kept was not usable
    return work.kept.alone(lambda: _make_alone(work))


def _make_alone(work: _Making) -> None:
    work.kept.look()
    done = _copy_nearest(work)
    _finish(work, done)
    if work.lacks(done) >= work.worth:
        work.kept.keep(work.url)


def _finish(work: _Making, done: int) -> None:
    if not done:
        databases.create(work.url, scratch=True)
    _apply(work.history, work.url, work.chain[done:])


def _copy_nearest(work: _Making) -> int:
    """Return how many revisions the copy has that was made; 0 when there is none. What is not usable goes."""
    for length in tuple(work.kept.lengths()):
        source = work.kept.url(length)
        if _copied(source, work.url) and _is_whole(work, length):
            work.kept.use(length)
            return length
        for one in (work.url, source):
            with contextlib.suppress(DbtasksError, DBAPIError):
                databases.drop(one)
    return 0


def _copied(source: URL, url: URL) -> bool:
    """Return whether a copy could be made, raising MayNotCreateDatabase where none may be."""
    try:
        databases.copy(source, url)
    except MayNotCreateDatabase:
        raise
    except (DbtasksError, DBAPIError):
        return False
    return True


def _is_whole(work: _Making, length: int) -> bool:
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


def _apply(history: History, url: URL, revisions: tuple[Revision, ...]) -> None:
    if revisions:
        try:
            road.migrate(history, road.Run(history.project, url, SHOWN), lambda _current: revisions)
        except MigrationFailed as error:
            error.applied, error.atomic = (), True  # nothing of it is kept, on whatever database
            raise


@contextmanager
def of_models(history: History, database: DatabaseSettings, wanted: Sequence[MetaData]) -> Iterator[URL]:
    """Give the URL of a new database that the models themselves have made; it is gone afterwards.

    Where they need what only the history brings, such as a function or a domain, the history is applied first, and its
    tables and enums are dropped again.

    Raises:
        ModelsNotCreatable: the database refuses them.
        MayNotCreateDatabase: the user lacks the right.
    """
    with _empty(database) as url:
        try:
            databases.connect(url, partial(_create, wanted), write=True)
        except (DBAPIError, CompileError, DatabaseUnusable):
            pass
        else:
            yield url
            return
    with at(history, database) as url:
        dialect = dialects.of(url)

        def again(connection: Connection) -> None:
            dialect.drop_tables(connection)
            _create(wanted, connection)

        try:
            databases.connect(url, again, write=True)
        except (DBAPIError, CompileError, DatabaseUnusable) as error:
            raise ModelsNotCreatable(dialect.words(error)) from error
        yield url


def _create(wanted: Sequence[MetaData], connection: Connection) -> None:
    dialect = dialects.of(connection.engine.url)
    for one in wanted:
        for schema in sorted({table.schema for table in one.tables.values() if table.schema}):
            dialect.ensure_schema(connection, schema)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # of tables that refer to each other
            one.create_all(connection)
    connection.commit()


@contextmanager
def _empty(database: DatabaseSettings) -> Iterator[URL]:
    with _reserved(database) as url:
        databases.create(url, scratch=True)
        yield url


@contextmanager
def _reserved(database: DatabaseSettings) -> Iterator[URL]:
    """Give the URL of a database that does not exist yet; if it does later, it is dropped."""
    with tempfile.TemporaryDirectory(prefix=cache.SCRATCH) as folder, _reserved_in(folder, database) as url:
        yield url


@contextmanager
def _reserved_in(folder: str, database: DatabaseSettings) -> Iterator[URL]:
    dialect, server = dialects.of(database.url), cache.server_of(database)
    url = dialect.scratch_url(server.set(database=folder) if dialect.in_file else server, cache.scratch_name())
    try:
        yield url
    except MayNotCreateDatabase:
        with contextlib.suppress(DbtasksError):  # there may be nothing to drop, and MySQL refuses that, too
            databases.drop(url)
        raise
    except BaseException:
        databases.drop(url)
        raise
    databases.drop(url)
