"""What the catalogue of PostgreSQL is asked: what there is to drop, and which tables are an extension's."""

from sqlalchemy import text

# Everything in the database that is not the system's and not an extension's, in an order in which CASCADE never
# reaches for something that a later line has to name: https://www.postgresql.org/docs/current/catalog-pg-depend.html
OBJECTS = text("""
WITH own AS (
    SELECT oid, nspname FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), extension AS (
    SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
)
SELECT place, statement FROM (
    SELECT CASE relkind WHEN 'v' THEN 1 WHEN 'm' THEN 1 WHEN 'S' THEN 3 ELSE 2 END AS place,
           format('DROP %s IF EXISTS %I.%I CASCADE',
                  CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
                               WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END, nspname, relname) AS statement
    FROM pg_class JOIN own ON own.oid = relnamespace
    WHERE relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
      AND NOT EXISTS (SELECT 1 FROM extension e WHERE e.classid = 'pg_class'::regclass AND e.objid = pg_class.oid)
  UNION ALL
    SELECT 4, format('DROP ROUTINE IF EXISTS %I.%I(%s) CASCADE', nspname, proname,
                     pg_get_function_identity_arguments(pg_proc.oid))
    FROM pg_proc JOIN own ON own.oid = pronamespace
    WHERE NOT EXISTS (SELECT 1 FROM extension e WHERE e.classid = 'pg_proc'::regclass AND e.objid = pg_proc.oid)
  UNION ALL
    SELECT 5, format('DROP %s IF EXISTS %I.%I CASCADE',
                     CASE typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, nspname, typname)
    FROM pg_type JOIN own ON own.oid = typnamespace
    WHERE (typtype IN ('e', 'd', 'r')
           OR typtype = 'c' AND EXISTS (SELECT 1 FROM pg_class c WHERE c.oid = typrelid AND c.relkind = 'c'))
      AND NOT EXISTS (SELECT 1 FROM extension e WHERE e.classid = 'pg_type'::regclass AND e.objid = pg_type.oid)
  UNION ALL
    SELECT 6, format('DROP SCHEMA IF EXISTS %I CASCADE', nspname)
    FROM own
    WHERE nspname <> 'public'
      AND NOT EXISTS (SELECT 1 FROM extension e WHERE e.classid = 'pg_namespace'::regclass AND e.objid = own.oid)
      AND NOT EXISTS (SELECT 1 FROM pg_extension x WHERE x.extnamespace = own.oid)
) AS objects
ORDER BY place, statement
""")
TABLES_AND_ENUMS = text("""
SELECT format('DROP %s IF EXISTS %I.%I CASCADE', kind, nspname, name) FROM (
    SELECT 1 AS place, 'TABLE' AS kind, relnamespace AS space, relname AS name, oid, 'pg_class'::regclass AS class
    FROM pg_class WHERE relkind IN ('r', 'p')
  UNION ALL
    SELECT 2, 'TYPE', typnamespace, typname, oid, 'pg_type'::regclass FROM pg_type WHERE typtype = 'e'
) AS own
JOIN pg_namespace n ON n.oid = space
WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = class AND d.objid = own.oid AND d.deptype = 'e')
ORDER BY place
""")
EXTENSION_TABLES = text("""
SELECT relname FROM pg_class JOIN pg_depend ON classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e'
""")
REFERENCES = text("""
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname)
FROM pg_constraint WHERE contype = 'f' AND conparentid = 0
""")
