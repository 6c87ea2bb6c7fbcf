"""The library's verbs on a repository, run in this process: a subprocess costs ten times as much.

Nothing here imports a model, which would stay in ``sys.modules``; what does so is run by :func:`python`.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent, indent
from typing import NamedTuple

from sqlalchemy import URL, make_url

from dbtasks import history, migrate, plan, project, settings
from dbtasks.history import History
from dbtasks.migrate import Report
from dbtasks.settings import Settings
from support.repository import Completed, Repository

SECONDS = 30  # for something that takes one
STOP_ANYWHERE = """
Path("stopped").touch()
time.sleep(60)
"""
LIVE = """
if "dbtasks_scratch_" not in str(op.get_bind().engine.url):  # a rehearsal goes on
    {}
"""
STOP = LIVE.format(STOP_ANYWHERE.strip().replace("\n", "\n    "))
LOADED = """
from pathlib import Path
from dbtasks import history, project, services, settings
here = project.find(Path.cwd())
revisions, configured = history.load(here), settings.load(here)
"""
REVISION = '''
"""{message}."""

import time
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = {id!r}
down_revision = {after!r}


def upgrade() -> None:
{up}


def downgrade() -> None:
{down}
'''


class Here(NamedTuple):
    """What most verbs begin with."""

    history: History
    settings: Settings


def here(repository: Repository) -> Here:
    """Return the history of a repository as it is on disk now, and its settings."""
    found = project.find(repository.root)
    environ = {"DATABASE_URL": repository.url} if repository.url else {}
    return Here(history.load(found), settings.load(found, environ))


def upgrade(repository: Repository, revision: str = "head") -> Report:
    """Apply what is pending, in a database that is created when it is missing."""
    at = here(repository)
    migrate.create(*at)
    return migrate.run(*at, plan.upgrade(*at, revision))


def downgrade(repository: Repository, revision: str) -> Report:
    """Revert down to a revision."""
    at = here(repository)
    return migrate.run(*at, plan.downgrade(*at, revision))


def url_of(repository: Repository) -> URL:
    """Return the URL of a repository's database."""
    return make_url(repository.url)


def python(repository: Repository, code: str, *args: str) -> Completed:
    """Run code in the root of a repository, in a process of its own, with ``revisions`` and ``configured`` loaded."""
    return repository._run(["-c", LOADED + dedent(code), *args], None, None, None)


def command(*args: str) -> list[str]:
    """Return the command line of ``inv``, for a process that a test talks to."""
    return [sys.executable, "-P", "-c", "from dbtasks.tasks import main; main()", *args]


def execute(*statements: str) -> str:
    """Return the body of a revision that runs statements."""
    return "\n".join(f"op.execute({statement!r})" for statement in statements)


def write_revision(
    repository: Repository,
    name: str,
    after: str | tuple[str, ...] | None = None,
    up: str = "pass",
    down: str = "pass",
) -> Path:
    """Write a revision by hand, and that it is the head, and return its file."""
    repository.write("alembic_db/HEAD", f"{name}\n")
    bodies = {"up": indent(dedent(up).strip(), "    "), "down": indent(dedent(down).strip(), "    ")}
    text = REVISION.format(id=name, after=after, message=f"Revision {name}", **bodies)
    return repository.write(f"alembic_db/versions/{name}.py", text)


def chain(repository: Repository, *names: str) -> None:
    """Write revisions that build on each other; each creates the table ``t_<name>`` and drops it again."""
    for after, name in zip((None, *names), names, strict=False):
        table = f"t_{name}"
        up, down = execute(f"CREATE TABLE {table} (id INTEGER NOT NULL PRIMARY KEY)"), execute(f"DROP TABLE {table}")
        write_revision(repository, name, after, up, down)


def together(number: int, start: Callable[[], Completed]) -> list[Completed]:
    """Return how several processes ended that were started at once."""
    with ThreadPoolExecutor(number) as pool:
        return [future.result() for future in [pool.submit(start) for _ in range(number)]]


@contextmanager
def running(repository: Repository, *args: str, **env: str) -> Iterator[subprocess.Popen[str]]:
    """Yield an ``inv`` that has come to a revision that calls :data:`STOP`; it is killed in the end."""
    marker = repository.path("stopped")
    marker.unlink(missing_ok=True)
    variables = {**os.environ, "DATABASE_URL": repository.url, **env}
    with subprocess.Popen(
        command(*args),
        cwd=repository.root,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            deadline = time.monotonic() + SECONDS
            while not marker.exists():
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < deadline
                time.sleep(0.02)
            yield process
        finally:
            process.kill()
