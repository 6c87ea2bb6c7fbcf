"""Author revisions: drafts, empty ones, and merges."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from alembic import command
from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL, MetaData, Table

from dbtasks import dialects, road, scratch, services
from dbtasks.compare import Difference
from dbtasks.drafting import columns, detect, hazards, members, order, renames, snapshot, trial, wanted, written
from dbtasks.drafting.change import Change
from dbtasks.drafting.detect import Schemas
from dbtasks.drafting.hazards import Hazard
from dbtasks.drafting.owners import Owners
from dbtasks.drafting.renames import Answers, Rename
from dbtasks.drafting.snapshot import Snapshot
from dbtasks.drafting.trial import CLEAN, Trial
from dbtasks.drafting.wanted import Wanted
from dbtasks.errors import MessageMissing, NothingToMerge, UnknownService
from dbtasks.history import History, headfile
from dbtasks.road import Run, through_alembic
from dbtasks.services import Models, Notice, Undiscovered
from dbtasks.settings import Settings

if TYPE_CHECKING:
    from alembic.script import Script


@dataclass(frozen=True, slots=True)
class Wish:
    """How a revision is to be drafted.

    Attributes:
        message: what it is for.
        service: the only service whose tables it is to touch; "" for all.
        safe: whether it is to have the steps that are safe where tables have rows.
        answers: what was renamed.
    """

    message: str
    service: str = ""
    safe: bool = False
    answers: Answers = field(default_factory=Answers)


@dataclass(frozen=True, slots=True)
class Draft:
    """A revision file that was written, or that there was no need for.

    Attributes:
        revision: its id; None when the models do not differ from the history's head.
        path: its file; None likewise.
        differences: what it does, as data, in order.
        waiting: the services that have changes which ``--service`` left out.
        notices: what discovery has to say.
        hazards: what may fail, or lose something, where tables have rows.
        safe: whether it has the steps for them.
        renames: what may have been renamed, and is dropped and added, since nobody said so.
        crossing: (table, the table that its new foreign key refers to, that one's service).
        services: those that it touches.
        left_out: tables in a schema that would be another database here.
        trial: how it did in a scratch database.
        undiscovered: the tables in the repository that no revision will have.
    """

    revision: str | None
    path: Path | None
    differences: tuple[Difference, ...] = ()
    waiting: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    safe: bool = False
    renames: tuple[Rename, ...] = ()
    crossing: tuple[tuple[str, str, str], ...] = ()
    services: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    trial: Trial = CLEAN
    undiscovered: tuple[Undiscovered, ...] = ()


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
    with _compared(history, settings, metadata) as schemas:
        work = _work_out(schemas, wish, models)
        if models is not None:
            check_moved(history, models, work)
        if not any(one.up for one in work.steps):
            return work.draft
        script = written.revision(history, schemas.here, wish.message, work.bodies, work.draft.services)
        if script is None:
            return work.draft
        headfile.write(history.project, script.revision)
        tried = trial.of(history.project, schemas, work.before, script.revision, work.left_out)
        return replace(work.draft, revision=script.revision, path=Path(script.path), trial=tried)


def work_out(
    history: History, settings: Settings, metadata: Sequence[MetaData], wish: Wish, models: Models | None = None
) -> "Work":
    """Return what a draft would be, without writing it."""
    with _compared(history, settings, metadata) as schemas:
        return _work_out(schemas, wish, models)


@contextmanager
def _compared(history: History, settings: Settings, metadata: Sequence[MetaData]) -> Iterator[Schemas]:
    """Give the two scratch databases: one with the history, one that the models have made."""
    with scratch.at(history, settings.database) as here:
        asked = _wanted(history, here, metadata)
        with scratch.of_models(history, settings.database, asked.metadata) as there:
            yield Schemas(here, there, asked, snapshot.of(there, asked.scope))


def _wanted(history: History, here: URL, metadata: Sequence[MetaData]) -> Wanted:
    """Return the models without what is not to be drafted: views, and what the project's own hook leaves out."""

    def work(context: MigrationContext) -> Wanted:
        hook, connection = context.opts["include_object"], context.connection
        assert connection is not None  # noqa: S101 - it is looked at online

        def keeps(table: Table) -> bool:
            return bool(hook(table, table.name, "table", False, None))  # noqa: FBT003 - Alembic's signature

        return wanted.copied(metadata, connection, keeps, str(context.version_table))

    return road.inspect(history, here, work)


@dataclass(frozen=True, slots=True)
class Work:
    """A draft before it is written.

    Attributes:
        before: the schema of the history.
        draft: what there is to say of it.
        steps: what it does, in order.
        left_out: what ``--service`` keeps out of it.
        generated: the columns that have to be made anew whenever their table is rebuilt.
    """

    before: Snapshot
    draft: Draft
    steps: tuple[Change, ...]
    left_out: tuple[Difference, ...]
    generated: order.Generated

    @property
    def bodies(self) -> tuple[order.Body, order.Body]:
        """Return the operations of the way up and of the way down."""
        return order.bodies(self.steps, self.generated)


def check_moved(history: History, models: Models, work: Work) -> None:
    """Raise ModelMoved when a table would be dropped whose model is only not found any more."""
    dropped = {one.table for one in work.draft.differences if one.kind == "drop_table"}
    if dropped:
        services.check_moved(history.project, services.undiscovered(history.project, models), dropped)


def _work_out(schemas: Schemas, wish: Wish, models: Models | None) -> Work:
    owners, there = Owners(models, schemas.wanted), schemas.made
    done, offered = members.renamed(schemas, wish.answers)
    here = done.here
    found = done.with_values(detect.changes(schemas, here, done.members, done.old_names))
    renames.carry_out(schemas.here, [one for change in reversed(done.changes) for one in change.down])
    everything = tuple(_with_hint(one, offered) for one in sorted((*done.changes, *found), key=lambda one: one.phase))
    chosen = tuple(one for one in everything if not wish.service or owners.of(one) == wish.service)
    left_out = tuple(one for one in everything if one not in chosen)
    risks = tuple(hazards.of(chosen, here, there))
    draft = Draft(
        None,
        None,
        tuple(dict.fromkeys(one.said for one in chosen if one.up)),
        tuple(sorted({owners.of(one) for one in left_out})),
        hazards=risks,
        safe=wish.safe,
        renames=tuple(one for one in offered if _concerns(one, chosen)),
        crossing=owners.crossing(chosen),
        services=owners.touched(chosen),
        left_out=schemas.wanted.left_out,
    )
    steps = hazards.made_safe(chosen, risks) if wish.safe else chosen
    rebuilds = dialects.of(schemas.here).rebuilds
    generated = columns.generated(here, there, schemas.wanted.tables) if rebuilds else {}
    return Work(done.before, draft, steps, tuple(one.said for one in left_out), generated)


def _concerns(one: Rename, changes: Sequence[Change]) -> bool:
    """Return whether what may have been renamed goes in these changes."""
    return one.kind == "member" or any(one.before in _names(change) for change in changes)


def _with_hint(change: Change, offered: Sequence[Rename]) -> Change:
    """Return a drop with the remark that it may have been a rename."""
    flags = {"drop_table": "--rename-table", "drop_column": "--rename"}
    for one in offered if change.said.kind in flags else ():
        if one.before in _names(change):
            flag = f"{flags[change.said.kind]} {one.before}={one.new}"
            return replace(change, lost=f"{change.lost} (if it was renamed to {one.new}, draft again with {flag})")
    return change


def _names(change: Change) -> tuple[str, str]:
    return change.table if not change.said.item else "", f"{change.table}.{change.said.item}"


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
