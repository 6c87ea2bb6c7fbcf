"""What must hold before a change is merged: each check looks at one thing and yields findings.

A new check is a function ``(Subject) -> Iterable[Finding]`` in a module of its own, a row in :data:`CHECKS`, its codes
in ``findings.Code`` and ``docs/checks.md``, and words for it in ``render/checks.py``, unless it finds an error.
"""

from collections.abc import Callable, Iterable

from dbtasks import services
from dbtasks.checks import heads, models, revisions, silence
from dbtasks.checks.findings import CODES, Code, Finding, Subject
from dbtasks.history import History
from dbtasks.settings import Settings

__all__ = ["CHECKS", "CODES", "Code", "Finding", "Subject", "run"]

Check = Callable[[Subject], Iterable[Finding]]
# Those that need no database come first: what they raise is told before one is made.
CHECKS: tuple[Check, ...] = (heads.many, heads.file, revisions.irreversible, models.differing)


def run(history: History, settings: Settings) -> tuple[Finding, ...]:
    """Return what is to be corrected, by code, file and line; empty when everything holds.

    Nothing is written; the developer's own database is not looked at.

    Raises:
        ImportFailed and its like: the models cannot be loaded.
        MayNotCreateDatabase: there is nowhere to make the scratch database.
        MigrationFailed: the history cannot be replayed from empty.
    """
    loaded = services.load(history.project)
    subject = Subject(history, settings, loaded, services.undiscovered(history.project, loaded))
    found = silence.heeded(history.project, (finding for check in CHECKS for finding in check(subject)))
    return tuple(
        sorted(found, key=lambda one: (silence.KNOWN.index(one.code), str(one.source and one.source.path), _line(one)))
    )


def _line(finding: Finding) -> int:
    return (finding.source.line if finding.source else None) or 0
