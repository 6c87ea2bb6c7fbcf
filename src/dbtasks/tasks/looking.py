"""The tasks that only look."""

from invoke import Context, Exit, task

from dbtasks.tasks.edge import friendly, here, project, show, warn


@task(help={"json": "Print JSON."})
@friendly
def services(_context: Context, json: bool = False) -> None:
    """Show every discovered service with its packages, model modules and tables."""
    from dbtasks import render
    from dbtasks import services as found

    at = project()
    models = found.load(at)
    warn(render.notices(models.notices))
    show((render.services_json if json else render.services)(models, at))
    (warn if json else show)(render.undiscovered(found.undiscovered(at, models), at))


@task(help={"json": "Print JSON."})
@friendly
def status(_context: Context, json: bool = False) -> None:
    """Show where the database stands: current revision, head, what is pending."""
    from dbtasks import render
    from dbtasks import status as standing

    at = here()
    show((render.status_json if json else render.status)(standing.of(at.history, at.settings)))


@task(help={"service": "Only the revisions that touch tables of this service.", "json": "Print JSON."})
@friendly
def history(_context: Context, service: str = "", json: bool = False) -> None:
    """Show every revision, newest first; with --service or --json also which services each touches."""
    from dbtasks import history as revisions
    from dbtasks import render
    from dbtasks import services as found
    from dbtasks.history import touching

    known = revisions.load(project())
    if service:
        found.check_name(known.project, service, known.services)
    touched = touching.services_of(known) if service or json else {}
    show((render.history_json if json else render.history)(known, touched, service))


@task
@friendly
def heads(_context: Context) -> None:
    """Show the revisions on which no other builds; more than one asks for db.merge."""
    from dbtasks import history as revisions
    from dbtasks import render

    show(render.heads(revisions.load(project()), project()))


@task(
    help={
        "rev": "How far: up to head by default; with --down such as -1.",
        "down": "Show the plan of a downgrade.",
        "json": "Print JSON.",
    }
)
@friendly
def plan(_context: Context, rev: str = "", down: bool = False, json: bool = False) -> None:
    """Show what an upgrade, or a downgrade, will do: operations, SQL, and what would be lost."""
    from dbtasks import plan as plans
    from dbtasks import render

    at = here()
    if down:
        planned = plans.downgrade(at.history, at.settings, rev, detailed=True)
    else:
        planned = plans.upgrade(at.history, at.settings, rev or "head", detailed=True)
    show((render.plan_json if json else render.plan)(planned))


@task(help={"json": "Print JSON."})
@friendly
def drift(_context: Context, json: bool = False) -> None:
    """Compare the live schema with what its recorded revision says; exit code 1 when they differ."""
    from dbtasks import drift as drifts
    from dbtasks import render

    at = here()
    found = drifts.find(at.history, at.settings)
    show((render.drift_json if json else render.drift)(found))
    if found.differences:
        raise Exit(code=1)


@task(help={"json": "Print JSON.", "n": "How many events, counted from the newest."})
@friendly
def log(_context: Context, json: bool = False, n: int = 20) -> None:
    """Show what happened in the database: who applied or reverted what, when, and how it ended."""
    from dbtasks import ledger, render

    events = ledger.read(here().settings.database.url, newest=max(n, 0))
    show((render.log_json if json else render.log)(events))


@task(help={"rev": "The range FROM:TO; base:head by default. FROM after TO gives the SQL of the way down."})
@friendly
def sql(_context: Context, rev: str = "base:head") -> None:
    """Show the SQL of a range of revisions; the database is not touched."""
    from dbtasks import offline

    at = here()
    show(offline.sql(at.history, at.settings, rev).rstrip())
