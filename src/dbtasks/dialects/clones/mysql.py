"""MySQL and MariaDB have no copy of a database: every table is made again, and its rows are inserted."""

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import DBAPIError

from dbtasks.dialects import batch
from dbtasks.dialects.clones.base import Clones, Open, Shelf, Wait, age
from dbtasks.dialects.moves.mysql import contents_of, quoted
from dbtasks.dialects.texts import MARK
from dbtasks.errors import DatabaseMissing

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
DEFAULTS = text("""
SELECT default_character_set_name, default_collation_name FROM information_schema.schemata WHERE schema_name = :name
""")
TABLES = text("""
SELECT table_name, table_type = 'SEQUENCE' FROM information_schema.tables
WHERE table_schema = :name AND table_type NOT IN ('VIEW', 'SYSTEM VIEW') AND table_name <> :mark ORDER BY table_name
""")
WRITABLE = text("""
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = :name AND extra NOT LIKE '%GENERATED%' ORDER BY table_name, ordinal_position
""")
BEFORE = (
    "SET sql_notes = 0",  # aiomysql makes Python warnings of the server's notes
    "SET FOREIGN_KEY_CHECKS = 0",
    "SET @dbtasks_mode = @@sql_mode, sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')",
)
HERE = "\0"  # stands for the name of the database that is made
AFTER = "SET sql_mode = @dbtasks_mode"  # routines remember the mode in which they are made
AT_ONCE = 100  # tables of which one statement asks whether they have rows


class MySQLClones(Clones):
    """Neither is there a rename: a copy counts once it has a table that is made last.

    What was read of one that is kept is remembered: it never changes, and is copied for every test of a run.
    """

    made_in_place = True

    def __init__(self) -> None:
        self._read: dict[URL, _Made] = {}

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
            known = known or _made(connection, str(source.database))
            _copy(connection, str(source.database), str(target.database), known)
            if is_kept:
                self._read = {source: known}

        connect(target.set(database=""), make)

    def keep(self, source: URL, aside: URL, kept: URL, connect: Open[Any]) -> None:
        """Copy, then mark. What stands there under this name without a mark was never finished."""

        def make(connection: Connection) -> None:
            name = quoted(connection, str(kept.database))
            connection.exec_driver_sql("SET sql_notes = 0")
            if connection.execute(MARKED, {"name": kept.database, "mark": MARK}).scalar():
                return
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")
            try:
                _copy(connection, str(source.database), str(kept.database), _made(connection, str(source.database)))
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


def _mark(connection: Connection, kept: URL) -> None:
    table = f"{quoted(connection, str(kept.database))}.{MARK}"
    connection.exec_driver_sql(f"CREATE TABLE {table} (id INT) COMMENT '{time.time():.3f}'")


class _Made(NamedTuple):
    """The statements that make everything again.

    Attributes:
        tables: with sequences, which they may need, and rows.
        others: what may need those, and acts by itself: with percent signs as drivers want them.
    """

    tables: tuple[str, ...]
    others: tuple[str, ...]


def _copy(connection: Connection, source: str, target: str, made: _Made) -> None:
    defaults = connection.execute(DEFAULTS, {"name": source}).one_or_none()
    if defaults is None:
        raise DatabaseMissing(source, str(connection.engine.url.host))
    characters, collation = defaults
    new = quoted(connection, target)
    connection.exec_driver_sql(f"CREATE DATABASE {new} CHARACTER SET {characters} COLLATE {collation}")
    connection.exec_driver_sql(f"USE {new}")
    batch.rows(connection, [statement.replace(HERE, new) for statement in (*BEFORE, *made.tables, AFTER)])
    for statement in made.others:
        connection.exec_driver_sql(statement.replace(HERE, new))
    connection.commit()
    connection.exec_driver_sql("SET FOREIGN_KEY_CHECKS = 1")


def _made(connection: Connection, source: str) -> _Made:
    if connection.execute(DEFAULTS, {"name": source}).one_or_none() is None:
        raise DatabaseMissing(source, str(connection.engine.url.host))
    old = quoted(connection, source)
    others = contents_of(connection, source).made
    kinds = ("FUNCTION", "PROCEDURE", "VIEW", "TRIGGER", "EVENT")
    acting = (statement for kind in kinds for _, statement in others.get(kind, ()))
    return _Made(tuple(_tables(connection, source)), tuple(one.replace(f"{old}.", f"{HERE}.") for one in acting))


def _tables(connection: Connection, source: str) -> Iterator[str]:
    old = quoted(connection, source)
    tables = connection.execute(TABLES, {"name": source, "mark": MARK}).all()
    for name in (row[0] for row in tables if row[1]):
        yield from _sequence(connection, old, quoted(connection, name))
    plain = [quoted(connection, row[0]) for row in tables if not row[1]]
    for row in batch.rows(connection, [f"SHOW CREATE TABLE {old}.{name}" for name in plain]):
        yield str(row[1]).replace(f"{old}.", f"{HERE}.")
    yield from _rows(connection, source, plain)


def _sequence(connection: Connection, old: str, name: str) -> Iterator[str]:
    yield str(connection.exec_driver_sql(f"SHOW CREATE SEQUENCE {old}.{name}").one()[1])
    following = connection.exec_driver_sql(f"SELECT next_not_cached_value FROM {old}.{name}").scalar_one()  # noqa: S608 - quoted
    yield f"DO SETVAL({name}, {following}, 0)"


def _rows(connection: Connection, source: str, tables: list[str]) -> Iterator[str]:
    """Yield an INSERT for each table that has rows; the values of generated columns come by themselves."""
    old = quoted(connection, source)
    columns: dict[str, list[str]] = {}
    for table, column in connection.execute(WRITABLE, {"name": source}):
        columns.setdefault(quoted(connection, table), []).append(quoted(connection, column))
    for name in _filled(connection, old, tables):
        names = ", ".join(columns[name])
        yield f"INSERT INTO {name} ({names}) SELECT {names} FROM {old}.{name}"  # noqa: S608 - quoted


def _filled(connection: Connection, old: str, tables: list[str]) -> Iterator[str]:
    """Yield the tables that have rows."""
    for start in range(0, len(tables), AT_ONCE):
        some = tables[start : start + AT_ONCE]
        asked = [f"SELECT {index}, EXISTS (SELECT 1 FROM {old}.{name})" for index, name in enumerate(some)]  # noqa: S608 - quoted
        rows = connection.exec_driver_sql(" UNION ALL ".join(asked).replace("%", "%%")).all()
        yield from (some[index] for index, is_filled in rows if is_filled)
