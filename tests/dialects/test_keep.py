"""What is set aside comes back: upgrade, insert, downgrade, upgrade, restore gives every row again, byte for byte."""

import json
from dataclasses import replace
from typing import Any

import pytest

from dbtasks import keep, ledger, migrate, plan
from dbtasks.errors import CannotRestore, NothingKept, NotNamed
from dbtasks.guard import Consent
from dbtasks.keep import Kept
from dbtasks.putback import Outcome
from dialects.verbs import downgrade, execute, here, upgrade, url_of, write_revision
from support.repository import Repository, Sql

TABLES = """
op.create_table("maker", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("name", sa.String(50)),
    sa.Column("boss", sa.Integer(), sa.ForeignKey("maker.id", name="fk_boss")))
op.create_table("part",
    sa.Column("area", sa.String(5), primary_key=True), sa.Column("number", sa.Integer(), primary_key=True),
    sa.Column("maker", sa.Integer(), sa.ForeignKey("maker.id", name="fk_maker")),
    sa.Column("note", sa.Text()), sa.Column("data", sa.JSON()), sa.Column("raw", sa.LargeBinary()),
    sa.Column("kind", sa.Enum("small", "LARGE", name="part_kind")), sa.Column("price", sa.Numeric(12, 4)),
    sa.Column("at", sa.DateTime()), sa.Column("on", sa.Boolean()), sa.Column("ratio", sa.Float(53)))
"""
NO_TABLES = """
op.drop_table("part")
op.drop_table("maker")
sa.Enum(name="part_kind").drop(op.get_bind(), checkfirst=True)
"""
FILL = """
INSERT INTO maker VALUES (2, 'Bob', NULL), (1, 'Ann', 2), (3, 'Ünsal ''x''', 3);
INSERT INTO part VALUES
  ('a', 1, 1, 'line
break; ' , '{{"b": [1, null], "a": "é"}}', {raw}, 'small', 12.3400, '2024-02-29 12:34:56', {true}, 0.1),
  ('a', 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  ('b', 1, 3, '', '"text"', {empty}, 'LARGE', -0.0001, '1999-12-31 23:59:59', {false}, 1e-300)
"""
RAW = {
    "sqlite": {"raw": "x'00ff27'", "empty": "x''", "true": "1", "false": "0"},
    "postgresql": {"raw": r"'\x00ff27'", "empty": "''", "true": "true", "false": "false"},
    "mysql": {"raw": "x'00ff27'", "empty": "''", "true": "1", "false": "0"},
}
QUOTE = {"sqlite": '"on"', "postgresql": '"on"', "mysql": "`on`"}
ALL = 'SELECT area, number, maker, note, data, raw, kind, price, "at", {}, ratio FROM part ORDER BY area, number'
BATCH = 'with op.batch_alter_table("{}") as batch:\n    batch.{}'


def rows(repository: Repository, sql: Sql) -> list[Any]:
    """Return everything that is in the two tables."""
    dialect = url_of(repository).get_backend_name()
    statement = ALL.format(QUOTE[dialect]).replace('"at"', "`at`" if dialect == "mysql" else '"at"')
    if dialect == "postgresql":
        statement = statement.replace("data", "data::text").replace("kind", "kind::text")
    return [sql(url_of(repository), statement), sql(url_of(repository), "SELECT id, name, boss FROM maker ORDER BY id")]


def restore(repository: Repository, number: int = 0, confirm: str = "") -> tuple[Outcome, ...]:
    """Bring back what was set aside."""
    return keep.restore(here(repository).settings, number, Consent("db.restore", confirm))


def kept(repository: Repository) -> tuple[Kept, ...]:
    """Return what is set aside."""
    return keep.found(here(repository).settings)


def name(repository: Repository) -> str:
    """Return the name of the database."""
    return here(repository).settings.database.name


@pytest.fixture
def filled(repository: Repository, sql: Sql) -> Repository:
    """Return a project whose tables have rows of many kinds."""
    write_revision(repository, "zero")
    write_revision(repository, "one", "zero", TABLES, NO_TABLES)
    upgrade(repository)
    sql(url_of(repository), FILL.format(**RAW[url_of(repository).get_backend_name()]))
    return repository


def test_dropped_tables_come_back(filled: Repository, sql: Sql) -> None:
    """Composite keys, foreign keys between the tables and to themselves, NULLs, JSON, enums, binary, numbers."""
    before = rows(filled, sql)
    assert len(before[0]) == 3
    downgrade(filled, "-1")
    assert sql.tables(url_of(filled)) == ["alembic_version"]
    upgrade(filled)
    assert rows(filled, sql) == [[], []]
    outcomes = restore(filled)
    assert sorted((one.part.table, one.restored, one.missing, one.reason) for one in outcomes) == [
        ("maker", 3, 0, ""),
        ("part", 3, 0, ""),
    ]
    assert rows(filled, sql) == before
    with pytest.raises(NothingKept):
        restore(filled)
    assert [one.unchanged for one in restore(filled, kept(filled)[0].id)] == [3, 3]
    assert rows(filled, sql) == before


@pytest.mark.parametrize(
    ("up", "down"),
    [
        (
            BATCH.format("part", 'add_column(sa.Column("extra", sa.String(20)))'),
            BATCH.format("part", 'drop_column("extra")'),
        ),
        (
            BATCH.format("part", 'alter_column("note", new_column_name="extra", existing_type=sa.Text())'),
            'op.execute("UPDATE part SET extra = NULL")\n'
            + BATCH.format("part", 'alter_column("extra", new_column_name="note", existing_type=sa.Text())'),
        ),
    ],
    ids=["dropped", "written over"],
)
def test_a_column_comes_back(filled: Repository, sql: Sql, up: str, down: str) -> None:
    """By key, when the column is there again, and for a row that is gone it is told; other columns are left alone."""
    write_revision(filled, "two", "one", up, down)
    upgrade(filled)
    url = url_of(filled)
    sql(url, "UPDATE part SET extra = 'é' WHERE number = 1")
    before = sql(url, "SELECT area, number, extra FROM part ORDER BY area, number")
    downgrade(filled, "-1")
    upgrade(filled)
    sql(url, "UPDATE part SET price = 7 WHERE area = 'a' AND number = 1; DELETE FROM part WHERE number = 2")
    outcomes = restore(filled, confirm=name(filled))
    assert sum(one.restored for one in outcomes) >= 2
    after = sql(url, "SELECT area, number, extra FROM part ORDER BY area, number")
    assert [one for one in after if one[1] == 1] == [one for one in before if one[1] == 1]
    if "drop" in down:
        assert outcomes[0].reason == "1 row that the table does not have any more"
        assert sql(url, "SELECT price FROM part WHERE area = 'a' AND number = 1")[0][0] == 7


def test_a_narrowed_type_comes_back(filled: Repository, sql: Sql) -> None:
    """Values that were cut have their ends again."""
    wide = BATCH.format("maker", 'alter_column("name", type_=sa.String(200), existing_type=sa.String(50))')
    narrow = "op.execute(\"UPDATE maker SET name = 'x' WHERE length(name) > 50\")\n" + BATCH.format(
        "maker", 'alter_column("name", type_=sa.String(50), existing_type=sa.String(200))'
    )
    write_revision(filled, "two", "one", wide, narrow)
    upgrade(filled)
    sql(url_of(filled), f"UPDATE maker SET name = '{'n' * 150}' WHERE id = 1")
    before = rows(filled, sql)
    downgrade(filled, "-1")
    upgrade(filled)
    assert rows(filled, sql) != before
    with pytest.raises(NotNamed, match="values of 1 row would be written over"):
        restore(filled)
    restore(filled, confirm=name(filled))
    assert rows(filled, sql) == before


def test_rows_without_a_key(repository: Repository, sql: Sql) -> None:
    """Without a primary key the whole row is kept, and a column's values find their rows by the others."""
    write_revision(repository, "one", None, execute("CREATE TABLE log (a INTEGER, b VARCHAR(9))"))
    write_revision(
        repository,
        "two",
        "one",
        BATCH.format("log", 'add_column(sa.Column("c", sa.String(9)))'),
        BATCH.format("log", 'drop_column("c")'),
    )
    upgrade(repository)
    url = url_of(repository)
    sql(url, "INSERT INTO log VALUES (1, 'x', 'one'), (NULL, 'y', 'two'), (3, NULL, NULL)")
    before = sql(url, "SELECT a, b, c FROM log ORDER BY a, b")
    downgrade(repository, "-1")
    assert kept(repository)[0].parts[0].copied == ("a", "b", "c")
    upgrade(repository)
    restore(repository)
    assert sql(url, "SELECT a, b, c FROM log ORDER BY a, b") == before


def test_several_revisions_at_once(filled: Repository, sql: Sql) -> None:
    """A run is kept together: the table that the second revision drops lacks the column that the first had dropped."""
    write_revision(
        filled,
        "two",
        "one",
        BATCH.format("maker", 'add_column(sa.Column("city", sa.String(20)))'),
        BATCH.format("maker", 'drop_column("city")'),
    )
    upgrade(filled)
    sql(url_of(filled), "UPDATE maker SET city = 'Köln' WHERE id = 2")
    before = [*rows(filled, sql), sql(url_of(filled), "SELECT id, city FROM maker ORDER BY id")]
    downgrade(filled, "zero")
    assert len(kept(filled)) == 1
    upgrade(filled)
    restore(filled)
    assert [*rows(filled, sql), sql(url_of(filled), "SELECT id, city FROM maker ORDER BY id")] == before


def test_what_cannot_come_back_is_told(filled: Repository, sql: Sql) -> None:
    """Rows whose parent is gone, rows that are there with other values; and before the schema has the table, nothing."""
    child = "CREATE TABLE child (id INTEGER PRIMARY KEY, maker INTEGER, FOREIGN KEY (maker) REFERENCES maker (id))"
    write_revision(filled, "two", "one", execute(child), execute("DROP TABLE child"))
    upgrade(filled)
    sql(url_of(filled), "INSERT INTO child VALUES (1, 1), (2, 3), (3, NULL), (4, 2)")
    downgrade(filled, "-1")
    with pytest.raises(CannotRestore, match="the table child is not there"):
        restore(filled)
    upgrade(filled)
    sql(url_of(filled), "UPDATE part SET maker = NULL; DELETE FROM maker WHERE id = 1; INSERT INTO child VALUES (4, 3)")
    (outcome,) = restore(filled)
    assert (outcome.restored, outcome.unchanged, outcome.missing) == (2, 0, 2)
    assert outcome.reason == "1 row whose row in maker is gone and 1 row that the table has with other values"
    assert sql(url_of(filled), "SELECT id, maker FROM child ORDER BY id") == [(2, 3), (3, None), (4, 3)]


def test_generated_keys_go_on(repository: Repository, sql: Sql) -> None:
    """After a restore the next row has a new key, not one that came back."""
    keys = {
        "sqlite": "INTEGER PRIMARY KEY AUTOINCREMENT",
        "postgresql": "INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        "mysql": "INTEGER AUTO_INCREMENT PRIMARY KEY",
    }
    url = url_of(repository)
    create = execute(f"CREATE TABLE t (id {keys[url.get_backend_name()]}, x INTEGER)")
    write_revision(repository, "zero")
    write_revision(repository, "one", "zero", create, 'op.drop_table("t")')
    upgrade(repository)
    sql(url, "INSERT INTO t (x) VALUES (1), (2), (3)")
    before = sql(url, "SELECT id, x FROM t ORDER BY id")
    downgrade(repository, "-1")
    upgrade(repository)
    restore(repository)
    assert sql(url, "SELECT id, x FROM t ORDER BY id") == before
    sql(url, "INSERT INTO t (x) VALUES (4)")
    assert sql(url, "SELECT max(id) FROM t") == [(4,)]


def test_a_hundred_thousand_rows(repository: Repository, sql: Sql) -> None:
    """They are copied and come back inside the database."""
    url = url_of(repository)
    create = execute("CREATE TABLE big (id INTEGER PRIMARY KEY, x VARCHAR(40))")
    write_revision(repository, "zero")
    write_revision(repository, "one", "zero", create, 'op.drop_table("big")')
    upgrade(repository)
    joined = "concat('é', i)" if url.get_backend_name() == "mysql" else "'é' || i"
    digits = "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9)"  # MySQL recurses 1000 times
    number = "1 + a.i + 10 * b.i + 100 * c.i + 1000 * d.i + 10000 * e.i AS i"
    numbers = f"{digits} SELECT {number} FROM n a, n b, n c, n d, n e"
    sql(url, f"INSERT INTO big SELECT i, {joined} FROM ({numbers}) AS numbers")
    before = sql(url, "SELECT count(*), max(x), min(x), sum(id) FROM big")
    assert before[0][0] == 100000
    downgrade(repository, "-1")
    upgrade(repository)
    (outcome,) = restore(repository)
    assert outcome.restored == 100000
    assert sql(url, "SELECT count(*), max(x), min(x), sum(id) FROM big") == before


def test_it_is_listed_brought_back_and_forgotten(filled: Repository) -> None:
    """By the tasks: when, by whom, which revision, how many rows, how large; deleted only by name."""
    at = name(filled)
    filled.inv("db.downgrade", "--rev", "-1", "--confirm", at)
    data = json.loads(filled.inv("db.kept", "--json").out)["copies"]
    assert [(one["table"], one["rows"], one["revision"]) for one in data[0]["parts"]] == [
        ("maker", 3, "one"),
        ("part", 3, "one"),
    ]
    assert all(one["bytes"] is None or one["bytes"] > 0 for one in data[0]["parts"])
    done = filled.inv("db.restore")
    assert (done.code, "the table " in done.err, "inv db.upgrade" in done.err) == (2, True, True)
    filled.inv("db.upgrade")
    done = filled.inv("db.restore", str(data[0]["id"]))
    assert done.code == 0, done.err
    assert "part: 3 rows restored" in done.out
    assert "(restored)" in filled.inv("db.kept").out
    assert [one.kind for one in ledger.read(url_of(filled))][-1] == "restore"
    done = filled.inv("db.forget", "--id", str(data[0]["id"]))
    assert (done.code, f"--id {data[0]['id']} --confirm {at}" in done.err) == (3, True)
    assert filled.inv("db.forget", "--older-than", "1", "--confirm", at).out == "Nothing to forget.\n"
    done = filled.inv("db.forget", "--older-than", "0", "--confirm", at)
    assert done.out == "2 set-aside copies deleted.\n", done.err
    assert filled.inv("db.kept").out == "Nothing is set aside.\n"
    assert kept(filled) == ()
    assert filled.inv("db.forget").code == 2
    assert filled.inv("db.restore", "--id", "x").code == 2
    missing = replace(filled, url=filled.url + "_missing")
    assert missing.inv("db.kept").out == "Nothing is set aside.\n"


def test_a_failed_run_sets_nothing_aside_where_it_is_undone(filled: Repository) -> None:
    """The copy is in the revision's own transaction; where DDL commits it stays, for nothing must be lost."""
    write_revision(filled, "two", "one", execute("DROP TABLE part", "SELECT * FROM nowhere"))
    with pytest.raises(Exception, match="nowhere"):
        migrate.run(*here(filled), plan.upgrade(*here(filled)))
    assert len(kept(filled)) == (1 if url_of(filled).get_backend_name() == "mysql" else 0)
