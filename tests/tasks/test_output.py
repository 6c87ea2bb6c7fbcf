"""What people see when it goes well: whole texts, in which only ids, dates, times and the root stand for others."""

import json
import os
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

from dialects.verbs import command
from support.messages import Reader, lines, revision, snapshot
from support.repository import TINY, Repository, tiny

TASKS = """
    from invoke import Collection
    from dbtasks.tasks import db, onboard

    ns = Collection(db, onboard)
    """

# One project from its first revision on: what is typed, and what is then on stdout. Every second one in a subfolder.
STORY = [
    (
        "db.status",
        """
        database     database.db  (sqlite+aiosqlite:///ROOT/db/database.db)
        environment  local
        current      the database does not exist yet
        head         none (the history is empty)
        pending      none
        """,
    ),
    (
        "db.history db.heads db.create",
        """
        The history is empty. Next: inv db.revision -m "create the first tables"
        The history is empty.
        Created the database database.db.
        Next: inv db.upgrade
        """,
    ),
    ("db.create db.init", "The database database.db exists already.\nNothing is missing; no file was written.\n"),
    (
        "db.revision -m add_items",
        """
          create the table item
        Wrote alembic_db/versions/DATE_id1_add_items.py.
        Next: read it, then inv db.upgrade
        """,
    ),
    (
        "db.status",
        """
        database     database.db  (sqlite+aiosqlite:///ROOT/db/database.db)
        environment  local
        current      base (nothing applied)
        head         id1
        pending      1 revision
          id1  Add_items
        Next: inv db.upgrade
        """,
    ),
    (
        "db.upgrade --dry-run db.upgrade",
        """
        Would apply to database.db, from base (nothing applied):
          id1  Add_items  [shop]
            create the table item
                CREATE TABLE item (
                    id INTEGER NOT NULL,
                    name VARCHAR(50) NOT NULL,
                    PRIMARY KEY (id)
                );
        Plan PLAN. Nothing was changed.
          applied  id1  Add_items  (TIME)
        1 revision applied. database.db is at id1.
        """,
    ),
    (
        "db.upgrade db.upgrade --dry-run db.revision -m again",
        """
        Nothing to upgrade: database.db is at id1.
        Nothing to upgrade: database.db is at id1.
        Nothing to migrate: the models are what the history's head has.
        """,
    ),
    (
        "db.revision --empty -m data",
        "Wrote alembic_db/versions/DATE_id2_data.py.\nNext: read it, then inv db.upgrade\n",
    ),
    ("db.upgrade --rev +1", "  applied  id2  Data  (TIME)\n1 revision applied. database.db is at id2.\n"),
    (
        "db.history db.heads db.status",
        """
        id2  Data  [after id1] (head)
        id1  Add_items  [the first]  shop
        id2  Data  (alembic_db/versions/DATE_id2_data.py)
        database     database.db  (sqlite+aiosqlite:///ROOT/db/database.db)
        environment  local
        current      id2
        head         id2
        pending      none
        """,
    ),
    (
        "db.downgrade --rev -2 --dry-run",
        """
        Would revert on database.db, from id2:
          id2  Data
          id1  Add_items  [shop]
            drop the table item
            ! loses the table item: 0 rows
                DROP TABLE item;
        Plan PLAN. Nothing was changed.
        """,
    ),
    (
        "db.downgrade --rev -2",
        """
          reverted id2  Data  (TIME)
          reverted id1  Add_items  (TIME)
        2 revisions reverted. database.db is at base (nothing applied).
        """,
    ),
    ("db.stamp --rev head", "database.db now records id2; no revision was run.\n"),
    (
        "db.reset --confirm database.db",
        """
          applied  id1  Add_items  (TIME)
          applied  id2  Data  (TIME)
        2 revisions applied. database.db is at id2.
        What was there is set aside: inv db.restore --id NUMBER
        """,
    ),
    (
        "db.downgrade --rev id1 db.downgrade --rev id1 --dry-run",
        """
          reverted id2  Data  (TIME)
        1 revision reverted. database.db is at id1.
        Nothing to downgrade: database.db is at id1.
        """,
    ),
]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return a project without any revision, whose database is the file that its configuration names."""
    return tiny(tmp_path / "repository", "")


def test_the_story(repository: Repository) -> None:
    """Each task tells what it did in whole sentences, from the root as from a subfolder, without control characters."""
    reader = Reader(repository)
    for number, (typed, expected) in enumerate(STORY):
        assert (typed, reader.inv(typed, "services/shop" if number % 2 else None)) == (typed, lines(expected))


def test_the_version_is_that_of_the_package(repository: Repository) -> None:
    """Not that of Invoke, whose program this is."""
    assert Reader(repository).inv("--version") == f"dbtasks {version('dbtasks')}\n"


def test_merge(repository: Repository) -> None:
    """A merge is written under a name that says what it joins, and applied as any revision."""
    revision(repository, "77d0e1")
    revision(repository, "3f1c9a", "77d0e1")
    revision(repository, "9ab204", "77d0e1")
    reader = Reader(repository)
    assert reader.inv("db.heads") == lines("""
        3f1c9a  Add 3f1c9a  (alembic_db/versions/3f1c9a.py)
        9ab204  Add 9ab204  (alembic_db/versions/9ab204.py)
        """)
    assert reader.inv("db.status").endswith("The history has several heads. Next: inv db.merge or inv db.rebase\n")
    assert reader.inv("db.merge") == lines("""
        Wrote alembic_db/versions/DATE_id1_merge_3f1c9a_and_9ab204.py.
        Next: inv db.upgrade
        """)
    assert reader.inv("db.history") == lines("""
        id1  Merge 3f1c9a and 9ab204  [after 3f1c9a, 9ab204] (head)
        3f1c9a  Add 3f1c9a  [after 77d0e1]
        9ab204  Add 9ab204  [after 77d0e1]
        77d0e1  Add 77d0e1  [the first]
        """)
    assert reader.inv("db.upgrade").endswith("\n4 revisions applied. database.db is at id1.\n")


def test_status_as_json(repository: Repository) -> None:
    """``db.status --json`` is one object with every fact of the text."""
    revision(repository, "77d0e1")
    assert json.loads(repository.inv("db.status", "--json", cwd="services").out) == {
        "database": "database.db",
        "url": f"sqlite+aiosqlite:///{repository.root}/db/database.db",
        "environment": "local",
        "exists": False,
        "current": [],
        "heads": ["77d0e1"],
        "pending": [{"id": "77d0e1", "message": "Add 77d0e1"}],
        "unknown": [],
        "sourceless": [],
        "migrating": None,
        "edited": [],
        "never_run": [],
        "unfinished": None,
    }


def test_services(repository: Repository) -> None:
    """``db.services`` shows each service with its packages, modules and tables, as text and as JSON."""
    package, module = "services/shop/database/db_models", "item_model"
    assert Reader(repository).inv("db.services") == lines(f"""
        shop (1 table)
          {package}
            item_model.py                    item

        1 service, 1 module, 1 table.
        """)
    assert json.loads(repository.inv("db.services", "--json", cwd="config").out) == [
        {
            "name": "shop",
            "path": "services/shop",
            "packages": [package],
            "modules": [{"name": f"{package.replace('/', '.')}.{module}", "path": f"{package}/{module}.py"}],
            "tables": [{"name": "item", "view": False, "source": f"{package}/{module}.py:9"}],
        }
    ]


def test_onboard_twice(repository: Repository) -> None:
    """The first run makes everything ready, and the second one finds that it is."""
    repository.write("tasks.py", TASKS)
    repository.write(".env.example", "ENVIRONMENT=local\n")
    revision(repository, "77d0e1")
    last = "inv db.status shows the database, inv --list shows every task"
    reader = Reader(repository)
    assert reader.inv("onboard") == lines(f"""
          applied  77d0e1  Add 77d0e1  (TIME)
        .env         made from .env.example
        database     database.db created  (sqlite+aiosqlite:///ROOT/db/database.db)
        revisions    1 revision applied; it is at 77d0e1
        Next: {last}
        """)
    assert repository.read(".env") == "ENVIRONMENT=local\n"
    before = snapshot(repository.root)
    assert reader.inv("onboard", "services") == lines(f"""
        .env         left as it is
        database     database.db was there already  (sqlite+aiosqlite:///ROOT/db/database.db)
        revisions    0 revisions applied; it is at 77d0e1
        Next: {last}
        """)
    assert snapshot(repository.root) == before


def test_a_repository_adopts_it_from_zero(tmp_path: Path) -> None:
    """A tasks.py, db.init and a first model are all that a new repository needs."""
    reader = Reader(Repository(tmp_path, ""))
    reader.repository.write("tasks.py", TINY["tasks.py"])
    assert reader.inv("db.init") == lines("""
        Wrote alembic_db/alembic.ini
        Wrote alembic_db/env.py
        Wrote alembic_db/script.py.mako
        Wrote config/default_config.yaml
        Next: inv db.revision -m "create the first tables"
        """)
    model = "services/shop/database/db_models/item_model.py"
    reader.repository.write(model, TINY[model])
    assert reader.inv("db.revision -m first") == lines("""
          create the table item
        Wrote alembic_db/versions/DATE_id1_first.py.
        Next: read it, then inv db.upgrade
        """)
    assert reader.inv("db.upgrade", "services") == lines("""
          applied  id1  First  (TIME)
        1 revision applied. database.db is at id1.
        """)


def test_nobody_reads_it_any_more(tmp_path: Path) -> None:
    """When what stands behind a pipe has gone, as ``head`` does, the work goes on, without a word."""
    repository = tiny(tmp_path / "repository", f"sqlite+aiosqlite:///{tmp_path}/shop.db")
    assert repository.inv("db.revision", "-m", "first").code == 0
    reading, writing = os.pipe()
    os.close(reading)
    environment = {**os.environ, "DATABASE_URL": repository.url}
    done = subprocess.run(
        command("db.upgrade"), cwd=repository.root, env=environment, stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "Nothing to upgrade" in repository.inv("db.upgrade").out
