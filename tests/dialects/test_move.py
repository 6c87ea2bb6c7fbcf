"""A reset moves the whole database aside, and a restore puts it back as it was."""

import contextlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection
from sqlalchemy.exc import DBAPIError

from dbtasks import dialects, environment, ledger, migrate, whole
from dbtasks.errors import CannotMove, DatabaseInUse, NothingKept, NotNamed, NotThisMachine
from dbtasks.guard import Consent
from dialects.test_reset import CLUTTER, CYCLE, EVERYTHING
from dialects.verbs import chain, here, upgrade, url_of
from support.repository import Repository, Sql, tiny
from support.servers import connected, product

MORE = {
    "sqlite": """
        INSERT INTO counted DEFAULT VALUES; DELETE FROM counted WHERE id = 2;
        CREATE VIEW again AS SELECT * FROM "hens' view";
    """,
    "postgresql": """
        SELECT nextval('counter'); SELECT nextval('counter');
        CREATE VIEW again AS SELECT * FROM "hens' view";
    """,
    "mysql": """
        CREATE TABLE counted (id INTEGER AUTO_INCREMENT PRIMARY KEY);
        INSERT INTO counted VALUES (), (); DELETE FROM counted WHERE id = 2;
        CREATE VIEW `a first` AS SELECT *, DATE_FORMAT(NOW(), '%Y') AS year FROM `hens' view`;
        CREATE TABLE log_of_hens (id INTEGER);
        CREATE TRIGGER noted AFTER INSERT ON hen FOR EACH ROW INSERT INTO log_of_hens VALUES (NEW.id);
    """,
}
MORE["mariadb"] = MORE["mysql"] + "SELECT NEXTVAL(counter); SELECT NEXTVAL(counter);"
NEXT = {
    "sqlite": "INSERT INTO counted DEFAULT VALUES; SELECT max(id) FROM counted",
    "postgresql": "SELECT nextval('counter')",
    "mysql": "INSERT INTO counted VALUES (); SELECT max(id) FROM counted",
}
ROWS = "INSERT INTO hen (id) VALUES (1), (2); INSERT INTO egg VALUES (7, 1)"


@pytest.fixture
def cluttered(repository: Repository, sql: Sql) -> Repository:
    """Return a project at head, in whose database others have made everything that it can hold, with rows."""
    chain(repository, "one", "two")
    upgrade(repository)
    url, clutter = url_of(repository), CYCLE
    if url.get_backend_name() == "mysql":
        clutter = clutter.replace('"odd ""table"', "`odd ``table`").replace('"', "`")
    sql(url, clutter + CLUTTER[product(url)] + MORE[product(url)] + ROWS)
    return repository


def everything(url: URL, sql: Sql) -> list[tuple[object, ...]]:
    """Return the kinds and names of all that a database holds."""
    return sorted(sql(url, EVERYTHING[url.get_backend_name()]))


def agreed(repository: Repository) -> Consent:
    """Return the consent to lose what is in the database."""
    return Consent("db.restore", here(repository).settings.database.name)


def test_a_reset_and_a_restore_give_the_database_back(cluttered: Repository, sql: Sql) -> None:
    """Tables, rows, views, triggers, routines, events, sequences and the next key; and what was there meanwhile is kept."""
    url = url_of(cluttered)
    before = everything(url, sql), sql(url, "SELECT id FROM hen ORDER BY id"), sql(url, "SELECT id, hen_id FROM egg")
    report = migrate.reset(*here(cluttered))
    assert [step.revision for step in report.steps] == ["one", "two"]
    assert sql.tables(url) == ["alembic_version", "t_one", "t_two"]
    sql(url, "INSERT INTO t_one VALUES (5)")
    (found,) = whole.found(here(cluttered).settings)
    assert found.id == report.aside
    assert found.rows >= 3
    assert found.event is not None
    assert found.event.kind == "reset"
    with pytest.raises(NotNamed, match="1 rows of today would be set aside"):
        whole.restore(here(cluttered).settings, found.id, Consent("db.restore"))
    _, present = whole.restore(here(cluttered).settings, found.id, agreed(cluttered))
    after = everything(url, sql), sql(url, "SELECT id FROM hen ORDER BY id"), sql(url, "SELECT id, hen_id FROM egg")
    assert after == before
    assert int(sql(url, NEXT[url.get_backend_name()])[0][0]) == 3
    assert [one.id for one in whole.found(here(cluttered).settings)] == [present]
    assert sql(dialects.of(url).moves.kept_url(url, present), "SELECT id FROM t_one") == [(5,)]
    assert [one.kind for one in ledger.read(url)][-1] == "restore"
    if url.get_backend_name() == "mysql":  # the triggers work, on the tables of this database
        sql(url, "INSERT INTO hen VALUES (3, 7)")
        assert sql(url, "SELECT id FROM log_of_hens") == [(1,), (2,), (3,)]
        assert sql(url, "SELECT id, egg_id FROM hen WHERE id = 3") == [(3, None)]
        assert sql(url, "SELECT count(*), max(year) > '2000' FROM `a first`") == [(3, 1)]


def test_the_tasks_tell_where_it_is(repository: Repository, sql: Sql) -> None:
    """``db.reset``, ``db.kept``, ``db.restore`` and ``db.forget``, without an id too."""
    chain(repository, "one")
    upgrade(repository)
    url, name = url_of(repository), here(repository).settings.database.name
    sql(url, "INSERT INTO t_one VALUES (5)")
    done = repository.inv("db.reset", "--confirm", name)
    number = done.out.split()[-1]
    shown = repository.inv("db.kept").out
    assert f"{number}  {number[:4]}-" in shown
    assert "the whole database: 1 table, 1 row" in shown
    done = repository.inv("db.restore")
    assert done.code == 0, done.err
    assert done.out.startswith(f"Brought {number} back: 1 table with 1 row are there again.")
    assert sql(url, "SELECT id FROM t_one") == [(5,)]
    assert repository.inv("db.restore", "--id", number).code == 2
    present = done.out.split()[-1]
    assert repository.inv("db.forget", "--id", present).code == 3
    assert repository.inv("db.forget", "--id", present, "--confirm", name).out == "1 set-aside copy deleted.\n"
    assert repository.inv("db.kept").out == "Nothing is set aside.\n"
    with pytest.raises(NothingKept):
        whole.forget_all(here(repository).settings, int(present), None, agreed(repository))
    repository.inv("db.reset", "--confirm", name)
    assert "deleted" in repository.inv("db.forget", "--older-than", "0", "--confirm", name).out
    done = repository.inv("db.reset", "--confirm", name, "--discard")
    assert "set aside" not in done.out
    assert repository.inv("db.kept").out == "Nothing is set aside.\n"


@pytest.fixture
def served(postgresql_url: URL, tmp_path: Path) -> Repository:
    """Return a project with a table and a row in a PostgreSQL database."""
    repository = tiny(tmp_path / "repository", postgresql_url.render_as_string(hide_password=False))
    chain(repository, "one")
    upgrade(repository)
    Sql()(postgresql_url, "INSERT INTO t_one VALUES (5)")
    return repository


def test_who_is_connected_is_told(served: Repository, sql: Sql, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL renames no database that others use: the reset says who they are; ``--force`` ends them, only here."""
    url, name = url_of(served), here(served).settings.database.name

    def meanwhile(connection: Connection) -> None:
        connection.exec_driver_sql("SET application_name = 'the shop'")
        with pytest.raises(DatabaseInUse, match=r"tester from 127\.0\.0\.1 \(the shop\), process \d+"):
            migrate.reset(*here(served))
        assert sql.tables(url) == ["alembic_version", "t_one"]
        with monkeypatch.context() as elsewhere:
            elsewhere.setattr(environment, "is_this_machine", lambda _host: False)
            with pytest.raises(NotThisMachine):
                whole.check_force(here(served).settings, "db.reset --force")
        done = served.inv("db.reset", "--confirm", name)
        assert (done.code, "(the shop)" in done.err, "--force" in done.err) == (2, True, True)
        done = served.inv("db.reset", "--confirm", name, "--force")
        assert done.code == 0, done.err
        with pytest.raises(DBAPIError):  # it was ended
            connection.exec_driver_sql("SELECT 1")

    connected(url, meanwhile)
    assert sql(url, "SELECT count(*) FROM t_one") == [(0,)]


@contextmanager
def role(url: URL, sql: Sql, rights: str) -> Iterator[URL]:
    """Yield the URL for a role that owns the database and has these rights."""
    name = f"role_{secrets.token_hex(4)}"
    sql(url, f"CREATE ROLE {name} LOGIN PASSWORD 'word' {rights}; ALTER DATABASE {url.database} OWNER TO {name}")
    sql(url, f"ALTER TABLE t_one OWNER TO {name}; ALTER TABLE alembic_version OWNER TO {name}")
    sql(url, f"ALTER TABLE dbtasks_ledger OWNER TO {name}; GRANT ALL ON SCHEMA public TO {name}")
    try:
        yield url.set(username=name, password="word")
    finally:
        server = url.set(database="postgres")
        for one in sql.databases(server):
            if one.startswith(str(url.database)):
                sql(server, f"ALTER DATABASE {one} OWNER TO tester")
                sql(url.set(database=one), f"REASSIGN OWNED BY {name} TO tester; DROP OWNED BY {name}")
        sql(server, f"DROP ROLE {name}")


def test_a_role_that_may_not_create_databases(served: Repository, sql: Sql) -> None:
    """Upgrades, downgrades, plans and status work; a draft and a reset say what is missing; ``--discard`` works."""
    with role(url_of(served), sql, "NOCREATEDB") as url:
        limited = Repository(served.root, url.render_as_string(hide_password=False))
        name = here(limited).settings.database.name
        chain(limited, "one", "two")
        assert limited.inv("db.status").code == 0
        assert limited.inv("db.upgrade").code == 0
        plan = limited.inv("db.plan", "--down", "--rev", "-1")
        assert (plan.code, "loses the table t_two: 0 rows" in plan.out) == (0, True)
        assert "was read from the SQL, not rehearsed: a scratch database could not be made" in plan.out
        assert limited.inv("db.downgrade", "--rev", "-1").code == 0
        done = limited.inv("db.revision", "-m", "more")
        assert (done.code, "database.scratch.url" in done.err) == (2, True)
        with pytest.raises(CannotMove, match="--discard"):
            migrate.reset(*here(limited))
        assert sql(url, "SELECT id FROM t_one") == [(5,)]
        assert limited.inv("db.reset", "--confirm", name).code == 2
        assert limited.inv("db.reset", "--confirm", name, "--discard").code == 0
        assert sql(url, "SELECT id FROM t_one") == []


def test_a_new_database_is_like_the_old(served: Repository, sql: Sql) -> None:
    """Owner, encoding, locale, settings, limit, remark, grants and extensions are carried over."""
    reader = f"reader_{secrets.token_hex(4)}"
    with role(url_of(served), sql, "CREATEDB") as url:
        owner = Repository(served.root, url.render_as_string(hide_password=False))
        sql(
            url_of(served),
            f"CREATE ROLE {reader}; ALTER DATABASE {url.database} SET work_mem = '5MB';"
            f"ALTER DATABASE {url.database} SET search_path = public, other;"
            f"ALTER DATABASE {url.database} CONNECTION LIMIT 17; COMMENT ON DATABASE {url.database} IS 'it''s ours';"
            f"GRANT CONNECT, TEMPORARY ON DATABASE {url.database} TO {reader}; CREATE EXTENSION pg_trgm;"
            f"GRANT USAGE ON SCHEMA public TO {reader}",
        )
        facts = (
            "SELECT pg_get_userbyid(datdba), encoding, datcollate, datctype, datconnlimit, datacl::text,"
            " shobj_description(d.oid, 'pg_database'), (SELECT setconfig FROM pg_db_role_setting WHERE setdatabase = d.oid),"
            " (SELECT array_agg(extname ORDER BY extname) FROM pg_extension),"
            f" has_schema_privilege('{reader}', 'public', 'USAGE')"
            " FROM pg_database d WHERE datname = current_database()"
        )
        before = sql(url_of(served), facts)
        number = migrate.reset(*here(owner)).aside
        assert sql(url_of(served), facts) == before
        whole.restore(here(owner).settings, number or 0, agreed(owner))
        assert sql(url_of(served), facts) == before
        assert sql(url_of(served), "SELECT id FROM t_one") == [(5,)]
        for one in sql.databases(url_of(served).set(database="postgres")):
            if one.startswith(str(url.database)):
                sql(url_of(served).set(database=one), f"DROP OWNED BY {reader}")
        sql(url_of(served), f"DROP ROLE {reader}")


def test_a_user_of_one_database_moves_nothing(mysql_url: URL, sql: Sql, tmp_path: Path) -> None:
    """MariaDB: without the right to make the sibling, or with a view of another's, nothing is moved at all."""
    repository = tiny(tmp_path / "repository", mysql_url.render_as_string(hide_password=False))
    chain(repository, "one")
    upgrade(repository)
    user = f"user_{secrets.token_hex(4)}"
    sql(mysql_url, f"INSERT INTO t_one VALUES (5); CREATE USER {user}@'127.0.0.1' IDENTIFIED BY 'word'")
    sql(mysql_url, f"GRANT ALL ON `{mysql_url.database}`.* TO {user}@'127.0.0.1'")
    limited = Repository(
        repository.root, mysql_url.set(username=user, password="word").render_as_string(hide_password=False)
    )
    try:
        before = everything(mysql_url, sql)
        with pytest.raises(CannotMove):
            migrate.reset(*here(limited))
        assert everything(mysql_url, sql) == before
        sql(
            mysql_url,
            f"GRANT ALL ON `{str(mysql_url.database).replace('_', chr(92) + '_')}\\_kept\\_%`.* TO {user}@'127.0.0.1'",
        )
        sql(mysql_url, "CREATE VIEW watched AS SELECT * FROM t_one")
        before = everything(mysql_url, sql)
        with pytest.raises(CannotMove, match="the view watched is defined by tester@"):
            migrate.reset(*here(limited))
        assert everything(mysql_url, sql) == before
        sql(mysql_url, "DROP VIEW watched")
        assert migrate.reset(*here(limited)).aside is not None
        assert sql(mysql_url, "SELECT id FROM t_one") == []
    finally:
        sql(mysql_url, f"DROP USER {user}@'127.0.0.1'")


def test_an_open_transaction_is_told(mysql_url: URL, sql: Sql, tmp_path: Path) -> None:
    """MariaDB waits for it, but not for the day that is its default; ``--force`` ends it."""
    repository = tiny(tmp_path / "repository", mysql_url.render_as_string(hide_password=False))
    chain(repository, "one")
    upgrade(repository)
    sql(mysql_url, "INSERT INTO t_one VALUES (5)")

    def meanwhile(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql("UPDATE t_one SET id = 6")
        with pytest.raises(DatabaseInUse, match=r"tester from (localhost|127\.0\.0\.1):\d+, process \d+"):
            migrate.reset(*here(repository))
        assert sql.tables(mysql_url) == ["alembic_version", "t_one"]
        assert migrate.reset(*here(repository), force=True).aside is not None

    with contextlib.suppress(DBAPIError):  # it was ended
        connected(mysql_url, meanwhile)
    assert sql(mysql_url, "SELECT count(*) FROM t_one") == [(0,)]
