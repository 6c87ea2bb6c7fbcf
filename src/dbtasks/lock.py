"""One migrator at a time: wait for the database's lock, and hold it while work is done."""

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import URL

from dbtasks import databases, dialects
from dbtasks.errors import LockTimeout

T = TypeVar("T")

POLL_SECONDS = 0.1


def holding(url: URL, seconds: float, work: Callable[[], T]) -> T:
    """Return what ``work`` returns, run while no other process migrates this database.

    The lock is polled for, never blocked on: a waiter that blocks in PostgreSQL stalls CREATE INDEX CONCURRENTLY.

    Raises:
        LockTimeout: another process held it for longer than ``seconds``.
    """
    dialect = dialects.of(url)

    def wait_for(attempt: Callable[[], bool]) -> None:
        deadline = time.monotonic() + seconds
        while not attempt():
            if time.monotonic() >= deadline:
                raise LockTimeout(dialect.database_name(url), seconds)
            databases.sleep(POLL_SECONDS)

    return dialect.locked(url, databases.connect, wait_for, work)
