"""The pytest plugin, in projects of its own: real runs of pytest, on each database, in one process and in several."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import URL

from dbtasks import cache, databases, dialects, environment
from dialects.verbs import chain, execute, here, url_of, write_revision
from support.repository import Completed, Repository, Sql

NAMES = ("one", "two", "three")
PLUGINS = ("-p", "no:cacheprovider", "-p", "no:randomly")
USING = """
    import asyncio

    import pytest
    from sqlalchemy import inspect, make_url, text
    from sqlalchemy.ext.asyncio import create_async_engine


    @pytest.mark.parametrize("number", range(4))
    def test_each_has_its_own(number, migrated_engine, migrated_database_url):
        async def use():
            async with migrated_engine.begin() as connection:
                assert (await connection.execute(text("SELECT count(*) FROM t_one"))).scalar() == 0
                await connection.execute(text("INSERT INTO t_one VALUES (7)"))

        asyncio.run(use())
        asyncio.run(migrated_engine.dispose())
        with open("urls", "a") as file:
            file.write(migrated_database_url + "\\n")


    @pytest.fixture
    def opened():
        loop, found = asyncio.new_event_loop(), []
        yield loop, found
        try:  # the database is gone by now
            loop.run_until_complete(found[0].close())
            loop.run_until_complete(found[0].engine.dispose())
        except Exception:
            pass  # the server has ended it
        loop.close()


    def test_left_open(opened, migrated_database_url):
        async def use():
            connection = await create_async_engine(migrated_database_url).connect()
            await connection.execute(text("INSERT INTO t_one VALUES (7)"))
            return connection

        loop, found = opened
        found.append(loop.run_until_complete(use()))


    @pytest.mark.parametrize("number", range(2))
    def test_all_share_one(number, session_migrated_engine):
        async def use():
            async with session_migrated_engine.begin() as connection:
                await connection.execute(text(f"INSERT INTO t_two VALUES ({number})"))

        asyncio.run(use())
    """
SYNC = """
    from sqlalchemy import inspect


    def test_sync(migrated_sync_engine, session_migrated_sync_engine):
        for engine in (migrated_sync_engine, session_migrated_sync_engine):
            assert sorted(inspect(engine).get_table_names())[1:] == ["t_one", "t_three", "t_two"]
    """
READY = "from dbtasks.testing.tests import *  # noqa: F403\n"
MODEL = """
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


    class Base(DeclarativeBase):
        pass


    class One(Base):
        __tablename__ = "t_one"

        id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """


def run(repository: Repository, *arguments: str, **variables: str) -> Completed:
    """Return how a run of pytest in a project ended; its configuration is its own, its environment has no database."""
    names = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "DATABASE_URL"))}
    given = {**names, "DATABASE_URL": repository.url, "PYTHONPATH": ""} | variables
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *PLUGINS, *arguments],
        cwd=repository.root,
        env=given,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return Completed(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def project(repository: Repository) -> Repository:
    """Return a project of three revisions that has tests."""
    chain(repository, *NAMES)
    repository.write(
        "pyproject.toml", "[tool.dbtasks]\n[tool.pytest.ini_options]\naddopts = '--import-mode=importlib'\n"
    )
    repository.write("tests/test_using.py", USING)
    return repository


def test_each_test_has_a_database_at_head(project: Repository, server_url: URL, sql: Sql) -> None:
    """Every test finds it empty, none is left, the configured one is not touched, and pytest-xdist changes nothing."""
    before = sql.databases(server_url)
    done = run(project, "-n", "2", "tests")
    assert done.code == 0, done.out + done.err
    assert "7 passed" in done.out
    urls = project.read("urls").split()
    assert len(urls) == 4
    assert len({*urls}) == 4 or dialects.of(server_url).clones.used_again
    assert url_of(project).database not in {databases_name(url) for url in urls}
    assert sql.tables(url_of(project)) == []
    assert [
        name for name in sql.databases(server_url) if name not in before and not name.startswith(cache.PREFIX)
    ] == []


def databases_name(url: str) -> str:
    """Return the name at the end of a URL."""
    return url.rpartition("/")[2]


def test_it_survives_between_runs(project: Repository) -> None:
    """The second run, after a new revision, applies only that one."""
    write_revision(project, "one", None, "open('count', 'a').write('x')\n" + execute("CREATE TABLE t_one (id INTEGER)"))
    project.write("alembic_db/HEAD", "three\n")
    assert run(project, "tests", "-k", "own").code == 0
    chain_file = project.read("alembic_db/versions/three.py")
    project.write("alembic_db/versions/four.py", chain_file.replace("three", "four").replace("'two'", "'three'"))
    project.write("alembic_db/HEAD", "four\n")
    assert run(project, "tests", "-k", "own").code == 0
    assert project.read("count") == "x"


@pytest.mark.parametrize("dialect", ["sqlite", "mysql"])
def test_engines_that_are_not_asynchronous(project: Repository) -> None:
    """Where a driver is installed there is one: Python has SQLite's, and aiomysql brings PyMySQL."""
    project.write("tests/test_using.py", SYNC)
    done = run(project, "tests")
    assert done.code == 0, done.out


@pytest.mark.skipif(bool(find_spec("psycopg") or find_spec("psycopg2")), reason="a driver is installed")
@pytest.mark.parametrize("dialect", ["postgresql"])
def test_without_a_driver_that_is_not_asynchronous(project: Repository) -> None:
    """The message says what to install."""
    project.write("tests/test_using.py", SYNC)
    done = run(project, "tests")
    assert done.code == 1
    assert "error" in done.out
    assert (
        "There is no driver for postgresql that is not asynchronous.\n  why: none of 'psycopg', 'psycopg2' is installed."
        in done.out
    )
    assert "Traceback" not in done.out


def test_ready_made_tests(project: Repository) -> None:
    """One import gives three tests, which pass; each fails with what is wrong and what to run, and without a traceback."""
    project.write("tests/test_using.py", READY)
    for name in ("two", "three"):
        project.remove(f"alembic_db/versions/{name}.py")
    project.write("alembic_db/HEAD", "one\n")
    project.write("services/shop/database/db_models/item_model.py", MODEL)
    done = run(project, "tests")
    assert (done.code, "3 passed" in done.out) == (0, True), done.out
    if not project.url.startswith("sqlite"):
        return
    project.write("services/shop/database/db_models/item_model.py", MODEL.replace("t_one", "t_other"))
    write_revision(project, "two", "one", execute("CREATE TABLE t_two (id INTEGER)"), execute("DROP TABLE t_nothing"))
    write_revision(project, "three", "one", execute("CREATE TABLE t_three (id INTEGER)"), execute("DROP TABLE t_three"))
    done = run(project, "tests")
    assert done.code == 1
    assert "3 failed" in done.out
    assert "error: " not in done.out
    assert "The history has 2 heads: three, two." in done.out
    assert "No revision does this: create the table t_other." in done.out
    assert "The downgrade of revision two (alembic_db/versions/two.py:" in done.out
    assert "Traceback" not in done.out


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_downgrade_that_leaves_something(project: Repository) -> None:
    """When the second way up makes another schema than the first, the test says what would have to be corrected."""
    project.write("tests/test_using.py", "from dbtasks.testing.tests import test_up_down_up\n")
    left = execute("DROP TABLE t_two", "CREATE TABLE t_two (id INTEGER, more INTEGER)")
    write_revision(project, "two", "one", execute("CREATE TABLE IF NOT EXISTS t_two (id INTEGER)"), left)
    project.write("alembic_db/HEAD", "three\n")
    done = run(project, "tests")
    assert done.code == 1
    words = (
        "Reverted and applied again, the history makes another schema. To be corrected:\n  drop the column t_two.more"
    )
    assert words in done.out


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_a_server_that_may_have_something_to_lose(project: Repository, server_url: URL) -> None:
    """A protected environment, by the configuration or by the database, and a server elsewhere: nothing is made there."""
    done = run(project, "tests", "-k", "own", ENVIRONMENT="production")
    assert done.code == 1
    assert (
        "pytest was refused; nothing was changed.\n  why: the environment is 'production', which is protected"
        in done.out
    )
    environment.record(here(project).settings, "staging")
    assert "the environment is 'staging', which is protected" in run(project, "tests", "-k", "own").out
    elsewhere = server_url.set(host="192.0.2.1", database="live").render_as_string(hide_password=False)
    text = server_url.render_as_string(hide_password=False)
    project.write("config/default_config.yaml", f"database:\n  scratch:\n    url: '{text}'\n")
    done = run(project, "tests", "-k", "own", ENVIRONMENT="production", DATABASE_URL=elsewhere)
    assert done.code == 0, done.out


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_protected_environment_of_files(project: Repository) -> None:
    """Tests are not run in one, whatever the database; a project without one is told so."""
    assert (
        "which is protected; tests are not run in it" in run(project, "tests", "-k", "own", ENVIRONMENT="staging").out
    )
    project.remove("alembic_db")
    project.write("pyproject.toml", "")
    done = run(project, "tests", "-k", "own", "--rootdir", str(project.root))
    assert done.code == 1
    assert "Traceback" not in done.out


def test_where_nothing_is_kept(project: Repository, server_url: URL) -> None:
    """When the cache is emptied during a run, or cannot be written, each test has its database all the same."""
    emptied = """
    from dbtasks import cache, project, settings


    def test_emptied(dbtasks_mold, migrated_database_url, dbtasks_root):
        assert cache.clean(project.find(dbtasks_root), dbtasks_mold.database).kept


    def test_after(migrated_database_url):
        assert migrated_database_url
    """
    project.write("tests/test_using.py", emptied)
    done = run(project, "tests")
    assert done.code == 0, done.out
    for url in dialects.of(server_url).clones.left(server_url, cache.PREFIX, databases.connect):
        assert url.get_backend_name() != "sqlite"
        databases.drop(url)
    assert Path(project.root, "tests").exists()
