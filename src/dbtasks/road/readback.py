"""What the database records, asked on another connection than the one that migrated."""

import contextlib

from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select

from dbtasks import databases
from dbtasks.errors import DbtasksError, HeadsDisagree
from dbtasks.road.run import Run


def count_last(run: Run) -> None:
    """Count the last step as done if the database has it, though the run broke off before the next one."""
    with contextlib.suppress(DbtasksError):  # the run's own error is the one to tell
        if run.uncommitted is not None and run.uncommitted[1] == _recorded(run):
            run.commit()


def check(run: Run) -> None:
    """Raise HeadsDisagree unless the database records what was done: logs and exit codes have lied about that."""
    if run.heads is not None and (found := _recorded(run)) != run.heads:
        raise HeadsDisagree(run.shown, tuple(sorted(run.heads)), tuple(sorted(found)))


def _recorded(run: Run) -> frozenset[str]:
    """Return the heads that a new connection sees."""
    name, schema = run.options.get("version_table", "alembic_version"), run.options.get("version_table_schema")
    table = Table(name, MetaData(), Column("version_num", String(32)), schema=schema)

    def look(connection: Connection) -> frozenset[str]:
        if not inspect(connection).has_table(name, schema=schema):
            return frozenset()
        return frozenset(connection.scalars(select(table.c.version_num)))

    return databases.connect(run.url, look)
