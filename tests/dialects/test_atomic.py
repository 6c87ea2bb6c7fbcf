import pytest

from dbtasks.errors import BrokenReferences, HeadsDisagree, MigrationFailed, NotCarriedOut
from dialects.verbs import chain, downgrade, execute, together, upgrade, url_of, write_revision
from support.repository import Repository, Sql

HALF = execute(
    "CREATE TABLE half (id INTEGER NOT NULL PRIMARY KEY)", "CREATE TABLE other (id INTEGER)", "CREATE NONSENSE"
)
FAMILY = execute(
    "CREATE TABLE parent (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(20))",
    "CREATE TABLE child (id INTEGER NOT NULL PRIMARY KEY, parent_id INTEGER NOT NULL,"
    " CONSTRAINT fk_child FOREIGN KEY (parent_id) REFERENCES parent (id) ON DELETE CASCADE)",
    "INSERT INTO parent VALUES (1, 'one'), (2, 'two')",
    "INSERT INTO child VALUES (10, 1), (11, 1), (12, 2)",
)
REBUILD = """
with op.batch_alter_table("parent", recreate="auto") as batch_op:
    batch_op.alter_column("name", existing_type=sa.String(20), type_=sa.String(90), existing_nullable=True)
"""
CONCURRENTLY = """
with op.get_context().autocommit_block():
    op.execute("CREATE INDEX CONCURRENTLY ix_late ON t_one (id)")
"""
OUTER = """
from alembic import context
from dbtasks import runtime

target_metadata = runtime.discovered_metadata(context.config)
configure = context.configure


def spoiled(**options):
    options["connection"].begin()
    configure(**options)


context.configure = spoiled
try:
    runtime.run_online(target_metadata)
finally:
    context.configure = configure
"""
SWALLOWED = """
from alembic import context
from dbtasks import runtime

try:
    runtime.run_online(runtime.discovered_metadata(context.config))
except Exception:
    pass
"""


def test_a_revision_that_fails_is_taken_back_where_that_is_possible(repository: Repository, sql: Sql) -> None:
    """PostgreSQL and SQLite keep nothing of it; MariaDB keeps its first statements, and the error says so."""
    url = url_of(repository)
    chain(repository, "one")
    path = write_revision(repository, "two", "one", HALF)
    with pytest.raises(MigrationFailed) as caught:
        upgrade(repository)
    error = caught.value
    assert (error.revision, error.applied, str(error.source)) == ("two", ("one",), "alembic_db/versions/two.py:16")
    assert "NONSENSE" in error.cause
    assert sql(url, "SELECT version_num FROM alembic_version") == [("one",)]
    kept = ["half", "other"] if url.get_backend_name() == "mysql" else []
    assert sql.tables(url) == ["alembic_version", *kept, "t_one"]
    assert ("may be half applied" in str(error)) is bool(kept)
    assert ("Nothing of this one was kept" in str(error)) is not bool(kept)
    sql(url, ";".join(f"DROP TABLE {table}" for table in kept))
    path.write_text(path.read_text().replace("op.execute('CREATE NONSENSE')", "pass"))
    assert [step.revision for step in upgrade(repository).steps] == ["two"]


def test_a_downgrade_that_fails_is_taken_back_too(repository: Repository, sql: Sql) -> None:
    """The revision stays applied, those reverted before it stay reverted."""
    url = url_of(repository)
    chain(repository, "one")
    write_revision(repository, "two", "one", down=execute("DROP TABLE t_one", "CREATE NONSENSE"))
    write_revision(
        repository, "three", "two", execute("CREATE TABLE t_three (id INTEGER)"), execute("DROP TABLE t_three")
    )
    upgrade(repository)
    with pytest.raises(MigrationFailed) as caught:
        downgrade(repository, "one")
    assert (caught.value.direction, caught.value.revision, caught.value.applied) == ("downgrade", "two", ("three",))
    assert sql(url, "SELECT version_num FROM alembic_version") == [("two",)]
    assert ("t_one" in sql.tables(url)) is (url.get_backend_name() != "mysql")
    assert "t_three" not in sql.tables(url)


def test_each_revision_is_a_transaction_of_its_own(repository: Repository, sql: Sql) -> None:
    """While the second revision runs, others see the first one as applied."""
    chain(repository, "one")
    write_revision(repository, "two", "one", "assert seen() == [('one',)], seen()")
    file = repository.path("alembic_db/versions/two.py")
    text = f"""
from sqlalchemy import make_url
from support.repository import Sql


def seen():
    return Sql()(make_url({repository.url!r}), "SELECT version_num FROM alembic_version")
"""
    file.write_text(file.read_text() + text)
    assert upgrade(repository).heads == ("two",)
    assert sql.tables(url_of(repository)) == ["alembic_version", "t_one"]


def test_a_rebuilt_parent_keeps_its_children(repository: Repository, sql: Sql) -> None:
    """Batch mode rebuilds a table on SQLite; rows that ON DELETE CASCADE would take with it stay."""
    write_revision(repository, "one", None, FAMILY)
    write_revision(repository, "two", "one", REBUILD, REBUILD)
    upgrade(repository)
    url = url_of(repository)
    assert sql(url, "SELECT id, parent_id FROM child ORDER BY id") == [(10, 1), (11, 1), (12, 2)]
    downgrade(repository, "-1")
    assert sql(url, "SELECT id, parent_id FROM child ORDER BY id") == [(10, 1), (11, 1), (12, 2)]
    if url.get_backend_name() == "sqlite":
        sql(url, "DELETE FROM child WHERE id = 12")
        assert sql(url, "PRAGMA foreign_key_check") == []
        assert "REFERENCES parent" in sql(url, "SELECT sql FROM sqlite_master WHERE name = 'child'")[0][0]


def test_rows_that_refer_to_nothing_are_not_left_behind(repository: Repository, sql: Sql) -> None:
    """A revision that deletes what others refer to is taken back: by us on SQLite, elsewhere by the server."""
    family = FAMILY.replace(" ON DELETE CASCADE", "")
    write_revision(repository, "one", None, family)
    write_revision(repository, "two", "one", execute("DELETE FROM parent WHERE id = 1"))
    url = url_of(repository)
    with pytest.raises(BrokenReferences if url.get_backend_name() == "sqlite" else MigrationFailed) as caught:
        upgrade(repository)
    assert "child" in str(caught.value)
    assert sql(url, "SELECT count(*) FROM parent") == [(2,)]
    assert sql(url, "SELECT version_num FROM alembic_version") == [("one",)]


def test_rows_that_were_broken_before_stop_nothing(sqlite_repository: Repository, sql: Sql) -> None:
    """A revision is not blamed for what it found."""
    write_revision(sqlite_repository, "one", None, FAMILY)
    upgrade(sqlite_repository)
    sql(url_of(sqlite_repository), "INSERT INTO child VALUES (13, 99)")
    write_revision(sqlite_repository, "two", "one", REBUILD)
    assert upgrade(sqlite_repository).heads == ("two",)


def test_an_environment_that_commits_nothing_is_found_out(repository: Repository, sql: Sql) -> None:
    """Alembic logs every revision and exits 0; the heads that a new connection reads say otherwise."""
    url = url_of(repository)
    write_revision(repository, "one", None, execute("CREATE TABLE t_one (id INTEGER)"))
    upgrade(repository)
    write_revision(repository, "two", "one", execute("INSERT INTO t_one VALUES (1)"))
    repository.write("alembic_db/env.py", OUTER)
    with pytest.raises(HeadsDisagree) as caught:
        upgrade(repository)
    assert (caught.value.expected, caught.value.found) == (("two",), ("one",))
    assert sql(url, "SELECT version_num FROM alembic_version") == [("one",)]
    done = repository.alembic("upgrade", "head")
    assert done.code != 0
    assert "FAILED: The database" in done.out


def test_an_environment_that_swallows_errors_is_found_out(repository: Repository, sql: Sql) -> None:
    """A run whose error env.py swallows, or that env.py never begins, does not count as done."""
    chain(repository, "one")
    write_revision(repository, "two", "one", execute("CREATE NONSENSE"))
    repository.write("alembic_db/env.py", SWALLOWED)
    with pytest.raises(NotCarriedOut):
        upgrade(repository)
    assert sql(url_of(repository), "SELECT version_num FROM alembic_version") == [("one",)]
    repository.write("alembic_db/env.py", "")
    done = repository.inv("db.upgrade")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: alembic_db/env.py did not carry out what it was asked for")


@pytest.fixture
def concurrent(repository: Repository) -> Repository:
    """Return a project whose second revision creates an index concurrently, once another process waits."""
    chain(repository, "one")
    write_revision(repository, "two", "one", "time.sleep(1.5)" + CONCURRENTLY)
    return repository


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_an_index_is_built_concurrently_while_others_wait(concurrent: Repository, sql: Sql) -> None:
    """``autocommit_block`` works under the lock, and a process that waits for the lock does not stall it."""
    ended = together(3, lambda: concurrent.inv("db.upgrade"))
    assert [done.code for done in ended] == [0, 0, 0], ended
    names = sql(url_of(concurrent), "SELECT indexname FROM pg_indexes WHERE tablename = 't_one' ORDER BY 1")
    assert names == [("ix_late",), ("t_one_pkey",)]
