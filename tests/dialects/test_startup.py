import asyncio
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import URL

from dbtasks import PreparedSchema, migrate, prepare_schema
from dbtasks.errors import DatabaseMissing, PendingRevisions, UnknownDatabaseRevision
from dialects.verbs import chain, command, here, upgrade, url_of
from support.repository import Repository, Sql, tiny

USER = {"username": "ada", "first_name": "Ada"}


@pytest.fixture
def chained(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """Return a project with two revisions, whose database the environment of this process names."""
    chain(repository, "one", "two")
    monkeypatch.setenv("DATABASE_URL", repository.url)
    return repository


def test_the_schema_is_brought_to_head(chained: Repository, sql: Sql) -> None:
    """A program without a loop finds every table; called again there is nothing to apply."""
    assert prepare_schema(chained.root) == PreparedSchema("two", ("one", "two"))
    assert prepare_schema(chained.root / "services") == PreparedSchema("two", ())
    assert sql.tables(url_of(chained)) == ["alembic_version", "t_one", "t_two"]


def test_it_is_called_from_a_running_loop(chained: Repository, sql: Sql) -> None:
    """FastAPI's lifespan, or any coroutine, may call it."""

    async def lifespan() -> PreparedSchema:
        return prepare_schema(chained.root)

    assert asyncio.run(lifespan()) == PreparedSchema("two", ("one", "two"))
    assert "t_two" in sql.tables(url_of(chained))


def test_it_finds_the_project_around_the_working_directory(
    chained: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an argument the working directory tells."""
    monkeypatch.chdir(chained.path("services"))
    assert prepare_schema().revision == "two"


def test_check_refuses_to_start_below_head(chained: Repository, sql: Sql) -> None:
    """With ``on_startup: check`` pending revisions stop the program, nothing is written, and the command is named."""
    chained.write("config/default_config.yaml", "database:\n  on_startup: check\n")
    with pytest.raises(PendingRevisions) as caught:
        prepare_schema(chained.root)
    assert caught.value.pending == ("one", "two")
    assert caught.value.fix() == "inv db.upgrade"
    assert sql.tables(url_of(chained)) == []
    upgrade(chained)
    assert prepare_schema(chained.root) == PreparedSchema("two", ())


def test_off_only_looks(chained: Repository, sql: Sql) -> None:
    """With ``on_startup: off`` the program starts below head, and even at a revision that no file has."""
    chained.write("config/default_config.yaml", "database:\n  on_startup: off\n")
    assert prepare_schema(chained.root) == PreparedSchema(None, ())
    assert sql.tables(url_of(chained)) == []
    upgrade(chained, "one")
    sql(url_of(chained), "UPDATE alembic_version SET version_num = 'lost'")
    assert prepare_schema(chained.root) == PreparedSchema("lost", ())


def test_an_unknown_revision_stops_the_program(chained: Repository, sql: Sql) -> None:
    """A database that newer code has migrated is left alone, and the program does not start."""
    upgrade(chained)
    sql(url_of(chained), "UPDATE alembic_version SET version_num = 'lost'")
    with pytest.raises(UnknownDatabaseRevision):
        prepare_schema(chained.root)
    assert sql(url_of(chained), "SELECT version_num FROM alembic_version") == [("lost",)]


def test_a_missing_database_is_created_only_as_a_file(
    missing_database_url: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An SQLite file and its folder are made; on a server an administrator does that."""
    repository = tiny(tmp_path / "repository", missing_database_url.render_as_string(hide_password=False))
    chain(repository, "one")
    monkeypatch.setenv("DATABASE_URL", repository.url)
    if missing_database_url.get_backend_name() == "sqlite":
        assert prepare_schema(repository.root).revision == "one"
        return
    with pytest.raises(DatabaseMissing):
        prepare_schema(repository.root)


def test_the_reference_backend_serves_from_nothing(reference: Repository) -> None:
    """``inv serve`` makes the schema, tells its revision, serves users, and finds them again after a restart."""
    if url_of(reference).get_backend_name() != "sqlite":
        migrate.create(*here(reference))
    head = here(reference).history.head()
    with _served(reference) as client:
        assert client.get("/health").json() == {"status": "ok", "revision": head}
        assert client.get("/users").json() == []
        created = client.post("/users", json=USER)
        assert created.status_code == 201
        assert created.json() | USER == created.json()
        assert client.post("/users", json=USER).status_code == 409
        assert client.get("/users/99").status_code == 404
        assert client.post("/users", json={"username": ""}).status_code == 422
    with _served(reference) as client:
        assert client.get("/users").json() == [created.json()]
        assert client.get(f"/users/{created.json()['id']}").json() == created.json()


@contextmanager
def _served(repository: Repository) -> Iterator[httpx.Client]:
    """Yield a client of ``inv serve``, once it answers; it ends as by Ctrl-C."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with subprocess.Popen(
        command("serve", "--port", str(port)),
        cwd=repository.root,
        env={**os.environ, "DATABASE_URL": repository.url},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
                _wait_for(client, process)
                yield client
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=20)
            assert "Traceback" not in out, out
        finally:
            process.kill()


def _wait_for(client: httpx.Client, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            client.get("/health")
        except httpx.TransportError:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return
