"""The tasks that change a database."""

from invoke import Context, task

from dbtasks.tasks.edge import ask, caller, friendly, here, project, show, terminal, writing

REV = "A revision: its id, the beginning of it, head, or a distance such as +1."
LOCK_TIMEOUT = "Seconds to wait for another migrator, instead of 'database.lock_timeout'."


@task(help={"rev": REV, "dry_run": "Show what would be applied; change nothing.", "lock_timeout": LOCK_TIMEOUT})
@friendly
def upgrade(context: Context, rev: str = "head", dry_run: bool = False, lock_timeout: str = "") -> None:
    """Apply pending revisions, up to head or to REV."""
    from dbtasks import migrate, plan, render

    at = here(lock_timeout)
    planned = plan.upgrade(at.history, at.settings, rev)
    if dry_run or context.config.run.dry:
        return show(render.plan(planned))
    report = migrate.run(at.history, at.settings, planned, caller("db.upgrade", at.history))
    return show(render.report(report, planned.direction))


@task(
    help={
        "rev": "How far: -1 reverts the last revision, an id all after it.",
        "dry_run": "Show it; change nothing.",
        "lock_timeout": LOCK_TIMEOUT,
    }
)
@friendly
def downgrade(context: Context, rev: str = "", dry_run: bool = False, lock_timeout: str = "") -> None:
    """Revert revisions, down to REV, which stays applied."""
    from dbtasks import migrate, plan, render

    at = here(lock_timeout)
    planned = plan.downgrade(at.history, at.settings, rev)
    if dry_run or context.config.run.dry:
        return show(render.plan(planned))
    report = migrate.run(at.history, at.settings, planned, caller("db.downgrade", at.history))
    return show(render.report(report, planned.direction))


@task(help={"confirm": "The name of the database, to say that all in it may be lost.", "lock_timeout": LOCK_TIMEOUT})
@friendly
@writing
def reset(_context: Context, confirm: str = "", lock_timeout: str = "") -> None:
    """Drop everything in the database and upgrade to head again; guarded."""
    from dbtasks import guard, migrate, render

    at = here(lock_timeout)
    guard.permit_reset(at.settings, confirm, ask if terminal() else None)
    report = migrate.reset(at.history, at.settings, caller("db.reset", at.history))
    show(render.report(report, "upgrade"))


@task(help={"rev": REV, "lock_timeout": LOCK_TIMEOUT})
@friendly
@writing
def stamp(_context: Context, rev: str = "", lock_timeout: str = "") -> None:
    """Record REV in the database without running any revision."""
    from dbtasks import migrate, render

    at = here(lock_timeout)
    show(render.stamped(migrate.stamp(at.history, at.settings, rev, caller("db.stamp", at.history))))


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
