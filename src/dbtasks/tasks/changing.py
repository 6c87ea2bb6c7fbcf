"""The tasks that change a database."""

from typing import TYPE_CHECKING, Any, NamedTuple

from invoke import Context, task

from dbtasks.tasks.edge import Here, caller, consent, friendly, here, project, show, warn, writing

if TYPE_CHECKING:
    from collections.abc import Callable

    from dbtasks.guard import Consent
    from dbtasks.plan import Plan
    from dbtasks.settings import Settings
    from dbtasks.sync import Sync

REV = "A revision: its id, the beginning of it, head, or a distance such as +1."
LOCK_TIMEOUT = "Seconds to wait for another migrator, instead of 'database.lock_timeout'."
CONFIRM = "The name of the database, to say that what is at stake may be lost."
PLAN = "The id of the plan that you have seen (inv db.plan): run exactly that, or refuse."
RUN = {
    "dry_run": "Show the plan; change nothing.",
    "plan": PLAN,
    "confirm": CONFIRM,
    "no_set_aside": "Do not copy what is at stake first.",
    "lock_timeout": LOCK_TIMEOUT,
}


@task(help={"rev": REV, **RUN})
@friendly
def upgrade(
    context: Context,
    rev: str = "head",
    dry_run: bool = False,
    plan: str = "",
    confirm: str = "",
    no_set_aside: bool = False,
    lock_timeout: str = "",
) -> None:
    """Apply pending revisions, up to head or to REV."""
    from dbtasks import plan as plans

    at = here(lock_timeout)
    dry = dry_run or context.config.run.dry
    planned = plans.upgrade(at.history, at.settings, rev, detailed=dry)
    arguments = "" if rev == "head" else f"--rev {rev}"
    _carry_out(at, planned, Wish(plan, confirm, arguments, dry=dry, set_aside=not no_set_aside))


@task(help={"rev": "How far: -1 reverts the last revision, an id all after it.", **RUN})
@friendly
def downgrade(
    context: Context,
    rev: str = "",
    dry_run: bool = False,
    plan: str = "",
    confirm: str = "",
    no_set_aside: bool = False,
    lock_timeout: str = "",
) -> None:
    """Revert revisions, down to REV, which stays applied; what they take away is set aside."""
    from dbtasks import plan as plans

    at = here(lock_timeout)
    dry = dry_run or context.config.run.dry
    planned = plans.downgrade(at.history, at.settings, rev, detailed=dry)
    _carry_out(at, planned, Wish(plan, confirm, f"--rev {rev}", dry=dry, set_aside=not no_set_aside))


class Wish(NamedTuple):
    """How a plan is to be carried out."""

    plan: str
    confirm: str
    arguments: str
    dry: bool
    set_aside: bool


def _carry_out(at: Here, planned: "Plan", wish: Wish) -> None:
    from dbtasks import guard, migrate, render

    command = f"db.{planned.direction}"
    if agreed(at, planned, wish, command, Way(render.plan, guard.permit_run)):
        report = migrate.run(at.history, at.settings, planned, caller(command, at.history), set_aside=wish.set_aside)
        show(render.report(report, planned.direction))


class Way(NamedTuple):
    """How one kind of plan is shown, and permitted."""

    words: "Callable[[Any], str]"
    permit: "Callable[[Settings, Any, Consent], None]"


def agreed(at: Here, planned: "Plan | Sync", wish: Wish, command: str, way: Way) -> "Consent | None":
    """Return how the user agrees to what is planned, which the guards let pass; None when it was only to be shown."""
    from dbtasks import guard, render

    planned.check_id(wish.plan)
    if wish.dry:
        show(way.words(planned))
        return None
    given = consent(command, wish.confirm, wish.arguments)
    if given.ask and not given.confirm:  # who is asked has to see what for
        warn("\n".join(f"! {render.stake(one)}" for one in planned.losing))
    way.permit(at.settings, planned, given)
    if wish.set_aside:
        guard.check_limit(at.settings, command, planned.stakes)
    return given


@task(
    help={
        "confirm": "The name of the database, to say that it may be emptied.",
        "discard": "Drop everything instead of setting it aside.",
        "force": "End the connections of others first; on this machine only.",
        "lock_timeout": LOCK_TIMEOUT,
    }
)
@friendly
@writing
def reset(
    _context: Context, confirm: str = "", discard: bool = False, force: bool = False, lock_timeout: str = ""
) -> None:
    """Set everything in the database aside and upgrade an empty one to head; guarded."""
    from dbtasks import environment, guard, migrate, render

    at = here(lock_timeout)
    consequence = "it deletes everything" if discard else "it sets everything aside, and leaves empty tables"
    guard.check_configured(at.settings, "db.reset")
    arguments = " ".join(flag for flag, given in (("--discard", discard), ("--force", force)) if given)
    where = environment.read(at.settings)
    guard.permit(at.settings, where, consent("db.reset", confirm, arguments), consequence)
    if force:
        guard.check_machine(where, "db.reset --force")
    report = migrate.reset(at.history, at.settings, caller("db.reset", at.history), discard=discard, force=force)
    show(render.report(report, "upgrade"))


@task(help={"rev": REV, "confirm": CONFIRM, "lock_timeout": LOCK_TIMEOUT})
@friendly
@writing
def stamp(_context: Context, rev: str = "", confirm: str = "", lock_timeout: str = "") -> None:
    """Record REV in the database without running any revision; guarded when it goes backwards."""
    from dbtasks import environment, guard, migrate, render

    at = here(lock_timeout)

    def permit(forgotten: tuple[str, ...]) -> None:
        if forgotten:
            agreed = consent("db.stamp", confirm, f"--rev {rev}")
            consequence = f"the database would not know any more that {', '.join(forgotten)} ran"
            guard.permit(at.settings, environment.read(at.settings), agreed, consequence)

    show(render.stamped(migrate.stamp(at.history, at.settings, rev, caller("db.stamp", at.history), permit)))


@task
@friendly
@writing
def create(_context: Context) -> None:
    """Create the configured database, empty, if it does not exist."""
    from dbtasks import migrate, render

    at = here()
    show(render.created(migrate.create(at.history, at.settings), at.settings))


@task
@friendly
@writing
def onboard(_context: Context) -> None:
    """Make a working copy ready: .env, the database, every revision; again and again if you like."""
    from dbtasks import history as revisions
    from dbtasks import onboarding, render

    found = project()
    onboarded = onboarding.onboard(found, caller("onboard", revisions.load(found)))
    show(render.onboarded(onboarded))


@task(name="environment", help={"set": "The environment that the database is to record.", "confirm": CONFIRM})
@friendly
@writing
def environment_(_context: Context, set: str = "", confirm: str = "") -> None:  # noqa: A002 - the flag
    """Show which environment the database says it is; --set NAME changes that."""
    from dbtasks import environment, guard, render

    at = here()
    where = environment.read(at.settings)
    if set:
        guard.permit_record(at.settings, where, consent("db.environment", confirm, f"--set {set}"), set)
        environment.record(at.settings, set)
        where = environment.read(at.settings)
    show(render.environment(where, at.settings))
