"""The files of a project as they are at a git ref, in a temporary folder; the repository and its index stay untouched.

The files are read out of git's own store: ``git archive`` leaves out what ``export-ignore`` names, a worktree is
recorded in the repository, and both run filters, which may go to the network.
"""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dbtasks.errors import GitNotUsable, UnknownRef

PREFIX = "dbtasks_compat_"  # says what it is, to whoever finds one that a killed process has left
LINK, SUBMODULE = "120000", "160000"


@dataclass(frozen=True, slots=True)
class Checkout:
    """A project at a ref.

    Attributes:
        ref: as the user wrote it.
        commit: the whole id of the commit that it means.
        folder: the temporary folder, where there is room for more.
        tree: the folder in it that stands for the repository's root.
        root: the folder in that for the project's root.
        top: the repository's root itself.
    """

    ref: str
    commit: str
    folder: Path
    tree: Path
    root: Path
    top: Path


@contextmanager
def at(root: Path, ref: str) -> Iterator[Checkout]:
    """Give the project below ``root`` as it is at the ref; the folder is gone afterwards.

    Raises:
        GitNotUsable: there is no git, or no repository.
        UnknownRef: the ref means no commit.
    """
    commit = resolved(root, ref)
    top = Path(_told(root, "rev-parse", "--show-toplevel")).resolve()
    below = _told(root, "rev-parse", "--show-prefix")
    with tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as folder:
        own = Path(folder).resolve()
        tree = own / "tree"
        project = tree / below
        project.mkdir(parents=True)
        _write(top, commit, tree)
        yield Checkout(ref, commit, own, tree, project, top)


def resolved(root: Path, ref: str) -> str:
    """Return the id of the commit that a ref means.

    Raises:
        GitNotUsable: there is no git, or no repository.
        UnknownRef: the ref means no commit.
    """
    inside = _git(root, "rev-parse", "--is-inside-work-tree")
    if inside.returncode:
        raise GitNotUsable(_words(inside))
    done = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if done.returncode or not ref:
        names = _told(root, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes", "refs/tags")
        is_shallow = _told(root, "rev-parse", "--is-shallow-repository") == "true"
        raise UnknownRef(ref, tuple(names.split()), is_shallow)
    return done.stdout.decode().strip()


def _write(top: Path, commit: str, tree: Path) -> None:
    """Write every file of a commit below a folder."""
    listing = _git(top, "ls-tree", "-r", "-z", commit)
    if listing.returncode:
        raise GitNotUsable(_words(listing))
    with subprocess.Popen(  # noqa: S603 - no shell, and the id of a commit
        ["git", "-C", str(top), "cat-file", "--batch"],  # noqa: S607 - which git is the user's choice
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as store:
        for entry in filter(None, listing.stdout.split(b"\0")):
            facts, _, name = entry.partition(b"\t")
            mode, _, blob = facts.decode().split(" ")
            if mode != SUBMODULE:  # its files are in another repository
                _place(tree / name.decode("utf-8", "surrogateescape"), _content(store, blob), is_link=mode == LINK)


def _content(store: "subprocess.Popen[bytes]", blob: str) -> bytes:
    assert store.stdin  # noqa: S101 - it was opened as a pipe
    assert store.stdout  # noqa: S101 - as above
    store.stdin.write(f"{blob}\n".encode())
    store.stdin.flush()
    header = store.stdout.readline().split()
    if len(header) != len(("id", "type", "size")):
        raise GitNotUsable(f"it has no content for {blob}, as in a clone that fetches files late")
    content = store.stdout.read(int(header[2]))
    store.stdout.read(1)
    return content


def _place(path: Path, content: bytes, *, is_link: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if is_link:
        path.symlink_to(content.decode("utf-8", "surrogateescape"))
    else:
        path.write_bytes(content)


def _told(folder: Path, *arguments: str) -> str:
    done = _git(folder, *arguments)
    if done.returncode:
        raise GitNotUsable(_words(done))
    return done.stdout.decode("utf-8", "surrogateescape").strip("\n")


def _git(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run(  # noqa: S603 - no shell, and a ref that a user names is no option
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - which git is the user's choice
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise GitNotUsable(f"git cannot be run ({error.strerror})") from error


def _words(done: "subprocess.CompletedProcess[bytes]") -> str:
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[0].removeprefix("fatal: ").rstrip(".") if lines else f"git ended with {done.returncode}"
