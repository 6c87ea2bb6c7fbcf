"""Projects on disk, for tests that need no database server."""

import secrets
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from dbtasks import history, services
from dbtasks.history import History
from dbtasks.project import Project
from dbtasks.services import Models
from support.messages import revision
from support.repository import ENVIRONMENT, ROOT, Repository


@pytest.fixture
def tree(tmp_path: Path) -> Repository:
    """Return a project that has nothing but an empty [tool.dbtasks]."""
    tree = Repository(tmp_path / "project", "")
    tree.write("pyproject.toml", "[tool.dbtasks]\n")
    return tree


@pytest.fixture
def environment(tree: Repository) -> Repository:
    """Return a project with a migration environment that has no revision."""
    tree.path("alembic_db/versions").mkdir(parents=True)
    for name in ENVIRONMENT:
        shutil.copy(ROOT / "alembic_db" / name, tree.path("alembic_db"))
    return tree


@pytest.fixture
def history_of(environment: Repository) -> Callable[[dict[str, str]], History]:
    """Return what makes a history of revision files out of ids and, in words, the ids that each builds on."""

    def make(graph: dict[str, str]) -> History:
        for name, parents in graph.items():
            several = tuple(parents.split())
            revision(environment, name, several if len(several) > 1 else parents or None)
        return history.load(Project(environment.root))

    return make


@pytest.fixture
def load(tree: Repository) -> Iterator[Callable[..., Models]]:
    """Return what writes services, under a root that no other test has, and loads their models.

    In the files' texts ROOT stands for that root; afterwards the interpreter has forgotten every module of them.
    """
    root = f"units_{secrets.token_hex(4)}"
    before = list(sys.path)

    def load(files: dict[str, str], **project: Any) -> Models:
        for path, text in files.items():
            tree.write(f"{root}/{path}", dedent(text).replace("ROOT", root))
        return services.load(Project(tree.root, services=(root,), **project))

    yield load
    sys.path[:] = before
    for name, module in list(sys.modules.items()):
        if str(tree.root) in f"{getattr(module, '__file__', '')} {getattr(module, '__path__', '')}":
            del sys.modules[name]
