"""What ``env.py`` calls: configure Alembic for the database, and run what the caller wants run."""

import contextlib
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from alembic import context
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, RevisionStep, StampStep
from alembic.util import CommandError
from sqlalchemy import URL, Connection, MetaData
from sqlalchemy.exc import SAWarning

from dbtasks import applied, databases, dialects, history, lock
from dbtasks.dialects import casts, urls  # noqa: F401 - the first gives Alembic what it has
from dbtasks.errors import DatabaseMissing, DatabaseUnusable, DbtasksError, MigrationFailed, Source
from dbtasks.history import History
from dbtasks.road import autogenerate, readback
from dbtasks.road.run import ATTRIBUTE, Journey, Run
from dbtasks.road.steps import Recorder

NOWHERE = URL.create("sqlite+aiosqlite")  # stands for a file that does not exist, and that looking must not create


def run_online(target_metadata: Sequence[MetaData], plain: Callable[[Config], Run], **options: Any) -> None:
    """Do what the command wants done on the database; ``options`` go to ``context.configure``.

    ``plain`` gives the run of a command that none of ours has started.

    Raises:
        CommandError: it failed, and plain ``alembic`` is to say so. The tasks get the error as it is.
    """
    given = context.config.attributes.get(ATTRIBUTE)
    try:
        run = given or plain(context.config)
        run.options = _merged(options, run.options)
        if run.writes:
            _write(run, target_metadata)
        else:
            _read(run, target_metadata, substitute=given is None)
    except DbtasksError as error:
        if given is not None:
            raise
        raise CommandError(str(error)) from error


def _merged(theirs: dict[str, Any], ours: dict[str, Any]) -> dict[str, Any]:
    """Return the options of ``env.py`` under the caller's; its hook on a draft has the last word."""
    both = [one["process_revision_directives"] for one in (ours, theirs) if "process_revision_directives" in one]
    filters = [one["include_object"] for one in (ours, theirs) if "include_object" in one]

    def process(*arguments: Any) -> None:
        for hook in both:
            hook(*arguments)

    def include_object(*arguments: Any) -> bool:
        return all(keeps(*arguments) for keeps in filters)

    hooks = {"process_revision_directives": process} if both else {}
    return {**theirs, **ours, **hooks, **({"include_object": include_object} if filters else {})}


def run_offline(target_metadata: Sequence[MetaData], plain: Callable[[Config], Run], **options: Any) -> None:
    """Write the SQL of the command, and touch no database; ``options`` go to ``context.configure``.

    Raises:
        CommandError: the settings cannot be used, and plain ``alembic`` is to say so.
    """
    given = context.config.attributes.get(ATTRIBUTE)
    try:
        run = given or plain(context.config)
    except DbtasksError as error:
        raise CommandError(str(error)) from error
    context.configure(
        dialect_name=run.url.get_backend_name(),
        target_metadata=target_metadata,
        literal_binds=True,
        transaction_per_migration=True,
        **{**options, **run.options},
    )
    with context.begin_transaction():
        context.run_migrations()


def _read(run: Run, metadata: Sequence[MetaData], *, substitute: bool) -> None:
    def look(connection: Connection) -> None:
        _configure(run, connection, metadata)
        if substitute:  # plain alembic, which would name no way out; ours look at such a database, too
            _check_known(run, connection)
        context.run_migrations()

    try:
        databases.connect(run.url, look)
    except DatabaseMissing:
        if not (substitute and dialects.of(run.url).in_file):
            raise
        databases.connect(NOWHERE, look)


def _write(run: Run, metadata: Sequence[MetaData]) -> None:
    if run.lock_seconds is None:
        _migrate(run, metadata)
    else:
        caller = run.caller
        lock.holding(run.url, run.lock_seconds, lambda: _migrate(run, metadata), caller.command, caller.on_wait)


def _migrate(run: Run, metadata: Sequence[MetaData]) -> None:
    created = dialects.of(run.url).in_file and not databases.exists(run.url)
    if created:
        databases.create(run.url)
    recorder = Recorder(run)
    try:
        databases.connect(run.url, lambda connection: _run_migrations(run, recorder, connection, metadata), write=True)
        run.commit()
        readback.check(run)
        run.on_end()
    except BaseException as error:
        readback.count_last(run)
        if isinstance(error, MigrationFailed):
            error.applied = tuple(step.revision for step in run.done)
        if created and not run.done:
            databases.drop(run.url)
        else:
            with contextlib.suppress(DbtasksError):  # the run's own error is the one to tell
                recorder.failed(error)
        raise


def _run_migrations(run: Run, recorder: Recorder, connection: Connection, metadata: Sequence[MetaData]) -> None:
    run.on_connection(connection)
    recorder.watch(connection)
    _configure(run, connection, metadata)
    steps = _steps(run, connection)
    connection.rollback()  # in a transaction that is not its own Alembic would commit nothing
    recorder.expect(steps)
    callback = recorder.on_version_apply
    _configure(run, connection, metadata, fn=lambda _heads, _context: steps, on_version_apply=callback)
    try:
        with warnings.catch_warnings(), context.begin_transaction():
            # Batch mode gives a table that has a primary key another one, which SQLAlchemy then takes, as it should.
            warnings.filterwarnings("ignore", r"Table '.*' specifies columns .* as primary_key=True", SAWarning)
            context.run_migrations()
    except (DbtasksError, CommandError):
        raise
    except Exception as error:
        raise _failure(run, error) from error


def _steps(run: Run, connection: Connection) -> list[RevisionStep | StampStep]:
    """Return what the command is going to do, after whoever started the run has agreed."""
    migration = context.get_context()
    recorded = migration.get_current_heads()
    heads = () if migration.purge else recorded
    is_plain = heads and ATTRIBUTE not in context.config.attributes  # ours have looked before
    files = _check_known(run, connection) if is_plain else None
    connection.rollback()
    steps: list[RevisionStep | StampStep] = list(migration.opts["fn"](heads, migration))
    stamps = migration.purge or any(step.info.is_stamp for step in steps)
    if files is not None and steps and not stamps:
        applied.check_order(files, connection, tuple(sorted(heads)), run.shown)
        connection.rollback()
    revisions = () if stamps else tuple(str(step.info.up_revision_id) for step in steps)
    if steps and not stamps:
        run.direction = "upgrade" if steps[0].info.is_upgrade else "downgrade"
    stamped = tuple(one for step in steps for one in step.info.destination_revision_ids) if stamps else None
    with detour(migration, running=False):
        run.before(Journey(tuple(sorted(recorded)), revisions, stamped))
    return steps


@contextlib.contextmanager
def detour(migration: MigrationContext, *, running: bool) -> Iterator[None]:
    """Make another trip, such as a rehearsal, from within this one.

    It takes Alembic's proxy ``context`` away at its end, and ``op`` where the migrations are ``running`` already; both
    are given back here.
    """
    try:
        yield
    finally:
        if migration.environment_context is not None:
            migration.environment_context.__enter__()
        if running:
            contextlib.ExitStack().enter_context(Operations.context(migration))


def _check_known(run: Run, connection: Connection) -> History:
    """Return the files; raise UnknownDatabaseRevision, before Alembic in its words, when they lack a current head."""
    heads = tuple(sorted(context.get_context().get_current_heads()))
    files = history.read(run.project, context.config, context.script)
    applied.check_known(files, connection, heads, run.shown)
    return files


def _configure(run: Run, connection: Connection, metadata: Sequence[MetaData], **options: Any) -> None:
    """Configure Alembic; how things are compared is for the project's env.py to change, how they are run is not."""
    compared: dict[str, Any] = {"compare_type": True, "compare_server_default": True, "render_as_batch": True}
    ours: dict[str, Any] = {
        "transaction_per_migration": True,
        "transactional_ddl": dialects.of(run.url).atomic,
        "dont_mutate": not run.writes,
    }
    hooked = autogenerate.hooks(connection, run.options)
    context.configure(connection=connection, target_metadata=metadata, **{**compared, **hooked, **ours, **options})


def _failure(run: Run, error: Exception) -> DbtasksError:
    """Return the error that names the revision which raised, or which the database refused to commit.

    Where it was none, since the database refused before the first, the error tells what is wrong with the database.
    """
    dialect = dialects.of(run.url)
    cause = urls.hide(dialect.words(error), run.url)
    source, revision = None, run.uncommitted[0].revision if run.uncommitted else ""
    files = {script.path: script.revision for script in context.script.walk_revisions()}
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename in files:
            source = Source(run.project.relative(Path(frame.filename)), frame.lineno)
            revision = files[frame.filename]
    if not revision:
        return dialect.explain(error, run.url) or DatabaseUnusable(run.shown, cause)
    return MigrationFailed(
        revision=revision,
        direction=run.direction,
        source=source,
        cause=cause,
        database=run.shown,
        applied=(),
        atomic=dialect.atomic,
    )
