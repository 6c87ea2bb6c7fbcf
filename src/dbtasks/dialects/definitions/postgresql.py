"""PostgreSQL writes each definition as it would be made again."""

import re
from collections.abc import Iterator

from sqlalchemy import Connection, text

from dbtasks.dialects.definitions.base import (
    CHECK,
    EXCLUDE,
    FOREIGN,
    INDEX,
    PRIMARY,
    UNIQUE,
    Definition,
    Key,
    Objects,
    Reader,
)

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
            yield key, Definition(of_any(row.said), again, row.name)

    def objects(self, connection: Connection, schemas: tuple[str | None, ...]) -> Objects:
        """Ask the catalogue."""
        found: Objects = {}
        for schema in schemas:
            for kind, listing in (("sequence", POSTGRESQL_SEQUENCES), ("domain", POSTGRESQL_DOMAINS)):
                rows = connection.execute(listing, {"schema": schema}).all()
                found |= {(kind, row.name): row.statement for row in rows}
        return found


def of_any(said: str) -> str:
    """Return a definition in which a list is written in one way only: PostgreSQL writes it in another when it is read.

    ``ANY ((ARRAY['a'::character varying])::text[])`` comes back as ``ANY (ARRAY[('a'::character varying)::text])``.
    """
    before, word, rest = said.partition(" ANY (")
    depth = 1
    for place, letter in enumerate(rest):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth == 0:
            listed = re.sub(r"[()]|::[a-z ]+(?:\[\])?", "", rest[:place])
            return f"{before}{word}{listed}){of_any(rest[place + 1 :])}"
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
