"""What the caller of ``env.py`` hands to it, and gets back from it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import URL, Connection

from dbtasks.history import Direction
from dbtasks.lock import Holder
from dbtasks.project import Project

ATTRIBUTE = "dbtasks"  # the key in Alembic's Config.attributes


@dataclass(frozen=True, slots=True)
class Step:
    """A revision that was applied or reverted, and how long that took."""

    revision: str
    direction: Direction
    seconds: float


@dataclass(frozen=True, slots=True)
class Caller:
    """Who starts a run, and hears of it.

    Attributes:
        command: what is run, for those who wait for the lock, and for the ledger.
        on_step: told of each step once it is committed or, on MySQL, done.
        on_wait: told who holds the lock.
        has_lock: whether it is held already, over more than this run.
    """

    command: str = ""
    on_step: Callable[[Step], None] = lambda _step: None
    on_wait: Callable[[Holder], None] = lambda _holder: None
    has_lock: bool = False


NOBODY = Caller()


@dataclass(slots=True)
class Run:
    """One trip through ``env.py``: to which database, what for, and what came of it.

    Attributes:
        shown: the database's name in messages.
        caller: who starts it.
        environment: what to record the database as, if it records none; None for one that keeps no ledger.
        lock_seconds: how long to wait for other migrators; None when nobody else can come, or the lock is held.
        options: more arguments of ``context.configure``.
        before: told, under the lock, what the database records and which revisions are about to be taken, or what
            is to be stamped; it raises when that must not be. An empty database is at ().
        on_connection: given the connection before anything is migrated.
        on_revision: given the connection before each revision, in the revision's own transaction.
        on_end: called when every revision was taken.
        done: the steps taken.
        uncommitted: the step that has run and may not be committed yet, with the heads that it leads to.
        heads: what the database has to record afterwards; None as long as nothing was done.
    """

    project: Project
    url: URL
    shown: str
    caller: Caller = NOBODY
    direction: Direction = "upgrade"
    writes: bool = False
    environment: str | None = None
    lock_seconds: float | None = None
    options: dict[str, Any] = field(default_factory=dict)
    before: Callable[["Journey"], None] = lambda _journey: None
    on_connection: Callable[[Connection], None] = lambda _connection: None
    on_revision: Callable[[Connection, str], None] = lambda _connection, _revision: None
    on_end: Callable[[], None] = lambda: None
    done: list[Step] = field(default_factory=list)
    uncommitted: tuple[Step, frozenset[str]] | None = None
    heads: frozenset[str] | None = None

    def commit(self) -> None:
        """Count the last step as done, since the database has it."""
        if self.uncommitted is not None:
            step, self.heads = self.uncommitted
            self.uncommitted = None
            self.done.append(step)
            self.caller.on_step(step)


@dataclass(frozen=True, slots=True)
class Journey:
    """What a run is about to do.

    Attributes:
        heads: what the database records; empty for nothing.
        revisions: those to apply or revert, in order; empty when something is stamped.
        stamped: what the database is to record instead, without running anything; None when nothing is stamped.
    """

    heads: tuple[str, ...]
    revisions: tuple[str, ...]
    stamped: tuple[str, ...] | None = None
