"""The tasks for what was set aside, or is kept for the next time."""

from invoke import Context, Exit, task

from dbtasks.tasks.edge import caller, consent, friendly, here, number, project, show, writing

CONFIRM = "The name of the database."


@task(
    help={
        "dry_run": "Show what would be done; change nothing.",
        "confirm": CONFIRM,
        "no_set_aside": "Do not copy what is at stake first.",
        "lock_timeout": "Seconds to wait for a migrator, instead of 'database.lock_timeout'.",
    }
)
@friendly
def repair(
    context: Context, dry_run: bool = False, confirm: str = "", no_set_aside: bool = False, lock_timeout: str = ""
) -> None:
    """Make the live schema again what its recorded revision says; the way out of a half-applied revision."""
    from dbtasks import guard, render
    from dbtasks import repair as repairs

    at = here(lock_timeout)
    wanted = repairs.look(at.history, at.settings)
    if not wanted.differences and wanted.unfinished is None:
        return show(render.nothing_to_repair(wanted))
    show(render.repair(wanted))
    if dry_run or context.config.run.dry:
        return None
    if wanted.losing:
        agreed = consent("db.repair", confirm)
        guard.permit(at.settings, wanted.environment, agreed, guard.at_stake(wanted.losing))
    if not no_set_aside:
        guard.check_limit(at.settings, "db.repair", wanted.stakes)
    done = repairs.run(at.history, at.settings, wanted, caller("db.repair", at.history), set_aside=not no_set_aside)
    show(render.repaired(done))
    if done.left:
        raise Exit(code=2)
    return None


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


@task
@friendly
@writing
def clean(_context: Context) -> None:
    """Empty the cache of scratch databases, and drop those that killed runs have left."""
    from dbtasks import cache, render, settings

    at = project()
    show(render.cleaned(cache.clean(at, settings.load(at).database)))
