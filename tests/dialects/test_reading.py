import hashlib
import shlex
from pathlib import Path

import pytest
from sqlalchemy import URL

from dialects.verbs import chain, upgrade, url_of
from support.repository import Repository, Sql, tiny

READING = (
    "db.services",
    "db.services --json",
    "db.status",
    "db.status --json",
    "db.history",
    "db.heads",
    "db.sql",
    "db.sql --rev two:one",
)
PLANNING = (
    "db.upgrade --dry-run",
    "db.downgrade --rev -1 --dry-run",
)  # an error where there is no database, or no table
State = dict[str, object]


@pytest.fixture
def there(missing_database_url: URL, tmp_path: Path) -> Repository:
    """Return a project with two revisions, whose database does not exist."""
    repository = tiny(tmp_path / "repository", missing_database_url.render_as_string(hide_password=False))
    chain(repository, "one", "two")
    return repository


def test_reading_leaves_a_database_at_head_as_it_is(repository: Repository, server_url: URL, sql: Sql) -> None:
    """No file appears or changes, no database, no table, no row; of an SQLite file not one byte."""
    chain(repository, "one", "two")
    upgrade(repository)
    before = _state(repository, server_url, sql)
    _runs(repository, *READING, *PLANNING)
    assert _state(repository, server_url, sql) == before
    assert before["tables"] == ["alembic_version", "t_one", "t_two"]


def test_reading_leaves_an_empty_database_empty(repository: Repository, server_url: URL, sql: Sql) -> None:
    """Not even alembic_version is made; a downgrade has nothing to plan there."""
    chain(repository, "one", "two")
    before = _state(repository, server_url, sql)
    _runs(repository, *READING, PLANNING[0])
    assert repository.inv(*PLANNING[1].split()).code == 2
    assert _state(repository, server_url, sql) == before
    assert before["tables"] == []


def test_reading_creates_no_database(there: Repository, server_url: URL, sql: Sql) -> None:
    """A database that does not exist does not exist afterwards either, nor its file, nor its folder."""
    before = _state(there, server_url, sql)
    _runs(there, *READING)
    for command in PLANNING:
        done = there.inv(*command.split())
        in_file = url_of(there).get_backend_name() == "sqlite"
        assert done.code == (0 if in_file and command == PLANNING[0] else 2)
    assert _state(there, server_url, sql) == before


def _runs(repository: Repository, *commands: str) -> None:
    """Run commands in one process: Invoke takes several tasks."""
    done = repository.inv(*shlex.split(" ".join(commands)))
    assert (done.code, done.err) == (0, "")
    assert done.out


def _state(repository: Repository, server_url: URL, sql: Sql) -> State:
    """Return what there is: files with their times and contents, folders, databases, tables, the record."""
    url = url_of(repository)
    names = sql.databases(server_url)
    tables = sql.tables(url) if Path(str(url.database)).name in names else None
    recorded = sql(url, "SELECT * FROM alembic_version") if tables else []
    paths = (path for path in repository.root.parent.rglob("*") if "__pycache__" not in path.parts)
    files = {str(path): _facts(path) for path in paths}
    return {"databases": names, "tables": tables, "recorded": recorded, "files": files}


def _facts(path: Path) -> tuple[int, str]:
    if path.is_dir():
        return (0, "folder")
    return (path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
