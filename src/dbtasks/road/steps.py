"""Watch a migration: which revisions were done, whether each may be committed, and what the ledger says of it."""

import functools
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationInfo, RevisionStep, StampStep
from sqlalchemy import Connection

from dbtasks import databases, dialects, ledger, values
from dbtasks.dialects import urls
from dbtasks.errors import BrokenReferences, DbtasksError
from dbtasks.history import fingerprint
from dbtasks.ledger import Event
from dbtasks.road.run import Run, Step


class Recorder:
    """Tells a run, and the ledger, what happens on a connection."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._dialect = dialects.of(run.url)
        self._since = time.monotonic()
        self._begun: Event | None = None  # the revision that is being run

    def watch(self, connection: Connection) -> None:
        """Take the connection that the migration is going to use."""
        self._connection = connection
        self._broken = self._dialect.broken_references(connection)
        connection.rollback()

    def expect(self, steps: Sequence[RevisionStep | StampStep]) -> None:
        """Have these steps tell when they begin."""
        for step in steps:
            if isinstance(step, RevisionStep):
                step.migration_fn = self._told(step.info, step.migration_fn)

    def _told(self, info: MigrationInfo, body: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(body)  # Alembic logs its name
        def run(**options: Any) -> None:
            self._run.commit()  # Alembic begins a revision once the one before it is committed
            self._since = time.monotonic()
            self._begin(str(info.up_revision_id), "upgrade" if info.is_upgrade else "downgrade")
            self._run.on_revision(self._connection, str(info.up_revision_id))
            body(**options)

        return run

    def _begin(self, revision: str, kind: str) -> None:
        if self._run.environment is None:
            return
        source = Path(context.script.get_revision(revision).path).read_text(encoding="utf-8")
        begun = Event(kind, revision, values.now(), source=source, fingerprint=fingerprint(source))
        first = self._begun is None
        if first:  # of the run; what comes after it finds the table there
            ledger.ensure(self._connection)
        if first and kind == "upgrade" and not ledger.events(self._connection, "environment", newest=1):
            ledger.append(self._connection, Event("environment", detail=self._run.environment))
        self._begun = begun
        if not self._dialect.atomic:  # the trace that a killed process leaves
            self._begun = _numbered(self._connection, begun)
            self._connection.exec_driver_sql("COMMIT")

    def on_version_apply(self, *, step: MigrationInfo, heads: set[str], **_: Any) -> None:
        """Note a revision that has run and is about to be committed.

        Raises:
            BrokenReferences: it leaves rows that refer to nothing, so that Alembic rolls it back.
        """
        if step.is_stamp:
            self._run.heads = frozenset(heads)
            self._stamp(", ".join(sorted(heads)))
            return
        broken = self._dialect.broken_references(self._connection) - self._broken
        revision = str(step.up_revision_id)
        if broken:
            raise BrokenReferences(revision, tuple(sorted({table for table, _ in broken})))
        done = Step(revision, "upgrade" if step.is_upgrade else "downgrade", time.monotonic() - self._since)
        self._end(self._connection, ledger.DONE, done.seconds)
        self._run.uncommitted = (done, frozenset(heads))

    def _stamp(self, heads: str) -> None:
        if self._run.environment is not None:
            ledger.ensure(self._connection)
            ledger.append(self._connection, Event("stamp", heads))

    def failed(self, error: BaseException) -> None:
        """Write down that the revision which was being run did not come to its end."""
        if self._begun is None or (self._run.done and self._run.done[-1].revision == self._begun.revision):
            return
        if self._dialect.in_file and not isinstance(error, Exception):
            return  # the statement that Ctrl-C broke off may still hold the file, and nothing of it will stay
        words = (error.why() if isinstance(error, DbtasksError) else None) or type(error).__name__
        words = urls.hide(words, self._run.url)

        def write(connection: Connection) -> None:
            ledger.ensure(connection)
            self._end(connection, ledger.FAILED, time.monotonic() - self._since, words)
            connection.commit()

        databases.connect(self._run.url, write, write=True)

    def _end(self, connection: Connection, outcome: str, seconds: float, error: str = "") -> None:
        if self._begun is None:
            return
        ended: dict[str, Any] = {"outcome": outcome, "seconds": round(seconds, 3), "error": error}
        ended["finished"] = values.now()
        if self._begun.id:
            ledger.change(connection, self._begun.id, **ended)
        else:
            ledger.append(connection, replace(self._begun, **ended))


def _numbered(connection: Connection, event: Event) -> Event:
    """Return the event as it was written, before it is done."""
    started = replace(event, outcome=ledger.STARTED)
    return replace(started, id=ledger.append(connection, started))
