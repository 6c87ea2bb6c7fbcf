"""A database from another branch comes to this branch's head: what no file here has goes, what is pending comes."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from dbtasks import applied, aside, guard, keep, lock, migrate, plan
from dbtasks.errors import DatabaseMoved, MigrationFailed, PlanMoved, RevertFailed
from dbtasks.guard import Consent
from dbtasks.history import Direction, Heads, History
from dbtasks.keep import Kept
from dbtasks.plan import Plan, Seen
from dbtasks.road import NOBODY, Caller, Step
from dbtasks.settings import Settings
from dbtasks.stakes import Stake
from dbtasks.way import Way

INSERTED = (aside.INSERT,)  # why a copy was made that only says which rows were there


@dataclass(frozen=True, slots=True)
class Sync:
    """What has to be done.

    Attributes:
        files: the history of this branch.
        applied: the history of the database, with the sources that its ledger kept.
        seen: the state of the database.
        reverting: the plan of the way down.
        applying: the plan of the way up from there.
    """

    files: History
    applied: History
    seen: Seen
    reverting: Plan
    applying: Plan

    @property
    def id(self) -> str:
        """Return eight characters that change when a revision or the state of the database does."""
        return hashlib.sha256(f"{self.reverting.id} {self.applying.id}".encode()).hexdigest()[:8]

    @property
    def losing(self) -> tuple[Stake, ...]:
        """Return the stakes that somebody has to agree to."""
        return (*self.reverting.losing, *self.applying.losing)

    @property
    def stakes(self) -> tuple[Stake, ...]:
        """Return what may be lost, on the way down and up."""
        return (*self.reverting.stakes, *self.applying.stakes)

    def history(self, direction: Direction) -> History:
        """Return the history to which the steps of a direction belong."""
        return self.files if direction == "upgrade" else self.applied

    def check_id(self, expected: str) -> None:
        """Raise PlanMoved when this is not the plan that somebody has seen under that id."""
        if expected and expected != self.id:
            raise PlanMoved(self.reverting.database, expected, self.id)


@dataclass(frozen=True, slots=True)
class Synced:
    """What came of it.

    Attributes:
        database: its name.
        steps: the revisions reverted and applied, in order; empty when there was nothing to do.
        heads: what the database records now.
        kept: what was set aside meanwhile.
        waiting: what was set aside earlier, of revisions that are applied again now.
        ends: the heads of this branch when there are several, so that nothing was applied; empty otherwise.
    """

    database: str
    steps: tuple[Step, ...]
    heads: Heads
    kept: tuple[Kept, ...] = ()
    waiting: tuple[Kept, ...] = ()
    ends: Heads = ()


@contextmanager
def looked(history: History, settings: Settings, *, detailed: bool = False) -> Iterator[Sync]:
    """Give what has to be done; nothing is written to the database. It is valid until the context ends.

    Where this branch has several heads, as in the middle of a rebase, what it does not have goes and nothing comes.

    Raises:
        ManyHeads: this branch has no one head, and there is nothing to revert.
        UnknownDatabaseRevision: the source of a revision that is to be reverted was not kept.
        KeptSourceBroken: it cannot be loaded.
        RevertFailed: it was seen in a scratch database that a revision cannot be reverted.
        DatabaseMissing, AccessDenied, ServerUnreachable: there is no database to look at.
    """
    seen = plan.look(history, settings, known_only=False)
    with applied.history_of(history, settings.database.url, settings.database.name, seen.current) as there:
        kept = _in_place(history, there)
        back = tuple(one for one in reversed(there.revisions) if one.id not in kept)
        down = Way(there, seen.current, back, "downgrade")
        rest = there.heads_of(kept) if back else seen.current
        if not back:
            history.head()
        steps = () if len(history.heads) > 1 else history.up(rest, "head")
        up = Way(history, rest, steps, "upgrade")
        try:
            reverting = plan.weighed(settings, down, seen, detailed=detailed and bool(back), must_revert=True)
        except MigrationFailed as error:
            raise _not_reverted(error, settings, (), may_be_half=False) from error
        applying = plan.weighed(settings, up, seen, detailed=detailed and bool(up.steps))
        yield Sync(history, there, seen, reverting, applying)


def _in_place(files: History, there: History) -> frozenset[str]:
    """Return the applied revisions that this branch has as well, on top of the same ones.

    Who joins a long past into one revision gives it the id of the last: such a revision has nothing in common with what
    was applied below it, and stands for all of that.
    """
    below = frozenset[str]()
    kept = frozenset[str]()
    for one in there.revisions:
        if not files.has(one.id):
            continue
        theirs, ours = there.effective([one.id]), files.effective([one.id])
        if len(theirs) > 1 and not any(map(files.has, theirs - {one.id})) and not any(map(there.has, ours - {one.id})):
            below |= (theirs | ours) - {one.id}
        if theirs - below == ours - below:
            kept |= theirs
    return kept


def permit(settings: Settings, wanted: Sync, consent: Consent) -> None:
    """Return when it may be carried out: at once when nothing is at stake, or all of it was accepted.

    Raises:
        what :func:`dbtasks.guard.permit` raises; only NotNamed when the way down loses nothing.
    """
    if not wanted.losing:
        return
    if wanted.reverting.losing and wanted.reverting.environment is not None:
        guard.check_place(wanted.reverting.environment, consent.command)
    guard.check_name(settings, consent, guard.at_stake(wanted.losing))


def run(
    settings: Settings,
    wanted: Sync,
    caller: Caller = NOBODY,
    agree: Callable[[Plan], None] = lambda _plan: None,
    *,
    set_aside: bool = True,
) -> Synced:
    """Return what was done; :func:`permit` has agreed.

    What the way up puts at stake is weighed again once the way down was gone, and ``agree`` is asked about that.

    Raises:
        LockTimeout, DatabaseMoved: another process migrates, or has migrated, the database.
        RevertFailed: a revision could not be reverted.
        MigrationFailed, BrokenReferences, HeadsDisagree: a revision could not be applied.
    """
    database = settings.database
    if not wanted.reverting.steps:
        report = migrate.run(wanted.files, settings, wanted.applying, caller, set_aside=set_aside)
        return _synced(settings, report.steps, report.heads, None)
    old, alone = {one.id for one in keep.found(settings)}, replace(caller, has_lock=True)

    def both() -> tuple[tuple[Step, ...], Heads]:
        if plan.look(wanted.files, settings, known_only=False) != wanted.seen:
            return (), _done_by_another(settings, wanted)
        reverted = _reverted(settings, wanted, alone, set_aside=set_aside)
        if len(wanted.files.heads) > 1:
            return reverted, wanted.applying.current
        rising = plan.upgrade(wanted.files, settings)
        agree(rising)
        report = migrate.run(wanted.files, settings, rising, alone, set_aside=set_aside)
        return (*reverted, *report.steps), report.heads

    steps, heads = lock.holding(database.url, database.lock_timeout, both, caller.command, caller.on_wait)
    ends = wanted.files.heads if len(wanted.files.heads) > 1 else ()
    return replace(_synced(settings, steps, heads, old), ends=ends)


def _done_by_another(settings: Settings, wanted: Sync) -> Heads:
    """Return what the database records when another process did the same meanwhile; raise DatabaseMoved otherwise."""
    with looked(wanted.files, settings) as fresh:
        before, now = set(wanted.seen.current), set(fresh.seen.current)
        if fresh.reverting.steps or fresh.applying.steps:
            raise DatabaseMoved(settings.database.name, tuple(sorted(now - before or now)), tuple(sorted(before - now)))
        return fresh.seen.current


def _reverted(settings: Settings, wanted: Sync, caller: Caller, *, set_aside: bool) -> tuple[Step, ...]:
    there, down = wanted.applied, wanted.reverting
    try:
        return migrate.run(there, settings, down, caller, set_aside=set_aside).steps
    except MigrationFailed as error:
        raise _not_reverted(error, settings, error.applied, may_be_half=not error.atomic) from error


def _not_reverted(
    error: MigrationFailed, settings: Settings, reverted: tuple[str, ...], *, may_be_half: bool
) -> RevertFailed:
    line = error.source.line if error.source else None
    return RevertFailed(error.revision, line, error.cause, settings.database.name, reverted, may_be_half)


def _synced(settings: Settings, steps: tuple[Step, ...], heads: Heads, old: set[int] | None) -> Synced:
    """Return what came of it; ``old`` has the numbers of what was set aside before, if anything was reverted."""
    applied = {one.revision for one in steps if one.direction == "upgrade"}
    found = [one for one in keep.found(settings) if steps and any(part.kinds != INSERTED for part in one.parts)]
    new = tuple(one for one in found if old is not None and one.id not in old)
    again = [one for one in found if one not in new and not one.is_restored]
    waiting = tuple(one for one in again if applied & {event.revision for event in one.events})
    return Synced(settings.database.name, steps, heads, new, waiting)
