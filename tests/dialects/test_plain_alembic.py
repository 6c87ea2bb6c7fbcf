import shutil
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url

from dialects.verbs import chain, execute, python, together, upgrade, url_of, write_revision
from support.repository import Repository, Sql, tiny
from support.servers import AWKWARD

PRICE = """
from sqlalchemy.orm import Mapped, mapped_column

from services.shop.database.db_models.item_model import Base


class Price(Base):
    __tablename__ = "price"

    id: Mapped[int] = mapped_column(primary_key=True)
"""
LOGGING = """
import logging, sys
from alembic import command
from alembic.config import Config

stream = logging.StreamHandler(sys.stdout)
logging.basicConfig(level=logging.INFO, handlers=[stream], format="%(name)s %(message)s")
mine = logging.getLogger("mine")
before = (logging.root.handlers[:], logging.root.level)
command.upgrade(Config("alembic_db/alembic.ini"), "head")
assert (logging.root.handlers, logging.root.level) == before and not mine.disabled
mine.info("still heard")
"""
MEMORY = """
import atexit, gc, sys
from alembic import command, config

gc.unfreeze()
atexit.register(lambda: print("frozen" if gc.get_freeze_count() else "free"))
thresholds = gc.get_threshold()
if sys.argv[1:] == ["line"]:
    config.main(["-c", "alembic_db/alembic.ini", "upgrade", "head"])
else:
    command.upgrade(config.Config("alembic_db/alembic.ini"), "head")
assert gc.get_threshold() == thresholds and not gc.get_freeze_count()
"""
# What only a run needs that drafts, compares, or may lose something.
NOT_NEEDED = {
    *(
        f"dbtasks.{name}"
        for name in ("plain", "revise", "drafting", "scratch", "compare", "services", "dialects.clones")
    ),
    *(f"dbtasks.{name}" for name in ("plan", "guard", "aside", "watch", "statements", "rehearsal")),
}


def test_the_daily_commands_work_verbatim(repository: Repository, sql: Sql) -> None:
    """A draft, up, down, to head, to an id, by one and to base, and the commands that look."""
    alembic, url = repository.alembic, url_of(repository)
    first = _drafted(repository)
    assert alembic("upgrade", "head").code == 0
    assert sql.tables(url) == ["alembic_version", "item"]
    repository.write("services/shop/database/db_models/price_model.py", PRICE)
    second = _drafted(repository)
    assert alembic("upgrade", second).code == 0
    assert sql.tables(url) == ["alembic_version", "item", "price"]
    assert alembic("check").out == "No new upgrade operations detected.\n"
    assert alembic("current").out == f"{second} (head)\n"
    history = [line.split(",")[0] for line in alembic("history").out.splitlines()]
    assert history == [f"{first} -> {second} (head)", f"<base> -> {first}"]
    assert alembic("downgrade", "-1").code == 0
    assert sql.tables(url) == ["alembic_version", "item"]
    upgrade(repository)
    assert alembic("downgrade", first).code == 0
    assert sql.tables(url) == ["alembic_version", "item"]
    assert alembic("downgrade", "base").code == 0
    assert sql.tables(url) == ["alembic_version"]


def test_looking_creates_no_table(repository: Repository, sql: Sql) -> None:
    """On an empty database the commands that look leave it empty: stock ``check`` writes alembic_version."""
    for arguments in (["current"], ["history"], ["check"], ["revision", "-m", "message"]):
        repository.alembic(*arguments)
    assert sql.tables(url_of(repository)) == []


def test_looking_creates_no_file(missing_database_url: URL, server_url: URL, tmp_path: Path, sql: Sql) -> None:
    """Where there is no database the commands that look create none; on SQLite they take it for an empty one."""
    repository = tiny(tmp_path / "repository", missing_database_url.render_as_string(hide_password=False))
    in_file = server_url.get_backend_name() == "sqlite"
    for arguments in (["current"], ["check"], ["revision", "--autogenerate", "-m", "message"]):
        done = repository.alembic(*arguments)
        assert "Traceback" not in done.err
        assert in_file or ("FAILED" in done.out and "inv db.create" in done.out)
    assert repository.alembic("history").code == 0
    assert len(repository.revisions()) == (1 if in_file else 0)
    assert str(missing_database_url.database) not in sql.databases(server_url)
    if in_file:
        assert not Path(str(missing_database_url.database)).exists()


def test_upgrading_creates_an_sqlite_file_with_its_folder(sqlite_reference: Repository, sql: Sql) -> None:
    """``upgrade head`` on an empty machine makes folder, file and every table."""
    done = sqlite_reference.alembic("upgrade", "head")
    assert done.code == 0, done.err
    assert "user" in sql.tables(url_of(sqlite_reference))


@pytest.mark.parametrize("drivername", ["postgresql+asyncpg", "mysql+aiomysql"])
def test_offline_sql_needs_no_server(drivername: str, sqlite_repository: Repository) -> None:
    """``upgrade head --sql`` prints the statements of a server that nobody can reach."""
    chain(sqlite_repository, "one")
    repository = Repository(sqlite_repository.root, f"{drivername}://user:word@127.0.0.1:1/name")
    done = repository.alembic("upgrade", "head", "--sql")
    assert done.code == 0, done.err
    assert "CREATE TABLE t_one (id INTEGER NOT NULL PRIMARY KEY)" in done.out
    assert "INSERT INTO alembic_version (version_num) VALUES ('one')" in done.out


def test_two_files_with_one_id_are_refused(repository: Repository, sql: Sql) -> None:
    """Plain ``upgrade`` refuses them too: Alembic by itself would run only one, and say nothing."""
    chain(repository, "one")
    shutil.copy(repository.path("alembic_db/versions/one.py"), repository.path("alembic_db/versions/copy.py"))
    done = repository.alembic("upgrade", "head")
    assert done.code != 0
    assert "The revision id 'one' stands in 2 files." in done.err
    assert sql.tables(url_of(repository)) == []


def test_six_upgrades_at_once_all_succeed(repository: Repository, sql: Sql) -> None:
    """Six replicas that run ``alembic upgrade head`` at once all exit 0, and each revision is applied once."""
    url = url_of(repository)
    sql(url, "CREATE TABLE applied (name VARCHAR(10))")
    write_revision(repository, "one", None, execute("INSERT INTO applied VALUES ('one')") + "\ntime.sleep(0.3)")
    write_revision(repository, "two", "one", execute("INSERT INTO applied VALUES ('two')"))
    ended = together(6, lambda: repository.alembic("upgrade", "head"))
    assert [done.code for done in ended] == [0] * 6, ended
    assert sql(url, "SELECT name FROM applied ORDER BY name") == [("one",), ("two",)]


def test_an_error_is_told_in_three_parts_without_traceback_or_password(repository: Repository) -> None:
    """What the tasks call an error, plain ``alembic`` calls FAILED, with the same words."""
    write_revision(repository, "one", None, execute("CREATE NONSENSE"))
    done = repository.alembic("upgrade", "head")
    assert done.code != 0
    assert "FAILED: The upgrade of revision one (alembic_db/versions/one.py:14) failed on" in done.out
    assert "\n  why: " in done.out
    assert "\n  fix: " in done.out
    _tells_no_secret(done.out + done.err, url_of(repository))


@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
def test_a_wrong_password_is_told_without_it(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """A server that does not let us in is no reason for a traceback, nor for the password."""
    url: URL = request.getfixturevalue(f"{kind}_url")
    wrong = url.set(password=f"{AWKWARD}wrong")
    repository = tiny(tmp_path / "repository", wrong.render_as_string(hide_password=False))
    done = repository.alembic("current")
    assert done.code != 0
    assert "FAILED: The database server at" in done.out
    assert "does not let 'tester' in." in done.out
    _tells_no_secret(done.out + done.err, wrong)


def test_migrating_imports_no_model(repository: Repository) -> None:
    """A model module that raises stops ``check``, and neither upgrade, current nor downgrade."""
    chain(repository, "one", "two")
    repository.write("services/shop/database/db_models/broken_model.py", "raise RuntimeError('imported')\n")
    for arguments in (["upgrade", "head"], ["current"]):
        done = repository.alembic(*arguments)
        assert done.code == 0, done.err
    done = repository.alembic("check")
    assert done.code != 0
    assert "services/shop/database/db_models/broken_model.py:1" in done.err
    assert "RuntimeError: imported" in done.err
    assert repository.alembic("downgrade", "-1").code == 0


def test_applying_imports_no_more_than_it_needs(repository: Repository) -> None:
    """Neither what drafts and compares nor what sets aside, where revisions can be seen to take nothing away."""
    chain(repository, "one", "two")
    env = repository.read("alembic_db/env.py")
    repository.write("alembic_db/env.py", env + "import sys\nprint(*sys.modules)\n")
    loaded = set(repository.alembic("upgrade", "head").out.split())
    assert "dbtasks.runtime" in loaded
    assert loaded & NOT_NEEDED == set()


@pytest.mark.parametrize(("way", "at_the_end"), [("line", "frozen"), ("program", "free")])
def test_the_command_line_ends_without_a_look_for_garbage(
    sqlite_repository: Repository, way: str, at_the_end: str
) -> None:
    """There is nothing to find for a process that gives back all of it; a program's memory is its own."""
    chain(sqlite_repository, "one")
    done = python(sqlite_repository, MEMORY, way)
    assert (done.code, done.out) == (0, f"{at_the_end}\n")


def test_a_program_keeps_its_own_logging(sqlite_repository: Repository) -> None:
    """A program that calls Alembic's commands by itself has its handlers, level and loggers afterwards."""
    chain(sqlite_repository, "one")
    done = python(sqlite_repository, LOGGING)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-1] == "mine still heard"


def test_the_command_line_logs_as_the_ini_file_says(sqlite_repository: Repository) -> None:
    """On the command line each applied revision is told, as with any Alembic project."""
    chain(sqlite_repository, "one")
    assert "Running upgrade  -> one" in sqlite_repository.alembic("upgrade", "head").err


def _drafted(repository: Repository) -> str:
    """Draft a revision by plain Alembic and return its id."""
    before = set(repository.revisions())
    done = repository.alembic("revision", "--autogenerate", "-m", "message")
    assert done.code == 0, done.err
    (path,) = set(repository.revisions()) - before
    return path.name.split("_")[2]


def _tells_no_secret(text: str, url: URL) -> None:
    assert "Traceback" not in text
    if url.password:
        shown = make_url(url.render_as_string(hide_password=False)).render_as_string(hide_password=False)
        assert str(url.password) not in text
        assert shown not in text
        assert "w!rd" not in text
        assert "w%21rd" not in text
