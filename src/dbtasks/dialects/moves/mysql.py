"""MySQL and MariaDB: the tables are renamed into a sibling database; what cannot be renamed is made again there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import DBAPIError

from dbtasks.dialects.moves.base import Moves, Open
from dbtasks.errors import CannotMove, DatabaseInUse

LOCK = "dbtasks_lock"  # of the database that is being moved; it stays
LISTING = "SELECT {0}_name FROM information_schema.{0}s WHERE {0}_schema = :schema"
KINDS = {
    "TABLE": LISTING.format("table")
    + f" AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED', 'SEQUENCE') AND table_name <> '{LOCK}'",
    "VIEW": LISTING.format("table") + " AND table_type = 'VIEW'",
    "TRIGGER": LISTING.format("trigger"),
    "PROCEDURE": LISTING.format("routine") + " AND routine_type = 'PROCEDURE'",
    "FUNCTION": LISTING.format("routine") + " AND routine_type = 'FUNCTION'",
    "EVENT": LISTING.format("event"),
}
WAIT_SECONDS, TOO_LONG = 5, 1205  # for others' transactions, and the error when they do not end
IN_TRANSACTION = text("""
SELECT p.id, p.user, p.host FROM information_schema.processlist p
JOIN information_schema.innodb_trx t ON t.trx_mysql_thread_id = p.id
WHERE p.db = :name AND p.id <> CONNECTION_ID()
""")
DEFINER = re.compile(r"DEFINER=(`(?:[^`]|``)*`@`(?:[^`]|``)*`)\s*")


@dataclass(slots=True)
class Contents:
    """What is in a database: names of tables, and how the rest is made."""

    tables: list[str]
    made: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # name and statement, by kind


class MySQLMoves(Moves):
    """One RENAME TABLE moves all tables, with their foreign keys; triggers, views, routines, events are made again."""

    def numbers(self, url: URL, connect: Open[Any]) -> tuple[int, ...]:
        """Look at the server's databases."""
        names = self._run(url, connect, lambda one: one.execute(text("SHOW DATABASES")).scalars().all())
        found = (self._number(url, name) for name in names)
        return tuple(sorted(number for number in found if number is not None))

    def away(self, url: URL, number: int, connect: Open[Any]) -> None:
        """Make the sibling, and move everything there, or nothing."""
        target = self._name(url, number)

        def move(connection: Connection) -> None:
            self._create(connection, str(url.database), target)
            try:
                _move(connection, str(url.database), target)
            except BaseException:
                _drop(connection, target)
                raise

        self._run(url, connect, move)

    def back(self, url: URL, number: int, connect: Open[Any]) -> None:
        """Move everything back, and drop the sibling."""
        source = self._name(url, number)

        def move(connection: Connection) -> None:
            _move(connection, source, str(url.database))
            _drop(connection, source)

        self._run(url, connect, move)

    def discard(self, url: URL, number: int, connect: Open[Any]) -> None:
        """Drop the sibling."""
        name = self._name(url, number)
        self._run(
            url, connect, lambda one: one.exec_driver_sql(f"DROP DATABASE IF EXISTS {quoted(one, name)}") and None
        )

    def size(self, url: URL, connect: Open[Any]) -> int | None:
        """Ask InnoDB's statistics."""
        query = text("SELECT sum(data_length + index_length) FROM information_schema.tables WHERE table_schema = :name")
        found = self._run(url, connect, lambda one: one.execute(query, {"name": url.database}).scalar())
        return None if found is None else int(found)

    def sessions(self, url: URL, connect: Open[Any]) -> tuple[str, ...]:
        """Return who has a transaction open, which keeps a table from being renamed."""
        found: tuple[str, ...] = self._run(url, connect, lambda one: _in_the_way(one, url.database))
        return found

    def end_sessions(self, url: URL, connect: Open[Any]) -> None:
        """Kill who has a transaction open."""

        def end(connection: Connection) -> None:
            for row in connection.execute(IN_TRANSACTION, {"name": url.database}).all():
                connection.exec_driver_sql(f"KILL {row.id}")

        self._run(url, connect, end)

    def _run(self, url: URL, connect: Open[Any], work: Any) -> Any:
        def run(connection: Connection) -> Any:
            connection.exec_driver_sql("SET sql_notes = 0")  # aiomysql makes Python warnings of the server's notes
            connection.exec_driver_sql(f"SET SESSION lock_wait_timeout = {WAIT_SECONDS}")  # it is a day by default
            try:
                return work(connection)
            except DBAPIError as error:
                if getattr(error.orig, "args", (0,))[0] != TOO_LONG:
                    raise
                raise DatabaseInUse(str(url.database), _in_the_way(connection, url.database)) from error

        return connect(url.set(database=""), run)

    def _create(self, connection: Connection, source: str, target: str) -> None:
        query = "SELECT default_character_set_name, default_collation_name FROM information_schema.schemata"
        characters, collation = connection.execute(text(f"{query} WHERE schema_name = :s"), {"s": source}).one()
        name = quoted(connection, target)
        connection.exec_driver_sql(f"CREATE DATABASE {name} CHARACTER SET {characters} COLLATE {collation}")


def _in_the_way(connection: Connection, name: str | None) -> tuple[str, ...]:
    rows = connection.execute(IN_TRANSACTION, {"name": name}).all()
    return tuple(f"{row.user} from {row.host}, process {row.id}" for row in rows)


def _drop(connection: Connection, name: str) -> None:
    connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {quoted(connection, name)}")


def _move(connection: Connection, source: str, target: str) -> None:
    """Move everything from one database into another, empty one; when anything fails, move everything back."""
    contents = contents_of(connection, source)
    undo: list[str] = []
    try:
        for forward, backward in _steps(connection, contents, source, target):
            connection.exec_driver_sql(forward)
            undo.insert(0, backward)
    except BaseException:
        for statement in undo:
            connection.exec_driver_sql(statement)
        raise


def _steps(connection: Connection, contents: Contents, source: str, target: str) -> Iterator[tuple[str, str]]:
    """Yield statements, each with the one that takes it back.

    A table with triggers cannot be renamed, a view needs its tables, and a statement is run in the database in use.
    """
    old, new = quoted(connection, source), quoted(connection, target)
    use_old, use_new = f"USE {old}", f"USE {new}"
    made, nothing = contents.made, "SELECT 1"
    yield use_old, use_old
    for kind in ("EVENT", "TRIGGER", "VIEW", "PROCEDURE", "FUNCTION"):
        for name, statement in made.get(kind, ()):
            yield f"DROP {kind} {quoted(connection, name)}", statement
    if contents.tables:
        names = [quoted(connection, one) for one in contents.tables]
        there = ", ".join(f"{old}.{one} TO {new}.{one}" for one in names)
        back = ", ".join(f"{new}.{one} TO {old}.{one}" for one in names)
        yield f"RENAME TABLE {there}", f"RENAME TABLE {back}"
    yield use_new, use_old
    for kind in ("FUNCTION", "PROCEDURE", "VIEW", "TRIGGER", "EVENT"):
        for name, statement in made.get(kind, ()):
            moved = statement.replace(f"{old}.", f"{new}.")
            yield moved, f"DROP {kind} IF EXISTS {new}.{quoted(connection, name)}"
    yield nothing, use_old


def contents_of(connection: Connection, source: str) -> Contents:
    """Return what is in a database.

    Raises:
        CannotMove: another user has defined something of it, as whom this one may not define it again.
    """

    def names(kind: str) -> list[str]:
        return list(connection.execute(text(KINDS[kind]), {"schema": source}).scalars().all())

    contents = Contents(names("TABLE"))
    me = str(connection.exec_driver_sql("SELECT CURRENT_USER()").scalar_one())
    connection.exec_driver_sql(f"USE {quoted(connection, source)}")
    for kind in ("VIEW", "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT"):
        found = []
        for name in names(kind):
            row = connection.exec_driver_sql(f"SHOW CREATE {kind} {quoted(connection, name)}").mappings().one()
            column = next(key for key in row if key in (f"Create {kind.title()}", "SQL Original Statement"))
            statement = row[column]
            if statement is None:
                raise CannotMove(source, f"the {kind.lower()} {name} cannot be read by this user")
            definer = DEFINER.search(statement)
            if definer and definer[1].replace("`", "") != me and not _may_define(connection):
                raise CannotMove(source, f"the {kind.lower()} {name} is defined by {definer[1].replace('`', '')}")
            found.append((name, statement.replace("%", "%%")))
        contents.made[kind] = _views_in_order(found) if kind == "VIEW" else found
    return contents


def _views_in_order(views: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return views so that each comes after those it is made of."""
    left, done = list(views), list[tuple[str, str]]()
    while left:
        waiting = {name for name, _ in left}
        free = [one for one in left if not waiting - {one[0]} & set(re.findall(r"`([^`]+)`", one[1]))] or left
        done += free
        left = [one for one in left if one not in free]
    return done


def _may_define(connection: Connection) -> bool:
    grants = " ".join(str(one) for one in connection.exec_driver_sql("SHOW GRANTS").scalars().all())
    return any(right in grants for right in ("ALL PRIVILEGES ON *.*", "SUPER", "SET USER", "SET_USER_ID"))


def quoted(connection: Connection, name: str) -> str:
    """Return a name in backticks, where it needs them."""
    return connection.dialect.identifier_preparer.quote_identifier(name)
