"""Whether revisions that are on the main branch are still what they were: somebody has applied them."""

from collections.abc import Iterator
from pathlib import Path

from dbtasks import git
from dbtasks.checks import scope
from dbtasks.checks.findings import Finding, Problem, Subject
from dbtasks.errors import Source
from dbtasks.history import Revision, fingerprint


def changed(subject: Subject) -> Iterator[Finding]:
    """Yield the revisions of the main branch whose code differs here, and those that are gone.

    Nothing when git knows of no main branch; comments and white space are no code.
    """
    base, history = subject.scope.base, subject.history
    for folder in scope.folders(history) if base else ():
        for one in git.edited(folder, base.commit if base else ""):
            revision = git.stated(one.before)
            if not revision:
                continue
            if not history.has(revision):
                source = Source(history.project.relative(one.path))
                yield Finding(
                    "revision-deleted", Problem("gone", item=revision, detail=base.name if base else ""), source
                )
            elif history.get(revision).fingerprint != fingerprint(one.before):
                now = history.get(revision)
                about = Problem("edited", item=revision, detail=base.name if base else "")
                yield Finding("revision-edited", about, subject.at(now, line_of(now)))


def line_of(revision: Revision) -> int:
    """Return the line in which a revision states its id, where a comment can be beside it."""
    lines = Path(revision.path).read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if git.stated(line)), 1)
