"""Whatever breaks a revision off, at whichever statement: the database is as it was, and goes on to head."""

import os
import random
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.exc import DBAPIError

from dbtasks import databases, dialects, drift, lock, migrate, plan, repair, status
from dbtasks.errors import DbtasksError
from dialects.verbs import Here, command, here, upgrade, url_of, write_revision
from support import corpus
from support.corpus import differences
from support.repository import Repository, Sql
from support.servers import KINDS, connected

ALL = bool(os.environ.get("DBTASKS_TEST_ALL"))
TRIED = tuple(corpus.REVISIONS) if ALL else corpus.SOME
LOOKING = ("SELECT", "PRAGMA", "SHOW", "DESC")  # statements at whose begin nothing more has happened
VERSION = "UPDATE alembic_version"
MOST = 60  # statements of a revision
CHAIN = ("link_tables", "rename_table", "rename_and_drop_column", "replace_table")
KILLS = 17 if ALL else 2
SECONDS = 60  # for what takes two
SESSIONS = {  # how many others are connected to the database
    "postgresql": "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    "mysql": "SELECT count(*) FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()",
}


class InjectedError(Exception):
    """What is raised in the place of a statement."""


@pytest.fixture
def zero(repository: Repository, sql: Sql) -> Repository:
    """Return a project whose database is at revision zero, with rows."""
    write_revision(repository, "zero", None, corpus.ZERO)
    begin_again(repository, sql)
    return repository


def begin_again(repository: Repository, sql: Sql) -> None:
    """Bring the database to revision zero, with its rows, whatever it has now."""
    url = url_of(repository)
    databases.connect(url, dialects.of(url).wipe, write=True)
    upgrade(repository, "zero")
    sql(url, corpus.ROWS)


def facts(repository: Repository) -> dict[corpus.Fact, str]:
    """Return all that the database holds."""
    return connected(url_of(repository), corpus.facts)


@contextmanager
def fault(repository: Repository, file: Path, number: int) -> Iterator[list[str]]:
    """Raise in the place of a statement that a revision sends, or that records it; give those that were sent before."""
    live, sent = url_of(repository).database, list[str]()

    def hear(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if connection.engine.url.database != live or not (_is_sent_by(file) or statement.startswith(VERSION)):
            return
        if not statement.lstrip().upper().startswith(LOOKING):
            sent.append(statement)
            if len(sent) == number:
                raise InjectedError

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def _is_sent_by(file: Path) -> bool:
    frame = sys._getframe()
    while frame.f_back is not None and frame.f_code.co_filename != str(file):
        frame = frame.f_back
    return frame.f_back is not None


@pytest.mark.parametrize("name", TRIED)
def test_a_fault_at_any_statement_leaves_all_as_it_was(zero: Repository, sql: Sql, name: str) -> None:
    """PostgreSQL and SQLite are exactly as before, MariaDB is after db.repair; then db.upgrade reaches head."""
    file = write_revision(zero, name, "zero", corpus.body(name))
    at, before = here(zero), facts(zero)
    planned, wrong = plan.upgrade(*at), {}
    for number in range(1, MOST):
        with fault(zero, file, number) as sent:
            try:
                migrate.run(*at, planned)
            except DbtasksError:
                if len(sent) < number:
                    raise
            else:
                break
        left = _mended(zero, at)
        if found := [*left, *differences(before, facts(zero))]:
            wrong[f"{number}, {sent[-1].strip()!r}"] = found
            begin_again(zero, sql)
    if wrong:
        pytest.fail(_told(wrong), pytrace=False)
    assert number > 1
    assert plan.recorded(*at) == (name,)
    assert drift.find(*at).differences == ()


def _mended(repository: Repository, at: Here) -> list[str]:
    """Return what db.repair leaves to do, where a revision that fails leaves anything."""
    if dialects.of(url_of(repository)).atomic:
        return []
    try:
        done = repair.run(*at, repair.look(*at))
    except (DbtasksError, DBAPIError) as error:
        return [f"the repair raised {type(error).__name__}: {str(error).partition(chr(10))[0]}"]
    return [f"left by the repair: {one}" for one in done.left]


def _told(wrong: dict[str, list[str]]) -> str:
    return "\n".join(f"at statement {number}:\n  " + "\n  ".join(found) for number, found in wrong.items())


def test_a_killed_upgrade_can_go_on(zero: Repository, sql: Sql, server_url: URL, tmp_path: Path) -> None:
    """After kill -9 at any moment all is as the recorded revision says, on MariaDB after db.repair; head is reached."""
    seed = os.environ.get("DBTASKS_TEST_SEED") or secrets.token_hex(4)
    moments, expected, at = random.Random(seed), _expected(zero), here(zero)
    begin_again(zero, sql)
    _run_for(zero, SECONDS, tmp_path)
    begin_again(zero, sql)
    until_locked, whole = _run_for(zero, SECONDS, tmp_path)
    assert differences(expected[CHAIN[-1]], facts(zero)) == []
    there = set(sql.databases(server_url))
    for number in range(KILLS):
        begin_again(zero, sql)
        locked = number % 2 == 0  # most of the time a process that migrates does not migrate
        moment = moments.uniform(0, whole - until_locked if locked else whole)
        _run_for(zero, moment, tmp_path, locked=locked)
        told = f"DBTASKS_TEST_SEED={seed}: {number} was killed {moment:.3f} s after {'the lock' if locked else 'begin'}"
        (recorded,) = plan.recorded(*at)
        is_torn = status.of(*at).unfinished is not None or drift.find(*at).differences != ()
        if is_torn:
            assert not dialects.of(url_of(zero)).atomic, told
            assert _mended(zero, at) == [], told
            assert drift.find(*at).differences == (), told
        assert differences(expected[recorded], facts(zero)) == [], told
        upgrade(zero)
        assert differences(expected[CHAIN[-1]], facts(zero)) == [], told
        _drop_scratch(server_url, there, sql)


def _expected(repository: Repository) -> dict[str, dict[corpus.Fact, str]]:
    """Return what the database holds at each revision of the chain, which is written by this."""
    for after, name in pairwise(("zero", *CHAIN)):
        write_revision(repository, name, after, corpus.body(name))
    expected = {"zero": facts(repository)}
    for name in CHAIN:
        upgrade(repository, name)
        expected[name] = facts(repository)
    return expected


def _run_for(repository: Repository, seconds: float, folder: Path, *, locked: bool = False) -> tuple[float, float]:
    """Run db.upgrade for so long, or for so long from when it has the lock; then kill it.

    Return when it had the lock, and when it ended; its server has heard of the end by then.
    """
    url, name, begin = url_of(repository), here(repository).settings.database.name, time.monotonic()
    with subprocess.Popen(
        command("db.upgrade", "--confirm", name),
        cwd=repository.root,
        env={**os.environ, "DATABASE_URL": repository.url, "TMPDIR": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        until_locked = 0.0
        if locked or seconds == SECONDS:
            while process.poll() is None and lock.holder(url) is None:
                assert time.monotonic() < begin + SECONDS
            until_locked = time.monotonic() - begin
        try:
            _, error = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        else:
            assert process.returncode == 0, error
    whole, sessions = time.monotonic() - begin, SESSIONS.get(url.get_backend_name())
    while sessions and connected(url, lambda connection: connection.exec_driver_sql(sessions).scalar_one()):
        assert time.monotonic() < begin + SECONDS
    return until_locked, whole


def _drop_scratch(server: URL, those_before: set[str], sql: Sql) -> None:
    """Drop the scratch databases that killed processes have left on a server that is private."""
    kind = KINDS.get(server.get_backend_name())
    if kind is not None and not os.environ.get(kind.variable):
        for name in set(sql.databases(server)) - those_before:
            sql(server, kind.drop.format(name))
