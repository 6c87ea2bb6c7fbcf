"""A throw-away database at any revision of the history, on the dialect of the project's own."""

import contextlib
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from sqlalchemy import URL, Connection, MetaData
from sqlalchemy.exc import CompileError, DBAPIError, SAWarning

from dbtasks import cache, databases, dialects, fill
from dbtasks.environment import Environment
from dbtasks.errors import DatabaseUnusable, DbtasksError, MayNotCreateDatabase, ModelsNotCreatable
from dbtasks.history import History, Revision
from dbtasks.settings import DatabaseSettings

SHOWN = fill.SHOWN


def is_allowed(database: DatabaseSettings, where: Environment) -> bool:
    """Return whether a scratch database harms nobody: a file, a server for it, or an unprotected one that is here."""
    in_file = dialects.of(database.url).in_file
    return in_file or database.scratch_url is not None or (where.is_local and not where.is_protected)


class Made(NamedTuple):
    """A scratch database that is there.

    Attributes:
        texts: what it says of each of its tables.
    """

    url: URL
    texts: Mapping[str, str]


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
            fill.apply(history, url, chain)
        else:
            fill.make(fill.Making(history, chain, kept, url, worth))
        yield url


@contextmanager
def to_look_at(history: History, database: DatabaseSettings) -> Iterator[Made]:
    """Give a database with all of the history that is only looked at: the one that is kept, where a copy takes long.

    Raises:
        MayNotCreateDatabase, MigrationFailed: as :func:`at`.
    """
    dialect, chain = dialects.of(database.url), chain_of(history)
    kept = cache.of(history, database, chain) if dialect.clones.made_in_place else None
    if kept is not None and len(chain) - next(kept.lengths(), 0) >= cache.WORTH:
        with contextlib.suppress(DbtasksError, DBAPIError):  # the way below tells what is wrong, if it is not this one
            fill.in_place(history, chain, kept)
        kept.look()
    with _used(kept, kept.whole) if kept and kept.whole else at(history, database) as url:
        yield Made(url, databases.connect(url, dialect.schema_texts))


@contextmanager
def _used(kept: cache.Cache, url: URL) -> Iterator[URL]:
    kept.use(len(kept.keys))
    with databases.kept_open(url):
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
        used: copies that are waiting to be used again, and what drops them.
    """

    history: History
    database: DatabaseSettings
    source: URL | None
    folder: str
    used: list[tuple[URL, ExitStack]] = field(default_factory=list)

    @contextmanager
    def copy(self) -> Iterator[URL]:
        """Give the URL of a copy for oneself; where the mold is gone, of a database that is made anew.

        It is gone afterwards, or brought back to what it was when the next one is asked for, where that is faster, and
        nobody is connected to it by then.

        Raises:
            MayNotCreateDatabase, MigrationFailed: as :func:`at`.
        """
        clones = dialects.of(self.database.url).clones
        with ExitStack() as stack:
            url = self._again(stack) or self._new(stack)
            yield url
            if self.source is not None and clones.used_again:
                self.used.append((url, stack.pop_all()))

    def _again(self, stack: ExitStack) -> URL | None:
        """Return a copy that was used, and is as it was made again; one that cannot be is dropped."""
        if self.source is None or not self.used:
            return None
        url, held = self.used.pop()
        with ExitStack() as attempt:
            attempt.push(held)
            if not fill.restored(self.source, url):
                return None
            stack.push(attempt.pop_all())
        return url

    def _new(self, stack: ExitStack) -> URL:
        url = None
        if self.source is not None:
            url = stack.enter_context(_reserved_in(self.folder, self.database))
            url = url if fill.copied(self.source, url) else None
        url = url or stack.enter_context(at(self.history, self.database, worth=1))
        stack.callback(dialects.of(url).clones.free, url, databases.connect)
        return url


@contextmanager
def mold(history: History, database: DatabaseSettings) -> Iterator[Mold]:
    """Give a database at head that is kept, and made when it is not there.

    Raises:
        MayNotCreateDatabase, MigrationFailed: as :func:`at`.
    """
    chain, dialect = chain_of(history), dialects.of(database.url)
    near = dialect.clones.near(cache.server_of(database))
    with databases.session(), databases.kept_open(near) if near else nullcontext():
        with at(history, database, worth=1):
            pass
        kept = cache.of(history, database, chain)
        with tempfile.TemporaryDirectory(prefix=cache.SCRATCH) as folder:
            made = Mold(history, database, kept.whole if kept else None, folder)
            try:
                yield made
            finally:
                for _, held in made.used:
                    held.close()


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
            databases.connect(url, partial(_create, wanted, looks=len(wanted) > 1), write=True)
        except (DBAPIError, CompileError, DatabaseUnusable):
            pass
        else:
            yield url
            return
    with at(history, database) as url:
        dialect = dialects.of(url)

        def again(connection: Connection) -> None:
            dialect.drop_tables(connection)
            _create(wanted, connection, looks=True)

        try:
            databases.connect(url, again, write=True)
        except (DBAPIError, CompileError, DatabaseUnusable) as error:
            raise ModelsNotCreatable(dialect.words(error)) from error
        yield url


def _create(wanted: Sequence[MetaData], connection: Connection, *, looks: bool) -> None:
    """Create all; one that ``looks`` leaves out what is there, as types are that two metadatas share."""
    dialect = dialects.of(connection.engine.url)
    for one in wanted:
        for schema in sorted({table.schema for table in one.tables.values() if table.schema}):
            dialect.ensure_schema(connection, schema)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # of tables that refer to each other
            one.create_all(connection, checkfirst=looks)
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
    with databases.session():
        try:
            with databases.kept_open(url):
                yield url
        except MayNotCreateDatabase:
            with contextlib.suppress(DbtasksError):  # there may be nothing to drop, and MySQL refuses that, too
                databases.drop(url)
            raise
        except BaseException:
            databases.drop(url)
            raise
        databases.drop(url)
