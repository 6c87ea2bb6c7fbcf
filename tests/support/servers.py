"""The private database servers of a test run, and the way to connect."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import URL, Connection, NullPool, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from dbtasks import dialects, servers
from dbtasks.dialects.private import Private
from dbtasks.servers import Server

T = TypeVar("T")

USER = "tester"
AWKWARD = "p%40@s:/w!rd#"  # each of these makes a URL, a ConfigParser or a shell stumble
PREFIX = "dbtasks_test_"


@dataclass(frozen=True, slots=True)
class Kind:
    """What tests have to know of one kind of server."""

    name: str
    variable: str  # names a server to use instead of a private one
    databases: str  # lists those that are not the server's own
    drop: str
    connect_args: dict[str, Any] = field(default_factory=dict)

    @property
    def package(self) -> str:
        """Return what brings the server."""
        return _private(self.name).package

    @property
    def maintenance(self) -> str | None:
        """Return the database to connect to for work on others."""
        return _private(self.name).maintenance

    @property
    def drivername(self) -> str:
        """Return what stands before ``://`` in a URL."""
        return dialects.named(self.name, "a test").drivername

    def programs(self) -> dict[str, str]:
        """Return the server's programs; empty when one of them is not installed."""
        return servers.programs(_private(self.name))


def _private(name: str) -> Private:
    private = dialects.named(name, "a test").private
    assert private
    return private


KINDS = {
    "postgresql": Kind(
        name="postgresql",
        variable="TEST_POSTGRESQL_URL",
        databases="SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'",
        drop="DROP DATABASE IF EXISTS {} WITH (FORCE)",
    ),
    "mysql": Kind(
        name="mysql",
        variable="TEST_MYSQL_URL",
        databases="SELECT schema_name FROM information_schema.schemata"
        " WHERE schema_name NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys')",
        drop="DROP DATABASE IF EXISTS {}",
        # aiomysql makes Python warnings, which fail tests, of the messages that the server has.
        connect_args={"init_command": "SET max_error_count = 0, lock_wait_timeout = 30"},
    ),
}
KINDS["mariadb"] = KINDS["mysql"]  # another name for the same in a URL


def connected(url: URL, work: Callable[[Connection], T]) -> T:
    """Return what ``work`` returns, run in autocommit on a connection of its own.

    In a thread, so that a test may itself be asynchronous. A database that does not exist is not created.
    """
    dialect = url.get_backend_name()
    if dialect == "sqlite":
        if not Path(url.database or "").is_file():
            raise FileNotFoundError(url.database)
        url = url.set(drivername="sqlite+aiosqlite")  # that of a scratch database is another

    async def run() -> T:
        connect_args = KINDS[dialect].connect_args if dialect in KINDS else {}
        engine = create_async_engine(url, poolclass=NullPool, connect_args=connect_args)
        try:
            async with engine.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT", no_parameters=True)
                return await connection.run_sync(work)
        finally:
            await engine.dispose()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(run())).result()


def product(url: URL) -> str:
    """Return what a database is of: the dialect, except that MariaDB is told from MySQL whatever the URL says."""
    dialect = url.get_backend_name()
    if dialect not in ("mysql", "mariadb"):
        return dialect
    return "mariadb" if _is_mariadb(url._replace(database=None)) else "mysql"


@cache
def _is_mariadb(server: URL) -> bool:
    return connected(server, lambda connection: bool(getattr(connection.dialect, "is_mariadb", False)))


class Servers:
    """The servers of this process, each found or started when it is first asked for."""

    def __init__(self) -> None:
        self._running: dict[str, Server] = {}

    def url(self, dialect: str) -> URL:
        """Return the URL of a server; without one the test is skipped, or fails where CI is set."""
        kind = KINDS[dialect]
        if given := os.environ.get(kind.variable):
            return make_url(given)._replace(drivername=kind.drivername, database=kind.maintenance)
        if dialect not in self._running:
            if not kind.programs():
                reason = f"There is no {dialect} server: install {kind.package}, or set {kind.variable}."
                (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
            self._running[dialect] = start(dialect)
        return self._running[dialect].url

    def stop(self) -> None:
        """End what was started."""
        while self._running:
            self._running.popitem()[1].stop()


def start(dialect: str) -> Server:
    """Return a private server with an awkward password."""
    return servers.start(dialects.named(dialect, "a test"), USER, AWKWARD, PREFIX)
