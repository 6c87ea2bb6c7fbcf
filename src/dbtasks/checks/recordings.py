"""The recordings of a history: made without a database, or in a scratch database where a revision asks it something."""

import contextlib
import io
import warnings
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from alembic import context
from alembic.operations import Operations
from alembic.runtime.environment import EnvironmentContext
from sqlalchemy import Connection, event

from dbtasks import dialects, road, scratch
from dbtasks.checks.recorder import Recorder
from dbtasks.checks.recording import Recording
from dbtasks.history import Direction, History, Revision
from dbtasks.settings import DatabaseSettings

NONE: AbstractSet[str] = frozenset()


@dataclass(slots=True)
class Recordings:
    """The recordings of a history, each made once.

    Attributes:
        database: of the project's own dialect, in whose scratch database a revision may ask; None for none.
        new: the ids of the revisions that are worth a scratch database of their own.
    """

    history: History
    database: DatabaseSettings | None = None
    new: AbstractSet[str] = NONE
    _made: dict[tuple[str, str, Direction], Recording] = field(default_factory=dict)

    def of(self, revision: Revision, dialect: str, direction: Direction = "upgrade") -> Recording:
        """Return what a revision does on a dialect.

        Raises:
            MigrationFailed: it does not run in a scratch database.
            MayNotCreateDatabase: there is nowhere to make one.
        """
        key = (revision.id, dialect, direction)
        if key not in self._made:
            made = _written(self.history, revision, dialect, direction)
            own = self.database is not None and self.database.url.get_backend_name() == dialect
            if made.stopped and own and direction == "upgrade" and revision.id in self.new and self.database:
                made = _run(self.history, revision, self.database)
            self._made[key] = made
        return self._made[key]

    @property
    def stopped(self) -> tuple[tuple[Revision, int], ...]:
        """Return the new revisions that were recorded in part only, with the line at which they ask the database."""
        ups = (one for (_, _, direction), one in self._made.items() if direction == "upgrade")  # a way down may refuse
        found = {(one.revision.id, one.stopped): one.revision for one in ups if one.revision.id in self.new}
        return tuple((revision, line) for (_, line), revision in found.items() if line)


def _written(history: History, revision: Revision, dialect: str, direction: Direction) -> Recording:
    """Return what a revision writes as SQL; one that asks the database something is recorded up to there."""
    recorder = Recorder(revision, dialects.named(dialect, "--dialects").rebuilds)
    body = getattr(history.scripts.get_revision(revision.id).module, direction, None)
    with (
        EnvironmentContext(history.config, history.scripts, as_sql=True) as environment,
        warnings.catch_warnings(action="ignore"),
        contextlib.redirect_stdout(io.StringIO()),  # a revision may print what is not for those who read our output
    ):
        # Values stay parameters, which every parser reads: not each of them can be written into the SQL.
        style = {"paramstyle": "numeric_dollar"}
        environment.configure(dialect_name=dialect, output_buffer=recorder, dialect_opts=style)  # type: ignore[arg-type]
        with Operations.context(environment.get_context()) as operations:
            recorder.listen(operations)
            try:
                if body is not None:
                    body()
            except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a revision raises that finds no database
                recorder.stop(error)
    return recorder.recording


def _run(history: History, revision: Revision, database: DatabaseSettings) -> Recording:
    """Return what a revision does in a scratch database to which those before it were applied."""
    recorder = Recorder(revision, dialects.of(database.url).rebuilds, has_database=True)

    def begin(_connection: Connection, _revision: str) -> None:
        # Operations of its own, which Alembic's own context ends together with itself.
        recorder.listen(contextlib.ExitStack().enter_context(Operations.context(context.get_context())))

    with (
        scratch.at(history, database, (*revision.parents, *revision.depends_on)) as url,
        contextlib.redirect_stdout(io.StringIO()),
    ):
        run = road.Run(history.project, url, scratch.SHOWN)
        run.on_connection = lambda connection: event.listen(connection, "before_cursor_execute", recorder.heard)
        run.on_revision = begin
        road.migrate(history, run, lambda _current: (revision,))
    return recorder.recording
