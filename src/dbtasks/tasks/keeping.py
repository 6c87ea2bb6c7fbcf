"""The tasks for what was set aside."""

from invoke import Context, task

from dbtasks.tasks.edge import caller, consent, friendly, here, number, show, writing

CONFIRM = "The name of the database."


@task(help={"json": "Print JSON."})
@friendly
def kept(_context: Context, json: bool = False) -> None:
    """Show what was set aside: when, by which event, how many rows, how large."""
    from dbtasks import keep, render, whole

    settings = here().settings
    show((render.kept_json if json else render.kept)(whole.found(settings), keep.found(settings)))


@task(
    help={
        "id": "Which, by its id in db.kept; by default the newest copy, or else the newest database.",
        "confirm": CONFIRM,
        "force": "End the connections of others first, to bring a whole database back; on this machine only.",
    }
)
@friendly
@writing
def restore(_context: Context, id: str = "", confirm: str = "", force: bool = False) -> None:  # noqa: A002 - the flag
    """Bring back what was set aside: rows once the schema has them again, or the whole database after a reset."""
    from dbtasks import keep, render, whole

    at = here()
    wanted = int(number(id, "--id")) if id else whole.newest(at.settings)
    agreed = consent("db.restore", confirm, f"--id {id}" if id else "")
    calling = caller("db.restore", at.history)
    if wanted < whole.LEAST:
        return show(render.restored(keep.restore(at.settings, wanted, agreed, calling)))
    if force:
        whole.check_force(at.settings, "db.restore --force")
    return show(render.brought_back(*whole.restore(at.settings, wanted, agreed, calling, force=force)))


@task(
    help={
        "id": "Which, by its id in db.kept.",
        "older_than": "All that was set aside more than so many days ago.",
        "confirm": CONFIRM,
    }
)
@friendly
@writing
def forget(_context: Context, id: str = "", older_than: str = "", confirm: str = "") -> None:  # noqa: A002 - the flag
    """Delete what was set aside, for good."""
    from dbtasks import render, whole

    at = here()
    wanted = int(number(id, "--id")) if id else None
    days = None if id else number(older_than, "--older-than")
    agreed = consent("db.forget", confirm, f"--id {id}" if id else f"--older-than {older_than}")
    show(render.forgotten(whole.forget_all(at.settings, wanted, days, agreed)))
