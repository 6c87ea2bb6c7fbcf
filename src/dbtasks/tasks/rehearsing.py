"""The task that rehearses revisions in scratch databases."""

import sys
from typing import TYPE_CHECKING

from invoke import Context, Exit, task

from dbtasks.tasks import formats
from dbtasks.tasks.edge import friendly, here, show, writing

if TYPE_CHECKING:
    from collections.abc import Callable

    from dbtasks.verify import Rehearsed

START_AGAIN = "\r\033[K"  # the beginning of the line, and nothing after it


@task(
    help={
        "dialects": "On these: sqlite,postgresql,mysql; by default the project's own. Servers are started.",
        "rev": "Only these revisions: FROM:TO, without FROM.",
        "since": "Only revisions that were added since this branch, tag or commit: origin/main.",
        "all": "Also those that have passed before, and have not changed since.",
        **formats.HELP,
    }
)
@friendly
@writing
def verify(
    _context: Context,
    dialects: str = "",
    rev: str = "",
    since: str = "",
    all: bool = False,  # noqa: A002 - the flag
    json: bool = False,
    format: str = "",  # noqa: A002 - the flag
) -> None:
    """Rehearse revisions with rows, up, down and up again, in scratch databases; exit code 1 when one does not hold."""
    chosen = formats.chosen(format, "db.verify", json=json)
    from dbtasks import render
    from dbtasks import verify as rehearsals

    at = here()
    names = tuple(dialects.replace(",", " ").split())
    wanted = rehearsals.Asked(names, rev, since, everything=all)
    found = rehearsals.run(at.history, at.settings, wanted, _progress())
    words = {"text": render.rehearsal, "json": render.rehearsal_json, "github": render.rehearsal_github}
    show(words[chosen](found, at.project))
    if found.findings:
        raise Exit(code=1)


def _progress() -> "Callable[[Rehearsed], None]":
    """Return what shows how far a rehearsal has come, on a terminal; nothing is shown elsewhere."""
    from dbtasks import render, settings

    coloured = settings.wants_colours()

    def tell(one: "Rehearsed") -> None:
        if not sys.stderr.isatty():
            return
        told = render.bar(one, coloured=coloured) if one.seconds is None else f"{render.rehearsed(one)}\n"
        print(f"{START_AGAIN}{told}", end="", file=sys.stderr, flush=True)  # noqa: T201 - the edge

    return tell
