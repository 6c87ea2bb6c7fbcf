"""The tasks that write files."""

from pathlib import Path

from invoke import Context, task

from dbtasks.tasks.edge import friendly, here, show, warn, writing


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


@task(help={"message": "What is merged; by default the heads are named."})
@friendly
@writing
def merge(_context: Context, message: str = "") -> None:
    """Join several heads into one by a revision that changes nothing."""
    from dbtasks import render, revise

    at = here()
    show(render.merged(revise.merge(at.history, at.settings, message), at.project))


@task
@friendly
@writing
def init(_context: Context) -> None:
    """Write what a new project lacks: alembic_db/ and a first configuration."""
    from dbtasks import onboarding, render

    show(render.written(onboarding.init(Path.cwd()), Path.cwd()))
