"""The async seam: open, create and drop a database, and run synchronous work on its connection.

An asynchronous driver works under a plain engine where its calls are made within ``greenlet_spawn``, which is all that
``sqlalchemy.ext.asyncio`` does as well. That package imports the whole ORM, a sixth of the time that a task takes.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from typing import TypeVar

from sqlalchemy import URL, Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.util.concurrency import greenlet_spawn

from dbtasks import dialects
from dbtasks.databases import engines, loops
from dbtasks.databases.engines import kept_open, release
from dbtasks.dialects import urls
from dbtasks.errors import (
    DatabaseMissing,
    DatabaseUnusable,
    DbtasksError,
    DriverNotInstalled,
    MayNotCreateDatabase,
    PermissionDenied,
)

T = TypeVar("T")

__all__ = ["connect", "copy", "create", "drop", "exists", "kept_open", "release", "session", "sleep"]


def session() -> AbstractContextManager[None]:
    """Have what is done within it share what is known of each database; for a command that opens many connections."""
    return loops.session(engines.close)


def connect(url: URL, work: Callable[[Connection], T], *, write: bool = False) -> T:
    """Return what ``work`` returns for a connection to the database, which is closed afterwards.

    It can be called from plain code, from a running event loop, and by work that itself runs on such a connection.
    What ``work`` does not commit is rolled back. On SQLite a connection that is to ``write`` locks others out at once.

    Raises:
        DatabaseMissing, AccessDenied, ServerUnreachable, DatabaseReadOnly, DatabaseUnusable: it cannot be opened.
        DriverNotInstalled: the dialect's driver is not there.
    """
    return loops.run(lambda: _connect(url, work, write=write))


def sleep(seconds: float) -> None:
    """Wait, also on a connection's own loop, where Ctrl-C must still be heard."""
    loops.run(lambda: asyncio.sleep(seconds))


def exists(url: URL) -> bool:
    """Return whether the database exists; its server has to answer.

    Raises:
        AccessDenied, ServerUnreachable, DatabaseUnusable, DriverNotInstalled: that cannot be known.
    """
    try:
        connect(url, lambda _connection: None)
    except DatabaseMissing:
        return False
    return True


def create(url: URL, *, scratch: bool = False) -> None:
    """Create an empty database; ``scratch`` only changes the advice in the error.

    Raises:
        MayNotCreateDatabase: the user lacks the right.
        DatabaseReadOnly, AccessDenied, ServerUnreachable, DatabaseUnusable: the server or the folder refused.
    """
    dialect = dialects.of(url)
    try:
        dialect.create(url, connect)
    except PermissionDenied as error:
        raise MayNotCreateDatabase(url.username or "", dialect.address(url), scratch) from error


def copy(source: URL, target: URL) -> None:
    """Create a scratch database that is like another, to which nobody else is connected.

    Raises:
        MayNotCreateDatabase: the user lacks the right.
        DbtasksError, DBAPIError: the source is not there, or cannot be copied.
    """
    dialect = dialects.of(target)
    release(source)
    try:
        dialect.clones.copy(source, target, connect)
    except PermissionDenied as error:
        raise MayNotCreateDatabase(target.username or "", dialect.address(target), scratch=True) from error


def drop(url: URL) -> None:
    """Drop the database with everything in it; nothing happens when there is none."""
    release(url)
    dialects.of(url).drop(url, connect)


async def _connect(url: URL, work: Callable[[Connection], T], *, write: bool) -> T:
    async with _opened(url, write=write) as connection:
        try:
            return await greenlet_spawn(work, connection)
        except DBAPIError as error:
            explained = dialects.of(url).explain(error, url)
            if explained is None:
                raise
            raise explained from error


@asynccontextmanager
async def _opened(url: URL, *, write: bool) -> AsyncIterator[Connection]:
    dialect = dialects.of(url)
    if url.database:
        dialect.before_connect(url)
    asked = loops.cancellations()
    connection = await _begun(url, write=write)
    try:
        if loops.cancellations() > asked:  # asyncio.wait_for of Python 3.11 may forget it (python/cpython#86296)
            raise asyncio.CancelledError
        yield connection
    finally:
        with loops.undisturbed():
            await greenlet_spawn(connection.close)


async def _begun(url: URL, *, write: bool) -> Connection:
    """Return a new connection."""
    dialect = dialects.of(url)
    try:
        engine = engines.of(url, write=write)
    except ModuleNotFoundError as error:
        raise DriverNotInstalled(dialect.package, dialect.extra) from error
    try:
        return await greenlet_spawn(engine.connect)
    except Exception as error:
        other = url.set(drivername=dialect.drivername)
        # A listener of the project's own may need what only the connection of an asynchronous driver has.
        if isinstance(error, AttributeError) and other != url:
            return await _begun(other, write=write)
        raise _explained(error, url) from error


def _explained(error: Exception, url: URL) -> DbtasksError:
    dialect = dialects.of(url)
    words = urls.hide(f"{type(error).__name__}: {error}".splitlines()[0], url)
    return dialect.explain(error, url) or DatabaseUnusable(dialect.database_name(url), words)
