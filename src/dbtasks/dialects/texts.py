"""What a database says of each of its tables, as a text, for those who only have to know whether it is the same."""

import re
from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Connection, text

from dbtasks.dialects import batch

REST = ""  # stands for what belongs to no table, such as types
VIEW = "view "  # stands before the name of one
BETWEEN = "\x1e"  # stands between two things that are said of one place
COUNTER = re.compile(r"^(\).*?) AUTO_INCREMENT=\d+", re.MULTILINE)  # of the rows, not of the schema

SQLITE = text(
    "SELECT CASE type WHEN 'view' THEN 'view ' || name ELSE tbl_name END, type, name, sql "
    "FROM sqlite_master ORDER BY type, name"
)
# https://www.postgresql.org/docs/current/catalogs.html; what is the system's own is left out.
POSTGRESQL = text("""
WITH own AS (
    SELECT oid, nspname, CASE WHEN nspname = current_schema() THEN '' ELSE nspname || '.' END AS space
    FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), relation AS (
    SELECT c.oid, space || relname AS name, relkind,
           CASE WHEN relkind IN ('v', 'm') THEN 'view ' || space || relname
                WHEN relkind IN ('r', 'p', 'f') THEN space || relname ELSE '' END AS place
    FROM pg_class c JOIN own ON own.oid = relnamespace
), owner AS (
    SELECT objid, min(place) AS place FROM pg_depend JOIN relation ON relation.oid = refobjid
    WHERE classid = 'pg_class'::regclass AND refobjsubid > 0 AND deptype IN ('a', 'i') GROUP BY objid
)
SELECT place, string_agg(concat_ws(' ' || chr(31), kind, name, said), chr(30) ORDER BY kind, name, said) FROM (
    SELECT '' AS place, 'schema' AS kind, nspname::text AS name, '' AS said FROM own
  UNION ALL
    SELECT place, 'relation', name, concat_ws(' ', relkind::text, description,
                                              CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(oid) END)
    FROM relation LEFT JOIN pg_description ON objoid = oid AND classoid = 'pg_class'::regclass AND objsubid = 0
    WHERE relkind NOT IN ('i', 'I', 'S')
  UNION ALL
    SELECT place, 'column', name || '.' || attname,
           concat_ws(' ', format_type(atttypid, atttypmod), attnotnull, attidentity::text, attgenerated::text,
                     (SELECT collname FROM pg_collation c WHERE c.oid = attcollation AND attcollation <> typcollation),
                     pg_get_expr(adbin, adrelid), description)
    FROM relation JOIN pg_attribute ON attrelid = relation.oid AND attnum > 0 AND NOT attisdropped
    JOIN pg_type t ON t.oid = atttypid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    LEFT JOIN pg_description ON objoid = attrelid AND classoid = 'pg_class'::regclass AND objsubid = attnum
    WHERE relkind IN ('r', 'p', 'f', 'v', 'm', 'c')
  UNION ALL
    SELECT coalesce(place, ''), 'constraint', concat_ws('.', name, contypid::regtype::text, conname),
           pg_get_constraintdef(c.oid)
    FROM pg_constraint c JOIN own ON own.oid = connamespace LEFT JOIN relation ON relation.oid = conrelid
  UNION ALL
    SELECT coalesce(t.place, ''), 'index', i.name, pg_get_indexdef(i.oid)
    FROM relation i JOIN pg_index x ON x.indexrelid = i.oid LEFT JOIN relation t ON t.oid = x.indrelid
  UNION ALL
    SELECT coalesce(o.place, ''), 'sequence', s.name,
           concat_ws(' ', format_type(seqtypid, NULL), seqstart, seqmin, seqmax, seqincrement, seqcycle, seqcache)
    FROM relation s JOIN pg_sequence ON seqrelid = s.oid LEFT JOIN owner o ON o.objid = s.oid
  UNION ALL
    SELECT '', 'type', nspname || '.' || typname,
           concat_ws(' ', typtype::text, format_type(typbasetype, typtypmod), typnotnull, typdefault,
                     (SELECT string_agg(quote_literal(enumlabel), ',' ORDER BY enumsortorder) FROM pg_enum
                      WHERE enumtypid = t.oid))
    FROM pg_type t JOIN own ON own.oid = typnamespace WHERE typtype IN ('e', 'd', 'r')
) AS everything GROUP BY place
""")
MARK = "dbtasks_kept"  # a table that is made last in a copy that is kept; its comment tells when that was used
MYSQL = text(f"""
SELECT table_name, table_type FROM information_schema.tables
WHERE table_schema = DATABASE() AND table_name <> '{MARK}' ORDER BY table_name
""")  # noqa: S608 - a constant
# What may change rows of tables that a statement does not name. On PostgreSQL a foreign key is made of triggers, too.
SQLITE_FAR = text("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'")
POSTGRESQL_FAR = text("""
WITH own AS (SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')
SELECT (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal)
     + (SELECT count(*) FROM pg_inherits)
     + (SELECT count(*) FROM pg_rewrite r JOIN pg_class c ON c.oid = ev_class JOIN own ON own.oid = relnamespace
        WHERE rulename <> '_RETURN')
     + (SELECT count(*) FROM pg_proc p JOIN own ON own.oid = pronamespace WHERE NOT EXISTS (
            SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'))
""")
MYSQL_FAR = text("""
SELECT (SELECT count(*) FROM information_schema.triggers WHERE trigger_schema = DATABASE())
     + (SELECT count(*) FROM information_schema.routines WHERE routine_schema = DATABASE())
     + (SELECT count(*) FROM information_schema.events WHERE event_schema = DATABASE())
""")
MADE = {"VIEW": "VIEW", "SEQUENCE": "SEQUENCE"}  # of any other kind: TABLE


def sqlite(connection: Connection) -> dict[str, str]:
    """Return the statements that SQLite keeps."""
    return _together((row[0], row[1:]) for row in connection.execute(SQLITE).all())


def postgresql(connection: Connection) -> dict[str, str]:
    """Return what the catalogue says of every relation, column, constraint, index, sequence and type."""
    return {str(row[0]): str(row[1]) for row in connection.execute(POSTGRESQL).all()}


def mysql(connection: Connection) -> dict[str, str]:
    """Return the statements by which the server would make each again, but for how far it has counted."""
    here = f"{batch.quoted(connection, str(connection.engine.url.database))}."
    found = [(name, MADE.get(kind, "TABLE")) for name, kind in connection.execute(MYSQL).all()]
    made = []
    asked = [f"SHOW CREATE {what} {batch.quoted(connection, name)}" for name, what in found]
    for (name, what), row in zip(found, batch.rows(connection, asked), strict=True):
        said = COUNTER.sub(r"\1", str(row[1])).replace(here, "")
        made.append(({"TABLE": name, "VIEW": f"{VIEW}{name}"}.get(what, REST), (name, said)))
    return _together(made)


def _together(said: Iterable[tuple[str, Iterable[object]]]) -> dict[str, str]:
    found: dict[str, list[str]] = defaultdict(list)
    for place, those in said:
        found[place].append(" \x1f".join(map(str, those)))
    return {place: BETWEEN.join(those) for place, those in found.items()}
