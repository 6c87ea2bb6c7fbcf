"""The rehearsal: every revision up, down and up again in scratch databases, with rows in the tables."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

from dbtasks import databases
from dbtasks.cache import nameless
from dbtasks.checks import silence
from dbtasks.checks.findings import CODES, Finding
from dbtasks.dialects import Dialect
from dbtasks.history import History, Revision
from dbtasks.scratch import Made
from dbtasks.settings import Settings
from dbtasks.statements import Place
from dbtasks.verify import asked, cache, servers
from dbtasks.verify.asked import Asked
from dbtasks.verify.outcome import Outcome
from dbtasks.verify.rehearse import Rehearsal
from dbtasks.verify.report import Progress, Rehearsed, Report

__all__ = ["Asked", "Progress", "Rehearsed", "Report", "held", "run"]


def run(history: History, settings: Settings, wanted: Asked, progress: Progress = lambda _rehearsed: None) -> Report:
    """Return what is wrong with the revisions that are ``wanted``; those that have passed before are left out.

    ``progress`` is told when a revision begins and when it is done. The developer's own database is not touched, and
    no model is imported; the only thing written is what has passed, into the cache folder of the project.

    Raises:
        UnknownValue, NothingToRehearse, UnknownRevision, SinceUnclear: what is wanted does not exist.
        ServerMissing, ScratchNotAllowed, ServerUnreachable, MayNotCreateDatabase: there is nowhere to rehearse.
        MigrationFailed: a revision before those that are wanted cannot be applied.
    """
    with databases.session(), held(history, settings, wanted, progress) as (report, _):
        return report


@contextmanager
def held(
    history: History, settings: Settings, wanted: Asked, progress: Progress = lambda _rehearsed: None
) -> Iterator[tuple[Report, Made | None]]:
    """Give the same, and a database of the project's own dialect that was left at head by it; None when none was."""
    meant = asked.chosen(history, wanted)
    todo = [_Todo.of(history, one, meant, wanted) for one in servers.chosen(settings, wanted.dialects)]
    told = _Told(progress, sum(len(one.revisions) for one in todo))
    with ExitStack() as stack:
        here = None
        for one in todo:
            stack.close()
            here = _rehearse(history, settings, one, told, stack)
        yield _report(history, todo, told), None if told.findings else here


def _report(history: History, todo: Sequence["_Todo"], told: "_Told") -> Report:
    found = silence.heeded(history.project, told.findings)
    return Report(
        tuple(one.name for one in todo),
        tuple(told.rehearsed),
        tuple(sorted(found, key=_place)),
        sum(one.passed for one in todo),
        tuple(
            (one.name, revision.id)
            for one in todo
            for revision in one.revisions
            if (one.name, revision.id) not in told.ids
        ),
    )


@dataclass(frozen=True, slots=True)
class _Todo:
    """What is to be rehearsed on a dialect.

    Attributes:
        keys: the key of each revision of the history, as it is now.
        known: what has passed, and has not changed since.
        revisions: those to rehearse.
        passed: how many need not be.
    """

    dialect: Dialect
    keys: dict[str, str]
    known: dict[str, cache.Passed]
    revisions: tuple[Revision, ...]
    passed: int

    @classmethod
    def of(cls, history: History, dialect: Dialect, meant: tuple[Revision, ...], wanted: Asked) -> "_Todo":
        keys = cache.keys(history, dialect.names[0])
        known = cache.passed(history.project, dialect.names[0], keys)
        done = {revision for revision, one in known.items() if one.is_rehearsed}
        left = tuple(one for one in meant if wanted.everything or one.id not in done)
        return cls(dialect, keys, known, left, len(meant) - len(left))

    @property
    def name(self) -> str:
        return self.dialect.names[0]

    def heard(self, skipped: Sequence[Revision]) -> tuple[int, frozenset[Place]]:
        """Return how many of the revisions, from the first one on, were heard, and what they have filled."""
        for number in range(len(skipped), 0, -1):
            if known := self.known.get(skipped[number - 1].id):
                return number, known.filled
        return 0, frozenset()


@dataclass(slots=True)
class _Told:
    """Tells of each revision when it begins and ends, and keeps what came of it."""

    progress: Progress
    total: int
    rehearsed: list[Rehearsed] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def ids(self) -> set[tuple[str, str]]:
        return {(one.dialect, one.revision) for one in self.rehearsed}

    def of(self, rehearsal: Rehearsal, revision: Revision) -> Outcome:
        begun = Rehearsed(revision.id, revision.message, rehearsal.dialect, len(self.rehearsed) + 1, self.total)
        self.progress(begun)
        since = time.monotonic()
        outcome = rehearsal.of(revision)
        seconds = time.monotonic() - since
        empty = tuple((one.table, nameless(one.reason)) for one in outcome.empty)
        done = replace(
            begun,
            seconds=seconds,
            is_applied=outcome.is_applied,
            has_way_down=outcome.has_way_down,
            empty=empty,
        )
        self.rehearsed.append(done)
        self.findings += outcome.findings
        self.progress(done)
        return outcome


def _rehearse(history: History, settings: Settings, todo: _Todo, told: _Told, stack: ExitStack) -> Made | None:
    """Rehearse what is to be on one dialect, up to the first revision that cannot be applied.

    Return a database of the project's own at head, which is there as long as the stack is open; None without one.
    """
    if not todo.revisions:
        return None
    database = stack.enter_context(servers.settings_for(settings, todo.dialect))
    rehearsal = stack.enter_context(Rehearsal(history, database, todo.name, len(todo.revisions) == 1))
    good: dict[str, cache.Passed] = {}
    try:
        for skipped, revision in _walk(history.revisions, {one.id for one in todo.revisions}):
            number, filled = todo.heard(skipped)
            rehearsal.skip(skipped, number, filled)
            if number < len(skipped):
                last = skipped[-1].id
                good[last] = cache.Passed(todo.keys[last], rehearsal.filled, is_rehearsed=False)
            outcome = told.of(rehearsal, revision)
            if not outcome.is_applied:
                break
            if not outcome.findings:
                good[revision.id] = cache.Passed(todo.keys[revision.id], rehearsal.filled)
    finally:
        cache.add(history.project, todo.name, good)
    return rehearsal.at_head if database is settings.database else None


def _walk(revisions: Iterable[Revision], wanted: set[str]) -> Iterator[tuple[tuple[Revision, ...], Revision]]:
    """Yield each wanted revision, with those before it that only have to be applied."""
    skipped: list[Revision] = []
    for one in revisions:
        if one.id in wanted:
            yield tuple(skipped), one
            skipped.clear()
        else:
            skipped.append(one)


def _place(finding: Finding) -> tuple[int, str, int]:
    source = finding.source
    path, line = (str(source.path), source.line or 0) if source else ("", 0)
    return CODES.index(finding.code), path, line
