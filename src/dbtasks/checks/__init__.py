"""What must hold before a change is merged: each check looks at one thing and yields findings.

A new check is a function ``(Subject) -> Iterable[Finding]`` in a module of its own, a row in :data:`CHECKS`, its codes
in ``findings.Code`` and ``docs/checks.md``, and words for it in ``render/checks.py``, unless it finds an error.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

from dbtasks import dialects, services
from dbtasks.checks import heads, linting, losses, merged, models, names, portable, revisions, scope, silence, unsafe
from dbtasks.checks.findings import CODES, Asked, Checked, Code, Finding, Notice, Problem, Subject
from dbtasks.checks.recordings import Recordings
from dbtasks.checks.scope import Scope
from dbtasks.history import History
from dbtasks.scratch import Made
from dbtasks.settings import Settings

__all__ = ["CHECKS", "CODES", "Asked", "Checked", "Code", "Finding", "Notice", "Problem", "Subject", "run"]

Check = Callable[[Subject], Iterable[Finding]]
# Those that need no database; what they raise is told before one is made. Then the models are compared.
CHECKS: tuple[Check, ...] = (
    heads.many,
    heads.file,
    merged.changed,
    revisions.irreversible,
    losses.lossy,
    names.unnamed,
    unsafe.unsafe,
    portable.models,
    portable.revisions,
)
EVERYTHING = Asked()
Rehearsed = tuple[tuple[Finding, ...], Made | None]  # what was found, and a scratch database that is at head now


UNREHEARSED: Rehearsed = (), None


def run(
    history: History,
    settings: Settings,
    asked: Asked = EVERYTHING,
    rehearsal: Callable[[Scope], AbstractContextManager[Rehearsed]] = lambda _scope: nullcontext(UNREHEARSED),
) -> Checked:
    """Return what is to be corrected, by code, file and line, and what could not be looked at.

    Nothing is written; the developer's own database is not looked at. What a ``rehearsal`` finds is part of it, unless
    the history cannot be replayed at all.

    Raises:
        SinceUnclear: git cannot tell what was added since ``asked.since``.
        UnknownDialect: there is no dialect of a name.
        ImportFailed and its like: the models cannot be loaded.
        MayNotCreateDatabase: there is nowhere to make the scratch database.
        MigrationFailed: the history cannot be replayed from empty.
    """
    for name in asked.dialects:
        dialects.named(name, "--dialects")
    added = scope.of(history, asked.since)
    loaded = services.load(history.project)
    undiscovered = services.undiscovered(history.project, loaded)
    new = frozenset(one.id for one in added.added(history.revisions))
    # Where all revisions count as new, a scratch database for each that asks something would take too long.
    recordings = Recordings(history, settings.database if added.base else None, new)
    subject = Subject(history, settings, loaded, undiscovered, added, recordings, asked.dialects)
    found = [finding for check in CHECKS for finding in check(subject)]
    with rehearsal(added) as (rehearsed, here):
        compared = tuple(models.differing(replace(subject, here=here)))
    found += compared if any(one.code == "upgrade-fails" for one in compared) else (*compared, *rehearsed)
    left = silence.heeded(history.project, dict.fromkeys(found))
    return Checked(tuple(sorted(left, key=_place)), tuple(_notices(subject)), added)


def _notices(subject: Subject) -> Iterator[Notice]:
    names = (subject.dialect, *subject.dialects) if subject.new else ()
    if any(dialects.named(name, "--dialects").online.linted for name in names) and linting.program() is None:
        yield Notice("no-linter")
    if places := tuple(sorted(subject.at(*one) for one in subject.recordings.stopped)):
        yield Notice("asks", places)


def _place(finding: Finding) -> tuple[int, str, int]:
    source = finding.source
    return CODES.index(finding.code), str(source and source.path), (source.line if source else None) or 0
