"""A throw-away database at any revision of the history, on the dialect of the project's own."""

import secrets
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from sqlalchemy import URL, Connection, MetaData
from sqlalchemy.exc import CompileError, DBAPIError, SAWarning

from dbtasks import databases, dialects, road
from dbtasks.environment import Environment
from dbtasks.errors import DatabaseUnusable, MayNotCreateDatabase, MigrationFailed, ModelsNotCreatable
from dbtasks.history import History
from dbtasks.settings import DatabaseSettings

PREFIX = "dbtasks_scratch_"  # says what it is, to whoever finds one that a killed process has left
SHOWN = "a scratch database"  # in messages; the real name means nothing to anybody


def is_allowed(database: DatabaseSettings, where: Environment) -> bool:
    """Return whether a scratch database harms nobody: a file, a server for it, or an unprotected one that is here."""
    in_file = dialects.of(database.url).in_file
    return in_file or database.scratch_url is not None or (where.is_local and not where.is_protected)


@contextmanager
def at(history: History, database: DatabaseSettings, heads: Sequence[str] | None = None) -> Iterator[URL]:
    """Give the URL of a new database with the history up to these heads, or all of it; it is gone afterwards.

    Raises:
        MayNotCreateDatabase: the user lacks the right; the error names the setting ``database.scratch.url``.
        MigrationFailed: the history cannot be replayed from empty; the error names the revision.
    """
    with _empty(database) as url:
        wanted = history.effective(history.heads if heads is None else heads)
        if wanted:
            run = road.Run(history.project, url, SHOWN)
            try:
                road.migrate(history, run, lambda _current: tuple(one for one in history.revisions if one.id in wanted))
            except MigrationFailed as error:
                error.applied, error.atomic = (), True  # nothing of it is kept, on whatever database
                raise
        yield url


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
    name = PREFIX + secrets.token_hex(6)
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        dialect = dialects.of(database.url)
        server = database.url.set(database=folder) if dialect.in_file else database.scratch_url or database.url
        url = dialect.scratch_url(server, name)
        try:
            databases.create(url, scratch=True)
        except MayNotCreateDatabase:
            raise  # there is nothing to drop, and MySQL would refuse that, too
        except BaseException:
            databases.drop(url)
            raise
        try:
            yield url
        finally:
            databases.drop(url)
