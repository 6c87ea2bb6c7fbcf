"""Everything that ``db.check`` looks at: what can be read, and how the new revisions do in a rehearsal."""

from dataclasses import replace

from dbtasks import checks, verify
from dbtasks.checks import Asked, Checked
from dbtasks.checks.scope import Scope
from dbtasks.history import History
from dbtasks.settings import Settings


def run(history: History, settings: Settings, asked: Asked) -> Checked:
    """Return what is to be corrected before a change is merged; nothing when everything holds.

    The revisions that the branch adds are rehearsed on the project's own dialect; where git cannot tell which those
    are, the newest. Those that have passed before are not rehearsed again.

    Raises:
        SinceUnclear, UnknownDialect, ImportFailed and its like, MayNotCreateDatabase: as :func:`checks.run`.
        ScratchNotAllowed: there is nowhere to rehearse.
    """
    checked = checks.run(history, settings, asked)
    has_failed = any(one.code == "upgrade-fails" for one in checked.findings)
    new = frozenset[str]() if has_failed else _new(history, checked.scope)
    if not new:
        return checked
    report = verify.run(history, settings, verify.Asked(only=new))
    return replace(checked, findings=(*checked.findings, *report.findings))


def _new(history: History, scope: Scope) -> frozenset[str]:
    if scope.base is None:
        return frozenset(history.heads)
    return frozenset(one.id for one in scope.added(history.revisions))
