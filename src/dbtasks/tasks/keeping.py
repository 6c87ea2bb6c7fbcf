"""The tasks for what was set aside."""

from invoke import Context, task

from dbtasks.tasks.edge import caller, consent, friendly, here, number, show, writing

CONFIRM = "The name of the database."


@task(help={"json": "Print JSON."})
@friendly
def kept(_context: Context, json: bool = False) -> None:
    """Show what was set aside: when, by which event, how many rows, how large."""
    from dbtasks import keep, render

    show((render.kept_json if json else render.kept)(keep.found(here().settings)))


@task(help={"id": "Which, by its id in db.kept; the newest by default.", "confirm": CONFIRM})
@friendly
@writing
def restore(_context: Context, id: str = "", confirm: str = "") -> None:  # noqa: A002 - the flag
    """Bring back what was set aside, once the schema has its tables and columns again."""
    from dbtasks import keep, render

    at = here()
    wanted = int(number(id, "--id")) if id else 0
    agreed = consent("db.restore", confirm, f"--id {id}" if id else "")
    show(render.restored(keep.restore(at.settings, wanted, agreed, caller("db.restore", at.history))))


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
    from dbtasks import keep, render

    at = here()
    by_age = () if id else keep.older_than(at.settings, number(older_than, "--older-than"))
    chosen = (keep.chosen(at.settings, int(number(id, "--id"))),) if id else by_age
    arguments = f"--id {id}" if id else f"--older-than {older_than}"
    show(render.forgotten(keep.forget(at.settings, chosen, consent("db.forget", confirm, arguments))))
