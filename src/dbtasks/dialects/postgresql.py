"""PostgreSQL through asyncpg."""

import re
from collections.abc import Iterable
from typing import Any, TypeGuard, TypeVar

from sqlalchemy import URL, Connection, text, types
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateSchema
from sqlalchemy.types import TypeEngine

from dbtasks.dialects import catalogue, texts
from dbtasks.dialects.base import CONNECT_SECONDS, Dialect, Open, chain, reason
from dbtasks.dialects.parts import part
from dbtasks.errors import (
    AccessDenied,
    DatabaseMissing,
    DatabaseReadOnly,
    DatabaseUnusable,
    DbtasksError,
    PermissionDenied,
    ServerUnreachable,
)

T = TypeVar("T")

MAINTENANCE = ("postgres", "template1")  # databases that a server has, from which others are created and dropped
DROPS_AT_ONCE = 100  # a transaction holds a lock per object, and max_locks_per_transaction is 64 times the connections
USING = "postgresql_using"  # Alembic's argument
# Types of one family are cast by themselves.
ALIKE = (
    (types.Integer, types.Numeric, types.Float),
    types.String,
    (types.DateTime, types.Date),
    types.Time,
    types.JSON,
    types._Binary,  # noqa: SLF001 - their common base
)


class PostgreSQL(Dialect):
    """DDL is transactional, and the server sees to foreign keys by itself."""

    names = ("postgresql",)
    driver = "asyncpg"
    package = "asyncpg"
    extra = "postgresql"
    default_port = 5432
    sync_drivers = (("postgresql+psycopg", "psycopg"), ("postgresql+psycopg2", "psycopg2"))

    atomic = True
    has_schemas = True
    clones = part("clones:PostgreSQLClones")
    copies = part("copies:PostgreSQLCopies")
    definitions = part("definitions.postgresql:PostgreSQLReader")
    literals = part("literals:PostgreSQLLiterals")
    lock = part("locks:PostgreSQLLock")
    moves = part("moves:PostgreSQLMoves")
    private = part("private:POSTGRESQL")
    online = part("online:PostgreSQLOnline")
    portability = part("portability:PostgreSQLPortability")

    def connect_args(self) -> dict[str, Any]:
        """Bound the wait, and prepare nothing by name: a pooler in transaction mode forgets it.

        A statement without a name need not be closed either, which would be one more round trip for each.
        https://magicstack.github.io/asyncpg/current/faq.html
        """
        unnamed = {"statement_cache_size": 0, "prepared_statement_cache_size": 0, "prepared_statement_name_func": str}
        return {"timeout": CONNECT_SECONDS, **unnamed}

    def explain(self, error: BaseException, url: URL) -> DbtasksError | None:  # noqa: PLR0911 - a table of states
        """Tell by SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html."""
        for one in chain(error):
            state = getattr(one, "sqlstate", None) or ""
            if state in ("28P01", "28000"):
                return AccessDenied(self.address(url), url.username or "")
            if state == "3D000":
                return self.missing(url)
            if state == "25006":
                return DatabaseReadOnly(self.database_name(url), "the server or the role is read-only")
            if state == "42501":
                return PermissionDenied(self.database_name(url), str(one))
            if state in ("53300", "57P03"):
                return DatabaseUnusable(self.database_name(url), str(one))
        if isinstance(error, OSError | TimeoutError):
            return ServerUnreachable(self.address(url), reason(error))
        return None

    def create(self, url: URL, connect: Open[None]) -> None:
        """Create the database from the server's template."""
        self._on_server(url, connect, "CREATE DATABASE {}")

    def drop(self, url: URL, connect: Open[None]) -> None:
        """Drop the database, ending what is still connected to it."""
        self._on_server(url, connect, "DROP DATABASE IF EXISTS {} WITH (FORCE)")

    def _on_server(self, url: URL, connect: Open[None], statement: str) -> None:
        def run(connection: Connection) -> None:
            name = connection.dialect.identifier_preparer.quote_identifier(self.database_name(url))
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(statement.format(name))

        try:
            connect(url.set(database=MAINTENANCE[0]), run)
        except DatabaseMissing:
            connect(url.set(database=MAINTENANCE[1]), run)

    def wipe(self, connection: Connection) -> None:
        """Drop tables, views, sequences, routines, types and schemas; extensions stay.

        In transactions of a bounded size: all at once would exceed the server's table of locks.
        """
        with connection.begin():
            statements = [row.statement for row in connection.execute(catalogue.OBJECTS)]
        for start in range(0, len(statements), DROPS_AT_ONCE):
            with connection.begin():
                for statement in statements[start : start + DROPS_AT_ONCE]:
                    connection.exec_driver_sql(statement)

    def named_after(self, table: str, old: str, new: str, names: Iterable[str]) -> list[str]:
        """Rename the constraint of the primary key, and the sequences of serial columns."""
        found = []
        for name in names:
            if name == f"{old}_pkey":
                constraint = f"RENAME CONSTRAINT {self.quoted(name)} TO {self.quoted(f'{new}_pkey')}"
                found.append(f"ALTER TABLE {self.quoted(table)} {constraint}")
            elif match := re.fullmatch(rf"nextval\('\"?({re.escape(old)}_\w+_seq)\"?'::regclass\)", name):
                after = f"{new}{match[1].removeprefix(old)}"
                found.append(f"ALTER SEQUENCE {self.quoted(match[1])} RENAME TO {self.quoted(after)}")
        return found

    def source(self, kind: TypeEngine[Any], imports: set[str]) -> str | None:
        """Have the type of an enum be created by its own statement, once, and not by each table that uses it."""
        if isinstance(kind, types.ARRAY) and _is_named(kind.item_type):
            imports.add("from sqlalchemy.dialects import postgresql")
            dimensions = f", dimensions={kind.dimensions}" if kind.dimensions else ""
            return f"postgresql.ARRAY({_enum(kind.item_type)}{dimensions})"
        if isinstance(kind, types.Interval) and kind.second_precision is not None:
            return f"sa.Interval(second_precision={kind.second_precision!r})"  # Alembic leaves it out
        if isinstance(kind, postgresql.DOMAIN):
            imports.add("from sqlalchemy.dialects import postgresql")
            schema = f", schema={kind.schema!r}" if kind.schema else ""
            return f"postgresql.DOMAIN({kind.name!r}, sa.{kind.data_type!r}{schema}, create_type=False)"
        if not _is_named(kind):
            return None
        imports.add("from sqlalchemy.dialects import postgresql")
        if isinstance(kind, postgresql.ENUM):
            return _enum(kind)
        members = ", ".join(map(repr, kind.enums))
        return f"sa.Enum({members}, name={kind.name!r}).with_variant({_enum(kind)}, 'postgresql')"

    def drop_tables(self, connection: Connection) -> None:
        """Drop tables and enums with what hangs on them; functions, domains and extensions stay."""
        for statement in connection.execute(catalogue.TABLES_AND_ENUMS).scalars().all():
            connection.exec_driver_sql(statement)

    def ensure_schema(self, connection: Connection, name: str) -> None:
        """Create a schema if it is not there."""
        connection.execute(CreateSchema(name, if_not_exists=True))

    def using(self, column: str, old: TypeEngine[Any], new: TypeEngine[Any]) -> dict[str, str]:
        """Cast by hand what PostgreSQL does not cast on assignment: https://www.postgresql.org/docs/current/sql-createcast.html."""
        dialect = postgresql.asyncpg.dialect()  # type: ignore[no-untyped-call]
        name = dialect.identifier_preparer.quote(column)
        wanted = new.compile(dialect=dialect)
        enums = [isinstance(one, types.Enum) and one.native_enum for one in (old, new)]
        if any(enums):
            return {USING: f"{name}::text::{wanted}"}
        if isinstance(old, types.Boolean) and isinstance(new, types.Integer):
            return {USING: f"{name}::integer::{wanted}"}
        casts = any(isinstance(old, one) and isinstance(new, one) for one in ALIKE) or isinstance(new, types.String)
        return {} if casts else {USING: f"{name}::{wanted}"}

    def without_references(self, connection: Connection) -> None:
        """Drop the foreign keys; only a superuser could have the server not look at them."""
        for statement in connection.execute(catalogue.REFERENCES).scalars().all():
            connection.exec_driver_sql(statement)

    def extension_tables(self, connection: Connection) -> frozenset[str]:
        """Ask which tables depend on an extension."""
        return frozenset(connection.execute(catalogue.EXTENSION_TABLES).scalars())

    def schema_texts(self, connection: Connection) -> dict[str, str]:
        """Ask the catalogue, at once."""
        return texts.postgresql(connection)

    def reaches_far(self, connection: Connection) -> bool:
        """Look for triggers, rules, routines and tables that others inherit from."""
        return bool(connection.scalar(texts.POSTGRESQL_FAR))

    def estimated_rows(self, connection: Connection, table: str) -> int:
        """Ask what the last ANALYZE found."""
        statement = text("SELECT reltuples FROM pg_class WHERE oid = to_regclass(quote_ident(:t))")
        return max(int(connection.execute(statement, {"t": table}).scalar() or 0), 0)


def _is_named(kind: TypeEngine[Any]) -> TypeGuard[types.Enum]:
    return isinstance(kind, types.Enum) and kind.native_enum and bool(kind.name)


def _enum(kind: types.Enum) -> str:
    members = ", ".join(map(repr, kind.enums))
    schema = f", schema={kind.schema!r}" if kind.schema else ""
    return f"postgresql.ENUM({members}, name={kind.name!r}{schema}, create_type=False)"
