"""What revisions do, and take away: seen by running them in a scratch database, or read from the SQL they send."""

import contextlib
import re
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import URL, Connection, event

from dbtasks import databases, dialects, road, scratch
from dbtasks.errors import BrokenReferences, MigrationFailed
from dbtasks.road import Run
from dbtasks.settings import DatabaseSettings
from dbtasks.watch import VERSIONS, Columns, Loss, Watch, columns_of
from dbtasks.way import Rehearsal, Way

LOOKING = re.compile(r"\s*(SELECT|PRAGMA|SHOW|DESCRIBE|--)", re.IGNORECASE)  # what is sent to look
ENVELOPE = re.compile(r"\s*(BEGIN|COMMIT|START TRANSACTION|ROLLBACK|SAVEPOINT|RELEASE)\b[^;]*", re.IGNORECASE)


@dataclass(slots=True)
class _Listener:
    """Hears what is sent on the scratch database's connection, and looks at its schema between two revisions."""

    run: Run
    watch: Watch | None = None
    revision: str = ""
    heard: list[str] = field(default_factory=list)
    sql: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def listen(self, connection: Connection) -> None:
        event.listen(connection, "before_cursor_execute", self._hear)

    def _hear(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if _changes(statement, self.run) and not LOOKING.match(statement):
            self.heard.append(statement.strip())

    def between(self, connection: Connection, revision: str) -> None:
        self.next(revision, columns_of(connection))

    def next(self, revision: str, now: Columns) -> None:
        if self.watch is None:
            self.watch = Watch(now, not dialects.of(self.run.url).atomic)
        else:
            self.sql[self.revision] = tuple(self.heard)
            self.watch.step(self.revision, self.heard, now)
        self.heard.clear()
        self.revision = revision


def rehearsed(way: Way, database: DatabaseSettings) -> Rehearsal:
    """Return what the steps do, seen by taking them in a scratch database.

    Raises:
        MayNotCreateDatabase: there is nowhere to make it.
        MigrationFailed: a revision does not run in an empty database.
    """
    with scratch.at(way.history, database, way.current) as url:
        run = Run(way.history.project, url, scratch.SHOWN, direction=way.direction)
        listener = _Listener(run)
        run.on_connection, run.on_revision = listener.listen, listener.between
        road.migrate(way.history, run, lambda _current: way.steps)
        if listener.watch is not None:
            listener.next("", databases.connect(url, columns_of))
    losses = listener.watch.losses if listener.watch else ()
    return Rehearsal(tuple(losses), listener.sql, was_run=True)


def sent(way: Way, database: DatabaseSettings) -> tuple[str, ...]:
    """Return the statements that the steps send in a scratch database, up to where they come to their end, or fail."""
    with scratch.at(way.history, database, way.current) as url:
        run = Run(way.history.project, url, scratch.SHOWN, direction=way.direction)
        listener = _Listener(run)
        run.on_connection = listener.listen
        with contextlib.suppress(MigrationFailed, BrokenReferences):
            road.migrate(way.history, run, lambda _current: way.steps)
    return tuple(listener.heard)


def read(way: Way, url: URL, now: Columns) -> Rehearsal:
    """Return what the steps do by the words of the SQL that they would send; no database is touched.

    A revision that asks the database something cannot be written as SQL: it counts as one that writes over an unknown
    table, so that somebody has to agree to it.
    """
    watch, heads = Watch(now, not dialects.of(url).atomic), way.current
    sql: dict[str, tuple[str, ...]] = {}
    for step in way.steps:
        run = Run(way.history.project, url, "", direction=way.direction)
        try:
            text = road.sql(way.history, run, heads, [step])
        except Exception:  # noqa: BLE001 - whatever a revision raises that finds no database
            text = ""
            watch.losses.append(Loss(step.id, "data", "", detail="a revision that only a database can answer"))
        sql[step.id] = statements_of(text, run)
        watch.step(step.id, sql[step.id], None)
        heads = way.history.after(heads, step, way.direction)
    return Rehearsal(tuple(watch.losses), sql, was_run=False)


def statements_of(text: str, run: Run) -> tuple[str, ...]:
    """Return the statements of a run's offline text, without Alembic's own."""
    statements = (one.strip() for one in re.split(r";[ \t]*(?:\n|$)", text))
    return tuple(one for one in statements if one and _changes(one, run))


def _changes(statement: str, run: Run) -> bool:
    """Return whether a statement is neither Alembic's own nor a remark."""
    only_remarks = all(line.startswith("--") for line in statement.splitlines() if line.strip())
    versions = str(run.options.get("version_table", VERSIONS))
    return not (only_remarks or versions in statement or ENVELOPE.fullmatch(statement))
