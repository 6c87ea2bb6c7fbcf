"""Watch a migration: which revisions were done, and whether each may be committed."""

import time
from typing import Any

from alembic.runtime.migration import MigrationInfo
from sqlalchemy import Connection

from dbtasks import dialects
from dbtasks.errors import BrokenReferences
from dbtasks.runtime.run import Run, Step


class Recorder:
    """Tells a run what happens on its connection."""

    def __init__(self, run: Run, connection: Connection) -> None:
        self._run = run
        self._connection = connection
        self._dialect = dialects.of(run.url)
        self._broken = self._dialect.broken_references(connection)
        self._since = time.monotonic()

    def on_version_apply(self, *, step: MigrationInfo, heads: set[str], **_: Any) -> None:
        """Note a revision that has run and is about to be committed.

        Raises:
            BrokenReferences: it leaves rows that refer to nothing, so that Alembic rolls it back.
        """
        self._run.commit()  # Alembic begins a revision once the one before it is committed
        broken = self._dialect.broken_references(self._connection) - self._broken
        if step.is_stamp:
            self._run.heads = frozenset(heads)
            return
        revision = str(step.up_revision_id)
        if broken:
            raise BrokenReferences(revision, tuple(sorted({table for table, _ in broken})))
        now = time.monotonic()
        done = Step(revision, "upgrade" if step.is_upgrade else "downgrade", now - self._since)
        self._run.uncommitted = (done, frozenset(heads))
        self._since = now
