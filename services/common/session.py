"""The async engine and the sessions of the running application; nothing is opened at import."""

from typing import Any

from sqlalchemy import URL, event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine


def create_engine(url: URL) -> AsyncEngine:
    """Return an engine for the URL; it connects when it is first used."""
    engine = create_async_engine(url, pool_pre_ping=True)
    if url.get_backend_name() == "sqlite":
        event.listen(engine.sync_engine, "connect", _enforce_foreign_keys)
    return engine


def create_session_factory(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Return a factory of sessions whose objects can still be read after a commit."""
    return async_sessionmaker(engine, expire_on_commit=False)


def _enforce_foreign_keys(connection: Any, _record: object) -> None:
    """Switch on what SQLite leaves off for every new connection: https://www.sqlite.org/foreignkeys.html#fk_enable."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()
