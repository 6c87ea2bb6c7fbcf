"""PostgreSQL: the database is renamed, and a new one made with the same properties."""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import DBAPIError

from dbtasks.dialects.moves.base import Moves, Open
from dbtasks.dialects.quoting import literal
from dbtasks.errors import DatabaseInUse, DatabaseMissing

MAINTENANCE = ("postgres", "template1")  # databases that a server has, from which others are renamed
IN_USE = "55006"
# Settings whose values are lists of names that the server keeps quoted as it needs them.
LISTS = frozenset({"local_preload_libraries", "search_path", "session_preload_libraries", "temp_tablespaces"})

NAMES = text("SELECT datname FROM pg_database")
FACTS = text("""
SELECT to_jsonb(d) - 'datacl' AS facts, pg_get_userbyid(datdba) AS owner, pg_encoding_to_char(encoding) AS encoding,
       shobj_description(d.oid, 'pg_database') AS remark
FROM pg_database d WHERE datname = :name
""")
SETTINGS = text("""
SELECT unnest(setconfig) AS setting FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
WHERE datname = :name AND setrole = 0
""")
GRANTS = text("""
SELECT DISTINCT privilege_type AS privilege, CASE grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(grantee) END AS grantee
FROM pg_database d, aclexplode(datacl) WHERE datname = :name AND grantee <> datdba
""")
SCHEMA_GRANTS = text("""
SELECT DISTINCT privilege_type AS privilege, CASE grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(grantee) END AS grantee
FROM pg_namespace n, aclexplode(nspacl) WHERE nspname = 'public' AND grantee <> nspowner
""")
EXTENSIONS = text("""
SELECT extname AS name, nspname AS schema FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace
WHERE extname <> 'plpgsql' ORDER BY pg_extension.oid
""")
OTHERS = text("""
SELECT coalesce(usename, '?') || coalesce(' from ' || host(client_addr), '')
       || coalesce(' (' || nullif(application_name, '') || ')', '') || ', process ' || pid AS who
FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid() ORDER BY pid
""")
END = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()")


class PostgreSQLMoves(Moves):
    """A database to which somebody is connected cannot be renamed, so that nobody is taken by surprise."""

    alone = True

    def numbers(self, url: URL, connect: Open[Any]) -> tuple[int, ...]:
        """Look at the server's databases."""
        names = self._on_server(
            url, connect, lambda one: one.execute(text("SELECT datname FROM pg_database")).scalars().all()
        )
        found = (self._number(url, name) for name in names)
        return tuple(sorted(number for number in found if number is not None))

    def away(self, url: URL, number: int, connect: Open[Any]) -> None:
        """Rename it; make another with its owner, encoding, locale, settings, grants and extensions."""
        inside = connect(url, self._inside)
        plan = self._on_server(url, connect, lambda one: self._facts(one, str(url.database)))
        kept = self._name(url, number)
        self._rename(url, str(url.database), kept, connect)
        try:
            self._on_server(url, connect, lambda one: self._send(one, [plan[0]]))
            self._on_server(url, connect, lambda one: self._send(one, plan[1:]))
            connect(url, lambda one: self._send(one.execution_options(isolation_level="AUTOCOMMIT"), inside))
        except BaseException:
            self._on_server(
                url, connect, lambda one: self._send(one, [f"DROP DATABASE IF EXISTS {_quoted(one, url.database)}"])
            )
            self._rename(url, kept, str(url.database), connect)
            raise

    def back(self, url: URL, number: int, connect: Open[Any]) -> None:
        """Drop the empty one, and rename the other."""
        kept = self._name(url, number)
        self._refuse_others(url, connect)
        self._on_server(
            url, connect, lambda one: self._send(one, [f"DROP DATABASE IF EXISTS {_quoted(one, url.database)}"])
        )
        self._rename(url, kept, str(url.database), connect)

    def discard(self, url: URL, number: int, connect: Open[Any]) -> None:
        """Drop it."""
        name = self._name(url, number)
        self._drop(url, name, connect)

    def sessions(self, url: URL, connect: Open[Any]) -> tuple[str, ...]:
        """Ask the server."""
        found = self._on_server(url, connect, lambda one: one.execute(OTHERS, {"name": url.database}).scalars().all())
        return tuple(found)

    def end_sessions(self, url: URL, connect: Open[Any]) -> None:
        """Terminate their processes."""
        self._on_server(url, connect, lambda one: one.execute(END, {"name": url.database}).all())

    def size(self, url: URL, connect: Open[Any]) -> int | None:
        """Ask the server."""
        statement = text("SELECT pg_database_size(:name)")
        found = self._on_server(url, connect, lambda one: one.execute(statement, {"name": url.database}).scalar())
        return None if found is None else int(found)

    def _refuse_others(self, url: URL, connect: Open[Any]) -> None:
        if others := self.sessions(url, connect):
            raise DatabaseInUse(str(url.database), others)

    def _drop(self, url: URL, name: str | None, connect: Open[Any]) -> None:
        self._on_server(url, connect, lambda one: self._send(one, [f"DROP DATABASE IF EXISTS {_quoted(one, name)}"]))

    def _rename(self, url: URL, old: str, new: str, connect: Open[Any]) -> None:
        def rename(connection: Connection) -> None:
            try:
                self._send(
                    connection, [f"ALTER DATABASE {_quoted(connection, old)} RENAME TO {_quoted(connection, new)}"]
                )
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) != IN_USE:
                    raise
                others = connection.execute(OTHERS, {"name": old}).scalars().all()
                raise DatabaseInUse(old, tuple(others)) from error

        self._on_server(url, connect, rename)

    def _facts(self, connection: Connection, name: str) -> list[str]:
        """Return the statements that make another database like this one, first of all CREATE DATABASE."""
        row = connection.execute(FACTS, {"name": name}).one()
        facts, database = row.facts, _quoted(connection, name)
        locale = facts.get("daticulocale") or facts.get("datlocale")
        create = (
            f"CREATE DATABASE {database} OWNER {_quoted(connection, row.owner)} TEMPLATE template0"
            f" ENCODING {literal(row.encoding)}"
            f" LC_COLLATE {literal(facts['datcollate'])} LC_CTYPE {literal(facts['datctype'])}"
        )
        if facts.get("datlocprovider") == "i":
            create += f" LOCALE_PROVIDER icu ICU_LOCALE {literal(locale)}"
        if facts["datconnlimit"] >= 0:
            create += f" CONNECTION LIMIT {facts['datconnlimit']}"
        settings = connection.execute(SETTINGS, {"name": name}).scalars().all()
        grants = connection.execute(GRANTS, {"name": name}).all()
        remark = [f"COMMENT ON DATABASE {database} IS {literal(row.remark)}"] if row.remark else []
        return [
            create,
            *(f"ALTER DATABASE {database} SET {_setting(connection, one)}" for one in settings),
            *_grants(connection, grants, f"DATABASE {database}"),
            *remark,
        ]

    def _inside(self, connection: Connection) -> list[str]:
        """Return the statements that give the new database the extensions of the old, and the rights on its schema."""
        found = []
        for row in connection.execute(EXTENSIONS).all():
            schema = _quoted(connection, row.schema)
            if row.schema not in ("public", "pg_catalog"):
                found.append(f"CREATE SCHEMA IF NOT EXISTS {schema}")
            found.append(f"CREATE EXTENSION IF NOT EXISTS {_quoted(connection, row.name)} SCHEMA {schema}")
        return [*found, *_grants(connection, connection.execute(SCHEMA_GRANTS).all(), "SCHEMA public")]

    def _send(self, connection: Connection, statements: list[str]) -> None:
        for statement in statements:
            connection.exec_driver_sql(statement)

    def _on_server(self, url: URL, connect: Open[Any], work: Any) -> Any:
        return on_server(url, connect, work)


def on_server(url: URL, connect: Open[Any], work: Callable[[Connection], Any]) -> Any:
    """Return what ``work`` returns, run outside a transaction and outside of the databases that it is about."""

    def run(connection: Connection) -> Any:
        return work(connection.execution_options(isolation_level="AUTOCOMMIT"))

    try:
        return connect(url.set(database=MAINTENANCE[0]), run)
    except DatabaseMissing:
        return connect(url.set(database=MAINTENANCE[1]), run)


def _grants(connection: Connection, rows: Any, target: str) -> Iterator[str]:
    for row in rows:
        role = "PUBLIC" if row.grantee is None else _quoted(connection, row.grantee)
        yield f"GRANT {row.privilege} ON {target} TO {role}"


def _setting(connection: Connection, text_: str) -> str:
    name, _, value = text_.partition("=")
    return f"{_quoted(connection, name)} TO {value if name in LISTS else literal(value)}"


def _quoted(connection: Connection, name: str | None) -> str:
    return connection.dialect.identifier_preparer.quote_identifier(name or "")
