"""Where a database stands, and what was made of it, in words."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from dbtasks import ledger, values
from dbtasks.dialects import urls
from dbtasks.errors import UnknownDatabaseRevision, counted
from dbtasks.ledger import Event
from dbtasks.render import text
from dbtasks.settings import Settings
from dbtasks.status import Status

if TYPE_CHECKING:
    from dbtasks.onboarding import Onboarded


def status(result: Status) -> str:
    """Return where a database stands."""
    current = text.heads(result.current) if result.exists else "the database does not exist yet"
    lines = [
        f"database     {result.database}  ({result.url})",
        f"environment  {result.environment}",
        f"current      {current}",
        f"head         {', '.join(result.heads) or 'none (the history is empty)'}",
        f"pending      {counted(len(result.pending), 'revision') if result.pending else 'none'}",
        *text.listed(result.pending),
        *(f"edited       {one.id}  {one.message}  (since it was applied)" for one in result.edited),
    ]
    if result.skipped:
        lines += [
            f"never run    {one}  (below {result.skipped.above}, applied before)" for one in result.skipped.revisions
        ]
    if result.migrating:
        lines.append(f"migrating    {result.migrating}")
    if result.unfinished:
        lines.append(f"unfinished   {unfinished(result.unfinished)}")
    if len(result.heads) > 1:
        lines.append("The history has several heads. Next: inv db.merge or inv db.rebase")
    elif result.unfinished:
        lines.append("Next: inv db.repair")
    elif result.unknown:
        lines.append(_unknown(result))
    elif result.skipped:
        lines.append("Next: inv db.sync")
    elif result.pending:
        lines.append("Next: inv db.upgrade")
    return "\n".join(lines)


def _unknown(result: Status) -> str:
    fix = UnknownDatabaseRevision(result.database, result.unknown, result.sourceless).fix()
    heads = text.heads(result.unknown)
    return f"The database records {heads}, which no revision file has: it comes from another branch. Next: {fix}"


def status_json(result: Status) -> str:
    """Return the same as JSON: an object."""
    return text.to_json(
        {
            "database": result.database,
            "url": result.url,
            "environment": result.environment,
            "exists": result.exists,
            "current": result.current,
            "heads": result.heads,
            "pending": [{"id": one.id, "message": one.message} for one in result.pending],
            "unknown": result.unknown,
            "sourceless": result.sourceless,
            "migrating": asdict(result.migrating) if result.migrating else None,
            "edited": [one.id for one in result.edited],
            "never_run": result.skipped.revisions if result.skipped else [],
            "unfinished": result.unfinished.revision if result.unfinished else None,
        }
    )


def unfinished(event: Event) -> str:
    """Return what is known of a run that did not come to its end."""
    how = "failed" if event.outcome == ledger.FAILED else "was killed"
    return f"the {event.kind} of {event.revision} {how} ({event.actor}, {values.shown(event.started)})"


def created(new: bool, settings: Settings) -> str:
    """Return whether a database had to be created."""
    if not new:
        return f"The database {settings.database.name} exists already."
    return f"Created the database {settings.database.name}.\nNext: inv db.upgrade"


def written(paths: Sequence[Path], root: Path) -> str:
    """Return the files that a new project was given."""
    if not paths:
        return "Nothing is missing; no file was written."
    lines = [f"Wrote {path.relative_to(root) if path.is_relative_to(root) else path}" for path in paths]
    return "\n".join([*lines, 'Next: inv db.revision -m "create the first tables"'])


def onboarded(result: "Onboarded") -> str:
    """Return what was done to make a working copy ready, and what to do next."""
    name, url = result.settings.database.name, urls.masked(result.settings.database.url)
    heads = text.heads(result.report.heads)
    lines = [
        f".env         {'made from .env.example' if result.copied else 'left as it is'}",
        f"database     {name} {'created' if result.created else 'was there already'}  ({url})",
        f"revisions    {counted(len(result.report.steps), 'revision')} applied; it is at {heads}",
        "Next: inv db.status shows the database, inv --list shows every task",
    ]
    return "\n".join(lines)
