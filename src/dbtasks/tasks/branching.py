"""The tasks for a history that has branched."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from invoke import Context, Exit, task

from dbtasks.errors import BadCommandLine
from dbtasks.tasks.edge import Here, caller, consent, friendly, here, show, warn, writing

if TYPE_CHECKING:
    from dbtasks.rebase import How, Rebase


@task(help={"message": "What is merged; by default the heads are named."})
@friendly
@writing
def merge(_context: Context, message: str = "") -> None:
    """Join several heads into one by a revision that changes nothing."""
    from dbtasks import branches, render

    at = here()
    show(render.merged(branches.merge(at.history, at.settings, message), at.project, Path.cwd()))


@task(
    iterable=["local"],
    help={
        "onto": "The head that your revisions are to follow; by default the one that is not yours.",
        "local": "The first of your revisions (several: again, or with commas); by default git is asked.",
        "main": "The branch whose revisions are not yours; by default origin's, or main or master.",
        "dry_run": "Show what would be done; change nothing.",
        "confirm": "The name of the database, to say that what is at stake may be lost.",
        "no_set_aside": "Do not copy what is at stake first.",
        "lock_timeout": "Seconds to wait for another migrator, instead of 'database.lock_timeout'.",
    },
)
@friendly
def rebase(
    context: Context,
    onto: str = "",
    local: Sequence[str] | None = None,
    main: str = "",
    dry_run: bool = False,
    confirm: str = "",
    no_set_aside: bool = False,
    lock_timeout: str = "",
) -> None:
    """Put your revisions behind those of others: in their files, and in your database if it has them."""
    from dbtasks import rebase as rebases
    from dbtasks import render
    from dbtasks.branches import Wish

    names = tuple(name for one in local or () for name in one.replace(",", " ").split())
    if names and main:
        raise BadCommandLine("--local says which revisions are yours, so that --main means nothing", "db.rebase")
    at = here(lock_timeout)
    wanted = rebases.look(at.history, at.settings, Wish(onto, names, main))
    if dry_run or context.config.run.dry:
        return show(render.rebase(wanted, at.history, at.project))
    given = {"--local": ",".join(names), "--onto": onto, "--main": main}
    agreed = consent("db.rebase", confirm, " ".join(f"{flag} {value}" for flag, value in given.items() if value))
    return _carry_out(at, wanted, rebases.How(agreed, caller("db.rebase", at.history), not no_set_aside))


def _carry_out(at: Here, wanted: "Rebase", how: "How") -> None:
    from dbtasks import rebase, render

    if wanted.down and how.consent.ask and not how.consent.confirm:  # who is asked has to see what for
        warn("\n".join(f"! {render.stake(one)}" for one in wanted.down.losing))
    database, settled = at.settings.database.name, None
    moved = rebase.move(at.history, at.settings, wanted, how)
    show(render.moved(moved, wanted, at.history, at.project))
    if wanted.touches_database:
        settled = rebase.settle(at.history, at.settings, wanted, how)
        show(render.settled(settled, database))
    show(render.next_of_rebase(moved, wanted, settled, database, Path.cwd()))
    if settled is not None and settled.refusal is not None:
        raise Exit(code=settled.refusal.exit_code)
