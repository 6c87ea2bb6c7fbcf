"""What the caller of ``env.py`` hands to it, and gets back from it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import URL, Connection

from dbtasks.history import Direction
from dbtasks.project import Project

ATTRIBUTE = "dbtasks"  # the key in Alembic's Config.attributes


@dataclass(frozen=True, slots=True)
class Step:
    """A revision that was applied or reverted, and how long that took."""

    revision: str
    direction: Direction
    seconds: float


@dataclass(slots=True)
class Run:
    """One trip through ``env.py``: to which database, what for, and what came of it.

    Attributes:
        shown: the database's name in messages.
        lock_seconds: how long to wait for other migrators; None for a database that nobody else knows.
        options: more arguments of ``context.configure``.
        on_connection: given the connection before anything is migrated.
        on_step: told of each step once it is committed or, on MySQL, done.
        done: the steps taken.
        uncommitted: the step that has run and may not be committed yet, with the heads that it leads to.
        heads: what the database has to record afterwards; None as long as nothing was done.
    """

    project: Project
    url: URL
    shown: str
    direction: Direction = "upgrade"
    writes: bool = False
    lock_seconds: float | None = None
    options: dict[str, Any] = field(default_factory=dict)
    on_connection: Callable[[Connection], None] = lambda _connection: None
    on_step: Callable[[Step], None] = lambda _step: None
    done: list[Step] = field(default_factory=list)
    uncommitted: tuple[Step, frozenset[str]] | None = None
    heads: frozenset[str] | None = None

    def commit(self) -> None:
        """Count the last step as done, since the database has it."""
        if self.uncommitted is not None:
            step, self.heads = self.uncommitted
            self.uncommitted = None
            self.done.append(step)
            self.on_step(step)
