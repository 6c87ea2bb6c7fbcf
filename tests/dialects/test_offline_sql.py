import sqlite3
from collections.abc import Iterator

import pytest
from sqlalchemy import URL, Connection

from dbtasks import compare, migrate, offline
from dbtasks.errors import BadRevisionRange, UnknownRevision
from dialects.verbs import chain, execute, here, upgrade, url_of, write_revision
from support.repository import Repository, Sql, fresh
from support.servers import connected, product

TABLES = "CREATE TABLE t_{} ("


@pytest.fixture
def by_hand(server_url: URL) -> Iterator[URL]:
    """Return the URL of another empty database, in which the printed SQL is run."""
    with fresh(server_url, create=True) as url:
        yield url


def test_the_printed_sql_makes_the_same_schema_as_an_upgrade(reference: Repository, by_hand: URL, sql: Sql) -> None:
    """Run by a DBA in an empty database it ends in the schema, the rows and the record of db.upgrade."""
    printed = _exact(reference).inv("db.sql")
    assert (printed.code, printed.err) == (0, "")
    _run(by_hand, printed.out)
    upgrade(reference)
    history, url = here(reference).history, url_of(reference)
    assert compare.with_schema(history, by_hand, url) == ()
    assert compare.with_schema(history, url, by_hand) == ()
    for statement in ("SELECT version_num FROM alembic_version", "SELECT response, type FROM response_template"):
        assert sql(by_hand, statement) == sql(url, statement) != []


def test_the_way_down_can_be_printed_too(reference: Repository, sql: Sql) -> None:
    """``head:base`` takes back everything that an upgrade has made."""
    upgrade(reference)
    _run(url_of(reference), offline.sql(*here(_exact(reference)), "head:base"))
    assert set(sql.tables(url_of(reference))) <= {"alembic_version"}


@pytest.mark.parametrize(
    ("revisions", "created", "dropped"),
    [
        ("base:head", "abc", ""),
        ("a:b", "b", ""),
        ("a:", "bc", ""),
        (":b", "ab", ""),
        ("b", "ab", ""),
        ("head:a", "", "cb"),
        ("b:base", "", "ba"),
    ],
)
def test_a_range_holds_what_lies_between(revisions: str, created: str, dropped: str, repository: Repository) -> None:
    """FROM:TO without FROM, upwards or downwards; each revision is recorded."""
    chain(repository, "a", "b", "c")
    text = offline.sql(*here(repository), revisions)
    for name in "abc":
        assert (f"CREATE TABLE t_{name} (" in text) is (name in created)
        assert (f"DROP TABLE t_{name}" in text) is (name in dropped)
    assert "alembic_version" in text


@pytest.mark.parametrize("revisions", ["a:a", "base:base"])
def test_a_range_that_leads_nowhere_is_refused(revisions: str, repository: Repository) -> None:
    """There is no SQL for it, which is told, rather than an empty text."""
    chain(repository, "a", "b")
    with pytest.raises(BadRevisionRange):
        offline.sql(*here(repository), revisions)
    with pytest.raises(UnknownRevision):
        offline.sql(*here(repository), "a:nowhere")


@pytest.mark.parametrize("dialect", ["postgresql", "mysql"])
def test_no_server_is_needed(dialect: str, sqlite_repository: Repository) -> None:
    """The URL says in which dialect to write; nobody listens there."""
    driver = {"postgresql": "asyncpg", "mysql": "aiomysql"}[dialect]
    chain(sqlite_repository, "a")
    repository = Repository(sqlite_repository.root, f"{dialect}+{driver}://user:word@127.0.0.1:1/name")
    done = repository.inv("db.sql")
    assert (done.code, done.err) == (0, "")
    assert "CREATE TABLE t_a (" in done.out


def test_the_projects_database_is_not_touched(repository: Repository, sql: Sql) -> None:
    """Neither a table nor a row is written, whatever is in it."""
    chain(repository, "a", "b")
    upgrade(repository, "a")
    offline.sql(*here(repository), "base:head")
    assert sql.tables(url_of(repository)) == ["alembic_version", "t_a"]
    assert migrate.stamp(*here(repository), "b").heads == ("b",)


def test_a_revision_that_asks_the_database_is_named(repository: Repository) -> None:
    """What it will do depends on an answer, so that no SQL can be written; SQLite has a scratch database to ask."""
    chain(repository, "a")
    asking = "rows = op.get_bind().execute(sa.text('SELECT count(*) FROM t_a')).scalar_one()\nassert rows == 0"
    write_revision(repository, "b", "a", f"{asking}\n{execute('CREATE TABLE t_b (id INTEGER)')}")
    if url_of(repository).get_backend_name() == "sqlite":
        assert "CREATE TABLE t_b (" in offline.sql(*here(repository), "base:head")
        return
    done = repository.inv("db.sql")
    assert (done.code, done.out) == (2, "")
    assert "revision b asks the database something" in done.err
    assert "alembic_db/versions/b.py:14" in done.err


def _exact(repository: Repository) -> Repository:
    """Return the repository with a URL that says MariaDB where the server is one: its SQL is not all MySQL's."""
    return Repository(repository.root, repository.url.replace("mysql+", f"{product(url_of(repository))}+"))


def _run(url: URL, text: str) -> None:
    """Run printed SQL as a DBA does: on SQLite all at once, on a server statement by statement on one connection."""
    if url.get_backend_name() == "sqlite":
        with sqlite3.connect(str(url.database)) as connection:
            connection.executescript(text)
        connection.close()
        return

    def run(connection: Connection) -> None:
        for statement in text.split(";\n"):
            lines = [line for line in statement.splitlines() if not line.startswith("--")]
            if "".join(lines).strip():
                connection.exec_driver_sql("\n".join(lines))

    connected(url, run)
