import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import make_url

from support.messages import Reader, lines, revision, snapshot
from support.repository import Repository, Sql, tiny

SECONDS = 60  # for a command at a terminal; a longer one waits for an answer that does not come


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return a project without any revision, whose database is the file that its configuration names."""
    return tiny(tmp_path / "repository", "")


@pytest.fixture
def migrated(repository: Repository, sql: Sql) -> Repository:
    """Return a project with one revision, to which its database was migrated, and a table of somebody's."""
    revision(repository, "77d0e1")
    file = repository.write("db/database.db", "")
    repository.write("db/database.db.lock", "")
    sql(
        make_url(f"sqlite+aiosqlite:///{file}"),
        "CREATE TABLE mine (id INTEGER); CREATE TABLE alembic_version (version_num VARCHAR(32));"
        "INSERT INTO alembic_version VALUES ('77d0e1')",
    )
    return repository


def typed(repository: Repository, keys: bytes, *arguments: str) -> tuple[int, str]:
    """Return the exit code and the output of a command at a terminal where ``keys`` are pressed."""
    master, slave = pty.openpty()
    program = [sys.executable, "-P", "-c", "from dbtasks.tasks import main; main()", *arguments]
    with subprocess.Popen(program, cwd=repository.root, stdin=slave, stdout=slave, stderr=slave) as process:
        os.close(slave)
        output = b""
        while b"to go on: " not in output:
            output += os.read(master, 1000)
        os.write(master, keys)
        try:
            while more := os.read(master, 1000):
                output += more
        except OSError:  # on Linux the end of what a terminal shows
            pass
        os.close(master)
        code = process.wait(SECONDS)
    return code, output.decode().replace("\r\n", "\n")


NEXT = (  # it was stamped, so that nobody has kept the source
    "check out the branch that has it (git log --all --diff-filter=A -- '*77d0e1*') and downgrade there, or bring the "
    "file back."
)


def test_status_of_a_database_from_another_branch(migrated: Repository) -> None:
    """A revision that the database records and no file has is told as such, with exit code 0."""
    migrated.remove("alembic_db/versions/77d0e1.py")
    assert Reader(migrated).inv("db.status") == lines("""
        database     database.db  (sqlite+aiosqlite:///ROOT/db/database.db)
        environment  local
        current      77d0e1
        head         none (the history is empty)
        pending      none
        The database records 77d0e1, which no revision file has: it comes from another branch. Next: NEXT
        """).replace("NEXT", NEXT)


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (
            "db.upgrade",
            "Would apply to database.db, from 77d0e1:\n  9ab204  Add 9ab204\nPlan PLAN. Nothing was changed.\n",
        ),
        (
            "db.downgrade --rev -1",
            "Would revert on database.db, from 77d0e1:\n  77d0e1  Add 77d0e1\nPlan PLAN. Nothing was changed.\n",
        ),
        ("db.reset --confirm database.db", "reset: nothing was done (--dry).\n"),
        ("db.revision -m more", "revision: nothing was done (--dry).\n"),
        ("db.stamp --rev head", "stamp: nothing was done (--dry).\n"),
    ],
)
def test_dry(migrated: Repository, command: str, told: str) -> None:
    """Invoke's own ``--dry``, which by itself stops shell commands only, changes nothing here either."""
    revision(migrated, "9ab204", "77d0e1")
    before = snapshot(migrated.root)
    assert Reader(migrated).inv(f"--dry {command}") == told
    assert snapshot(migrated.root) == before


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        (b"\x04", "it sets everything aside, and leaves empty tables, and the database was not named."),
        (b"\n", "it sets everything aside, and leaves empty tables, and the database was not named."),
        (b"yes\n", "'yes' is not the name of the database."),
    ],
)
def test_a_reset_that_is_not_confirmed(migrated: Repository, keys: bytes, why: str) -> None:
    """Ctrl-D, Enter or a mere yes at the prompt of db.reset leaves everything as it is."""
    before = snapshot(migrated.root)
    code, shown = typed(migrated, keys, "db.reset")
    question = "It sets everything aside, and leaves empty tables (database 'database.db').\nType the name of the database to go on: "
    refusal = "error: db.reset was refused; nothing was changed.\n"
    assert shown.startswith(question)
    assert shown.endswith(f"{refusal}  why: {why}\n  fix: inv db.reset --confirm database.db\n")
    assert (code, snapshot(migrated.root)) == (3, before)


def test_a_reset_that_is_confirmed(migrated: Repository) -> None:
    """The name of the database, typed at the prompt, lets db.reset run."""
    code, shown = typed(migrated, b"database.db\n", "db.reset")
    assert code == 0, shown
    assert "\n1 revision applied. database.db is at 77d0e1.\nWhat was there is set aside: inv db.restore --id " in shown
