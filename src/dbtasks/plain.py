"""What plain ``alembic`` drafts and checks: as ``db.revision`` does, and only what is this project's own."""

import logging
from typing import Any

from alembic import context
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext

from dbtasks import history, revise, road, scratch, services
from dbtasks.drafting import snapshot
from dbtasks.drafting.renames import Answers
from dbtasks.drafting.snapshot import Scope, Snapshot
from dbtasks.drafting.written import SERVICES
from dbtasks.errors import DbtasksError, MayNotCreateDatabase
from dbtasks.project import Project
from dbtasks.settings import Settings

REFLECTED = ("table", "column", "index", "unique_constraint", "foreign_key_constraint")

log = logging.getLogger("dbtasks")


class Plain:
    """The hooks of one command of plain ``alembic``."""

    def __init__(self, project: Project, settings: Settings) -> None:
        self._project, self._settings = project, settings
        self._ours: Snapshot | None = None
        self._known = False
        self._told: set[str] = set()

    def options(self, command: str) -> dict[str, Any]:
        """Return the arguments of ``context.configure`` for a command that compares; none for another."""
        if command == "revision":
            return {"process_revision_directives": self.fill, "include_object": self.is_ours}
        return {"include_object": self.is_ours} if command == "check" else {}

    def fill(self, migration: MigrationContext, _revision: Any, directives: list[ops.MigrationScript]) -> None:
        """Put what ``db.revision`` would draft in place of Alembic's own draft.

        Where no scratch database can be made Alembic's stands, without what is not known to be ours.
        """
        asked = migration.opts["revision_context"].command_args["autogenerate"]
        script = directives[0] if asked and directives else None
        if script is None or script.upgrade_ops is None or script.downgrade_ops is None:
            return
        given = list(context.get_x_argument())
        answers = Answers(_values(given, "rename"), _values(given, "rename-table"))
        metadata = migration.opts["target_metadata"]
        revisions, models = history.load(self._project), services.load(self._project)
        try:
            with road.detour(migration, running=True):
                work = revise.work_out(revisions, self._settings, metadata, revise.Wish("", answers=answers), models)
        except MayNotCreateDatabase as error:
            log.warning("%s", error)
            return
        revise.check_moved(revisions, models, work)
        script.upgrade_ops.ops, script.downgrade_ops.ops = work.bodies
        migration.opts["template_args"][SERVICES] = work.draft.services

    def is_ours(self, item: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
        """Return whether something that only the database has was made by this project's own history."""
        if not reflected or compare_to is not None or kind not in REFLECTED:
            return True
        table = item if kind == "table" else item.table
        ours = self._of_history()
        there = ours.metadata.tables.get(table.fullname) if ours else None
        if there is None:
            return self._not_ours(table.fullname)
        if kind == "column":
            return str(name) in there.c or self._not_ours(f"{table.fullname}.{name}")
        named = {key.name for key in ours.of_table(table.fullname)} if ours else set()
        return kind == "table" or name is None or name in named or self._not_ours(f"{name} of {table.fullname}")

    def _of_history(self) -> Snapshot | None:
        """Return the schema of the revisions that the database records; None where no scratch database can be made."""
        if not self._known:
            self._known = True
            migration = context.get_context()
            revisions = history.load(self._project)
            heads = [one for one in migration.get_current_heads() if one in {known.id for known in revisions.revisions}]
            try:
                with (
                    road.detour(migration, running=True),
                    scratch.at(revisions, self._settings.database, heads) as url,
                ):
                    self._ours = snapshot.of(url, Scope(versions=str(migration.version_table)))
            except DbtasksError as error:
                log.warning("%s", error)
        return self._ours

    def _not_ours(self, name: str) -> bool:
        if name not in self._told:
            self._told.add(name)
            log.warning("not ours, left alone: %s", name)
        return False


def _values(arguments: list[str], name: str) -> tuple[str, ...]:
    """Return what was given as ``-x name=...``, which can be repeated."""
    return tuple(one.partition("=")[2] for one in arguments if one.partition("=")[0] == name)
