"""Everything that a database says of its schema, asked from its own catalogue and not from SQLAlchemy or Alembic.

Two databases with equal snapshots have the same tables, columns (in whatever order), keys, constraints, indexes,
comments, types and sequences.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import URL, Connection

from support.servers import connected

OURS = re.compile(r'"?(dbtasks_|alembic_version)')  # tables that are no part of anybody's schema
ANY_NAME = "?"
NAMED_KINDS = ("key", "index")  # kinds of facts whose name a database, or a naming convention, may have made up

POSTGRESQL = r"""
WITH own AS (
    SELECT c.oid, c.relkind, c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
), sequence AS (
    SELECT s.seqrelid, format('%s start %s by %s from %s to %s cache %s%s', format_type(seqtypid, NULL), seqstart,
        seqincrement, seqmin, seqmax, seqcache, CASE WHEN seqcycle THEN ' cycle' ELSE '' END) AS words
    FROM pg_sequence s
)
SELECT own.name, 'column', a.attname, concat_ws(' ', format_type(a.atttypid, a.atttypmod),
    CASE WHEN a.attcollation <> t.typcollation THEN 'COLLATE ' || a.attcollation::regcollation::text END,
    CASE WHEN a.attnotnull THEN 'NOT NULL' END,
    CASE WHEN a.attgenerated = 's' THEN 'STORED' WHEN a.attgenerated <> '' THEN 'VIRTUAL' END,
    'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid),
    CASE a.attidentity WHEN 'a' THEN 'ALWAYS ' WHEN 'd' THEN 'BY DEFAULT ' END
        || (SELECT words FROM sequence
            WHERE seqrelid = pg_get_serial_sequence(own.name, a.attname)::regclass),
    '-- ' || col_description(own.oid, a.attnum))
FROM own JOIN pg_attribute a ON a.attrelid = own.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = own.oid AND d.adnum = a.attnum
WHERE own.relkind IN ('r', 'p')
UNION ALL
SELECT own.name, 'key', c.conname, pg_get_constraintdef(c.oid) || coalesce(' -- ' || obj_description(c.oid), '')
FROM own JOIN pg_constraint c ON c.conrelid = own.oid AND c.contype <> 'n'
UNION ALL
SELECT own.name, 'index', i.indexrelid::regclass::text,
    regexp_replace(pg_get_indexdef(i.indexrelid), 'INDEX \S+ ON', 'INDEX ON')
FROM own JOIN pg_index i ON i.indrelid = own.oid
WHERE NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))
UNION ALL
SELECT own.name, 'comment', '', obj_description(own.oid, 'pg_class')
FROM own WHERE own.relkind IN ('r', 'p') AND obj_description(own.oid, 'pg_class') IS NOT NULL
UNION ALL
SELECT own.name, 'sequence', '', words FROM own JOIN sequence ON seqrelid = own.oid
UNION ALL
SELECT nspname, 'schema', '', '' FROM pg_namespace
WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public')
UNION ALL
SELECT t.oid::regtype::text, 'domain', '', format_type(t.typbasetype, t.typtypmod) || coalesce(' ' || d.def, '')
FROM pg_type t LEFT JOIN LATERAL (
    SELECT string_agg(pg_get_constraintdef(oid), ' ') AS def FROM pg_constraint WHERE contypid = t.oid
) d ON true
JOIN pg_namespace n ON n.oid = t.typnamespace AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
WHERE t.typtype = 'd'
UNION ALL
SELECT t.oid::regtype::text, 'enum', '', string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid GROUP BY t.oid
"""


class Fact(NamedTuple):
    """One line that a database says: of which table (or type), what kind of thing, its name, and what it is."""

    table: str
    kind: str
    name: str
    words: str

    def __str__(self) -> str:
        """Return the fact on a line."""
        return " ".join(one for one in self if one)


Snapshot = frozenset[Fact]


def snapshot(url: URL) -> Snapshot:
    """Return what the database says of its schema."""
    read = {"postgresql": _postgresql, "sqlite": _sqlite, "mysql": _mysql}[url.get_backend_name()]
    facts = (one for fact in connected(url, lambda connection: list(read(connection))) for one in _apart(fact))
    return frozenset(fact for fact in facts if _is_theirs(fact))


def _apart(fact: Fact) -> Iterator[Fact]:
    """Yield a column, and the check that stands at it as one of its table: it says the same in either place.

    The name of a primary key says nothing: SQLite, which gives it none, cannot take one away again.
    """
    column = re.fullmatch(r"(.*?) (?:CONSTRAINT (\S+) )?(CHECK \(.*)", fact.words, re.DOTALL)
    if fact.kind == "column" and column:
        yield fact._replace(words=column[1])
        yield Fact(fact.table, "key", column[2] or ANY_NAME, column[3])
    elif fact.kind == "key" and fact.words.startswith("PRIMARY KEY"):
        yield fact._replace(name="")
    else:
        yield fact


def nameless(facts: Snapshot, names: Iterable[str] = ()) -> Snapshot:
    """Return a snapshot in which keys and indexes have no name, except these."""
    kept = {*names}
    return frozenset(
        fact if fact.kind not in NAMED_KINDS or fact.name.strip('"') in kept else fact._replace(name=ANY_NAME)
        for fact in facts
    )


def compared(before: Snapshot, after: Snapshot) -> list[str]:
    """Return the lines of one snapshot that the other has not, as in a diff; none when they are equal."""
    missing = [f"- {fact}" for fact in sorted(before - after)]
    return missing + [f"+ {fact}" for fact in sorted(after - before)]


def _is_theirs(fact: Fact) -> bool:
    return not OURS.match(fact.table)


def _postgresql(connection: Connection) -> Iterator[Fact]:
    for row in connection.exec_driver_sql(POSTGRESQL):
        fact = Fact(*(str(one) for one in row))
        yield fact._replace(words=_of_list(fact.words)) if fact.words.startswith("CHECK") else fact


def _of_list(check: str) -> str:
    """Return a check whose list of values is written in one way: PostgreSQL writes it in another when it reads its own."""
    return re.sub(r"::(character varying|text)(\[\])?|[()]", "", check) if " ANY " in check else check


def _mysql(connection: Connection) -> Iterator[Fact]:
    quote = connection.dialect.identifier_preparer.quote_identifier
    tables = connection.exec_driver_sql("SHOW FULL TABLES WHERE Table_type IN ('BASE TABLE', 'SEQUENCE')").all()
    for table, kind in tables:
        source = connection.exec_driver_sql(f"SHOW CREATE TABLE {quote(table)}").all()[0][1]
        _, *lines, options = source.splitlines() if "\n" in source else ("", source)
        yield Fact(table, kind.lower(), "", re.sub(r" AUTO_INCREMENT=\d+", "", options))
        for line in lines:
            words = line.strip().removesuffix(",")
            if words.startswith("`"):
                yield Fact(table, "column", *_split(words))
            elif words.startswith("PRIMARY KEY"):
                yield Fact(table, "key", "PRIMARY", words)
            elif words.startswith("CONSTRAINT"):
                negative = re.sub(r"-\((\d+)\)", r"-\1", words)  # MySQL writes the one, and later the other
                yield Fact(table, "key", *_split(negative.removeprefix("CONSTRAINT ")))
            else:
                how, _, rest = words.partition("KEY ")
                name, columns = _split(rest)
                yield Fact(table, "index", name, f"{how}KEY {columns}")


def _split(words: str) -> tuple[str, str]:
    """Return the name in backticks at the beginning, and what comes after it."""
    found = re.fullmatch(r"`((?:[^`]|``)+)`\s*(.*)", words, re.DOTALL)
    return (found[1], found[2]) if found else ("", words)


def _sqlite(connection: Connection) -> Iterator[Fact]:
    rows = connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    for kind, name, table, sql in rows.all():
        if name.startswith("sqlite_"):
            continue
        if kind != "table":
            unique, _, columns = _plain(sql).partition(" ON ")
            yield Fact(table, "index", name, f"{unique.removesuffix(name).strip()} {columns.removeprefix(table)}")
            continue
        opening, closing = sql.index("("), sql.rindex(")")
        yield Fact(table, "table", "", _plain(sql[closing + 1 :]))
        for item in _items(sql[opening + 1 : closing]):
            constraint = re.match(r"\s*CONSTRAINT\b", item)
            if constraint is None and re.match(r"\s*(PRIMARY KEY|UNIQUE|CHECK|FOREIGN KEY)\b", item):
                yield Fact(table, "key", "", _plain(item))
                continue
            found = re.match(r'\s*(?:"([^"]+)"|(\S+))(.*)', item[constraint.end() if constraint else 0 :], re.DOTALL)
            assert found, item
            own, said = found[1] or found[2], _plain(found[3])
            yield Fact(table, "key" if constraint else "column", own, said)


def _plain(sql: str) -> str:
    """Return SQL on one line, without double quotes that stand around names and not in texts."""
    sql = re.sub(r"DEFAULT \(([\w.+-]+|'(?:[^']|'')*')\)", r"DEFAULT \1", sql)  # the brackets say nothing
    parts = re.split(r"('(?:[^']|'')*')", sql)
    parts[::2] = [re.sub(r"\s+", " ", part.replace('"', "")) for part in parts[::2]]
    return "".join(parts).strip()


def _items(body: str) -> Iterator[str]:
    """Yield what commas separate, unless they stand in brackets or texts."""
    depth, item = 0, ""
    for token in re.findall(r"'(?:[^']|'')*'|\"[^\"]*\"|.", body, re.DOTALL):
        if token == "," and depth == 0:
            yield item
            item = ""
            continue
        depth += (token == "(") - (token == ")")
        item += token
    yield item
