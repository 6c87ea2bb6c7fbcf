"""One migrator at a time: what each database has that one process can hold, and others can see."""

import zlib
from collections.abc import Callable
from hashlib import sha256
from typing import TypeVar

from sqlalchemy import URL, Connection, inspect, text

from dbtasks.dialects.quoting import literal

T = TypeVar("T")
Open = Callable[[URL, Callable[[Connection], T]], T]
Wait = Callable[[Callable[[], bool]], None]


class Lock:
    """Held on a connection of its own, and polled for: see :mod:`dbtasks.lock`."""

    def holding(self, url: URL, connect: Open[T], wait_for: Wait, note: str, work: Callable[[], T]) -> T:
        """Return what ``work`` returns, run while this process alone holds the migration lock of the database.

        ``wait_for`` polls: it returns once the attempt that it is given returns True, and raises when it never does.
        The ``note`` says who holds it, for others to read.
        """
        raise NotImplementedError

    def note(self, url: URL, connect: Open[str | None]) -> str | None:
        """Return the note of who holds the lock now; "" when it cannot be read, None when nobody holds it."""
        raise NotImplementedError


LOCK_CLASS = zlib.crc32(b"dbtasks") - 2**31  # the first half of the advisory lock's key: ours, not the application's
NAME_LENGTH = 63  # characters of an application_name that the server keeps
# The two halves of a key are unsigned in this view.
LOCK_HOLDER = text("""
SELECT coalesce(application_name, '') FROM pg_locks LEFT JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND granted AND objsubid = 2
  AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND classid::bigint = CAST(:ours AS bigint) & 4294967295 AND objid::bigint = CAST(:database AS bigint) & 4294967295
""")


class PostgreSQLLock(Lock):
    """An advisory lock."""

    def holding(self, url: URL, connect: Open[T], wait_for: Wait, note: str, work: Callable[[], T]) -> T:
        """Hold an advisory lock of a transaction, which is right behind a transaction pooler too.

        The statements after the lock let the snapshot go; with it held, CREATE INDEX CONCURRENTLY in the migration
        would wait for this very transaction for ever. They also keep the server from ending a transaction that idles,
        and carry the note: every role may read every session's application_name.
        """

        def hold(connection: Connection) -> T:
            def attempt() -> bool:
                statement = text("SELECT pg_try_advisory_xact_lock(:ours, :database)")
                taken = connection.execute(statement, self._key(url)).scalar_one()
                if not taken:
                    connection.rollback()
                    return False
                connection.exec_driver_sql(f"SET LOCAL application_name = {literal(note[:NAME_LENGTH])}")
                connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
                return True

            wait_for(attempt)
            return work()

        return connect(url, hold)

    def note(self, url: URL, connect: Open[str | None]) -> str | None:
        """Return the application_name of the session that holds the lock."""
        return connect(url, lambda connection: connection.execute(LOCK_HOLDER, self._key(url)).scalar())

    def _key(self, url: URL) -> dict[str, int]:
        return {"ours": LOCK_CLASS, "database": zlib.crc32((url.database or "").encode()) - 2**31}


LOCK_TABLE = (
    "CREATE TABLE IF NOT EXISTS dbtasks_lock"
    " (id INT PRIMARY KEY, connection BIGINT NOT NULL, note VARCHAR(255) NOT NULL) ENGINE=InnoDB"
)


class MySQLLock(Lock):
    """A named lock of the server."""

    def holding(self, url: URL, connect: Open[T], wait_for: Wait, note: str, work: Callable[[], T]) -> T:
        """Hold ``GET_LOCK``, whose names are the whole server's and at most 64 characters long.

        Other sessions see nothing of the holder but its number, so the note is a row of a table.
        """

        def hold(connection: Connection) -> T:
            statement = text("SELECT GET_LOCK(:name, 0)")
            wait_for(lambda: connection.execute(statement, {"name": self._name(url)}).scalar() == 1)
            connection.exec_driver_sql("SET sql_notes = 0")  # aiomysql makes Python warnings of "exists already"
            connection.exec_driver_sql(LOCK_TABLE)
            connection.execute(text("REPLACE INTO dbtasks_lock VALUES (1, CONNECTION_ID(), :note)"), {"note": note})
            # Ends the transaction, not the lock, which is the connection's: an idle transaction would keep old rows.
            connection.commit()
            return work()

        return connect(url, hold)

    def note(self, url: URL, connect: Open[str | None]) -> str | None:
        """Return the row's note, if its connection is the one that holds the lock."""

        def look(connection: Connection) -> str | None:
            owner = connection.execute(text("SELECT IS_USED_LOCK(:name)"), {"name": self._name(url)}).scalar()
            if owner is None:
                return None
            if not inspect(connection).has_table("dbtasks_lock"):
                return ""
            statement = text("SELECT note FROM dbtasks_lock WHERE connection = :owner")
            return connection.execute(statement, {"owner": owner}).scalar() or ""

        return connect(url, look)

    def _name(self, url: URL) -> str:
        return f"dbtasks.{sha256((url.database or '').encode()).hexdigest()[:32]}"
