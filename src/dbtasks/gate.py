"""What holds a change back before it is merged: what checks and rehearsals find, and old code that would break."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from dbtasks import checks, compat, databases, git, verify
from dbtasks.checks import Asked, Checked, places, scope, silence
from dbtasks.checks.recordings import Recordings
from dbtasks.checks.scope import Scope
from dbtasks.compat import Compat
from dbtasks.errors import GitCannotTell, MigrationFailed
from dbtasks.history import History, Revision
from dbtasks.settings import Settings


def run(history: History, settings: Settings, asked: Asked) -> Checked:
    """Return what is to be corrected before a change is merged; nothing when everything holds.

    The revisions that the branch adds are rehearsed on the project's own dialect; where git cannot tell which those
    are, the newest. Those that have passed before are not rehearsed again.

    Raises:
        SinceUnclear, UnknownDialect, ImportFailed and its like, MayNotCreateDatabase: as :func:`checks.run`.
        ScratchNotAllowed: there is nowhere to rehearse.
    """
    with databases.session():
        return checks.run(history, settings, asked, partial(_rehearsal, history, settings))


@contextlib.contextmanager
def _rehearsal(history: History, settings: Settings, added: Scope) -> Iterator[checks.Rehearsed]:
    """Rehearse what is new; the database in which that was done is there afterwards for what is to be compared."""
    new, rehearsed = _new(history, added), checks.UNREHEARSED
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(MigrationFailed):  # of one before them: the comparison that follows tells of it
            if new:
                report, here = stack.enter_context(verify.held(history, settings, verify.Asked(only=new)))
                rehearsed = report.findings, here
        yield rehearsed


def old_code(history: History, settings: Settings, ref: str) -> Compat:
    """Return what the models of a git ref meet on the schema at this history's head, without what comments silence.

    A comment counts at the model as it is now, at its column, and at the operation of a revision that the ref lacks.

    Raises:
        GitNotUsable, UnknownRef, OldCodeNotUsable, MigrationFailed and others: as :func:`compat.run`.
    """
    found = compat.run(history, settings, ref)
    return replace(found, result=replace(found.result, findings=tuple(_heeded(history, settings, found))))


def _heeded(history: History, settings: Settings, found: Compat) -> Iterator[compat.Finding]:
    project, dialect = history.project, settings.database.url.get_backend_name()
    recordings = Recordings(history)
    new = _since(history, found) if found.result.findings else ()
    for finding in found.result.findings:
        model = found.sources.get(finding.table)
        models = (model, places.column(project, model, finding.item)) if model else ()
        changes = places.operations(recordings, new, dialect, finding.table, finding.item)
        slip = silence.unheeded(project, finding.code, dict.fromkeys((*models, *changes)))
        if slip is not None:
            yield replace(finding, unheeded=slip)


def _since(history: History, found: Compat) -> tuple[Revision, ...]:
    """Return the revisions that the old code does not have."""
    known = frozenset[str]()
    for folder in scope.folders(history):
        with contextlib.suppress(GitCannotTell):  # a folder of another repository has nothing of this commit
            known |= git.revisions(folder, found.commit)
    return tuple(one for one in history.revisions if one.id not in known)


def _new(history: History, added: Scope) -> frozenset[str]:
    if added.base is None:
        return frozenset(history.heads)
    return frozenset(one.id for one in added.added(history.revisions))
