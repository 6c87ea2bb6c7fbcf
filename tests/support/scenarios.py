"""The small repositories in ``tests/scenarios``, laid over the one with one service that ``tiny`` writes."""

import shutil
from pathlib import Path

from sqlalchemy import URL

from support.repository import ROOT, Completed, Repository, tiny

HERE = ROOT / "tests" / "scenarios"


def scenario(name: str, root: Path, url: URL | None = None) -> Repository:
    """Return a copy of a scenario; without a URL its database is the file that its configuration names."""
    repository = tiny(root, url.render_as_string(hide_password=False) if url else "")
    shutil.copytree(HERE / name, root, dirs_exist_ok=True)
    return repository


def done(result: Completed) -> str:
    """Return what a command wrote to stdout; fail unless it succeeded."""
    assert result.code == 0, result.err
    return result.out
