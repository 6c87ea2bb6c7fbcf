"""What a test works with: projects on disk whose tasks it runs, databases, and SQL on them."""

import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

from sqlalchemy import URL, Connection, inspect

from support import warm
from support.servers import KINDS, connected

ROOT = Path(__file__).parents[2]
SECONDS = 120  # for one command; a longer one hangs
REFERENCE = (
    "tasks.py",
    "pyproject.toml",
    "inv",
    "README.md",
    "alembic_db",
    "services",
    "config",
    ".env.example",
)
LEFT_BEHIND = shutil.ignore_patterns(".venv", ".git", ".env", "__pycache__", ".*_cache")
ENVIRONMENT = ("alembic.ini", "env.py", "script.py.mako")  # of Alembic, without its revisions

TINY = {
    "pyproject.toml": "[tool.dbtasks]\n",
    "config/default_config.yaml": """
        environment: local
        database:
          url: sqlite+aiosqlite:///db/database.db
        """,
    "tasks.py": """
        from invoke import Collection
        from dbtasks.tasks import db

        ns = Collection(db)
        """,
    "services/shop/database/db_models/item_model.py": """
        from sqlalchemy import String
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


        class Base(DeclarativeBase):
            pass


        class Item(Base):
            __tablename__ = "item"

            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str] = mapped_column(String(50))
        """,
}

# A semicolon in quoted text, or in the body of a function or trigger, does not end a statement.
STATEMENT = re.compile(
    r"""(?: '[^']*' | "[^"]*" | `[^`]*` | \$\$.*?\$\$ | \bBEGIN\b.*?\bEND\b | [^;] )+""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Completed:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Repository:
    """A project on disk; its commands run as in a terminal, with DATABASE_URL set to ``url`` unless that is empty."""

    root: Path
    url: str

    def inv(
        self,
        *args: str,
        cwd: str | Path | None = None,
        env: Mapping[str, str] | None = None,
        input: str | None = None,  # noqa: A002 - the name that subprocess.run has for it
    ) -> Completed:
        """Run ``inv`` in the root or in a folder under it; nobody is there to answer questions, unless by ``input``."""
        return self._run(["-c", "from dbtasks.tasks import main; main()", *args], cwd, env, input)

    def alembic(
        self,
        *args: str,
        cwd: str | Path | None = None,
        env: Mapping[str, str] | None = None,
        input: str | None = None,  # noqa: A002 - as above
    ) -> Completed:
        """Run plain ``alembic`` with the project's ini file."""
        ini = os.path.relpath(self.path("alembic_db/alembic.ini"), self.path(cwd or "."))
        return self._run(["-m", "alembic", "-c", ini, *args], cwd, env, input)

    def path(self, relative: str | Path) -> Path:
        """Return the whole path of a file of the project."""
        return self.root / relative

    def read(self, path: str | Path) -> str:
        """Return the text of a file."""
        return self.path(path).read_text(encoding="utf-8")

    def write(self, path: str | Path, text: str) -> Path:
        """Write a file, without the text's common indentation and first empty line, and return its path."""
        file = self.path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
        return file

    def remove(self, path: str | Path) -> None:
        """Delete a file, or a folder with all that is in it."""
        target = self.path(path)
        if target.is_dir():
            shutil.rmtree(target)
        else:
            target.unlink()

    def revisions(self) -> list[Path]:
        """Return the files of revisions, oldest first; names only tell the second in which one was drafted."""
        second = len("20260101_000000")
        files = self.path("alembic_db/versions").glob("*.py")
        return sorted(files, key=lambda file: (file.name[:second], file.stat().st_mtime_ns))

    def _run(
        self, arguments: list[str], cwd: str | Path | None, env: Mapping[str, str] | None, answers: str | None
    ) -> Completed:
        variables = dict(os.environ)
        for name in ("DATABASE_URL", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE"):
            variables.pop(name, None)
        variables |= {"DATABASE_URL": self.url} if self.url else {}
        variables |= dict(env or {})
        if warm.is_able(env or {}):
            return Completed(*warm.process().run(arguments, self.path(cwd or "."), variables, answers, SECONDS))
        done = subprocess.run(
            # As a console script does, -P leaves the working directory off the import path.
            [sys.executable, "-P", *arguments],
            cwd=self.path(cwd or "."),
            env=variables,
            stdin=subprocess.DEVNULL if answers is None else None,
            input=answers,
            capture_output=True,
            encoding="utf-8",
            timeout=SECONDS,
            check=False,
        )
        return Completed(done.returncode, done.stdout, done.stderr)


def copy_reference(target: Path, url: str, *, with_history: bool = True) -> Repository:
    """Return a copy of this repository's reference backend."""
    target.mkdir(parents=True)
    for name in REFERENCE:
        _copy(ROOT / name, target / name)
    repository = Repository(target, url)
    if not with_history:
        versions = repository.path("alembic_db/versions")
        shutil.rmtree(versions, ignore_errors=True)
        versions.mkdir(parents=True)
        repository.remove("alembic_db/HEAD")
    return repository


def tiny(target: Path, url: str) -> Repository:
    """Return a project with one service, one model, one table ``item``, and no revision."""
    repository = Repository(target, url)
    for path, text in TINY.items():
        repository.write(path, text)
    for name in ENVIRONMENT:
        _copy(ROOT / "alembic_db" / name, repository.path("alembic_db") / name)
    repository.path("alembic_db/versions").mkdir(parents=True)
    return repository


def _copy(source: Path, target: Path) -> None:
    """Copy a file or a folder, if it exists."""
    if source.is_dir():
        shutil.copytree(source, target, ignore=LEFT_BEHIND)
    elif source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


class Sql:
    """Statements on a database, each call on a connection of its own."""

    def __call__(self, url: URL, statements: str) -> list[tuple[Any, ...]]:
        """Run statements that ``;`` separates, each in its own transaction; return the rows of the last one."""

        def run(connection: Connection) -> list[tuple[Any, ...]]:
            rows: list[tuple[Any, ...]] = []
            for statement in filter(str.strip, STATEMENT.findall(statements)):
                result = connection.exec_driver_sql(statement)
                rows = [tuple(row) for row in result] if result.returns_rows else []
            return rows

        return connected(url, run)

    def tables(self, url: URL) -> list[str]:
        """Return the sorted names of the tables, without views and without dbtasks' own."""
        names = connected(url, lambda connection: inspect(connection).get_table_names())
        return sorted(name for name in names if not name.startswith("dbtasks_"))

    def databases(self, server: URL) -> list[str]:
        """Return the sorted names of the databases on a server, without its own; for SQLite, of the files."""
        if server.get_backend_name() == "sqlite":
            return sorted(file.name for file in Path(server.database or "").glob("*.db"))
        return sorted(row[0] for row in self(server, KINDS[server.get_backend_name()].databases))


@contextmanager
def fresh(server: URL, *, create: bool) -> Iterator[URL]:
    """Yield the URL of a database with a new name, which exists only if ``create``; drop what there is afterwards."""
    sql, name = Sql(), f"dbtasks_test_{secrets.token_hex(6)}"
    if server.get_backend_name() == "sqlite":
        file = Path(server.database or "") / f"{name}.db"
        if create:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
        try:
            yield server.set(database=str(file))
        finally:
            for beside in file.parent.glob(f"{file.name}*"):  # also what was set aside
                beside.unlink()
        return
    if create:
        sql(server, f"CREATE DATABASE {name}")
    try:
        yield server.set(database=name)
    finally:
        for one in sql.databases(server):
            if one.startswith(name):  # also what was set aside
                sql(server, KINDS[server.get_backend_name()].drop.format(one))
