"""Made-up rows: every table of every type that a database has gets some, and they fit what it is about to become."""

from functools import partial

from sqlalchemy import URL, Connection, MetaData

from dbtasks import databases, dialects, rows
from dbtasks.drafting import snapshot
from dbtasks.drafting.snapshot import Scope
from dbtasks.rows import Full, Schema, Wanted
from dialects.test_types import possible
from support.repository import Sql
from support.schemas import metadata_of

# Its check asks for a text LIKE another one, which is not made up.
NOT_FILLED = ["parent"]


def create(metadata: MetaData, connection: Connection) -> None:
    """Create tables, and the schemas that they are in."""
    for name in sorted({table.schema for table in metadata.tables.values() if table.schema}):
        dialects.of(connection.engine.url).ensure_schema(connection, name)
    metadata.create_all(connection)
    connection.commit()


def schema_of(url: URL) -> Schema:
    """Return the schema of a database."""
    found = snapshot.of(url, Scope())
    return Schema(found.metadata, found.definitions)


def filled(url: URL, wanted: Wanted) -> Full:
    """Return what tables have once rows were put into them."""
    return databases.connect(url, lambda connection: rows.fill(connection, wanted), write=True)


def test_every_type(database_url: URL) -> None:
    """Each table gets rows, whatever its types, keys, checks, enums and computed columns; a second time it gets none."""
    for file in possible(database_url):
        databases.connect(database_url, partial(create, metadata_of(file.read_text(encoding="utf-8"))), write=True)
    wanted = rows.wanted(schema_of(database_url))
    full = filled(database_url, wanted)
    assert [one.table for one in full.empty] == NOT_FILLED
    assert "parent" in full.empty[0].reason or "name" in full.empty[0].reason
    assert all(not one.rows for one in full.before.values())
    assert [name for name, one in full.rows.items() if not one.rows] == NOT_FILLED
    assert filled(database_url, wanted).before == full.rows
    databases.connect(database_url, lambda connection: rows.clear(connection, wanted, set(full.rows)), write=True)
    assert not any(one.rows for one in filled(database_url, wanted).before.values())


def test_keys(database_url: URL, sql: Sql) -> None:
    """What refers to a table refers to rows of it, of its own table to itself, and one row has no value where it may."""
    sql(
        database_url,
        """
        CREATE TABLE tenant (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(2) NOT NULL UNIQUE);
        INSERT INTO tenant VALUES (7, 'x'), (8, 'y');
        CREATE TABLE member (
            id INTEGER NOT NULL PRIMARY KEY, tenant INTEGER NOT NULL UNIQUE, boss INTEGER NOT NULL, other INTEGER,
            state VARCHAR(9), CONSTRAINT ck_state CHECK (state IN ('on', 'off')),
            FOREIGN KEY (tenant) REFERENCES tenant (id),
            FOREIGN KEY (boss) REFERENCES member (id),
            FOREIGN KEY (other) REFERENCES tenant (id)
        );
        CREATE TABLE visit (id INTEGER NOT NULL PRIMARY KEY, tenant INTEGER, FOREIGN KEY (tenant) REFERENCES tenant (id));
        CREATE TABLE orphan (id INTEGER NOT NULL PRIMARY KEY, place VARCHAR(9) NOT NULL CHECK (place LIKE '_-_'));
        CREATE TABLE child (id INTEGER NOT NULL PRIMARY KEY, orphan INTEGER NOT NULL, FOREIGN KEY (orphan) REFERENCES orphan (id))
        """,
    )
    full = filled(database_url, rows.wanted(schema_of(database_url)))
    members = sql(database_url, "SELECT tenant, boss - id, other, state FROM member ORDER BY id")
    assert sorted(row[0] for row in members) == [7, 8]
    assert {row[1] for row in members} == {0}
    assert {row[2] for row in members} <= {7, 8, None}
    assert {row[3] for row in members} <= {"on", "off", None}
    assert {row[0] for row in sql(database_url, "SELECT tenant FROM visit")} == {7, 8, None}
    assert len(sql(database_url, "SELECT * FROM tenant")) == 2
    assert [one.table for one in full.empty] == ["child", "orphan"]
    assert full.empty[0].reason == "it refers to orphan, which has no row to refer to"
