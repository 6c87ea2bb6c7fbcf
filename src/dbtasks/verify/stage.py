"""The scratch database on which a history is taken up and down, one revision at a time."""

import re
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self, TypeVar

from sqlalchemy import URL, Connection, event

from dbtasks import cache, databases, road, scratch
from dbtasks.errors import AlembicFailed, BrokenReferences, DbtasksError, HeadsDisagree, MigrationFailed
from dbtasks.history import Direction, Heads, History, Revision
from dbtasks.rehearsal import LOOKING
from dbtasks.road import Run
from dbtasks.settings import DatabaseSettings

T = TypeVar("T")
CATALOGUE = re.compile(r"\s*(PRAGMA|SHOW|DESCRIBE|--)", re.IGNORECASE)  # what is sent to look at the schema
FAILURES = (MigrationFailed, BrokenReferences, HeadsDisagree, AlembicFailed)  # those that a revision is to blame for


@dataclass(slots=True)
class Stage:
    """A scratch database, and another one when something went wrong in it; it is gone after the ``with``.

    Attributes:
        heads: where it is.
        heard: the statements of the last steps, with those that only read rows.
    """

    history: History
    database: DatabaseSettings
    heads: Heads = ()
    heard: tuple[str, ...] = ()
    _url: URL | None = None
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def url(self) -> URL:
        """Return where it is; it is made when it is first asked for."""
        if self._url is None:
            self._url = self._stack.enter_context(scratch.at(self.history, self.database, self.heads))
        return self._url

    def again(self, heads: Heads) -> None:
        """Go to these heads in a new database, which has no rows; the old one is dropped."""
        self._stack.close()
        self._url, self.heads = None, heads

    @property
    def is_made(self) -> bool:
        """Return whether the database is there already."""
        return self._url is not None

    def take(self, steps: Sequence[Revision], direction: Direction) -> tuple[str, ...]:
        """Return the statements that were sent to apply, or to revert, the steps.

        Raises:
            MigrationFailed, BrokenReferences, HeadsDisagree, AlembicFailed: a revision does not run.
        """
        heard: list[str] = []
        run = Run(self.history.project, self.url, scratch.SHOWN, direction=direction)
        run.on_connection = partial(_listen, heard)
        road.migrate(self.history, run, lambda _current: tuple(steps))
        for step in steps:
            self.heads = self.history.after(self.heads, step, direction)
        self.heard = tuple(heard)
        return tuple(one for one in heard if not LOOKING.match(one))

    def look(self, work: Callable[[Connection], T]) -> T:
        """Return what ``work`` finds, or does, in the database."""
        return databases.connect(self.url, work, write=True)


def cause(error: DbtasksError) -> str:
    """Return why a revision did not run, on one line and without the name of the scratch database."""
    if isinstance(error, BrokenReferences):
        return f"it leaves rows in {', '.join(error.tables)} that refer to nothing"
    return cache.nameless((error.why() or error.what()).rstrip("."))


def _listen(heard: list[str], connection: Connection) -> None:
    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not CATALOGUE.match(statement):
            heard.append(statement.strip())

    event.listen(connection, "before_cursor_execute", hear)
