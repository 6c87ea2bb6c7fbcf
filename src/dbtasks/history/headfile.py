"""The file ``HEAD`` beside the revisions: it names the newest, so that git stops when two branches add one each."""

import contextlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from alembic.config import Config

from dbtasks.errors import FileNotWritten
from dbtasks.history.graph import Heads, History
from dbtasks.project import Project

NAME = "HEAD"
SECTION, HOOK = "post_write_hooks", "dbtasks.history"  # of alembic.ini, and the module that plain alembic runs
BEGIN, BASE, MIDDLE, END = "<<<<<<<", "|||||||", "=======", ">>>>>>>"  # how git marks a conflict

Code = Literal["head-missing", "head-conflict", "head-wrong", "head-hook"]


@dataclass(frozen=True, slots=True)
class Named:
    """What the file says.

    Attributes:
        revisions: the ids in it; those of both sides when git has left a conflict in it.
        is_conflict: whether git has.
    """

    revisions: tuple[str, ...]
    is_conflict: bool


@dataclass(frozen=True, slots=True)
class HeadProblem:
    """What is wrong with the file.

    Attributes:
        code: head-missing: it is not there; head-conflict: git's marks are in it; head-wrong: it names another
            revision; head-hook: plain ``alembic`` would not keep it, for want of a section in alembic.ini.
        path: where to look.
        named: what it says.
        heads: the ends of the history, which it should name; of several, one.
    """

    code: Code
    path: Path
    named: tuple[str, ...] = ()
    heads: Heads = ()


def path(project: Project) -> Path:
    """Return where the file is, or would be."""
    return project.alembic_folder / NAME


def read(project: Project) -> Named | None:
    """Return what the file says, whatever is in it; None when it is not there."""
    try:
        lines = path(project).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    found, in_base = [], False
    for line in lines:
        if line.startswith((BEGIN, BASE, MIDDLE, END)):
            in_base = line.startswith(BASE)
        elif line.strip() and not in_base:
            found.append(line.strip())
    return Named(tuple(dict.fromkeys(found)), any(line.startswith(BEGIN) for line in lines))


def write(project: Project, head: str) -> bool:
    """Return whether the file had to be changed so that it names this revision; a conflict in it is over then.

    Raises:
        FileNotWritten: it cannot be.
    """
    if read(project) == Named((head,), is_conflict=False):
        return False
    replace(project, path(project), f"{head}\n".encode())
    return True


def follow(history: History) -> bool:
    """Return whether the file had to be changed so that it names the head.

    It is left as it is where the history has several heads, or none: there is nothing that it could name.

    Raises:
        FileNotWritten: it cannot be.
    """
    return len(history.heads) == 1 and write(history.project, history.heads[0])


def problems(history: History) -> tuple[HeadProblem, ...]:
    """Return what is wrong with the file; empty when nothing is. Several heads are not its fault."""
    where, named = path(history.project), read(history.project)
    found: list[HeadProblem] = []
    if named is None and history.heads:
        found.append(HeadProblem("head-missing", where, heads=history.heads))
    elif named is not None and named.is_conflict:
        found.append(HeadProblem("head-conflict", where, named.revisions, history.heads))
    elif named is not None and not (len(named.revisions) == 1 and named.revisions[0] in history.heads):
        found.append(HeadProblem("head-wrong", where, named.revisions, history.heads))
    if not is_hooked(history.config):
        found.append(HeadProblem("head-hook", history.project.alembic_folder / "alembic.ini"))
    return tuple(found)


def is_hooked(config: Config) -> bool:
    """Return whether plain ``alembic`` keeps the file after it has written a revision."""
    return bool(config.attributes.get(HOOK))


def unhook(config: Config) -> None:
    """Leave our hook out, which would be a process of its own: who uses this Config keeps the file by itself."""
    names = {one["_hook_name"]: one.get("module") == HOOK for one in config.get_hooks_list()}
    if any(names.values()):
        config.attributes[HOOK] = True
        config.file_config.set(SECTION, "hooks", ", ".join(one for one, is_ours in names.items() if not is_ours))


def stage(project: Project, target: Path, content: bytes) -> Path:
    """Return a file beside the target that has the content, to be put in its place by renaming it.

    Raises:
        FileNotWritten: it cannot be written.
    """
    staged = target.with_name(f"{target.name}.new")  # Alembic takes what ends in .py for a revision
    try:
        staged.write_bytes(content)
        if target.exists():
            shutil.copymode(target, staged)
    except OSError as error:
        with contextlib.suppress(OSError):
            staged.unlink(missing_ok=True)
        raise FileNotWritten(project.relative(target), error.strerror or str(error)) from error
    return staged


def replace(project: Project, target: Path, content: bytes) -> None:
    """Give a file its content, all at once.

    Raises:
        FileNotWritten: it cannot be written.
    """
    staged = stage(project, target, content)
    try:
        staged.replace(target)
    except OSError as error:
        raise FileNotWritten(project.relative(target), error.strerror or str(error)) from error
    finally:
        staged.unlink(missing_ok=True)
