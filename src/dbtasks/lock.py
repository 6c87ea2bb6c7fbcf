"""One migrator at a time: wait for the database's lock, and hold it while work is done."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import URL

from dbtasks import databases, dialects, values
from dbtasks.dialects import Open
from dbtasks.errors import LockTimeout

T = TypeVar("T")

POLL_SECONDS = 0.1
QUIET_SECONDS = 0.3  # a shorter wait is not worth a line
AGAIN_SECONDS = 5.0  # between two lines, when one holder follows another


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lock: as much as the database tells.

    Attributes:
        actor: ``user@host``; "" when the database does not tell, or it was somebody without a name.
        process: its number on that host.
        since: the moment at which it took the lock.
        command: what it runs.
    """

    actor: str = ""
    process: str = ""
    since: str = ""
    command: str = ""

    def __str__(self) -> str:
        """Return a part of a sentence."""
        if not self.process:
            return "another process"
        command = self.command.replace("-", " ")
        return f"{self.actor}, process {self.process}, since {values.shown(self.since)}, which runs {command}"


def holding(
    url: URL,
    seconds: float,
    work: Callable[[], T],
    command: str = "",
    on_wait: Callable[[Holder], None] = lambda _holder: None,
) -> T:
    """Return what ``work`` returns, run while no other process migrates this database.

    The lock is polled for, never blocked on: a waiter that blocks in PostgreSQL stalls CREATE INDEX CONCURRENTLY.

    Args:
        url: the database.
        seconds: how long to wait at most.
        work: what is done under the lock.
        command: what this is, in one word, for those who wait.
        on_wait: told who holds the lock, once for each holder that this process waits for.

    Raises:
        LockTimeout: another process held it for longer than ``seconds``; the message names it.
    """
    dialect = dialects.of(url)

    def wait_for(attempt: Callable[[], bool]) -> None:
        begin = time.monotonic()
        told, tell_at = Holder(), QUIET_SECONDS
        while not attempt():
            waited = time.monotonic() - begin
            if waited >= seconds:
                raise LockTimeout(dialect.database_name(url), seconds, str(holder(url) or Holder()))
            if waited >= tell_at and (other := holder(url)) and other != told:
                told, tell_at = other, waited + AGAIN_SECONDS
                on_wait(other)
            databases.sleep(POLL_SECONDS)

    note = "|".join((str(os.getpid()), values.now()[:19] + "Z", command.replace(" ", "-") or "dbtasks", values.actor()))
    return dialect.lock.holding(url, databases.connect, wait_for, note, work)


def holder(url: URL, connect: Open[str | None] = databases.connect) -> Holder | None:
    """Return who migrates the database at this moment, or None when nobody does."""
    note = dialects.of(url).lock.note(url, connect)
    if note is None:
        return None
    parts = note.split("|", 3)
    if len(parts) < 4:  # noqa: PLR2004 - a note of ours has four
        return Holder()
    process, since, command, actor = parts
    return Holder(actor, process, since, command)
