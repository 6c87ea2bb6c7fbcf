"""The async seam: open, create and drop a database, and run synchronous work on its connection.

An asynchronous driver works under a plain engine where its calls are made within ``greenlet_spawn``, which is all that
``sqlalchemy.ext.asyncio`` does as well. That package imports the whole ORM, a sixth of the time that a task takes.
"""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool
from sqlalchemy.util.concurrency import await_only, greenlet_spawn, in_greenlet

from dbtasks import dialects
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

_ENGINES: ContextVar[dict[tuple[URL, bool], Engine]] = ContextVar("engines")


def connect(url: URL, work: Callable[[Connection], T], *, write: bool = False) -> T:
    """Return what ``work`` returns for a connection to the database, which is closed afterwards.

    It can be called from plain code, from a running event loop, and by work that itself runs on such a connection.
    What ``work`` does not commit is rolled back. On SQLite a connection that is to ``write`` locks others out at once.

    Raises:
        DatabaseMissing, AccessDenied, ServerUnreachable, DatabaseReadOnly, DatabaseUnusable: it cannot be opened.
        DriverNotInstalled: the dialect's driver is not there.
    """
    return _run(lambda: _connect(url, work, write=write))


def sleep(seconds: float) -> None:
    """Wait, also on a connection's own loop, where Ctrl-C must still be heard."""
    _run(lambda: asyncio.sleep(seconds))


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
    """Create a scratch database that is like another, to which nobody is connected.

    Raises:
        MayNotCreateDatabase: the user lacks the right.
        DbtasksError, DBAPIError: the source is not there, or cannot be copied.
    """
    dialect = dialects.of(target)
    try:
        dialect.clones.copy(source, target, connect)
    except PermissionDenied as error:
        raise MayNotCreateDatabase(target.username or "", dialect.address(target), scratch=True) from error


def drop(url: URL) -> None:
    """Drop the database with everything in it; nothing happens when there is none."""
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
    connection = await _begun(url, write=write)
    try:
        yield connection
    finally:
        await greenlet_spawn(connection.close)


async def _begun(url: URL, *, write: bool) -> Connection:
    """Return a new connection."""
    dialect = dialects.of(url)
    try:
        engine = _engine(url, write=write)
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


def _engine(url: URL, *, write: bool) -> Engine:
    """Return an engine for a database, which keeps no connection open; the same for work within work.

    What it asks a server when it first connects, and statements that it has compiled, serve the next connection too.
    """
    engines = _ENGINES.get(None)
    if engines is None:
        engines = {}
        _ENGINES.set(engines)  # in the context of this event loop, and gone with it
    dialect = dialects.of(url)
    key = (url, write and dialect.in_file)  # elsewhere a connection that writes is like any other
    if key not in engines:
        engine = create_engine(url, poolclass=NullPool, connect_args=dialect.connect_args(), hide_parameters=True)
        dialect.prepare(engine, write=write)
        engines[key] = engine
    return engines[key]


def _explained(error: Exception, url: URL) -> DbtasksError:
    dialect = dialects.of(url)
    words = urls.hide(f"{type(error).__name__}: {error}".splitlines()[0], url)
    return dialect.explain(error, url) or DatabaseUnusable(dialect.database_name(url), words)


def _run(start: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Return the coroutine's result: on the loop that this code was started from, on a new one, or in a thread."""
    if in_greenlet():
        return await_only(start())
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        with _interruptible():
            return asyncio.run(start())
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(lambda: asyncio.run(start())).result()


@contextmanager
def _interruptible() -> Iterator[None]:
    """Have Ctrl-C stop work that computes or sleeps, too.

    asyncio replaces Python's handler, and no other, by one that cancels what waits for the loop: a revision that is
    busy by itself would go on to its end. https://docs.python.org/3/library/asyncio-runner.html#handling-keyboard-interruption
    """
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt
