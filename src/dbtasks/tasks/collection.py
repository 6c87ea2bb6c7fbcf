"""The tasks: each loads, calls one function, renders. Their flags' defaults give Invoke the flags' types."""

from pathlib import Path

from invoke import Collection, Context, task

from dbtasks.tasks.edge import ask, friendly, here, project, show, terminal, warn, writing

REV = "A revision: its id, the beginning of it, head, or a distance such as +1."


@task(help={"json": "Print JSON."})
@friendly
def services(_context: Context, json: bool = False) -> None:
    """Show every discovered service with its packages, model modules and tables."""
    from dbtasks import render
    from dbtasks import services as found

    models = found.load(project())
    warn(render.notices(models.notices))
    show((render.services_json if json else render.services)(models, project()))


@task(
    help={
        "message": "What the revision is for, in a few words.",
        "empty": "Compare nothing; write a revision to fill in by hand.",
        "service": "Draft the changes of this service only.",
    }
)
@friendly
@writing
def revision(_context: Context, message: str = "", empty: bool = False, service: str = "") -> None:
    """Draft a revision: the models compared with a scratch database at head."""
    from dbtasks import render, revise

    at = here()
    draft = revise.empty(at.history, at.settings, message) if empty else None
    draft = draft or revise.draft(at.history, at.settings, message, service)
    warn(render.notices(draft.notices))
    show(render.draft(draft, at.project))


@task(help={"rev": REV, "dry_run": "Show what would be applied; change nothing."})
@friendly
def upgrade(context: Context, rev: str = "head", dry_run: bool = False) -> None:
    """Apply pending revisions, up to head or to REV."""
    from dbtasks import migrate, plan, render

    at = here()
    planned = plan.upgrade(at.history, at.settings, rev)
    if dry_run or context.config.run.dry:
        return show(render.plan(planned))
    report = migrate.run(at.history, at.settings, planned, lambda step: show(render.step(step, at.history)))
    return show(render.report(report, planned.direction))


@task(help={"rev": "How far: -1 reverts the last revision, an id all after it.", "dry_run": "Show it; change nothing."})
@friendly
def downgrade(context: Context, rev: str = "", dry_run: bool = False) -> None:
    """Revert revisions, down to REV, which stays applied."""
    from dbtasks import migrate, plan, render

    at = here()
    planned = plan.downgrade(at.history, at.settings, rev)
    if dry_run or context.config.run.dry:
        return show(render.plan(planned))
    report = migrate.run(at.history, at.settings, planned, lambda step: show(render.step(step, at.history)))
    return show(render.report(report, planned.direction))


@task(help={"confirm": "The name of the database, to say that all in it may be lost."})
@friendly
@writing
def reset(_context: Context, confirm: str = "") -> None:
    """Drop everything in the database and upgrade to head again; guarded."""
    from dbtasks import guard, migrate, render

    at = here()
    guard.permit_reset(at.settings, confirm, ask if terminal() else None)
    report = migrate.reset(at.history, at.settings, lambda step: show(render.step(step, at.history)))
    show(render.report(report, "upgrade"))


@task(help={"json": "Print JSON."})
@friendly
def status(_context: Context, json: bool = False) -> None:
    """Show where the database stands: current revision, head, what is pending."""
    from dbtasks import render
    from dbtasks import status as standing

    at = here()
    show((render.status_json if json else render.status)(standing.of(at.history, at.settings)))


@task
@friendly
def history(_context: Context) -> None:
    """Show every revision, newest first."""
    from dbtasks import history as revisions
    from dbtasks import render

    show(render.history(revisions.load(project())))


@task
@friendly
def heads(_context: Context) -> None:
    """Show the revisions on which no other builds; more than one asks for db.merge."""
    from dbtasks import history as revisions
    from dbtasks import render

    show(render.heads(revisions.load(project()), project()))


@task(help={"message": "What is merged; by default the heads are named."})
@friendly
@writing
def merge(_context: Context, message: str = "") -> None:
    """Join several heads into one by a revision that changes nothing."""
    from dbtasks import render, revise

    at = here()
    show(render.merged(revise.merge(at.history, at.settings, message), at.project))


@task(help={"rev": REV})
@friendly
@writing
def stamp(_context: Context, rev: str = "") -> None:
    """Record REV in the database without running any revision."""
    from dbtasks import migrate, render

    at = here()
    show(render.stamped(migrate.stamp(at.history, at.settings, rev)))


@task(help={"rev": "The range FROM:TO; base:head by default. FROM after TO gives the SQL of the way down."})
@friendly
def sql(_context: Context, rev: str = "base:head") -> None:
    """Show the SQL of a range of revisions; the database is not touched."""
    from dbtasks import offline

    at = here()
    show(offline.sql(at.history, at.settings, rev).rstrip())


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
def init(_context: Context) -> None:
    """Write what a new project lacks: alembic_db/ and a first configuration."""
    from dbtasks import onboarding, render

    show(render.written(onboarding.init(Path.cwd()), Path.cwd()))


@task
@friendly
@writing
def onboard(_context: Context) -> None:
    """Make a working copy ready: .env, the database, every revision; again and again if you like."""
    from dbtasks import history as revisions
    from dbtasks import onboarding, render

    found = project()
    onboarded = onboarding.onboard(found, lambda step: show(render.step(step, revisions.load(found))))
    show(render.onboarded(onboarded))


db = Collection(
    "db", services, revision, upgrade, downgrade, reset, status, history, heads, merge, stamp, sql, create, init
)
