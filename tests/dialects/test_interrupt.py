import signal
from pathlib import Path

import pytest
from sqlalchemy import URL

from dialects.verbs import LIVE, STOP, STOP_ANYWHERE, chain, execute, running, upgrade, url_of, write_revision
from support.repository import Repository, Sql

LONG = {
    "sqlite": "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 8000000) SELECT count(*) FROM c",
    "postgresql": "SELECT pg_sleep(60)",
    "mysql": "SELECT SLEEP(60)",
}
TOLD = """
error: Interrupted.
  why: the revision that was running is undone where the database can undo it; scratch databases are gone.
  fix: inv db.status
"""
CREATE = execute("CREATE TABLE t_two (id INTEGER)")
KINDS = ["python", "database"]


@pytest.mark.parametrize(("kind", "number"), [("python", signal.SIGTERM), ("database", signal.SIGINT)])
def test_an_interrupted_upgrade_is_undone(kind: str, number: signal.Signals, repository: Repository, sql: Sql) -> None:
    """Ctrl-C, or the end of a container, in the middle of a revision: told in three lines, with the lock free."""
    url = url_of(repository)
    stop = STOP if kind == "python" else LIVE.format(_long(url).replace("\n", "\n    "))
    chain(repository, "one")
    write_revision(repository, "two", "one", f"{CREATE}\n{stop}")
    with running(repository, "db.upgrade") as process:
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, TOLD)
    assert out.startswith("  applied  one  Revision one  (")
    assert sql(url, "SELECT version_num FROM alembic_version") == [("one",)]
    kept = ["t_two"] if url.get_backend_name() == "mysql" else []
    assert sql.tables(url) == ["alembic_version", "t_one", *kept]
    write_revision(repository, "two", "one")
    assert [step.revision for step in upgrade(repository).steps] == ["two"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_interrupted_draft_leaves_nothing(
    kind: str, repository: Repository, server_url: URL, tmp_path: Path, sql: Sql
) -> None:
    """Ctrl-C while the history is replayed: no file, no scratch database, no folder, and the database as it was."""
    url, folder = url_of(repository), tmp_path / "temporary"
    folder.mkdir()
    before = sql.databases(server_url)
    chain(repository, "one")
    write_revision(repository, "two", "one", f"{CREATE}\n{STOP_ANYWHERE if kind == 'python' else _long(url)}")
    with running(repository, "db.revision", "-m", "next", TMPDIR=str(folder)) as process:
        assert url.get_backend_name() == "sqlite" or len(sql.databases(server_url)) > len(before)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, "", TOLD)
    assert list(folder.iterdir()) == []
    assert sql.databases(server_url) == before
    assert len(repository.revisions()) == 2
    assert sql.tables(url) == []


def _long(url: URL) -> str:
    return f'Path("stopped").touch()\nop.execute("{LONG[url.get_backend_name()]}")'
