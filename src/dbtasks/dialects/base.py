"""What a dialect answers, with the cautious answer for one that does not know better."""

import os
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import URL, Connection, Engine, types
from sqlalchemy import Dialect as SqlDialect
from sqlalchemy.types import TypeEngine

from dbtasks.dialects.parts import part
from dbtasks.dialects.quoting import literal
from dbtasks.errors import DatabaseMissing, DbtasksError, UnsupportedDatabaseUrl

if TYPE_CHECKING:
    from dbtasks.dialects.clones import Clones
    from dbtasks.dialects.copies import Copies
    from dbtasks.dialects.definitions import Reader
    from dbtasks.dialects.literals import Literals
    from dbtasks.dialects.locks import Lock
    from dbtasks.dialects.moves import Moves
    from dbtasks.dialects.online import Online
    from dbtasks.dialects.portability import Portability
    from dbtasks.dialects.private import Private

T = TypeVar("T")
Open = Callable[[URL, Callable[[Connection], T]], T]

CONNECT_SECONDS = 10  # a server that needs longer to accept a connection is told to be unreachable
PLACEHOLDERS: tuple[tuple[type[TypeEngine[Any]], str], ...] = (
    (types.Boolean, "false"),
    (types.Integer, "0"),
    (types.Numeric, "0"),
    (types.Float, "0"),
    (types.JSON, "'{}'"),
    (types.Uuid, "'00000000-0000-0000-0000-000000000000'"),
    (types.DateTime, "'1970-01-01 00:00:00'"),
    (types.Date, "'1970-01-01'"),
    (types.Time, "'00:00:00'"),
    (types.String, "''"),
    (types._Binary, "''"),  # noqa: SLF001 - their common base
)


class Dialect:
    """The facts and the few statements in which one kind of database differs from another."""

    names: tuple[str, ...] = ()
    driver = ""
    package = ""
    extra = ""
    default_port: int | None = None
    sync_drivers: tuple[tuple[str, str], ...] = ()  # what stands in a URL of one that is not asynchronous, its module

    atomic = False  # a revision that fails leaves nothing behind
    offline = True  # DDL can be written without a database (alembic --sql)
    definitions: "Reader" = part("definitions:Reader")  # how indexes and constraints are made
    copies: "Copies" = part("copies:Copies")  # how values are copied aside and taken back
    literals: "Literals" = part("literals:Literals")  # how made-up values are written
    lock: "Lock" = part("locks:Lock")  # one migrator at a time
    online: "Online" = part("online:Online")  # what a change costs those who use the table
    portability: "Portability" = part("portability:Portability")  # what does not work here, told without a server
    clones: "Clones" = part("clones:Clones")  # how a whole database is copied, and copies are kept
    moves: "Moves" = part("moves:Moves")  # how the whole database is moved aside and back
    private: "Private | None" = None  # how a server of one's own is started; None where there is none
    alters_autoincrement = False  # a changed column has to be told again that it counts up
    orders_columns = False  # a column can be put in its old place again
    checks_keys = True  # a foreign key and what it refers to have to fit at every moment
    implies_indexes = False  # a foreign key brings an index of its own, and keeps it from being dropped
    rebuilds = False  # changes rebuild the table: checks without a name go, generated columns are in the way
    has_schemas = False  # a schema is a part of the database, not another one
    in_file = False  # the database is a file: created by writing, removed by deleting

    @property
    def drivername(self) -> str:
        """Return what stands before ``://`` in a URL of this dialect."""
        return f"{self.names[0]}+{self.driver}"

    def sync_driver(self) -> str | None:
        """Return what stands before ``://`` for an installed driver that is not asynchronous; None without one."""
        return next((name for name, module in self.sync_drivers if find_spec(module)), None)

    def check_url(self, url: URL, origin: str) -> None:
        """Raise UnsupportedDatabaseUrl when the URL names no database that can be migrated."""
        if not url.database:
            advice = f"{self.drivername}://user:password@host:port/name"
            raise UnsupportedDatabaseUrl(origin, "it names a server, but no database on it", advice)

    def database_name(self, url: URL) -> str:
        """Return the name by which a user has to confirm that this database may be lost."""
        return url.database or ""

    def address(self, url: URL) -> str:
        """Return ``host:port`` of the server, for messages."""
        host = self.host(url) or "localhost"
        return host if host.startswith("/") else f"{host}:{url.port or self.default_port}"

    def host(self, url: URL) -> str:
        """Return the host of the server, or the path of its socket; "" when the URL names none."""
        query = url.query.get("unix_socket") or url.query.get("host") or url.host or ""
        return query if isinstance(query, str) else ",".join(query)

    def quoted(self, name: str) -> str:
        """Return a name in quotes."""
        return '"' + name.replace('"', '""') + '"'

    def connect_args(self) -> dict[str, Any]:
        """Return the driver's own arguments for a connection that migrates."""
        return {}

    def before_connect(self, url: URL) -> None:
        """Raise DatabaseMissing where connecting would create the database instead of failing."""

    def prepare(self, engine: Engine, *, write: bool) -> None:
        """Give an engine what its connections need so that transactions are real."""

    def explain(self, error: BaseException, url: URL) -> DbtasksError | None:
        """Return the error of ours that tells a driver's error, or None when it is not a known one."""
        return None

    def words(self, error: BaseException) -> str:
        """Return what the driver says about a failure, on one line and without SQLAlchemy's words around it."""
        innermost = getattr(error, "orig", None) or error
        innermost = innermost.__cause__ or innermost if innermost is not error else innermost
        said = innermost.args[-1] if len(innermost.args) > 1 and isinstance(innermost.args[-1], str) else innermost
        return f"{type(innermost).__name__}: {' '.join(str(said).split())}".rstrip(".")

    def create(self, url: URL, connect: Open[None]) -> None:
        """Create the database; its server is reached by ``connect``, outside a transaction."""
        raise NotImplementedError

    def drop(self, url: URL, connect: Open[None]) -> None:
        """Drop the database if it exists."""
        raise NotImplementedError

    def wipe(self, connection: Connection) -> None:
        """Drop everything there is in the database, and leave the database itself."""
        raise NotImplementedError

    def drop_tables(self, connection: Connection) -> None:
        """Drop the tables, and the types of enums, and leave everything else."""
        self.wipe(connection)

    def ensure_schema(self, connection: Connection, name: str) -> None:
        """Create a schema in the database if it is not there, where a schema is a part of a database."""

    def scratch_url(self, server: URL, name: str) -> URL:
        """Return the URL of a throw-away database with this name."""
        return server.set(database=name)

    def be_lenient(self, connection: Connection) -> None:
        """Have values that do not fit a changed type be cut, where the database can do that."""

    def without_references(self, connection: Connection) -> None:
        """Have foreign keys refuse no row on this connection, until its transaction is rolled back."""

    def extension_tables(self, connection: Connection) -> frozenset[str]:
        """Return the names of tables that an extension of the database has created."""
        return frozenset()

    def source(self, kind: TypeEngine[Any], imports: set[str]) -> str | None:
        """Return how a type stands in a revision, and add what it imports; None where Alembic's own way is right."""
        return None

    def renames_checked(self, sql: SqlDialect) -> bool:
        """Return whether a column can be renamed that a check names; ``sql`` is what SQLAlchemy knows of the server."""
        return True

    def named_after(self, table: str, old: str, new: str, names: Iterable[str]) -> list[str]:
        """Return the statements that rename what the database itself has named after a table, from one name to another.

        ``names`` are those of the primary key and of its columns' defaults; ``table`` is what it is called meanwhile.
        """
        return []

    def placeholder(self, kind: TypeEngine[Any]) -> str | None:
        """Return the default with which rows can get a column that has to have a value; None where none can be told."""
        if isinstance(kind, types.Enum):
            return literal(kind.enums[0]) if kind.enums else None
        return next((default for family, default in PLACEHOLDERS if isinstance(kind, family)), None)

    def using(self, column: str, old: TypeEngine[Any], new: TypeEngine[Any]) -> dict[str, str]:
        """Return what alter_column() has to be told of a column's values; empty where the database casts them."""
        return {}

    def schema_texts(self, connection: Connection) -> dict[str, str]:
        """Return a text for each table, by its full name, that is the same only for the same one.

        Views stand there as ``view NAME``, and all that belongs to neither as "".
        """
        raise NotImplementedError

    def reaches_far(self, connection: Connection) -> bool:
        """Return whether a statement may change rows of tables that it does not name, by a trigger or a routine."""
        raise NotImplementedError

    def moved_columns(self, table: str, connection: Connection) -> list[str]:
        """Return the statements that put the columns of another table into the order that this one has."""
        raise NotImplementedError

    def broken_references(self, connection: Connection) -> frozenset[tuple[str, Any]]:
        """Return (table, row) of rows whose foreign key points nowhere; empty where the database sees to it itself."""
        return frozenset()

    def trace(self, connection: Connection, write: Callable[[str], None]) -> None:
        """Give ``write`` each statement that the connection sends from now on, with its values in it."""
        raise NotImplementedError

    def estimated_rows(self, connection: Connection, table: str) -> int:
        """Return about how many rows a table of the default schema has, by the server's statistics; 0 without any."""
        return 0

    def missing(self, url: URL) -> DatabaseMissing:
        """Return the error for a database that does not exist."""
        return DatabaseMissing(self.database_name(url), self.address(url))


def reason(error: BaseException) -> str:
    """Return why a connection failed, in the words of the operating system where it has some."""
    number = getattr(error, "errno", None)
    if isinstance(number, int) and number > 0:
        return os.strerror(number)
    return getattr(error, "strerror", None) or str(error) or f"no answer within {CONNECT_SECONDS} seconds"


def chain(error: BaseException) -> list[BaseException]:
    """Return an error with what it wraps: SQLAlchemy's ``orig``, causes and contexts, outermost first."""
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop(0)
        if one is not None and one not in found:
            found.append(one)
            waiting += [getattr(one, "orig", None), one.__cause__, one.__context__]
    return found
