"""Databases of tests on MariaDB, which are brought back to what they were rather than made anew; elsewhere none is."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from dbtasks import cache, databases, dialects, scratch
from dbtasks.scratch import Mold
from dialects.verbs import SECONDS, execute, here, write_revision
from support.repository import Repository, Sql
from support.servers import product

PLAIN = (
    "CREATE TABLE parent (id INTEGER PRIMARY KEY, name VARCHAR(20))",
    "CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parent (id))",
    "INSERT INTO parent VALUES (1, 'one')",
)
PARENT = """
CREATE TABLE parent (id INTEGER PRIMARY KEY AUTO_INCREMENT, name VARCHAR(20),
                     twice VARCHAR(40) AS (CONCAT(name, name)) STORED)
"""
CHILD = """
CREATE TABLE child (id INTEGER PRIMARY KEY AUTO_INCREMENT, parent_id INTEGER NOT NULL,
                    CONSTRAINT `a%` FOREIGN KEY (parent_id) REFERENCES parent (id))
"""
MYSQL = (
    PARENT,
    CHILD,
    "CREATE TABLE `odd % name` (id INTEGER)",
    "CREATE TABLE watched (id INTEGER PRIMARY KEY)",
    "CREATE TRIGGER watching BEFORE INSERT ON watched FOR EACH ROW SET NEW.id = NEW.id + 1",
    "CREATE VIEW names AS SELECT name FROM parent",
    "CREATE FUNCTION one() RETURNS INT DETERMINISTIC RETURN 1",
    "INSERT INTO parent (name) VALUES ('one'), ('two')",
    "INSERT INTO child (parent_id) VALUES (1)",
)
MARIADB = (
    *MYSQL,
    "CREATE SEQUENCE numbers START WITH 7",
    "ALTER TABLE `odd % name` MODIFY id INTEGER DEFAULT NEXTVAL(numbers)",
)
UNDONE = (
    "SELECT 1",
    "INSERT INTO child (parent_id) VALUES (2)",
    "INSERT INTO child (parent_id) VALUES (2); DELETE FROM child WHERE id > 1",
    "UPDATE parent SET name = 'no' WHERE id = 2",
    "UPDATE parent SET name = NULL",
    "DELETE FROM child; DELETE FROM parent",
    "INSERT INTO `odd % name` VALUES (1)",
    "ALTER TABLE parent AUTO_INCREMENT = 100",
    "ALTER TABLE child ADD COLUMN note VARCHAR(9)",
    "ALTER TABLE child DROP FOREIGN KEY `a%`",
    "ALTER TABLE parent COMMENT 'x'",
    "CREATE INDEX by_name ON parent (name)",
    "DROP TABLE child",
    "DROP TABLE child; DROP TABLE `odd % name`",
    "CREATE TABLE extra (id INTEGER PRIMARY KEY); INSERT INTO extra VALUES (1)",
    "CREATE TABLE extra (id INTEGER, FOREIGN KEY (id) REFERENCES parent (id))",
    "ALTER TABLE child RENAME TO kid",
    "DELETE FROM alembic_version",
)
TOO_MUCH = (
    "INSERT INTO watched VALUES (1)",
    "DROP TRIGGER watching",
    "CREATE TRIGGER other BEFORE DELETE ON child FOR EACH ROW SET @x = 1",
    "CREATE VIEW other AS SELECT 1",
    "DROP VIEW names",
    "CREATE OR REPLACE VIEW names AS SELECT 'one' AS name",
    "DROP FUNCTION one",
    "CREATE PROCEDURE other() SELECT 1",
    "CREATE EVENT other ON SCHEDULE EVERY 1 YEAR DO SELECT 1",
    "ALTER DATABASE CHARACTER SET latin1",
)
SHOWN_GONE = "DROP TABLE child; DROP TABLE parent"  # the view shows it: MySQL goes on to say the same of that
MARIADB_TOO_MUCH = (
    SHOWN_GONE,
    "INSERT INTO `odd % name` VALUES (NEXTVAL(numbers))",
    "ALTER SEQUENCE numbers INCREMENT BY 3",
    "CREATE SEQUENCE other",
)
DUMPS = {
    "defaults": "SELECT default_character_set_name, default_collation_name FROM information_schema.schemata "
    "WHERE schema_name = DATABASE()",
    "others": "SELECT routine_name FROM information_schema.routines WHERE routine_schema = DATABASE() UNION "
    "SELECT event_name FROM information_schema.events WHERE event_schema = DATABASE() UNION "
    "SELECT CONCAT(trigger_name, event_object_table, action_statement) FROM information_schema.triggers "
    "WHERE trigger_schema = DATABASE() ORDER BY 1",
}
TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY 1"


CONNECTED = "SELECT count(*) FROM information_schema.processlist WHERE db = '{}'"


def left(url: URL, sql: Sql) -> None:
    """Wait until the server has heard that everybody has left the database."""
    end = time.monotonic() + SECONDS
    while sql(url.set(database=""), CONNECTED.format(url.database)) != [(0,)]:
        assert time.monotonic() < end


def dump(url: URL, sql: Sql) -> dict[str, Any]:
    """Return all that a test could find in a database of MariaDB, as statements and rows."""
    found: dict[str, Any] = {name: sql(url, query) for name, query in DUMPS.items()}
    for (name,) in sql(url, TABLES):
        quoted = f"`{name}`"
        made = str(sql(url, f"SHOW CREATE TABLE {quoted}")[0][1])
        found[name] = made.replace(str(url.database), "HERE"), sql(url, f"SELECT * FROM {quoted}")
    return found


@pytest.fixture
def mold(repository: Repository, server_url: URL) -> Iterator[Mold]:
    """Give what databases of tests are copied from; nothing is left."""
    statements = {"mysql": MYSQL, "mariadb": MARIADB}
    write_revision(repository, "first", None, execute(*statements.get(product(server_url), PLAIN)))
    at = here(repository)
    with scratch.mold(at.history, at.settings.database) as made:
        yield made
    dialect = dialects.of(server_url)
    if not dialect.in_file:
        for url in dialect.clones.left(server_url, cache.PREFIX, databases.connect):
            databases.drop(url)


mariadb = pytest.mark.parametrize("dialect", ["mysql"])


@mariadb
def test_what_was_done_is_undone(mold: Mold, sql: Sql, server_url: URL) -> None:
    """Rows, numbers, columns, keys and tables are as they were, in the same database."""
    with mold.copy() as first:
        whole = dump(first, sql)
    left(first, sql)
    for change in (*UNDONE, *([SHOWN_GONE] if product(server_url) == "mysql" else [])):
        with mold.copy() as url:
            assert (change, url) == (change, first)
            sql(url, change)
        left(url, sql)
        with mold.copy() as url:
            assert (change, url, dump(url, sql)) == (change, first, whole)
            sql(url, "INSERT INTO child (parent_id) VALUES (2)")
            assert (change, sql(url, "SELECT max(id) FROM child")) == (change, [(2,)])
            with pytest.raises(IntegrityError):
                sql(url, "INSERT INTO child (parent_id) VALUES (9)")
        left(url, sql)


@mariadb
def test_what_is_no_table_is_made_anew_with_all(mold: Mold, sql: Sql, server_url: URL) -> None:
    """Of views, triggers, routines, events, sequences and defaults nothing is guessed: the database is dropped."""
    with mold.copy() as url:
        whole = dump(url, sql)
    for change in (*TOO_MUCH, *(MARIADB_TOO_MUCH if product(server_url) == "mariadb" else ())):
        with mold.copy() as before:
            sql(before, change)
        left(before, sql)
        with mold.copy() as url:
            assert (change, dump(url, sql)) == (change, whole)
            assert url != before
            assert before.database not in sql.databases(server_url)


@mariadb
def test_old_rows_are_gone(repository: Repository, server_url: URL, sql: Sql) -> None:
    """A system-versioned table keeps old rows, which a test may have left behind."""
    if product(server_url) == "mysql":
        pytest.skip("MySQL has no system-versioned tables.")
    write_revision(repository, "first", None, execute("CREATE TABLE kept (id INTEGER) WITH SYSTEM VERSIONING"))
    at = here(repository)
    with scratch.mold(at.history, at.settings.database) as made:
        for _ in range(2):
            with made.copy() as url:
                assert sql(url, "SELECT count(*) FROM kept FOR SYSTEM_TIME ALL") == [(0,)]
                sql(url, "INSERT INTO kept VALUES (1); DELETE FROM kept")
            left(url, sql)


@mariadb
def test_nobody_is_still_connected_to_it(mold: Mold, sql: Sql) -> None:
    """What goes on in the background cannot write into the database of the next test, whose name is another."""

    async def leave_open() -> None:
        connection = await create_async_engine(first, poolclass=NullPool).connect()
        await connection.exec_driver_sql("INSERT INTO child (parent_id) VALUES (2)")
        await connection.commit()
        opened.append(connection)

    opened: list[Any] = []
    loop = asyncio.new_event_loop()
    with mold.copy() as first:
        loop.run_until_complete(leave_open())
    with mold.copy() as second:
        assert second != first
        assert sql(second, "SELECT count(*) FROM child") == [(1,)]
    with pytest.raises(DBAPIError, match="Lost connection"):
        loop.run_until_complete(opened[0].exec_driver_sql("SELECT 1"))
    loop.run_until_complete(opened[0].invalidate())
    loop.close()


@mariadb
def test_what_is_in_use_is_nobody_elses(mold: Mold) -> None:
    """Two at once are two, and both are used again."""
    with mold.copy() as one, mold.copy() as two:
        assert one != two
    with mold.copy() as three, mold.copy() as four:
        assert {three, four} == {one, two}


@mariadb
def test_the_mold_is_gone(mold: Mold, sql: Sql) -> None:
    """When what is copied was dropped meanwhile, the next one is made by the migrations."""
    with mold.copy() as url:
        sql(url, "INSERT INTO child (parent_id) VALUES (2)")
        assert mold.source is not None
        databases.drop(mold.source)
    with mold.copy() as url:
        assert sql(url, "SELECT count(*) FROM child") == [(1,)]


def test_nothing_is_left(mold: Mold, server_url: URL, sql: Sql) -> None:
    """Each is at head and dropped after its test, or after the last one."""
    found, is_used_again = set(), dialects.of(server_url).clones.used_again
    for _ in range(3):
        with mold.copy() as url:
            sql(url, "DELETE FROM child")
            found.add(url)
            assert sql(url, "SELECT name FROM parent WHERE id = 1") == [("one",)]
        if is_used_again:
            left(url, sql)
    assert len(found) == (1 if is_used_again else 3)
    there = [url for url in found if databases.exists(url)]
    assert len(there) == (1 if is_used_again else 0)


def test_nothing_is_left_in_the_end(repository: Repository, sql: Sql) -> None:
    """Also where a test has not given its database back."""
    write_revision(repository, "first", None, execute(*PLAIN))
    at = here(repository)
    found = []
    with scratch.mold(at.history, at.settings.database) as made:
        for _ in range(2):
            with made.copy() as url:
                sql(url, "DELETE FROM child")
                found.append(url)
    assert [url for url in found if databases.exists(url)] == []
