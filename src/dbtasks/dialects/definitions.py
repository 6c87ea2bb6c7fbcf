"""How each database says that its indexes and constraints are made, and how one is made again from that."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, DefaultClause, MetaData, Table, inspect, text
from sqlalchemy.dialects import mysql

from dbtasks.dialects.types import lasting

# Kinds of definitions; a primary key is found by its table, whatever its name.
INDEX, UNIQUE, CHECK, FOREIGN, PRIMARY, EXCLUDE = "index", "unique", "check", "foreign", "primary", "exclude"


class Key(NamedTuple):
    """Which index or constraint; without a name, or as the primary key, its name here is "" or what it says."""

    kind: str
    schema: str | None
    table: str
    name: str


class Definition(NamedTuple):
    """What one says, as a text that is equal for equal ones, and the SQL that makes it again ("" where none can)."""

    said: str
    again: str = ""
    name: str | None = None  # None for one that has none


Definitions = dict[Key, Definition]
Objects = dict[tuple[str, str], str]  # the statements that make other things, by their kind and their full name


class Reader:
    """The cautious base: what SQLAlchemy reflects."""

    def read(self, connection: Connection, schemas: tuple[str | None, ...], metadata: MetaData) -> Definitions:
        """Return every definition of these reflected tables; their columns get the types that SQLAlchemy does not see.

        None stands for the default one of the schemas that they are in.
        """
        return _apart(one for schema in schemas for one in self._of_tables(connection, schema, metadata))

    def objects(self, connection: Connection, schemas: tuple[str | None, ...]) -> Objects:
        """Return the statement that makes each sequence that belongs to no column, and each domain."""
        return {}

    def _of_tables(
        self, connection: Connection, schema: str | None, metadata: MetaData
    ) -> Iterator[tuple[Key, Definition]]:
        names = {table.name for table in metadata.tables.values() if table.schema == schema}
        found = self._of_schema(connection, schema, sorted(names)) if names else ()
        yield from ((key, one) for key, one in found if key.table in names)

    def _of_schema(
        self, connection: Connection, schema: str | None, names: list[str]
    ) -> Iterable[tuple[Key, Definition]]:
        """Yield the definitions of tables in a schema; those of others do no harm."""
        raise NotImplementedError


def _apart(those: Iterable[tuple[Key, Definition]]) -> Definitions:
    """Return them by their keys; what has the key of another is told apart by what it says."""
    found: Definitions = {}
    for key, one in those:
        found[key if key not in found else key._replace(name=f"{key.name}{one.said}")] = one
    return found


class SQLiteReader(Reader):
    """SQLite keeps the statement of an index; constraints are a part of their table, and may have no name."""

    def _of_schema(
        self, connection: Connection, schema: str | None, names: list[str]
    ) -> Iterator[tuple[Key, Definition]]:
        inspector = inspect(connection)
        listing = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        for table, name, sql in connection.exec_driver_sql(listing).all():
            yield Key(INDEX, schema, table, name), Definition(_plain(sql), sql, name)
        for (_, table), those in inspector.get_multi_unique_constraints(filter_names=names).items():
            for one in those:
                yield _named(UNIQUE, schema, table, one["name"], ", ".join(str(name) for name in one["column_names"]))
        for (_, table), checks in inspector.get_multi_check_constraints(filter_names=names).items():
            for check in checks:
                yield _named(CHECK, schema, table, check["name"], _plain(check["sqltext"]))
        for (_, table), keys in inspector.get_multi_foreign_keys(filter_names=names).items():
            for key in keys:
                yield _named(FOREIGN, schema, table, key["name"], _foreign(key))
        for (_, table), primary in inspector.get_multi_pk_constraint(filter_names=names).items():
            if primary and primary["constrained_columns"]:
                columns = ", ".join(primary["constrained_columns"])
                yield Key(PRIMARY, schema, table, ""), Definition(columns, "", primary["name"])


def _named(kind: str, schema: str | None, table: str, name: Any, said: str) -> tuple[Key, Definition]:
    return Key(kind, schema, table, str(name or f"({said})")), Definition(said, "", name)


def _foreign(key: Any) -> str:
    """Return what a reflected foreign key says."""
    options = sorted((name, str(value).upper()) for name, value in key["options"].items())
    chosen = " ".join(f"{name} {value}" for name, value in options)
    columns, referred = (", ".join(key[name]) for name in ("constrained_columns", "referred_columns"))
    return f"({columns}) -> {key['referred_table']} ({referred}) {chosen}".strip()


def _plain(sql: str) -> str:
    """Return SQL without line breaks, and without the quotes that a rename puts around a name."""
    return re.sub(r'"(\w+)"', r"\1", " ".join(sql.split()))


# https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-CATALOG
POSTGRESQL_INDEXES = text("""
SELECT t.relname AS table_name, i.relname AS name, pg_get_indexdef(x.indexrelid) AS said
FROM pg_index x
JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_class t ON t.oid = x.indrelid
JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE n.nspname = coalesce(:schema, current_schema()) AND t.relname = ANY(CAST(:names AS text[]))
  AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = x.indexrelid AND c.contype IN ('p', 'u', 'x'))
""")
POSTGRESQL_CONSTRAINTS = text("""
SELECT t.relname AS table_name, c.conname AS name, c.contype::text AS kind, pg_get_constraintdef(c.oid) AS said
FROM pg_constraint c
JOIN pg_class t ON t.oid = c.conrelid
JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE n.nspname = coalesce(:schema, current_schema()) AND t.relname = ANY(CAST(:names AS text[]))
  AND c.contype IN ('p', 'u', 'x', 'c', 'f')
""")
POSTGRESQL_KINDS = {"p": PRIMARY, "u": UNIQUE, "x": EXCLUDE, "c": CHECK, "f": FOREIGN}


class PostgreSQLReader(Reader):
    """PostgreSQL writes each as it would be made again."""

    def _of_schema(
        self, connection: Connection, schema: str | None, names: list[str]
    ) -> Iterator[tuple[Key, Definition]]:
        quote = connection.dialect.identifier_preparer.quote
        asked = {"schema": schema, "names": names}
        for row in connection.execute(POSTGRESQL_INDEXES, asked).all():
            yield Key(INDEX, schema, row.table_name, row.name), Definition(row.said, row.said, row.name)
        for row in connection.execute(POSTGRESQL_CONSTRAINTS, asked).all():
            kind = POSTGRESQL_KINDS[row.kind]
            table = ".".join(quote(one) for one in (schema, row.table_name) if one)
            again = f"ALTER TABLE {table} ADD CONSTRAINT {quote(row.name)} {row.said}"
            key = Key(kind, schema, row.table_name, "" if kind == PRIMARY else row.name)
            yield key, Definition(_of_any(row.said), again, row.name)

    def objects(self, connection: Connection, schemas: tuple[str | None, ...]) -> Objects:
        """Ask the catalogue."""
        found: Objects = {}
        for schema in schemas:
            for kind, listing in (("sequence", POSTGRESQL_SEQUENCES), ("domain", POSTGRESQL_DOMAINS)):
                rows = connection.execute(listing, {"schema": schema}).all()
                found |= {(kind, row.name): row.statement for row in rows}
        return found


def _of_any(said: str) -> str:
    """Return a definition in which a list is written in one way only: PostgreSQL writes it in another when it is read.

    ``ANY ((ARRAY['a'::character varying])::text[])`` comes back as ``ANY (ARRAY[('a'::character varying)::text])``.
    """
    before, word, rest = said.partition(" ANY (")
    depth = 1
    for place, letter in enumerate(rest):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth == 0:
            listed = re.sub(r"[()]|::[a-z ]+(?:\[\])?", "", rest[:place])
            return f"{before}{word}{listed}){_of_any(rest[place + 1 :])}"
    return said


# https://www.postgresql.org/docs/current/view-pg-sequences.html; those of a column depend on it.
POSTGRESQL_SEQUENCES = text("""
SELECT concat_ws('.', :schema ::text, s.sequencename) AS name,
       format('CREATE SEQUENCE %s%I AS %s INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s%s',
              CASE WHEN :schema ::text IS NULL THEN '' ELSE format('%I.', :schema ::text) END, s.sequencename,
              s.data_type,
              s.increment_by, s.min_value, s.max_value, s.start_value, s.cache_size,
              CASE WHEN s.cycle THEN ' CYCLE' ELSE '' END) AS statement
FROM pg_sequences s
WHERE s.schemaname = coalesce(:schema, current_schema()) AND NOT EXISTS (
    SELECT 1 FROM pg_depend d
    WHERE d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i', 'e')
      AND d.objid = format('%I.%I', s.schemaname, s.sequencename)::regclass
)
""")
# https://www.postgresql.org/docs/current/catalog-pg-type.html
POSTGRESQL_DOMAINS = text("""
SELECT concat_ws('.', :schema ::text, t.typname) AS name,
       format('CREATE DOMAIN %s%I AS %s%s%s%s',
              CASE WHEN :schema ::text IS NULL THEN '' ELSE format('%I.', :schema ::text) END, t.typname,
              format_type(t.typbasetype, t.typtypmod),
              CASE WHEN t.typdefault IS NULL THEN '' ELSE ' DEFAULT ' || t.typdefault END,
              CASE WHEN t.typnotnull THEN ' NOT NULL' ELSE '' END,
              (SELECT coalesce(string_agg(format(' CONSTRAINT %I %s', c.conname, pg_get_constraintdef(c.oid)), ''
                                          ORDER BY c.conname), '')
               FROM pg_constraint c WHERE c.contypid = t.oid AND c.contype = 'c')) AS statement
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'd' AND n.nspname = coalesce(:schema, current_schema()) AND NOT EXISTS (
    SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'
)
""")
LINE = re.compile(
    r"\s*(?:CONSTRAINT `(?P<constraint>(?:[^`]|``)+)` )?"
    r"(?P<what>PRIMARY KEY|FOREIGN KEY|CHECK|(?:UNIQUE |FULLTEXT |SPATIAL )?KEY)"
    r"(?: `(?P<key>(?:[^`]|``)+)`)?(?P<rest> ?.*?),?"
)
DOCUMENT = re.compile(r"CHECK \(json_valid\(`((?:[^`]|``)+)`\)\),?$", re.MULTILINE)
LONG_DEFAULT = re.compile(
    r"^\s*`((?:[^`]|``)+)` \w*(?:text|blob)\b[^'\n]* DEFAULT ('(?:[^'\\]|\\.|'')*')"
    r"(?: COMMENT '((?:[^']|'')*)')?",
    re.MULTILINE,
)
MARIADB_SEQUENCES = text(
    "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'SEQUENCE'"
)


class MySQLReader(Reader):
    """MySQL and MariaDB list keys and constraints in ``SHOW CREATE TABLE``, a line each; a unique one is an index."""

    def read(self, connection: Connection, schemas: tuple[str | None, ...], metadata: MetaData) -> Definitions:
        """Ask for the statement of each table once.

        It also tells a document from a text, as MariaDB has a text with a check for it.
        """
        return _apart(one for table in metadata.tables.values() for one in self._of_table(connection, table))

    def _of_table(self, connection: Connection, table: Table) -> Iterator[tuple[Key, Definition]]:
        quoted = connection.dialect.identifier_preparer.quote_identifier(table.name)
        made = str(connection.exec_driver_sql(f"SHOW CREATE TABLE {quoted}").one()[1])
        _complete(table, made)
        for line in made.splitlines():
            match = LINE.fullmatch(line)
            if match:
                yield _line(table.schema, table.name, quoted, line.strip().rstrip(","), match)

    def objects(self, connection: Connection, schemas: tuple[str | None, ...]) -> Objects:
        """Ask MariaDB, which alone has them: https://mariadb.com/kb/en/show-create-sequence/."""
        quote = connection.dialect.identifier_preparer.quote_identifier
        names = connection.execute(MARIADB_SEQUENCES).scalars().all()
        made = {name: connection.exec_driver_sql(f"SHOW CREATE SEQUENCE {quote(name)}").one()[1] for name in names}
        return {("sequence", name): str(statement).partition(" ENGINE=")[0] for name, statement in made.items()}


def _complete(table: Table, made: str) -> None:
    """Have reflected columns be what the statement that makes the table says, also where SQLAlchemy does not see it."""
    for column in table.columns:
        column.type = lasting(column.type)
    for name in DOCUMENT.findall(made):
        table.columns[name.replace("``", "`")].type = mysql.JSON()
    for name, default, comment in LONG_DEFAULT.findall(made):  # SQLAlchemy stops at a quote in it
        column = table.columns[name.replace("``", "`")]
        column.server_default = column.server_default or DefaultClause(text(default))
        column.comment = column.comment or comment.replace("''", "'") or None


def _line(schema: str | None, table: str, quoted: str, line: str, match: re.Match[str]) -> tuple[Key, Definition]:
    kinds = {"PRIMARY KEY": PRIMARY, "FOREIGN KEY": FOREIGN, "CHECK": CHECK}
    kind = kinds.get(match["what"], INDEX)
    name = (match["key"] or match["constraint"] or "").replace("``", "`")
    said = f"{match['what']}{match['rest']}".replace(" USING BTREE", "")
    again = f"ALTER TABLE {quoted} ADD {line}"
    return Key(kind, schema, table, "" if kind == PRIMARY else name), Definition(said, again, name or None)
