"""Put local revisions behind those of others: in the files, and in the developer's own database."""

import contextlib
from dataclasses import dataclass, replace
from pathlib import Path

from dbtasks import branches, databases, environment, guard, keep, ledger, migrate, plan, values
from dbtasks.branches import Edit, Move, Wish
from dbtasks.errors import (
    AccessDenied,
    CannotRestore,
    DatabaseMissing,
    DatabaseUnusable,
    DbtasksError,
    DriverNotInstalled,
    Refused,
    ServerUnreachable,
    SharedRevisions,
    TooMuchToSetAside,
)
from dbtasks.guard import Consent
from dbtasks.history import History, headfile, load, parents
from dbtasks.ledger import Event
from dbtasks.migrate import Report
from dbtasks.plan import Plan, Seen
from dbtasks.putback import Outcome
from dbtasks.road import NOBODY, Caller
from dbtasks.settings import Settings
from dbtasks.way import Way

KIND = "rebase"  # of the event that is open from the first revert until everything is back
UNSEEN = (DatabaseMissing, AccessDenied, ServerUnreachable, DatabaseUnusable, DriverNotInstalled)


@dataclass(frozen=True, slots=True)
class Rebase:
    """What is to be done.

    Attributes:
        move: the revisions and files; None when the history does not branch.
        head: the revision at which the database is to be in the end; "" when there is none.
        down: what is reverted in the database first; None when nothing of it is applied there.
        left: the event of an earlier run that did not come to its end; None when there is none.
        unseen: why the database could not be looked at; "" when it could.
    """

    move: Move | None
    head: str
    down: Plan | None = None
    left: Event | None = None
    unseen: str = ""

    @property
    def touches_database(self) -> bool:
        """Return whether there is anything to be done in the database."""
        return self.down is not None or self.left is not None


@dataclass(frozen=True, slots=True)
class How:
    """How it is done.

    Attributes:
        consent: by which the user agrees to what is lost.
        caller: who starts it.
        set_aside: whether what is lost is copied first.
    """

    consent: Consent
    caller: Caller = NOBODY
    set_aside: bool = True


@dataclass(frozen=True, slots=True)
class Moved:
    """The files that were changed.

    Attributes:
        edits: the revisions that build on others now.
        files: all files that were written.
        settled: whether a conflict of git in the file HEAD is over.
    """

    edits: tuple[Edit, ...]
    files: tuple[Path, ...]
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of the database.

    Attributes:
        report: what was applied; None when that was refused.
        refusal: why it was; None when it was not.
        outcomes: what came back of what had been set aside.
        waiting: what could not come back, by the number under which it is set aside, and why.
    """

    report: Report | None
    refusal: DbtasksError | None = None
    outcomes: tuple[Outcome, ...] = ()
    waiting: tuple[tuple[int, DbtasksError], ...] = ()


def look(history: History, settings: Settings, wish: Wish) -> Rebase:
    """Return what is to be done; nothing is changed.

    Raises:
        what :func:`dbtasks.branches.find` raises.
        UnknownDatabaseRevision: the database records a revision that no file has.
        SharedRevisions: it is protected, and has one of the revisions in its ledger.
    """
    move = branches.find(history, wish)
    head = move.head if move else next(iter(history.heads), "")
    try:
        if not databases.exists(settings.database.url):
            return Rebase(move, head, unseen=f"the database '{settings.database.name}' does not exist")
        if move is None:
            return Rebase(None, head, left=_left(settings) if head else None)
        seen = plan.look(history, settings)
    except UNSEEN as error:
        return Rebase(move, head, unseen=_as_clause(error))
    _check_shared(history, settings, move, seen)
    applied = history.effective(seen.current)
    steps = tuple(one for one in reversed(move.revisions) if one.id in applied)
    way = Way(history, seen.current, steps, "downgrade")
    down = plan.of_steps(settings, way, seen.recorded) if steps else None
    return Rebase(move, head, down, _left(settings))


def move(history: History, settings: Settings, wanted: Rebase, how: How) -> Moved:
    """Return which files were changed; before, the revisions were reverted where they were applied.

    When that fails, no file is changed.

    Raises:
        what :func:`dbtasks.guard.permit_run` raises, and TooMuchToSetAside: it is not permitted.
        FileNotWritten: a file cannot be changed.
        MigrationFailed and what else :func:`dbtasks.migrate.run` raises.
    """
    project, edits = history.project, wanted.move.edits if wanted.move else ()
    if wanted.down is not None:
        _permit(settings, wanted.down, how)
    named = headfile.read(project)
    with contextlib.ExitStack() as stack:
        staged = []
        for one in edits:
            file = headfile.stage(project, one.revision.path, one.content)
            stack.callback(file.unlink, missing_ok=True)
            staged.append((file, one.revision.path))
        if wanted.down is not None:
            _revert(history, settings, wanted.down, wanted.left, how)
        for file, path in staged:
            file.replace(path)
            parents.forget_compiled(path)
    rewritten = headfile.follow(load(project))
    files = (*((headfile.path(project),) if rewritten else ()), *(one.revision.path for one in edits))
    return Moved(edits, files, rewritten and named is not None and named.is_conflict)


def settle(history: History, settings: Settings, wanted: Rebase, how: How) -> Settled:
    """Return what was applied to the database once the files are changed, and what came back of what it had lost.

    Raises:
        MigrationFailed and what else :func:`dbtasks.migrate.run` raises; the next run goes on from there.
    """
    history, left, consent = load(history.project), _left(settings), how.consent
    waiting = _kept(settings, left)
    planned = plan.upgrade(history, settings, wanted.head)
    try:
        _permit(settings, planned, how)
    except (Refused, TooMuchToSetAside) as refusal:
        return Settled(None, refusal)
    report = migrate.run(history, settings, planned, how.caller, set_aside=how.set_aside)
    if wanted.down is not None and wanted.down.losing:  # what came into its place since is our own, and was agreed to
        consent = replace(consent, confirm=settings.database.name)
    outcomes: list[Outcome] = []
    refused: list[tuple[int, DbtasksError]] = []
    for number in waiting:
        try:
            outcomes += keep.restore(settings, number, consent, how.caller)
        except (Refused, CannotRestore) as error:
            refused.append((number, error))
    if left is not None:
        _change(settings, left, outcome=ledger.DONE, finished=values.now())
    return Settled(report, None, tuple(outcomes), tuple(refused))


def _check_shared(history: History, settings: Settings, move: Move, seen: Seen) -> None:
    where = environment.of(settings, seen.recorded)
    if not where.is_protected:
        return
    events = ledger.read(settings.database.url)
    ran = {name for one in events for name in one.revision.split(", ")} | history.effective(seen.current)
    shared = tuple(one.id for one in move.revisions if one.id in ran)
    if shared:
        raise SharedRevisions("db.rebase", settings.database.name, where.recorded or where.configured, shared)


def _permit(settings: Settings, planned: Plan, how: How) -> None:
    guard.permit_run(settings, planned, how.consent)
    if how.set_aside:
        guard.check_limit(settings, how.consent.command, planned.stakes)


def _revert(history: History, settings: Settings, down: Plan, left: Event | None, how: How) -> None:
    ids = " ".join(sorted({*(one.id for one in down.steps), *(left.detail.split() if left else ())}))
    if left is None:
        ledger.record(settings.database.url, Event(KIND, outcome=ledger.STARTED, detail=ids))
    else:
        _change(settings, left, detail=ids)
    try:
        migrate.run(history, settings, down, how.caller, set_aside=how.set_aside)
    except BaseException:
        with contextlib.suppress(DbtasksError):
            begun = _left(settings)
            if left is None and begun and plan.recorded(history, settings) == down.current:
                _change(settings, begun, outcome=ledger.FAILED, finished=values.now())
        raise


def _left(settings: Settings) -> Event | None:
    """Return the event of a run that did not come to its end."""
    events = ledger.read(settings.database.url, KIND, newest=1)
    return events[-1] if events and events[-1].outcome == ledger.STARTED else None


def _change(settings: Settings, event: Event, **row: str) -> None:
    def work(connection: databases.Connection) -> None:
        ledger.change(connection, event.id, **row)
        connection.commit()

    databases.connect(settings.database.url, work, write=True)


def _kept(settings: Settings, left: Event | None) -> tuple[int, ...]:
    """Return the numbers of what was set aside since a run began, the newest first: its tables are the parents'."""
    if left is None:
        return ()
    ids = set(left.detail.split())
    found = (one for one in keep.found(settings) if one.id > left.id and not one.is_restored)
    return tuple(one.id for one in found if all(event.revision in ids for event in one.events))[::-1]


def _as_clause(error: DbtasksError) -> str:
    words = error.what().rstrip(".")
    return words[:1].lower() + words[1:]
