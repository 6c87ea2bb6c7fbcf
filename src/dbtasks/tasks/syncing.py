"""The task for a database that comes from another branch."""

from dataclasses import replace
from typing import TYPE_CHECKING

from invoke import Context, task

from dbtasks.tasks.changing import RUN, Way, Wish, agreed
from dbtasks.tasks.edge import Here, friendly, here, show, warn

if TYPE_CHECKING:
    from dbtasks.sync import Sync


@task(help={**RUN, "plan": "The id of the plan that you have seen (--dry-run): run exactly that, or refuse."})
@friendly
def sync(
    context: Context,
    dry_run: bool = False,
    plan: str = "",
    confirm: str = "",
    no_set_aside: bool = False,
    lock_timeout: str = "",
) -> None:
    """Revert the revisions that this branch does not have, and upgrade to its head; for after a change of branches."""
    from dbtasks import sync as syncs

    at = here(lock_timeout)
    dry = dry_run or context.config.run.dry
    with syncs.looked(at.history, at.settings, detailed=dry) as wanted:
        _carry_out(at, wanted, Wish(plan, confirm, "", dry=dry, set_aside=not no_set_aside))


def _carry_out(at: Here, wanted: "Sync", wish: Wish) -> None:
    from dbtasks import guard, render
    from dbtasks import sync as syncs
    from dbtasks.road import Caller

    given = agreed(at, wanted, wish, "db.sync", Way(render.sync, syncs.permit))
    if given is None:
        return
    named = at.settings.database.name if wanted.losing else given.confirm
    second = replace(given, command="db.upgrade", confirm=named)
    calling = Caller(
        "db.sync",
        lambda step: show(render.step(step, wanted.history(step.direction))),
        lambda holder: warn(render.waiting(holder)),
    )
    done = syncs.run(
        at.settings,
        wanted,
        calling,
        lambda rising: guard.permit_run(at.settings, rising, second),
        set_aside=wish.set_aside,
    )
    show(render.synced(done))
