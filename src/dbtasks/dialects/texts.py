"""The schema of a database in one text, for those who only have to know whether anything is different."""

from sqlalchemy import Connection, text

# https://www.postgresql.org/docs/current/catalogs.html; what is the system's own, or an extension's, is left out.
POSTGRESQL = text("""
WITH own AS (
    SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), relation AS (
    SELECT c.oid, format('%I.%I', nspname, relname) AS name, relkind FROM pg_class c JOIN own ON own.oid = relnamespace
)
SELECT kind, name, said FROM (
    SELECT 'schema' AS kind, nspname::text AS name, '' AS said FROM own
  UNION ALL
    SELECT 'relation', name, concat_ws(' ', relkind::text, obj_description(oid, 'pg_class'),
                                       CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(oid) END)
    FROM relation
  UNION ALL
    SELECT 'column', format('%s.%I', name, attname),
           concat_ws(' ', format_type(atttypid, atttypmod), attnotnull, attidentity::text, attgenerated::text,
                     pg_get_expr(adbin, adrelid), col_description(attrelid, attnum))
    FROM relation JOIN pg_attribute ON attrelid = relation.oid AND attnum > 0 AND NOT attisdropped
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE relkind IN ('r', 'p', 'f', 'v', 'm')
  UNION ALL
    SELECT 'constraint', concat_ws('.', conrelid::regclass::text, contypid::regtype::text, conname),
           pg_get_constraintdef(c.oid)
    FROM pg_constraint c JOIN own ON own.oid = connamespace
  UNION ALL
    SELECT 'index', name, pg_get_indexdef(oid) FROM relation WHERE relkind IN ('i', 'I')
  UNION ALL
    SELECT 'sequence', format('%I.%I', schemaname, sequencename),
           concat_ws(' ', data_type, start_value, min_value, max_value, increment_by, cycle, cache_size)
    FROM pg_sequences
  UNION ALL
    SELECT 'type', format('%I.%I', nspname, typname),
           concat_ws(' ', typtype::text, format_type(typbasetype, typtypmod), typnotnull, typdefault,
                     (SELECT string_agg(quote_literal(enumlabel), ',' ORDER BY enumsortorder) FROM pg_enum
                      WHERE enumtypid = t.oid))
    FROM pg_type t JOIN own ON own.oid = typnamespace WHERE typtype IN ('e', 'd', 'r')
) AS everything ORDER BY kind, name, said
""")


def postgresql(connection: Connection) -> str:
    """Return what the catalogue says of every relation, column, constraint, index, sequence and type."""
    return repr([tuple(row) for row in connection.execute(POSTGRESQL)])
