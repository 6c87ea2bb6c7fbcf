"""Start a trip through ``env.py``: to look at a database, or to migrate it."""

import contextlib
import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, MigrationStep
from alembic.util import CommandError
from sqlalchemy import URL

from dbtasks import applied, dialects
from dbtasks.errors import AlembicFailed, NotCarriedOut
from dbtasks.history import History, Revision
from dbtasks.road.run import ATTRIBUTE, Run, Step

T = TypeVar("T")
Choose = Callable[[tuple[str, ...]], tuple[Revision, ...]]


@contextlib.contextmanager
def through_alembic(config: Config, run: Run, command: str) -> Iterator[Config]:
    """Give a Config with which Alembic's own commands take the trip, silently, and tell their errors as ours.

    Raises:
        AlembicFailed: Alembic refused the command.
    """
    config.attributes[ATTRIBUTE] = run
    try:
        yield config
    except CommandError as error:
        raise AlembicFailed(command, str(error).partition("\n")[0].rstrip(".")) from error
    finally:
        del config.attributes[ATTRIBUTE]


def inspect(history: History, url: URL, work: Callable[[MigrationContext], T]) -> T:
    """Return what ``work`` finds out about a database by Alembic's context, which cannot migrate it.

    Raises:
        DatabaseMissing, AccessDenied, ServerUnreachable, DatabaseUnusable: it cannot be opened.
    """
    found: list[T] = []

    def look(_heads: tuple[str, ...], context: MigrationContext) -> list[MigrationStep]:
        found.append(work(context))
        return []

    run = Run(history.project, url, dialects.of(url).database_name(url))
    _travel(history, run, look)
    if not found:
        raise _not_carried_out(history, run)
    return found[0]


def heads(history: History, url: URL) -> tuple[str, ...]:
    """Return the revisions that the database records, sorted; empty when it records none."""
    return tuple(sorted(inspect(history, url, lambda context: context.get_current_heads())))


def migrate(history: History, run: Run, choose: Choose) -> tuple[Step, ...]:
    """Return the steps taken: those that ``choose`` names once the lock is held and the heads are known.

    Raises:
        LockTimeout, MigrationFailed, BrokenReferences, HeadsDisagree: see there.
        NotCarriedOut: ``env.py`` did not take every step, and raised nothing.
        UnknownDatabaseRevision: the database records a revision that no file has.
    """
    chosen: list[tuple[Revision, ...]] = []

    def steps(current: tuple[str, ...], context: MigrationContext) -> list[MigrationStep]:
        if context.connection is not None:
            applied.check_known(history, context.connection, current, run.shown)
        chosen.append(choose(current))
        return _steps(history, run, chosen[-1])

    run.writes = True
    _travel(history, run, steps)
    if not chosen or [step.revision for step in run.done] != [one.id for one in chosen[-1]]:
        raise _not_carried_out(history, run)
    return tuple(run.done)


def stamp(history: History, run: Run, revisions: Sequence[str]) -> None:
    """Record the revisions in the database instead of whatever it records, and run nothing.

    Raises:
        LockTimeout, HeadsDisagree: see there.
    """
    run.writes = True
    with through_alembic(history.config, run, "stamp") as config:
        command.stamp(config, list(revisions) or ["base"], purge=True)


def sql(history: History, run: Run, start: Sequence[str], steps: Sequence[Revision]) -> str:
    """Return the SQL of the steps from a database that records ``start``; no database is touched."""
    written = io.StringIO()
    run.options["output_buffer"] = written
    _travel(history, run, lambda *_: _steps(history, run, steps), as_sql=True, starting_rev=tuple(start) or None)
    return written.getvalue()


def _not_carried_out(history: History, run: Run) -> NotCarriedOut:
    return NotCarriedOut(history.project.relative(history.project.alembic_folder / "env.py"), run.shown)


def _steps(history: History, run: Run, revisions: Sequence[Revision]) -> list[MigrationStep]:
    make = MigrationStep.upgrade_from_script if run.direction == "upgrade" else MigrationStep.downgrade_from_script
    return [make(history.scripts.revision_map, history.scripts.get_revision(one.id)) for one in revisions]


def _travel(history: History, run: Run, fn: Callable[..., Any], **options: Any) -> None:
    with (
        through_alembic(history.config, run, "env.py") as config,
        EnvironmentContext(config, history.scripts, fn=fn, **options),
    ):
        history.scripts.run_env()
