"""The SQL of a range of revisions, for someone who runs it by hand; the project's database is not touched."""

import traceback
from dataclasses import replace
from pathlib import Path

from sqlalchemy import URL

from dbtasks import dialects, road, scratch
from dbtasks.errors import BadRevisionRange, DbtasksError, Source, UnknownValue
from dbtasks.history import Direction, History, Revision, load
from dbtasks.project import Project
from dbtasks.road import Run
from dbtasks.settings import Settings

NEEDS_A_DATABASE = "revision {} asks the database something, which cannot be written as SQL beforehand"
LOOKING = ("SELECT", "--")  # what a migration sends to look, and SQLite's remarks on triggers


def sql(history: History, settings: Settings, revisions: str) -> str:
    """Return the SQL that takes a database from A to B of the range ``A:B``; ``B`` alone means ``base:B``.

    Where DDL cannot be written without a database (SQLite's batch mode copies the table that it finds) the revisions
    are run in a scratch database, and what it was sent is returned.

    Raises:
        BadRevisionRange: it is no range, leads nowhere, or holds a revision that asks the database something.
        UnknownRevision, AmbiguousRevision, ManyHeads: A or B means nothing, or several things.
    """
    before, colon, after = revisions.partition(":")
    if not colon:
        before, after = "base", before
    start, end = history.resolve(before or "base", ()), history.resolve(after or "head", ())
    up = history.effective(start) <= history.effective(end)
    direction: Direction = "upgrade" if up else "downgrade"
    steps = history.up(start, after or "head") if up else history.down(start, after)
    if not steps:
        raise BadRevisionRange(revisions)
    if dialects.of(settings.database.url).offline:
        return _written(history, settings, start, steps, direction)
    return _recorded(history, settings, start, steps, direction)


def _written(
    history: History, settings: Settings, start: tuple[str, ...], steps: tuple[Revision, ...], direction: Direction
) -> str:
    run = Run(history.project, settings.database.url, settings.database.name, direction=direction)
    try:
        return road.sql(history, run, start, steps)
    except DbtasksError:
        raise
    except Exception as error:
        files = {str(step.path): step for step in steps}
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if frame.filename in files:
                source = Source(history.project.relative(Path(frame.filename)), frame.lineno)
                cause = NEEDS_A_DATABASE.format(files[frame.filename].id)
                raise BadRevisionRange(f"{steps[0].id}:{steps[-1].id}", source, cause) from error
        raise


def _recorded(
    history: History, settings: Settings, start: tuple[str, ...], steps: tuple[Revision, ...], direction: Direction
) -> str:
    sent: list[str] = []
    with scratch.at(history, settings.database, start) as url:
        run = Run(history.project, url, scratch.SHOWN, direction=direction)
        run.on_connection = lambda connection: dialects.of(url).trace(connection, sent.append)
        road.migrate(history, run, lambda _current: steps)
    return "".join(f"{statement.strip()};\n\n" for statement in sent if not statement.lstrip().startswith(LOOKING))


def dialects_of(settings: Settings, names: str, *, own: bool, task: str = "db.revision") -> tuple[str, ...]:
    """Return the dialects that SQL is wanted for: those named, separated by commas, and the project's ``own``.

    Raises:
        UnknownValue: there is no such dialect; it names the ``task``.
    """
    named = tuple(name.strip() for name in names.split(",") if name.strip())
    known = dialects.NAMES
    for name in named:
        if name not in known:
            raise UnknownValue("--dialects", name, known, task)
    mine = (settings.database.url.get_backend_name(),) if own else ()
    return tuple(dict.fromkeys((*mine, *named)))


def of_revision(project: Project, settings: Settings, revision: str, dialect: str) -> str:
    """Return the SQL of one revision as it would be for a dialect; no server of it is needed.

    Raises:
        BadRevisionRange: it asks the database something.
    """
    history = load(project)
    database = settings.database
    if dialects.of(database.url) is not dialects.named(dialect, "--dialects"):
        url = URL.create(dialects.named(dialect, "--dialects").drivername, database=database.name)
        database = replace(database, url=url, scratch_url=None)
    below = ",".join(history.get(revision).parents) or "base"
    return sql(history, replace(settings, database=database), f"{below}:{revision}")
