"""Results into words, tables and JSON."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from dbtasks.compare import Difference
from dbtasks.dialects import urls
from dbtasks.errors import counted
from dbtasks.history import History, Revision
from dbtasks.migrate import Report
from dbtasks.onboarding import Onboarded
from dbtasks.plan import Plan
from dbtasks.project import Project
from dbtasks.revise import Draft
from dbtasks.runtime import Step
from dbtasks.services import Models, Notice
from dbtasks.settings import Settings
from dbtasks.status import Status

WORDS = {
    "create_table": "create the table {table}",
    "drop_table": "drop the table {table} and its rows",
    "add_column": "add the column {table}.{item}",
    "drop_column": "drop the column {table}.{item} and its values",
    "alter_column": "change {details} of the column {table}.{item}",
    "create_index": "create the index {item} on {table}",
    "drop_index": "drop the index {item} of {table}",
    "create_constraint": "create the constraint {item} on {table}",
    "drop_constraint": "drop the constraint {item} of {table}",
    "table_comment": "change the comment of the table {table}",
    "other": "change {table} {item}",
}
NOTICES = {
    "no-model": "warning: the service '{service}' has no model ({source}).",
    "output": "warning: {source} prints or logs while it is imported; its output is not shown.",
}


def services(models: Models, project: Project) -> str:
    """Return every service with its packages, modules and tables."""
    lines = []
    for service in models.services:
        own = [one for one in models.declarations if one.service == service.name]
        lines.append(f"{service.name} ({counted(len(own), 'table')})")
        for package in service.packages:
            lines.append(f"  {project.relative(package).as_posix()}")
            for module in service.modules:
                if module.path.is_relative_to(package):
                    shown = project.relative(module.path)
                    tables = [
                        one.table.fullname + (" (view)" if one.is_view else "")
                        for one in own
                        if one.source.path == shown
                    ]
                    lines.append(f"    {module.path.relative_to(package).as_posix():<32} {', '.join(tables)}".rstrip())
    modules = sum(len(service.modules) for service in models.services)
    counts = (len(models.services), "service"), (modules, "module"), (len(models.declarations), "table")
    return "\n".join([*lines, "", f"{', '.join(counted(*one) for one in counts)}."])


def services_json(models: Models, project: Project) -> str:
    """Return the same as JSON: a list of services."""
    return _json(
        [
            {
                "name": service.name,
                "path": project.relative(service.path).as_posix(),
                "packages": [project.relative(package).as_posix() for package in service.packages],
                "modules": [
                    {"name": module.name, "path": project.relative(module.path).as_posix()}
                    for module in service.modules
                ],
                "tables": [
                    {"name": one.table.fullname, "view": one.is_view, "source": str(one.source)}
                    for one in models.declarations
                    if one.service == service.name
                ],
            }
            for service in models.services
        ]
    )


def notices(found: Iterable[Notice]) -> str:
    """Return what discovery has to say, a line each; "" when it has nothing."""
    return "\n".join(NOTICES[one.kind].format(service=one.service, source=one.source) for one in found)


def draft(result: Draft, project: Project) -> str:
    """Return what a drafted revision does, and where it is."""
    lines = []
    if result.waiting:
        lines.append(f"Left out, with changes of their own: {', '.join(result.waiting)}.")
    if result.path is None:
        return "\n".join(["Nothing to migrate: the models are what the history's head has.", *lines])
    new = {one.table for one in result.differences if one.kind == "create_table"}
    told = [one for one in result.differences if one.kind == "create_table" or one.table not in new]
    lines += [f"  {difference(one)}" for one in told]
    lines.append(f"Wrote {project.relative(result.path).as_posix()}.")
    lines.append("Next: read it, then inv db.upgrade")
    return "\n".join(lines)


def difference(one: Difference) -> str:
    """Return a difference in words."""
    return WORDS[one.kind].format(table=one.table, item=one.item, details=" and ".join(one.details)).rstrip()


def plan(result: Plan) -> str:
    """Return what a plan would do."""
    if not result.steps:
        return nothing(result.database, result.current, result.direction)
    verb = "Would apply to" if result.direction == "upgrade" else "Would revert on"
    lines = [f"{verb} {result.database}, from {_heads(result.current)}:"]
    return "\n".join([*lines, *_revisions(result.steps), "Nothing was changed."])


def step(done: Step, history: History) -> str:
    """Return one step that was taken."""
    verb = "applied " if done.direction == "upgrade" else "reverted"
    return f"  {verb} {done.revision}  {history.get(done.revision).message}  ({done.seconds:.2f} s)"


def report(result: Report, direction: str) -> str:
    """Return what a run did; its steps have been shown already."""
    if not result.steps:
        return nothing(result.database, result.heads, direction)
    verb = "applied" if direction == "upgrade" else "reverted"
    return f"{counted(len(result.steps), 'revision')} {verb}. {result.database} is at {_heads(result.heads)}."


def nothing(database: str, current: Sequence[str], direction: str) -> str:
    """Return that there is nothing to do."""
    return f"Nothing to {direction}: {database} is at {_heads(current)}."


def status(result: Status) -> str:
    """Return where a database stands."""
    current = _heads(result.current) if result.exists else "the database does not exist yet"
    lines = [
        f"database     {result.database}  ({result.url})",
        f"environment  {result.environment}",
        f"current      {current}",
        f"head         {', '.join(result.heads) or 'none (the history is empty)'}",
        f"pending      {counted(len(result.pending), 'revision') if result.pending else 'none'}",
        *_revisions(result.pending),
    ]
    if len(result.heads) > 1:
        lines.append("The history has several heads. Next: inv db.merge")
    elif result.unknown:
        lines.append(
            f"The database records {_heads(result.unknown)}, which no revision file has: it comes from another branch."
        )
    elif result.pending:
        lines.append("Next: inv db.upgrade")
    return "\n".join(lines)


def status_json(result: Status) -> str:
    """Return the same as JSON: an object."""
    return _json(
        {
            "database": result.database,
            "url": result.url,
            "environment": result.environment,
            "exists": result.exists,
            "current": result.current,
            "heads": result.heads,
            "pending": [{"id": one.id, "message": one.message} for one in result.pending],
            "unknown": result.unknown,
        }
    )


def history(found: History) -> str:
    """Return every revision, newest first, with the file that holds it."""
    lines = []
    for revision in reversed(found.revisions):
        marks = "(head)" if revision.id in found.heads else "(merge)" if len(revision.parents) > 1 else ""
        after = f"after {', '.join(revision.parents)}" if revision.parents else "the first"
        lines.append(f"{revision.id}  {revision.message}  [{after}] {marks}".rstrip())
    return "\n".join(lines) or 'The history is empty. Next: inv db.revision -m "create the first tables"'


def heads(found: History, project: Project) -> str:
    """Return the ends of the history, with their files."""
    lines = [f"{one}  {found.get(one).message}  ({_path(found.get(one).path, project)})" for one in found.heads]
    return "\n".join(lines) or "The history is empty."


def merged(result: Draft, project: Project) -> str:
    """Return where a merge was written."""
    return f"Wrote {_path(result.path, project)}.\nNext: inv db.upgrade" if result.path else ""


def stamped(result: Report) -> str:
    """Return what a database was stamped with."""
    return f"{result.database} now records {_heads(result.heads)}; no revision was run."


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


def onboarded(result: Onboarded) -> str:
    """Return what was done to make a working copy ready, and what to do next."""
    name, url = result.settings.database.name, urls.masked(result.settings.database.url)
    lines = [
        f".env         {'made from .env.example' if result.copied else 'left as it is'}",
        f"database     {name} {'created' if result.created else 'was there already'}  ({url})",
        f"revisions    {counted(len(result.report.steps), 'revision')} applied; it is at {_heads(result.report.heads)}",
        "Next: inv db.status shows the database, inv --list shows every task",
    ]
    return "\n".join(lines)


def _path(path: Path, project: Project) -> str:
    return project.relative(path).as_posix()


def _revisions(revisions: Iterable[Revision]) -> list[str]:
    return [f"  {revision.id}  {revision.message}" for revision in revisions]


def _heads(revisions: Sequence[str]) -> str:
    return ", ".join(revisions) or "base (nothing applied)"


def _json(value: Any) -> str:
    return json.dumps(value, indent=2)
