"""Working copies of git for tests: real repositories, real branches, real conflicts."""

import subprocess
from pathlib import Path

from support.repository import Repository

IDENTITY = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "commit.gpgsign=false")
IGNORED = "__pycache__/\n/db/\n"


def git(folder: Path, *arguments: str, code: int = 0) -> str:
    """Run git in a folder and return what it printed; it has to end with this exit code."""
    done = subprocess.run(
        ["git", "-C", str(folder), *IDENTITY, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == code, f"git {arguments}: {done}"
    return done.stdout


def committed(repository: Repository, message: str = "Begin") -> Repository:
    """Commit everything that there is in a repository, which is made a working copy of git when it is none."""
    if not repository.path(".git").exists():
        git(repository.root, "init", "-q", "-b", "main")
        repository.write(".gitignore", IGNORED)
    git(repository.root, "add", "--all")
    git(repository.root, "commit", "-q", "-m", message)
    return repository


def cloned(repository: Repository, target: Path, url: str) -> Repository:
    """Return a clone, whose commands use a database of their own."""
    git(repository.root, "clone", "-q", str(repository.root), str(target))
    return Repository(target, url)


def conflicts(repository: Repository) -> list[str]:
    """Return the files that git could not merge."""
    return git(repository.root, "diff", "--name-only", "--diff-filter=U").split()
