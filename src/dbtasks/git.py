"""What git knows of a project's files: what is on the main branch, and what has changed since; it changes nothing."""

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
COMPARED = ("--name-only", "--relative", "--no-ext-diff")
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


@dataclass(frozen=True, slots=True)
class Base:
    """Where a branch began.

    Attributes:
        name: the branch, tag or commit that it began on, as git calls it.
        commit: the newest commit that it has in common with HEAD.
    """

    name: str
    commit: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A file that was in a commit and is not the same now.

    Attributes:
        path: the file.
        before: what it said.
    """

    path: Path
    before: str


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
        found |= revisions(folder, commit)
    return Main(name, found)


def base(folder: Path, ref: str = "") -> Base:
    """Return where the branch that is checked out began on the main branch, or on ``ref``.

    Raises:
        GitCannotTell: there is no git, no repository, no main branch, or no commit in common.
        UnknownBranch: there is no such ``ref``.
    """
    name, commit = _commit(folder, ref)
    done = _git(folder, "merge-base", commit, "HEAD")
    if done.returncode:
        raise GitCannotTell(f"'{name}' and what is checked out have no commit in common, as far as was fetched")
    return Base(name, done.stdout.strip())


def revisions(folder: Path, commit: str) -> frozenset[str]:
    """Return the ids of the revisions whose files a commit has below a folder.

    Raises:
        GitCannotTell: it cannot be looked at.
    """
    done = _git(folder, *PLAIN, "grep", "-h", "-E", r"^revision\b", commit, "--", ".")
    if done.returncode not in (0, NOTHING_FOUND):
        raise GitCannotTell(_words(done))
    return frozenset(REVISION.findall(done.stdout))


def stated(source: str) -> str:
    """Return the id that stands in a revision file; "" when none does."""
    found = REVISION.search(source)
    return found[1] if found else ""


def edited(folder: Path, commit: str) -> tuple[Changed, ...]:
    """Return the Python files below a folder that a commit has and that are changed or gone now.

    Raises:
        GitCannotTell: it cannot be looked at.
    """
    names = _names(folder, "diff", *COMPARED, "--no-renames", "--diff-filter=MD", commit, "--", "*.py")
    return tuple(Changed(folder / name, _read(folder, "show", f"{commit}:./{name}")) for name in names)


def changed(folder: Path, commit: str) -> frozenset[Path]:
    """Return the files below a folder that are new or changed since a commit, also what git does not track yet.

    Raises:
        GitCannotTell: it cannot be looked at.
    """
    tracked = _names(folder, "diff", *COMPARED, "--diff-filter=d", commit, "--", ".")
    others = _names(folder, "ls-files", "--others", "--exclude-standard", "--", ".")
    return frozenset(folder / name for name in (*tracked, *others))


def _names(folder: Path, command: str, *arguments: str) -> list[str]:
    return [name for name in _read(folder, command, "-z", *arguments).split("\0") if name]


def _read(folder: Path, *arguments: str) -> str:
    done = _git(folder, *arguments)
    if done.returncode:
        raise GitCannotTell(_words(done))
    return done.stdout


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
