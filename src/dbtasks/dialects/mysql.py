"""MySQL and MariaDB through aiomysql."""

import re
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, text
from sqlalchemy import Dialect as SqlDialect
from sqlalchemy.types import TypeEngine

from dbtasks.dialects import texts
from dbtasks.dialects.base import CONNECT_SECONDS, Dialect, Open, chain, reason
from dbtasks.dialects.parts import part
from dbtasks.errors import AccessDenied, DatabaseReadOnly, DbtasksError, PermissionDenied, ServerUnreachable

T = TypeVar("T")

# https://mariadb.com/kb/en/mariadb-error-codes/
ACCESS_DENIED, UNKNOWN_DATABASE = 1045, 1049
UNREACHABLE = (2002, 2003, 2005, 2013)
READ_ONLY = (1290, 1792, 1836)
NOT_ALLOWED = (1044, 1142, 1227, 1370)

COLUMN = re.compile(r"\s*(`(?:[^`]|``)+`) (.*?),?")  # a line of SHOW CREATE TABLE
LISTING = "SELECT {0}_name FROM information_schema.{0}s WHERE {0}_schema = DATABASE()"
# What a database holds, and where the server lists it; what refers to others comes first.
KINDS = (
    ("EVENT", LISTING.format("event")),
    ("VIEW", LISTING.format("table") + " AND table_type = 'VIEW'"),
    ("PROCEDURE", LISTING.format("routine") + " AND routine_type = 'PROCEDURE'"),
    ("FUNCTION", LISTING.format("routine") + " AND routine_type = 'FUNCTION'"),
    ("SEQUENCE", LISTING.format("table") + " AND table_type = 'SEQUENCE'"),
    ("TABLE", LISTING.format("table") + " AND table_type NOT IN ('VIEW', 'SEQUENCE', 'SYSTEM VIEW')"),
)


class MySQL(Dialect):
    """Every DDL statement commits by itself, so a revision that fails may be half applied."""

    names = ("mysql", "mariadb")
    driver = "aiomysql"
    package = "aiomysql"
    extra = "mysql"
    default_port = 3306
    sync_drivers = (("mysql+pymysql", "pymysql"), ("mysql+mysqldb", "MySQLdb"))

    alters_autoincrement = True
    orders_columns = True
    implies_indexes = True
    clones = part("clones:MySQLClones")
    copies = part("copies:MySQLCopies")
    definitions = part("definitions.mysql:MySQLReader")
    literals = part("literals:MySQLLiterals")
    lock = part("locks:MySQLLock")
    moves = part("moves:MySQLMoves")
    private = part("private:MARIADB")
    online = part("online:MySQLOnline")
    portability = part("portability:MySQLPortability")

    def quoted(self, name: str) -> str:
        """Return a name in backticks."""
        return f"`{name.replace('`', '``')}`"

    def renames_checked(self, sql: SqlDialect) -> bool:
        """MariaDB writes the new name into the check, MySQL refuses (error 3959)."""
        return bool(getattr(sql, "is_mariadb", False))

    def connect_args(self) -> dict[str, Any]:
        """Bound the wait for a connection."""
        return {"connect_timeout": CONNECT_SECONDS}

    def explain(self, error: BaseException, url: URL) -> DbtasksError | None:
        """Tell by the server's error number."""
        for one in chain(error):
            number = one.args[0] if one.args else None
            if number == ACCESS_DENIED:
                return AccessDenied(self.address(url), url.username or "")
            if number == UNKNOWN_DATABASE:
                return self.missing(url)
            if number in READ_ONLY:
                return DatabaseReadOnly(self.database_name(url), str(one.args[-1]))
            if number in NOT_ALLOWED:
                return PermissionDenied(self.database_name(url), str(one.args[-1]))
            if number in UNREACHABLE:
                cause = one.__cause__ or one.__context__ or one
                return ServerUnreachable(self.address(url), reason(cause))
        return None

    def create(self, url: URL, connect: Open[None]) -> None:
        """Create the database, in the character set that holds every character."""
        self._on_server(url, connect, "CREATE DATABASE {} CHARACTER SET utf8mb4")

    def drop(self, url: URL, connect: Open[None]) -> None:
        """Drop the database."""
        self._on_server(url, connect, "DROP DATABASE IF EXISTS {}")

    def _on_server(self, url: URL, connect: Open[None], statement: str) -> None:
        def run(connection: Connection) -> None:
            name = connection.dialect.identifier_preparer.quote_identifier(self.database_name(url))
            connection.exec_driver_sql("SET sql_notes = 0")  # aiomysql makes Python warnings of "does not exist"
            connection.exec_driver_sql(statement.format(name))

        connect(url.set(database=""), run)  # SQLAlchemy leaves an empty name out of the connection's arguments

    def wipe(self, connection: Connection) -> None:
        """Drop events, views, routines, sequences and tables, whatever refers to whatever."""
        quote = connection.dialect.identifier_preparer.quote_identifier
        connection.exec_driver_sql("SET FOREIGN_KEY_CHECKS = 0")
        for kind, listing in KINDS:
            for name in connection.execute(text(listing)).scalars().all():
                connection.exec_driver_sql(f"DROP {kind} IF EXISTS {quote(name)}")
        connection.exec_driver_sql("SET FOREIGN_KEY_CHECKS = 1")
        connection.commit()

    def be_lenient(self, connection: Connection) -> None:
        """Leave the strict mode, for this connection."""
        connection.exec_driver_sql("SET SESSION sql_mode = ''")

    def without_references(self, connection: Connection) -> None:
        """Let the server not look at foreign keys, for this connection."""
        connection.exec_driver_sql("SET SESSION foreign_key_checks = 0")

    def source(self, kind: TypeEngine[Any], imports: set[str]) -> str | None:
        """Say the character set and collation of an enum, which Alembic leaves out."""
        from sqlalchemy.dialects import mysql  # only a draft needs it, and this module is imported for every database

        options = {name: getattr(kind, name, None) for name in ("charset", "collation")}
        if not isinstance(kind, mysql.ENUM) or not any(options.values()):
            return None
        imports.add("from sqlalchemy.dialects import mysql")
        said = [*map(repr, kind.enums), *(f"{name}={value!r}" for name, value in options.items() if value)]
        return f"mysql.ENUM({', '.join(said)})"

    def moved_columns(self, table: str, connection: Connection) -> list[str]:
        """Give each column its own definition again, and its place: ``MODIFY`` cannot do the one without the other."""
        made = str(connection.exec_driver_sql(f"SHOW CREATE TABLE {self.quoted(table)}").one()[1])
        found = [COLUMN.fullmatch(line) for line in made.splitlines()]
        columns = [(match[1], match[2]) for match in found if match]
        before = ["FIRST", *(f"AFTER {name}" for name, _ in columns)]
        return [
            f"ALTER TABLE {self.quoted(table)} MODIFY {name} {definition} {place}"
            for (name, definition), place in zip(columns, before, strict=False)
        ]

    def schema_texts(self, connection: Connection) -> dict[str, str]:
        """Ask for the statement of each table."""
        return texts.mysql(connection)

    def reaches_far(self, connection: Connection) -> bool:
        """Look for triggers, routines and events."""
        return bool(connection.scalar(texts.MYSQL_FAR))

    def estimated_rows(self, connection: Connection, table: str) -> int:
        """Ask InnoDB's statistics."""
        statement = (
            "SELECT table_rows FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = :t"
        )
        return int(connection.execute(text(statement), {"t": table}).scalar() or 0)
