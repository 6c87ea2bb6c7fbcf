"""SQLite through aiosqlite: the database is a file."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, event

from dbtasks.dialects import texts
from dbtasks.dialects.base import Dialect, Open, chain
from dbtasks.dialects.parts import part
from dbtasks.errors import DatabaseMissing, DatabaseReadOnly, DatabaseUnusable, DbtasksError, UnsupportedDatabaseUrl

T = TypeVar("T")

SCRATCH_DRIVER = "sqlite+pysqlite"
BUSY_SECONDS = 30  # how long a statement waits for another writer before "database is locked"


class SQLite(Dialect):
    """One file per database, locks beside it, DDL in real transactions once the driver is told so."""

    names = ("sqlite",)
    driver = "aiosqlite"
    package = "aiosqlite"
    extra = "sqlite"
    sync_drivers = (("sqlite", "sqlite3"),)

    atomic = True
    clones = part("clones:SQLiteClones")
    copies = part("copies:SQLiteCopies")
    definitions = part("definitions.sqlite:SQLiteReader")
    lock = part("filelocks:SQLiteLock")
    moves = part("moves:SQLiteMoves")
    portability = part("portability:SQLitePortability")
    offline = False  # batch mode copies the table that it finds, so it needs one to look at
    checks_keys = False
    rebuilds = True
    in_file = True

    def check_url(self, url: URL, origin: str) -> None:
        """Refuse a database in memory, which would be gone with the command, and URI file names."""
        if url.database in (None, "", ":memory:"):
            advice = "a file, for example sqlite+aiosqlite:///db/database.db"
            raise UnsupportedDatabaseUrl(origin, "a database in memory is gone when the command ends", advice)
        if url.host:
            problem = f"a file is on no host, and '{url.host}' stands where a host does"
            raise UnsupportedDatabaseUrl(origin, problem, "a file, for example sqlite+aiosqlite:///db/database.db")
        if str(url.database).startswith("file:"):
            advice = "the path of the file after sqlite+aiosqlite:///"
            raise UnsupportedDatabaseUrl(origin, "SQLite's URI file names hide which file is meant", advice)

    def database_name(self, url: URL) -> str:
        """Return the file's name, without its folder."""
        return self._file(url).name

    def address(self, url: URL) -> str:
        """Return the path of the file."""
        return str(self._file(url))

    def host(self, url: URL) -> str:
        """Return "localhost": a file is on this machine."""
        return "localhost"

    def connect_args(self) -> dict[str, Any]:
        """Let a statement wait for another writer instead of failing at once."""
        return {"timeout": BUSY_SECONDS}

    def before_connect(self, url: URL) -> None:
        """Raise DatabaseMissing when there is no file: connecting would create one."""
        if not self._file(url).exists():
            raise self.missing(url)

    def prepare(self, engine: Engine, *, write: bool) -> None:
        """Make transactions real, and let batch mode rebuild a table without deleting its children.

        The driver's own transaction handling commits before DDL, so it is switched off and BEGIN is sent here
        (https://docs.sqlalchemy.org/en/20/dialects/sqlite.html#transactions-with-sqlite). Foreign keys are off while
        tables are rebuilt, as https://www.sqlite.org/lang_altertable.html#otheralter asks, and checked before COMMIT.
        """

        @event.listens_for(engine, "connect")
        def on_connect(connection: Any, _record: object) -> None:
            connection.isolation_level = None
            cursor = connection.cursor()
            cursor.execute("PRAGMA foreign_keys=OFF")
            cursor.close()

        @event.listens_for(engine, "begin")
        def on_begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    def explain(self, error: BaseException, url: URL) -> DbtasksError | None:
        """Tell a missing, a read-only and a foreign file by the driver's error code."""
        codes = {_primary(one) for one in chain(error)}
        name = self.address(url)
        if "SQLITE_READONLY" in codes:
            return DatabaseReadOnly(name, "the file or its folder is read-only")
        if "SQLITE_CANTOPEN" in codes:
            return DatabaseReadOnly(name, "the file cannot be opened by this user")
        if "SQLITE_NOTADB" in codes:
            return DatabaseUnusable(name, "the file is not an SQLite database")
        if "SQLITE_BUSY" in codes:
            return DatabaseUnusable(name, f"another program kept it locked for {BUSY_SECONDS} seconds")
        return None

    def create(self, url: URL, connect: Open[None]) -> None:
        """Create the folder and an empty file, which SQLite takes for an empty database."""
        file = self._file(url)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
        except OSError as error:
            raise DatabaseReadOnly(str(file), error.strerror or "the file cannot be created") from error
        connect(url, lambda _connection: None)

    def drop(self, url: URL, connect: Open[None]) -> None:
        """Delete the file and what SQLite keeps beside it."""
        file = self._file(url)
        for suffix in ("", "-wal", "-shm", "-journal"):
            file.with_name(file.name + suffix).unlink(missing_ok=True)

    def wipe(self, connection: Connection) -> None:
        """Drop views, triggers and tables in one transaction; open connections of others stay valid."""
        with connection.begin():
            names = connection.exec_driver_sql(
                "SELECT type, name FROM sqlite_master WHERE type IN ('view', 'trigger', 'table') "
                "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type = 'table', type = 'trigger'"
            ).all()
            quote = connection.dialect.identifier_preparer.quote_identifier
            for kind, name in names:
                # Dropping a table drops its triggers, and a virtual table its shadow tables.
                connection.exec_driver_sql(f"DROP {kind.upper()} IF EXISTS {quote(name)}")

    def scratch_url(self, server: URL, name: str) -> URL:
        """Return a file of that name in the folder that ``server`` names, by Python's own driver.

        Nobody else has the file, so there is nothing to wait for, and each statement costs a fifth without aiosqlite's
        change of threads.
        """
        return server.set(drivername=SCRATCH_DRIVER, database=str(Path(server.database or "") / f"{name}.db"))

    def schema_texts(self, connection: Connection) -> dict[str, str]:
        """Return the statements that SQLite keeps of everything."""
        return texts.sqlite(connection)

    def reaches_far(self, connection: Connection) -> bool:
        """Look for triggers."""
        return bool(connection.scalar(texts.SQLITE_FAR))

    def broken_references(self, connection: Connection) -> frozenset[tuple[str, Any]]:
        """Return the rows that ``PRAGMA foreign_key_check`` names."""
        rows = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        return frozenset((row[0], (row[1], row[2])) for row in rows)

    def trace(self, connection: Connection, write: Callable[[str], None]) -> None:
        """Use SQLite's own trace, which since Python 3.11 shows statements with their values; looking is left out."""
        adapted: Any = connection.connection.dbapi_connection
        write("PRAGMA foreign_keys=OFF")  # sent when the connection was opened

        def on_statement(statement: str) -> None:
            if not statement.startswith("PRAGMA"):
                write(statement)

        if isinstance(adapted, sqlite3.Connection):
            adapted.set_trace_callback(on_statement)
        else:
            adapted.run_async(lambda driver: driver.set_trace_callback(on_statement))

    def missing(self, url: URL) -> DatabaseMissing:
        """Return the error for a file that does not exist."""
        return DatabaseMissing(self.database_name(url), str(self._file(url).parent))

    def _file(self, url: URL) -> Path:
        return Path(url.database or "")


def _primary(error: BaseException) -> str:
    """Return SQLITE_READONLY for SQLITE_READONLY_DBMOVED and its like; "" for an error that is not SQLite's."""
    return "_".join(getattr(error, "sqlite_errorname", "").split("_")[:2])
