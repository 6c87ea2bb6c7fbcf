"""Author revisions: drafts, empty ones, and merges."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from alembic import command
from sqlalchemy import MetaData

from dbtasks import services, twins
from dbtasks.drafting import renames, trial, work, written
from dbtasks.drafting.work import Draft, Wish, Work
from dbtasks.errors import MessageMissing, NothingToMerge, UnknownService
from dbtasks.history import History, headfile
from dbtasks.road import Run, through_alembic
from dbtasks.services import Models
from dbtasks.settings import Settings

if TYPE_CHECKING:
    from alembic.script import Script

__all__ = [
    "Draft",
    "Wish",
    "Work",
    "check_moved",
    "draft",
    "draft_metadata",
    "empty",
    "merge",
    "work_out",
]


def draft(history: History, settings: Settings, wish: Wish) -> Draft:
    """Return the revision that takes a database at head to the models; no file is written when there is no change.

    The models are compared with a scratch database, never with a developer's own.

    Raises:
        MessageMissing: ``message`` is empty.
        ManyHeads: there is not one revision to build on.
        UnknownService: there is no such ``service``.
        RenameNotFound: a rename was given that cannot be one.
        ModelMoved: a table would be dropped whose model is only not found any more.
        ImportFailed and its like: the models cannot be loaded.
        ModelsNotCreatable: the database refuses the models.
        MayNotCreateDatabase: there is nowhere to make the scratch database.
    """
    _check(history, wish.message)
    renames.given(wish.answers)  # tells a slip before anything is imported
    models = services.load(history.project)
    names = tuple(one.name for one in models.services)
    if wish.service and wish.service not in names:
        raise UnknownService(wish.service, names)
    drafted = draft_metadata(history, settings, models.metadata, wish, models)
    return replace(drafted, notices=models.notices, undiscovered=services.undiscovered(history.project, models))


def draft_metadata(
    history: History, settings: Settings, metadata: Sequence[MetaData], wish: Wish, models: Models | None = None
) -> Draft:
    """Return the same for metadata that need not be that of discovered services."""
    with twins.compared(history, settings.database, metadata) as schemas:
        found = work.of(schemas, wish, models)
        if models is not None:
            check_moved(history, models, found)
        if not any(one.up for one in found.steps):
            return found.draft
        script = written.revision(history, schemas.here, wish.message, found.bodies, found.draft.services)
        if script is None:
            return found.draft
        headfile.write(history.project, script.revision)
        tried = trial.of(history.project, schemas, found.before, script.revision, found.left_out)
        return replace(found.draft, revision=script.revision, path=Path(script.path), trial=tried)


def work_out(
    history: History, settings: Settings, metadata: Sequence[MetaData], wish: Wish, models: Models | None = None
) -> Work:
    """Return what a draft would be, without writing it."""
    with twins.compared(history, settings.database, metadata) as schemas:
        return work.of(schemas, wish, models)


def check_moved(history: History, models: Models, work: Work) -> None:
    """Raise ModelMoved when a table would be dropped whose model is only not found any more."""
    dropped = {one.table for one in work.draft.differences if one.kind == "drop_table"}
    if dropped:
        services.check_moved(history.project, services.undiscovered(history.project, models), dropped)


def empty(history: History, settings: Settings, message: str) -> Draft:
    """Return a revision without operations, for its author to fill in.

    Raises:
        MessageMissing, ManyHeads: as :func:`draft`.
    """
    _check(history, message)
    with through_alembic(history.config, _run(history, settings), "revision") as config:
        made = cast("Script", command.revision(config, message.strip()))
    headfile.write(history.project, made.revision)
    return Draft(made.revision, Path(made.path))


def merge(history: History, settings: Settings, message: str = "") -> Draft:
    """Return a revision that joins all heads into one.

    Raises:
        NothingToMerge: there are not two heads.
    """
    if len(history.heads) < 2:  # noqa: PLR2004 - it takes two
        raise NothingToMerge(history.heads)
    words = message.strip() or f"merge {' and '.join(history.heads)}"
    with through_alembic(history.config, _run(history, settings), "merge") as config:
        made = cast("Script", command.merge(config, list(history.heads), message=words))
    return Draft(made.revision, Path(made.path))


def _check(history: History, message: str) -> None:
    if not message.strip():
        raise MessageMissing("db.revision")
    history.head()


def _run(history: History, settings: Settings) -> Run:
    return Run(history.project, settings.database.url, settings.database.name)
