"""What git knows of the revision files: which revisions are on the main branch; nothing is ever changed by it."""

import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dbtasks.errors import GitCannotTell, UnknownBranch

# In this order; full names, since a tag may have the same short one.
MAIN = ("remotes/origin/HEAD", "remotes/origin/main", "remotes/origin/master", "heads/main", "heads/master")
REVISION = re.compile(r"""^revision\s*(?::[^=]*)?=\s*["']([^"']+)["']""", re.MULTILINE)
PLAIN = ("-c", "grep.lineNumber=false", "-c", "grep.column=false", "-c", "color.ui=false", "-c", "color.grep=false")
NOTHING_FOUND = 1  # the exit code of git grep


@dataclass(frozen=True, slots=True)
class Main:
    """The main branch.

    Attributes:
        name: as git calls it.
        revisions: the ids of the revisions whose files it has.
    """

    name: str
    revisions: frozenset[str]


def main(folders: Iterable[Path], branch: str = "") -> Main:
    """Return the main branch, or another ``branch``, with the revisions that it has in these folders.

    They are known by their ids, not by the names of their files. Nothing is fetched: a remote is as it was last seen.

    Raises:
        GitCannotTell: there is no git, no repository or no main branch.
        UnknownBranch: there is no such ``branch``.
    """
    found, name = frozenset[str](), branch
    for folder in folders:
        name, commit = _commit(folder, branch)
        done = _git(folder, *PLAIN, "grep", "-h", "-E", r"^revision\b", commit, "--", ".")
        if done.returncode not in (0, NOTHING_FOUND):
            raise GitCannotTell(_words(done))
        found |= frozenset(REVISION.findall(done.stdout))
    return Main(name, found)


def _commit(folder: Path, branch: str) -> tuple[str, str]:
    """Return the name of the main branch, and its newest commit."""
    inside = _git(folder, "rev-parse", "--is-inside-work-tree")
    if inside.returncode:
        raise GitCannotTell(_words(inside))
    for name in (branch,) if branch else (f"refs/{one}" for one in MAIN):
        done = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        if done.returncode == 0:
            return name.removeprefix("refs/heads/").removeprefix("refs/remotes/"), done.stdout.strip()
    names = _git(folder, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes").stdout.split()
    if branch:
        raise UnknownBranch(branch, tuple(names))
    raise GitCannotTell("it has no branch main or master, here or on origin; --main names another")


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 - no shell, and a branch that a user names is no option
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - which git is the user's choice
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise GitCannotTell(f"git cannot be run ({error.strerror})") from error


def _words(done: subprocess.CompletedProcess[str]) -> str:
    lines = done.stderr.strip().splitlines()
    return lines[0].removeprefix("fatal: ").rstrip(".") if lines else f"git ended with {done.returncode}"
