"""Whether a schema is what its revision says, and how it becomes that again."""

import json
import os

import pytest

from dbtasks import compare, drift, keep, repair, status
from dbtasks.errors import MigrationFailed, ScratchNotAllowed
from dialects.verbs import execute, here, upgrade, url_of, write_revision
from support.repository import Repository, Sql

TABLES = """
op.create_table("users", sa.Column("id", sa.Integer(), primary_key=True),
                sa.Column("mail", sa.String(50), nullable=False), sa.Column("age", sa.Integer()))
op.create_index("ix_mail", "users", ["mail"], unique=True)
op.create_table("orders", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("user_id", sa.Integer()),
                sa.Column("total", sa.Integer(), nullable=False),
                sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_user"),
                sa.CheckConstraint("total > 0", name="ck_total"))
op.execute("CREATE VIEW totals AS SELECT user_id, sum(total) AS total FROM orders GROUP BY user_id")
"""
ROWS = "INSERT INTO users VALUES (1, 'a@b', 30), (2, 'c@d', NULL); INSERT INTO orders VALUES (1, 1, 5)"
SERVERS = ["postgresql", "mysql"]


@pytest.fixture
def filled(repository: Repository, sql: Sql) -> Repository:
    """Return a project at its first revision, with rows."""
    write_revision(repository, "one", None, TABLES)
    upgrade(repository)
    sql(url_of(repository), ROWS)
    return repository


def differences(repository: Repository) -> list[str]:
    """Return how the database differs, in short."""
    found = drift.find(*here(repository)).differences
    return sorted(" ".join(filter(None, (one.kind, one.table, one.item, *one.details))) for one in found)


def mended(repository: Repository) -> repair.Repaired:
    """Repair the database."""
    at = here(repository)
    return repair.run(*at, repair.look(*at))


def test_the_reference_backend_has_no_drift(reference: Repository) -> None:
    """No difference is found where there is none: at its head, and with ``inv test --all`` at each of its revisions."""
    for revision in here(reference).history.revisions if os.environ.get("DBTASKS_TEST_ALL") == "1" else ():
        upgrade(reference, revision.id)
        assert differences(reference) == []
    upgrade(reference)
    assert differences(reference) == []
    done = reference.inv("db.drift")
    assert (done.code, done.err) == (0, "")
    assert "is what its revision says: " in done.out
    upgraded = here(reference).history.heads
    assert repair.look(*here(reference)).differences == ()
    assert reference.inv("db.repair").out.startswith("Nothing to repair: ")
    assert here(reference).history.heads == upgraded


CHANGES = {
    "a table too many": ("CREATE TABLE left_over (id INTEGER)", ["drop_table left_over"]),
    "a column too many": ("ALTER TABLE users ADD COLUMN extra INTEGER", ["drop_column users extra"]),
    "an index too few": ("DROP INDEX ix_mail", ["create_index users ix_mail"]),
    "an index too many": ("CREATE INDEX ix_age ON users (age)", ["drop_index users ix_age"]),
    "a column too few": ("ALTER TABLE users DROP COLUMN age", ["add_column users age"]),
    "a view too few": ("DROP VIEW totals", ["create_view totals"]),
    "a view too many": ("CREATE VIEW more AS SELECT 1 AS x", ["drop_view more"]),
    "another view": ("DROP VIEW totals; CREATE VIEW totals AS SELECT 1 AS x", ["change_view totals"]),
    "a table too few": ("DROP VIEW totals; DROP TABLE orders", ["create_table orders", "create_view totals"]),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_change_by_hand_is_found_and_mended(filled: Repository, sql: Sql, case: str) -> None:
    """Each difference is named; the repair ends in an empty comparison, keeps other rows, and sets aside what goes."""
    statement, expected = CHANGES[case]
    url = url_of(filled)
    if url.get_backend_name() == "mysql":
        statement = statement.replace("DROP INDEX ix_mail", "DROP INDEX ix_mail ON users")
    sql(url, statement)
    if "left_over" in statement:
        sql(url, "INSERT INTO left_over VALUES (7)")
    assert differences(filled) == expected
    result = mended(filled)
    assert (result.left, differences(filled)) == ((), [])
    assert sql(url, "SELECT id, mail FROM users ORDER BY id") == [(1, "a@b"), (2, "c@d")]
    assert len(keep.found(here(filled).settings)) == ("left_over" in statement)


@pytest.mark.parametrize("dialect", SERVERS)
def test_changed_types_and_defaults_are_found_and_mended(filled: Repository, sql: Sql) -> None:
    """A changed type, a NOT NULL that is gone, a constraint that is gone."""
    url = url_of(filled)
    sql(
        url,
        "ALTER TABLE users ALTER COLUMN mail TYPE VARCHAR(99); ALTER TABLE users ALTER COLUMN mail DROP NOT NULL;"
        "ALTER TABLE orders DROP CONSTRAINT ck_total; ALTER TABLE orders DROP CONSTRAINT fk_user"
        if url.get_backend_name() == "postgresql"
        else "ALTER TABLE users MODIFY mail VARCHAR(99) NULL; ALTER TABLE orders DROP CONSTRAINT ck_total;"
        "ALTER TABLE orders DROP FOREIGN KEY fk_user",
    )
    assert differences(filled) == [
        "alter_column users mail type nullable",
        "create_check orders ck_total",
        "create_constraint orders fk_user",
    ]
    assert mended(filled).left == ()
    assert differences(filled) == []


def test_a_check_that_is_told_otherwise_is_the_same(repository: Repository, sql: Sql) -> None:
    """MySQL says -(5) of a check, and -5 after the next change of its table: neither is a difference."""
    check = 'sa.CheckConstraint("x > -5", name="ck_x")'
    write_revision(repository, "one", None, f'op.create_table("item", sa.Column("x", sa.BigInteger()), {check})')
    upgrade(repository)
    sql(url_of(repository), "ALTER TABLE item ADD COLUMN y INTEGER; ALTER TABLE item DROP COLUMN y")
    assert differences(repository) == []
    assert "Nothing to repair: " in repository.inv("db.repair").out


def test_a_repair_that_loses_asks(filled: Repository, sql: Sql) -> None:
    """The differences and the stakes are shown first; without the name nothing is done."""
    sql(url_of(filled), "CREATE TABLE left_over (id INTEGER); INSERT INTO left_over VALUES (7)")
    name = here(filled).settings.database.name
    done = filled.inv("db.drift")
    assert (done.code, done.err) == (1, "")
    assert "  the table left_over is not in any revision" in done.out.splitlines()
    found = json.loads(filled.inv("db.drift", "--json").out)["differences"]
    assert [(one["kind"], one["table"]) for one in found] == [("drop_table", "left_over")]
    done = filled.inv("db.repair")
    assert (done.code, "inv db.repair --confirm " + name in done.err) == (3, True)
    assert "! loses the table left_over: 1 row" in done.out
    assert "left_over" in sql.tables(url_of(filled))
    assert filled.inv("db.repair", "--dry-run").code == 0
    done = filled.inv("db.repair", "--confirm", name)
    assert done.code == 0, done.err
    assert "  DROP TABLE left_over;" in done.out.splitlines()
    assert done.out.splitlines()[-1] == f"{name} is what its revision says."
    assert "left_over: the table, 1 row" in filled.inv("db.kept").out


def test_what_cannot_be_mended_is_told(filled: Repository, sql: Sql) -> None:
    """Rows that a constraint does not allow stay as they are, and so does the difference; the rest is mended."""
    url = url_of(filled)
    sql(url, "DROP INDEX ix_mail ON users" if url.get_backend_name() == "mysql" else "DROP INDEX ix_mail")
    sql(url, "INSERT INTO users VALUES (3, 'a@b', 1); CREATE INDEX ix_age ON users (age)")
    result = mended(filled)
    assert [(one.kind, one.item) for one in result.left] == [("create_index", "ix_mail")]
    assert differences(filled) == ["create_index users ix_mail"]
    done = filled.inv("db.repair")
    assert (done.code, "is still not what its revision says" in done.out) == (2, True)
    assert sql(url, "SELECT count(*) FROM users") == [(3,)]


def test_a_half_applied_revision_is_taken_back(filled: Repository, sql: Sql) -> None:
    """MariaDB: names, columns, rows and values are as before, and the upgrade can be tried again; elsewhere nothing stayed."""
    url = url_of(filled)
    before = (
        compare.reflected(url),
        sql(url, "SELECT id, mail, age FROM users ORDER BY id"),
        sql(url, "SELECT id FROM orders"),
    )
    body = execute(
        "UPDATE users SET age = 99",
        "ALTER TABLE users RENAME COLUMN mail TO email",
        "ALTER TABLE users DROP COLUMN age",
        "CREATE TABLE fresh (id INTEGER)",
        "DELETE FROM orders",
        "ALTER TABLE users RENAME TO people",
        "SELECT * FROM nowhere",
    )
    write_revision(filled, "two", "one", body)
    with pytest.raises(MigrationFailed) as caught:
        upgrade(filled)
    is_half = url.get_backend_name() == "mysql"
    assert ("inv db.repair" in (caught.value.fix() or "")) is is_half
    if is_half:
        assert "Next: inv db.repair" in filled.inv("db.status").out
        assert sql.tables(url) == ["alembic_version", "fresh", "orders", "people"]
        done = filled.inv("db.repair")
        assert done.code == 0, done.err + done.out
        assert "unfinished: the upgrade of two failed" in done.out
    assert differences(filled) == []
    assert sorted(before[0].tables) == sorted(compare.reflected(url).tables)
    assert sql(url, "SELECT id, mail, age FROM users ORDER BY id") == before[1]
    assert sql(url, "SELECT id FROM orders") == before[2]
    assert status.of(*here(filled)).unfinished is None
    write_revision(filled, "two", "one", body.replace("op.execute('SELECT * FROM nowhere')", "pass"))
    assert [step.revision for step in upgrade(filled).steps] == ["two"]


def test_a_protected_server_gets_no_scratch_database(filled: Repository) -> None:
    """Nowhere to compare with, unless ``scratch.url`` says where; a file is copied nowhere near it."""
    filled.write("config/default_config.yaml", "environment: production\n")
    if url_of(filled).get_backend_name() == "sqlite":
        assert differences(filled) == []
        return
    with pytest.raises(ScratchNotAllowed, match=r"database\.scratch\.url"):
        drift.find(*here(filled))
    url = url_of(filled).set(database=None).render_as_string(hide_password=False)
    filled.write("config/default_config.yaml", f"environment: production\ndatabase:\n  scratch:\n    url: '{url}'\n")
    assert differences(filled) == []


def test_rows_that_an_unfinished_revision_had_added_go(filled: Repository, sql: Sql) -> None:
    """MariaDB commits them with the next DDL; a revision that comes to its end keeps no copy for that."""
    url = url_of(filled)
    before = sql(url, "SELECT * FROM users ORDER BY id"), sql(url, "SELECT * FROM orders ORDER BY id")
    body = execute(
        "INSERT INTO users VALUES (9, 'x@y', 1)",
        "INSERT INTO orders (id, user_id, total) SELECT 100 + id, id, 7 FROM users",
        "CREATE TABLE fresh (id INTEGER)",
        "SELECT * FROM nowhere",
    )
    write_revision(filled, "two", "one", body)
    with pytest.raises(MigrationFailed):
        upgrade(filled)
    if url.get_backend_name() == "mysql":
        assert sql(url, "SELECT count(*) FROM orders") == [(4,)]
        assert mended(filled).left == ()
    assert (sql(url, "SELECT * FROM users ORDER BY id"), sql(url, "SELECT * FROM orders ORDER BY id")) == before
    write_revision(filled, "two", "one", body.replace("op.execute('SELECT * FROM nowhere')", "pass"))
    number = len(keep.found(here(filled).settings))
    upgrade(filled)
    assert sql(url, "SELECT count(*) FROM orders") == [(4,)]
    assert len(keep.found(here(filled).settings)) == number
