"""A revision that did not come to its end where DDL commits by itself, and the names that it had given by then."""

from collections.abc import Iterator

from sqlalchemy import URL

from dbtasks import dialects, ledger, rehearsal
from dbtasks.history import Direction, Heads, History
from dbtasks.ledger import Event
from dbtasks.settings import DatabaseSettings
from dbtasks.statements import Lineage
from dbtasks.watch import Columns
from dbtasks.way import Way


def run(url: URL) -> Event | None:
    """Return the last run in a database if it did not come to its end; None where nothing of it can have stayed."""
    if dialects.of(url).atomic:
        return None
    return ledger.unfinished(ledger.read(url, *ledger.RUNS, newest=1))


def way(history: History, left: Event | None, current: Heads) -> Way | None:
    """Return the step that was left unfinished; None when there is none, or no file has it any more."""
    if left is None or left.revision not in {one.id for one in history.revisions}:
        return None
    direction: Direction = "upgrade" if left.kind == "upgrade" else "downgrade"
    return Way(history, current, (history.get(left.revision),), direction)


def renames(step: Way | None, database: DatabaseSettings, now: Columns, wanted: Columns) -> tuple[str, ...]:
    """Return the statements that give tables and columns their names back that an unfinished step has given others.

    A table that the step has copied before it dropped the first counts as renamed.
    """
    if step is None:
        return ()
    lineage = Lineage.of(wanted)
    for statement in rehearsal.sent(step, database):
        lineage.sent(statement)
    names = _Names(now)
    return tuple(_back(database.url, lineage, names, wanted))


class _Names:
    """The names of tables and columns that are there, found whatever their case."""

    def __init__(self, columns: Columns) -> None:
        self._tables = {
            table.lower(): (table, {name.lower(): name for name in those}) for table, those in columns.items()
        }

    def table(self, name: str) -> str | None:
        return self._tables.get(name.lower(), (None, {}))[0]

    def column(self, table: str, name: str) -> str | None:
        return self._tables.get(table.lower(), (None, {}))[1].get(name.lower())

    def rename(self, old: str, new: str) -> None:
        _, columns = self._tables.pop(old.lower())
        self._tables[new.lower()] = (new, columns)


def _back(url: URL, lineage: Lineage, now: _Names, wanted: Columns) -> Iterator[str]:
    quote, those = dialects.of(url).quoted, {table.lower() for table in wanted}
    for table in wanted:
        trail = [one for one in reversed(lineage.trails.get(table.lower(), [])) if one not in those]
        there = next((one for one in map(now.table, trail) if one), None)
        if now.table(table) is None and there is not None:
            yield f"ALTER TABLE {quote(there)} RENAME TO {quote(table)}"
            now.rename(there, table)
    for table, columns in wanted.items():
        names = {column.lower() for column in columns}
        for column in columns:
            trail = lineage.column_trails.get((table.lower(), column.lower()), [])[::-1]
            there = next((one for one in (now.column(table, name) for name in trail if name not in names) if one), None)
            if now.column(table, column) is None and there is not None:
                yield f"ALTER TABLE {quote(table)} RENAME COLUMN {quote(there)} TO {quote(column)}"
