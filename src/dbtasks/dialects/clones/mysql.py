"""MySQL and MariaDB have no copy of a database: every table is made again, and its rows are inserted."""

import contextlib
import time
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import DBAPIError

from dbtasks.dialects.clones import remade
from dbtasks.dialects.clones.base import Clones, Open, Shelf, Wait, age
from dbtasks.dialects.moves.mysql import quoted
from dbtasks.dialects.texts import MARK

T = TypeVar("T")

FACTS = text("""
SELECT concat_ws(' ', version(), current_user(), @@character_set_server, @@collation_server, @@sql_mode,
                 @@lower_case_table_names, @@default_storage_engine, @@explicit_defaults_for_timestamp)
""")
NAMES = text("""
SELECT s.schema_name AS name, t.table_comment AS used, t.table_name IS NOT NULL AS whole, IS_USED_LOCK(s.schema_name)
FROM information_schema.schemata s
LEFT JOIN information_schema.tables t ON t.table_schema = s.schema_name AND t.table_name = :mark
WHERE LEFT(s.schema_name, :length) = :prefix ORDER BY s.schema_name
""")
ALONE = text("""
SELECT schema_name FROM information_schema.schemata WHERE LEFT(schema_name, :length) = :prefix
  AND schema_name NOT IN (SELECT db FROM information_schema.processlist WHERE db IS NOT NULL) ORDER BY schema_name
""")
MARKED = text("SELECT 1 FROM information_schema.tables WHERE table_schema = :name AND table_name = :mark")
CONNECTED = text("SELECT id FROM information_schema.processlist WHERE db = :name AND id <> CONNECTION_ID()")
WAIT_SECONDS = 5  # for others' locks; it is a day by default
LOOKS, PAUSE_SECONDS = 5, 0.005


class MySQLClones(Clones):
    """Neither is there a rename: a copy counts once it has a table that is made last.

    What was read of one that is kept is remembered: it never changes, and is copied for every test of a run.
    """

    made_in_place = True
    used_again = True

    def __init__(self) -> None:
        self._read: dict[URL, remade.Made] = {}
        self._sums: dict[URL, dict[str, int]] = {}

    def look(self, server: URL, prefix: str, connect: Open[Any]) -> Shelf:
        """Ask the server; what has no mark, and is not being made, is dead."""

        def ask(connection: Connection) -> Shelf:
            given = {"mark": MARK, "prefix": prefix, "length": len(prefix)}
            rows = connection.execute(NAMES, given).all()
            now = time.time()
            unused = {row[0]: age(now, row[1]) for row in rows if row[2]}
            dead = tuple(row[0] for row in rows if not row[2] and row[3] is None)
            return Shelf(str(connection.execute(FACTS).scalar()), unused, dead)

        shelf: Shelf = connect(server.set(database=""), ask)
        return shelf

    def copy(self, source: URL, target: URL, connect: Open[Any]) -> None:
        """Make a database of the same defaults, and in it everything that the other has."""

        def make(connection: Connection) -> None:
            is_kept = connection.execute(MARKED, {"name": source.database, "mark": MARK}).scalar()
            known = self._read.get(source) if is_kept else None
            known = known or remade.read(connection, str(source.database))
            remade.copy(connection, str(target.database), known)
            if is_kept:
                self._read = {source: known}

        connect(target.set(database=""), make)

    def restore(self, source: URL, used: URL, connect: Open[Any]) -> bool:
        """Make the tables anew that a test has changed; a server takes longer to make all than to ask for each."""

        def again(connection: Connection) -> bool:
            connection.exec_driver_sql(f"SET SESSION lock_wait_timeout = {WAIT_SECONDS}")
            known = self._read.get(source)
            if known is None or not _is_alone(connection, str(used.database)):
                return False
            if source not in self._sums:
                self._sums = {source: remade.sums_of(connection, str(source.database), known.tables)}
            return remade.restore(connection, str(used.database), known, self._sums[source])

        is_again: bool = connect(used.set(database=""), again)
        return is_again

    def keep(self, source: URL, aside: URL, kept: URL, connect: Open[Any]) -> None:
        """Copy, then mark. What stands there under this name without a mark was never finished."""

        def make(connection: Connection) -> None:
            name = quoted(connection, str(kept.database))
            connection.exec_driver_sql("SET sql_notes = 0")
            if connection.execute(MARKED, {"name": kept.database, "mark": MARK}).scalar():
                return
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")
            try:
                remade.copy(connection, str(kept.database), remade.read(connection, str(source.database)))
                _mark(connection, kept)
            except BaseException:
                with contextlib.suppress(DBAPIError):
                    connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")
                raise

        connect(kept.set(database=""), make)

    def finish(self, kept: URL, connect: Open[Any]) -> None:
        """Mark it."""
        connect(kept.set(database=""), lambda connection: _mark(connection, kept))

    def use(self, kept: URL, connect: Open[Any]) -> None:
        """Write the comment anew."""

        def note(connection: Connection) -> None:
            table = f"{quoted(connection, str(kept.database))}.{MARK}"
            connection.exec_driver_sql(f"ALTER TABLE {table} COMMENT '{time.time():.3f}'")

        connect(kept.set(database=""), note)

    def alone(self, server: URL, name: str, connect: Open[Any], wait_for: Wait, work: Callable[[], T]) -> T:
        """Hold ``GET_LOCK``, named as the database that is made."""

        def hold(connection: Connection) -> T:
            statement = text("SELECT GET_LOCK(:name, 0)")
            wait_for(lambda: connection.execute(statement, {"name": name}).scalar() == 1)
            connection.commit()  # ends the transaction, not the lock
            return work()

        result: T = connect(server.set(database=""), hold)
        return result

    def left(self, server: URL, prefix: str, connect: Open[Any]) -> tuple[URL, ...]:
        """Ask the server."""
        given = {"prefix": prefix, "length": len(prefix)}
        names = connect(server.set(database=""), lambda one: one.execute(ALONE, given).scalars().all())
        return tuple(server.set(database=name) for name in names)

    def free(self, url: URL, connect: Open[Any]) -> None:
        """Kill them: a transaction that a test has left open holds its tables for as long as it lives."""

        def end(connection: Connection) -> None:
            for number in connection.execute(CONNECTED, {"name": url.database}).scalars().all():
                with contextlib.suppress(DBAPIError):  # it has ended meanwhile
                    connection.exec_driver_sql(f"KILL {number}")

        connect(url.set(database=""), end)


def _is_alone(connection: Connection, name: str) -> bool:
    """Return whether nobody else is connected; a server takes a moment to hear that somebody has left."""
    for _ in range(LOOKS):
        if connection.execute(CONNECTED, {"name": name}).first() is None:
            return True
        connection.exec_driver_sql(f"DO SLEEP({PAUSE_SECONDS})")
    return False


def _mark(connection: Connection, kept: URL) -> None:
    table = f"{quoted(connection, str(kept.database))}.{MARK}"
    connection.exec_driver_sql(f"CREATE TABLE {table} (id INT) COMMENT '{time.time():.3f}'")
