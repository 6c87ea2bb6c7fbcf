"""The tasks that write files."""

from pathlib import Path

from invoke import Context, task

from dbtasks.tasks.edge import friendly, here, show, terminal, warn, writing, yes


@task(
    help={
        "message": "What the revision is for, in a few words.",
        "empty": "Compare nothing; write a revision to fill in by hand.",
        "service": "Draft the changes of this service only.",
        "rename": "A column or a member of an enum that has another name now: users.mail=email; can be repeated.",
        "rename_table": "A table that has another name now: old=new; can be repeated.",
        "safe": "Write the steps that are safe where tables have rows, such as a backfill before NOT NULL.",
        "sql": "Print the SQL of the draft as well, for the project's database.",
        "dialects": "Print it for these, too: postgresql,mysql,sqlite.",
    },
    iterable=["rename", "rename_table"],
)
@friendly
@writing
def revision(
    _context: Context,
    message: str = "",
    empty: bool = False,
    service: str = "",
    rename: list[str] | None = None,
    rename_table: list[str] | None = None,
    safe: bool = False,
    sql: bool = False,
    dialects: str = "",
) -> None:
    """Draft a revision: the models compared with a scratch database at head."""
    from dbtasks import offline, render, revise
    from dbtasks.drafting.renames import Answers

    at = here()
    wanted = offline.dialects_of(at.settings, dialects, own=sql)
    if empty:
        return show(render.draft(revise.empty(at.history, at.settings, message), at.project))
    ask = (lambda one: yes(render.rename_question(one))) if terminal() else None
    answers = Answers(tuple(rename or ()), tuple(rename_table or ()), ask)
    draft = revise.draft(at.history, at.settings, revise.Wish(message, service, safe, answers))
    warn(render.notices(draft.notices))
    warn(render.undiscovered(draft.undiscovered, at.project))
    show(render.draft(draft, at.project))
    for one in wanted if draft.revision else ():
        show(render.sql(one, offline.of_revision(at.project, at.settings, str(draft.revision), one)))
    return None


@task
@friendly
@writing
def init(_context: Context) -> None:
    """Write what a new project lacks: alembic_db/ and a first configuration."""
    from dbtasks import onboarding, render

    show(render.written(onboarding.init(Path.cwd()), Path.cwd()))
