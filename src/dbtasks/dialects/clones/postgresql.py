"""PostgreSQL: the server copies a database when another is created."""

import contextlib
import zlib
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import DBAPIError

from dbtasks.dialects.clones.base import Clones, Open, Shelf, Wait, age
from dbtasks.dialects.moves.postgresql import MAINTENANCE, on_server

T = TypeVar("T")

LOCK_CLASS = zlib.crc32(b"dbtasks cache") - 2**31  # the first half of the advisory lock's key
THERE_ALREADY = ("42P04", "23505")  # two at once meet in an index of the catalogue
FACTS = text("""
SELECT concat_ws(' ', version(), current_user, pg_encoding_to_char(encoding), datcollate, datctype,
                 to_jsonb(d) ->> 'datlocprovider', to_jsonb(d) ->> 'daticulocale', to_jsonb(d) ->> 'datlocale')
FROM pg_database d WHERE datname = 'template1'
""")
KEPT = text("""
SELECT datname, shobj_description(oid, 'pg_database') AS used, extract(epoch FROM clock_timestamp()) AS now
FROM pg_database WHERE starts_with(datname, :prefix)
""")
ALONE = text("""
SELECT datname FROM pg_database d WHERE starts_with(datname, :prefix)
  AND NOT EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.datid = d.oid) ORDER BY datname
""")
FSYNC = text("SELECT current_setting('fsync')")
STRATEGIES = (15,)  # the first version that has a choice
NOW = text("SELECT extract(epoch FROM clock_timestamp())")
TRY = text("SELECT pg_try_advisory_xact_lock(:ours, :name)")


class PostgreSQLClones(Clones):
    """A copy is made under another name and renamed; its comment tells when it was used."""

    def look(self, server: URL, prefix: str, connect: Open[Any]) -> Shelf:
        """Ask the server."""

        def ask(connection: Connection) -> Shelf:
            rows = connection.execute(KEPT, {"prefix": prefix}).all()
            unused = {row.datname: age(float(row.now), row.used) for row in rows}
            return Shelf(str(connection.execute(FACTS).scalar()), unused)

        shelf: Shelf = on_server(server, connect, ask)
        return shelf

    def copy(self, source: URL, target: URL, connect: Open[Any]) -> None:
        """Create the database with the other one as its template."""
        on_server(target, connect, lambda one: _create(one, target, source))

    def keep(self, source: URL, aside: URL, kept: URL, connect: Open[Any]) -> None:
        """Copy, then rename."""

        def make(connection: Connection) -> None:
            try:
                _create(connection, aside, source)
                _note(connection, aside)
                _send(connection, "ALTER DATABASE {} RENAME TO {}", aside, kept)
            except BaseException as error:
                with contextlib.suppress(DBAPIError):
                    _send(connection, "DROP DATABASE IF EXISTS {}", aside)
                if getattr(getattr(error, "orig", None), "sqlstate", None) not in THERE_ALREADY:
                    raise

        on_server(kept, connect, make)

    def use(self, kept: URL, connect: Open[Any]) -> None:
        """Write the comment anew."""
        on_server(kept, connect, lambda one: _note(one, kept))

    def alone(self, server: URL, name: str, connect: Open[Any], wait_for: Wait, work: Callable[[], T]) -> T:
        """Hold an advisory lock of a transaction, as the lock of a migration does, and for the same reasons.

        Never from ``template1``: nobody may be connected to it while another database is created.
        """
        key = {"ours": LOCK_CLASS, "name": zlib.crc32(name.encode()) - 2**31}

        def hold(connection: Connection) -> T:
            def attempt() -> bool:
                taken = bool(connection.execute(TRY, key).scalar_one())
                if taken:
                    connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
                else:
                    connection.rollback()
                return taken

            wait_for(attempt)
            return work()

        result: T = connect(server.set(database=MAINTENANCE[0]), hold)
        return result

    def near(self, server: URL) -> URL:
        """Stay connected to the database from which others are created."""
        return server.set(database=MAINTENANCE[0])

    def left(self, server: URL, prefix: str, connect: Open[Any]) -> tuple[URL, ...]:
        """Ask the server."""
        names = on_server(server, connect, lambda one: one.execute(ALONE, {"prefix": prefix}).scalars().all())
        return tuple(server.set(database=name) for name in names)


def _create(connection: Connection, new: URL, source: URL) -> None:
    """Copy as files where the server waits for no disk, which makes it a third faster.

    Elsewhere it would have to bring all that it holds to the disk first, before and after.
    https://www.postgresql.org/docs/current/sql-createdatabase.html
    """
    version = connection.dialect.server_version_info or ()
    is_quick = version >= STRATEGIES and connection.execute(FSYNC).scalar() == "off"
    _send(connection, f"CREATE DATABASE {{}} TEMPLATE {{}}{' STRATEGY FILE_COPY' if is_quick else ''}", new, source)


def _note(connection: Connection, url: URL) -> None:
    moment = connection.execute(NOW).scalar_one()
    _send(connection, f"COMMENT ON DATABASE {{}} IS '{moment}'", url)


def _send(connection: Connection, statement: str, *urls: URL) -> None:
    quote = connection.dialect.identifier_preparer.quote_identifier
    connection.exec_driver_sql(statement.format(*(quote(str(one.database)) for one in urls)))
