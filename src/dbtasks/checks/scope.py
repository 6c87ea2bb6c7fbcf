"""Which revisions and files are looked at: all, or what a branch adds, as git tells."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dbtasks import git
from dbtasks.errors import GitCannotTell, SinceUnclear, UnknownBranch
from dbtasks.git import Base
from dbtasks.history import History, Revision


@dataclass(frozen=True, slots=True)
class Scope:
    """What a branch adds.

    Attributes:
        base: where it began; None when git cannot tell.
        merged: the ids of the revisions that were there.
        changed: the files that are new or changed since, from the project's root; None to look at all of them.
    """

    base: Base | None = None
    merged: frozenset[str] = frozenset()
    changed: frozenset[Path] | None = None

    def added(self, revisions: Iterable[Revision]) -> tuple[Revision, ...]:
        """Return those of the revisions that the branch adds; all, when git cannot tell."""
        return tuple(one for one in revisions if one.id not in self.merged)

    def asked(self, revisions: Iterable[Revision]) -> tuple[Revision, ...]:
        """Return those of the revisions that are to be looked at."""
        return tuple(revisions) if self.changed is None else self.added(revisions)

    def has(self, path: Path) -> bool:
        """Return whether a file is to be looked at."""
        return self.changed is None or path in self.changed


def of(history: History, since: str) -> Scope:
    """Return what the branch adds to ``since``; without that, to the main branch, if there is one.

    Raises:
        SinceUnclear: git cannot tell what was added since ``since``.
    """
    project = history.project
    try:
        base = git.base(project.alembic_folder, since)
        merged = frozenset[str]().union(*(git.revisions(folder, base.commit) for folder in folders(history)))
        changed = git.changed(project.root, base.commit) if since else None
    except (GitCannotTell, UnknownBranch) as error:
        if not since:
            return Scope()
        known = error.known if isinstance(error, UnknownBranch) else ()
        cause = error.cause if isinstance(error, GitCannotTell) else "git has no branch, tag or commit of that name"
        raise SinceUnclear(since, cause, known) from error
    return Scope(base, merged, None if changed is None else frozenset(map(project.relative, changed)))


def folders(history: History) -> tuple[Path, ...]:
    """Return the folders below which the revisions are; one of them may hold none any more."""
    own = history.project.alembic_folder
    others = {one.path.parent for one in history.revisions if not one.path.is_relative_to(own)}
    return (own, *sorted(others))
