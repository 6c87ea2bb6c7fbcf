"""Author revisions: drafts, empty ones, and merges."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from alembic import command
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from alembic.script import Script

from dbtasks import scratch, services
from dbtasks.compare import Difference, described, table_of
from dbtasks.errors import MessageMissing, NothingToMerge, UnknownService
from dbtasks.history import History
from dbtasks.road import Run, through_alembic
from dbtasks.services import Models
from dbtasks.settings import Settings


@dataclass(frozen=True, slots=True)
class Draft:
    """A revision file that was written, or that there was no need for.

    Attributes:
        revision: its id; None when the models do not differ from the history's head.
        path: its file; None likewise.
        differences: what it does, as data.
        waiting: the services that have changes which ``--service`` left out.
        notices: what discovery has to say.
    """

    revision: str | None
    path: Path | None
    differences: tuple[Difference, ...] = ()
    waiting: tuple[str, ...] = ()
    notices: tuple[services.Notice, ...] = ()


def draft(history: History, settings: Settings, message: str, service: str = "") -> Draft:
    """Return the revision that takes a database at head to the models; no file is written when there is no change.

    The models are compared with a scratch database, never with a developer's own.

    Raises:
        MessageMissing: ``message`` is empty.
        ManyHeads: there is not one revision to build on.
        UnknownService: there is no such ``service``.
        ImportFailed and its like: the models cannot be loaded.
        MayNotCreateDatabase: there is nowhere to make the scratch database.
    """
    _check(history, message)
    models = services.load(history.project)
    names = tuple(one.name for one in models.services)
    if service and service not in names:
        raise UnknownService(service, names)
    scope = Scope(models, service)
    with scratch.at(history, settings.database) as url:
        run = Run(history.project, url, scratch.SHOWN, options={"process_revision_directives": scope.narrow})
        written = _revision(history, run, message, autogenerate=True)
    return Draft(
        revision=written.revision if written else None,
        path=Path(written.path) if written else None,
        differences=scope.differences,
        waiting=scope.waiting,
        notices=models.notices,
    )


def empty(history: History, settings: Settings, message: str) -> Draft:
    """Return a revision without operations, for its author to fill in.

    Raises:
        MessageMissing, ManyHeads: as :func:`draft`.
    """
    _check(history, message)
    written = _revision(history, _run(history, settings), message)
    return Draft(written.revision, Path(written.path)) if written else Draft(None, None)


def merge(history: History, settings: Settings, message: str = "") -> Draft:
    """Return a revision that joins all heads into one.

    Raises:
        NothingToMerge: there are not two heads.
    """
    if len(history.heads) < 2:  # noqa: PLR2004 - it takes two
        raise NothingToMerge(history.heads)
    words = message.strip() or f"merge {' and '.join(history.heads)}"
    with through_alembic(history.config, _run(history, settings), "merge") as config:
        written = cast("Script", command.merge(config, list(history.heads), message=words))
    return Draft(written.revision, Path(written.path))


class Scope:
    """What a draft is limited to: everything, or the tables of one service."""

    def __init__(self, models: Models, service: str) -> None:
        self._service = service
        self._owners = {table: one.name for one in models.services for table in models.tables_of(one.name)}
        self.differences: tuple[Difference, ...] = ()
        self.waiting: tuple[str, ...] = ()

    def narrow(self, _context: MigrationContext, _revision: Any, directives: list[ops.MigrationScript]) -> None:
        """Keep the service's operations of Alembic's draft, and drop a draft that has none: no file is written."""
        up, down = directives[0].upgrade_ops, directives[0].downgrade_ops
        if up is None or down is None:
            return
        if self._service:
            left_out = [one for one in up.ops if not self._keeps(one)]
            self.waiting = tuple(sorted({self._owners.get(table_of(one), "(no service)") for one in left_out}))
            up.ops = [one for one in up.ops if self._keeps(one)]
            down.ops = [one for one in down.ops if self._keeps(one)]
        self.differences = described(up)
        if up.is_empty():
            directives[:] = []

    def _keeps(self, operation: ops.MigrateOperation) -> bool:
        return self._owners.get(table_of(operation)) == self._service


def _check(history: History, message: str) -> None:
    if not message.strip():
        raise MessageMissing("db.revision")
    history.head()


def _run(history: History, settings: Settings) -> Run:
    return Run(history.project, settings.database.url, settings.database.name)


def _revision(history: History, run: Run, message: str, *, autogenerate: bool = False) -> Script | None:
    """Return the script that Alembic wrote, or None when it wrote none."""
    with through_alembic(history.config, run, "revision") as config:
        written = command.revision(config, message.strip(), autogenerate)
    return written if isinstance(written, Script) else None
