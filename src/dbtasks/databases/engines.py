"""The engines of one event loop, and which of them keep a connection open."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import URL, Engine, create_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, NullPool
from sqlalchemy.util.concurrency import greenlet_spawn

from dbtasks import dialects
from dbtasks.databases import loops

_ENGINES: ContextVar[dict[tuple[URL, bool], Engine]] = ContextVar("engines")
_KEPT: set[URL] = set()


def of(url: URL, *, write: bool) -> Engine:
    """Return an engine for a database, the same for all work on one event loop.

    What it asks a server when it first connects, and statements that it has compiled, serve the next connection too.
    """
    engines = _here()
    is_kept = loops.is_session() and url in _KEPT
    key = (url, write and (is_kept or dialects.of(url).in_file))  # else a connection that writes is like any other
    if key not in engines:
        engines[key] = _made(url, write=write, is_kept=is_kept and not write)
    return engines[key]


def _made(url: URL, *, write: bool, is_kept: bool) -> Engine:
    dialect = dialects.of(url)
    pool: dict[str, Any] = {"poolclass": NullPool}
    if is_kept:  # a server may end what was idle for long
        pool = {"poolclass": AsyncAdaptedQueuePool, "pool_size": 1, "max_overflow": -1, "pool_pre_ping": True}
    engine = create_engine(url, connect_args=dialect.connect_args(), hide_parameters=True, **pool)
    dialect.prepare(engine, write=write)
    return engine


@contextmanager
def kept_open(url: URL) -> Iterator[None]:
    """Have who looks at a database within a session find the last connection open; who writes gets a new one each time.

    For a database that nobody else uses. Files are left out: they are opened in no time.
    """
    if dialects.of(url).in_file:
        yield
        return
    _KEPT.add(url)
    try:
        yield
    finally:
        _KEPT.discard(url)
        release(url)


def release(url: URL) -> None:
    """Close the connection that was kept open, if there is one."""
    if loops.is_session():
        loops.run(lambda: _closed(url))


async def _closed(url: URL) -> None:
    for write in (False, True):
        engine = _here().pop((url, write), None)
        if engine is not None:
            await _dispose(engine)


async def close() -> None:
    """Close all connections that were kept open."""
    for engine in _here().values():
        await _dispose(engine)


async def _dispose(engine: Engine) -> None:
    with loops.undisturbed():
        await greenlet_spawn(engine.dispose)


def _here() -> dict[tuple[URL, bool], Engine]:
    engines = _ENGINES.get(None)
    if engines is None:
        engines = {}
        _ENGINES.set(engines)  # in the context of this event loop, and gone with it
    return engines
