"""The first minutes: what a new project lacks, and a working copy made ready."""

import contextlib
import shutil
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from dbtasks import history, migrate, plan, settings
from dbtasks.errors import DbtasksError, ProjectNotFound
from dbtasks.migrate import Report
from dbtasks.project import Project, find
from dbtasks.road import NOBODY, Caller
from dbtasks.settings import DEFAULT_FILE, Settings

ENVIRONMENT_FILES = ("alembic.ini", "env.py", "script.py.mako")


@dataclass(frozen=True, slots=True)
class Onboarded:
    """What was done to make a working copy ready.

    Attributes:
        settings: with which it was done.
        copied: whether ``.env`` was made from ``.env.example``.
        created: whether the database had to be created.
        report: the revisions applied.
    """

    settings: Settings
    copied: bool
    created: bool
    report: Report


def onboard(project: Project, caller: Caller = NOBODY) -> Onboarded:
    """Return what was done: ``.env`` from ``.env.example``, the database, every revision. Nothing there is changed.

    Raises:
        DbtasksError: any error of the settings, the history or the database.
    """
    copied = (project.root / ".env.example").is_file() and not (project.root / ".env").exists()
    if copied:
        shutil.copyfile(project.root / ".env.example", project.root / ".env")
    configured, revisions = settings.load(project), history.load(project)
    revisions.head()
    created = migrate.create(revisions, configured)
    report = migrate.run(revisions, configured, plan.upgrade(revisions, configured), caller)
    return Onboarded(configured, copied, created, report)


def init(start: Path) -> tuple[Path, ...]:
    """Return the files that were written because the project lacked them; no file is overwritten.

    The project is the one that ``start`` lies in, or begins there.
    """
    try:
        project = find(start)
    except ProjectNotFound:
        project = Project(start)
    wanted = {name: project.alembic_folder / name for name in ENVIRONMENT_FILES}
    wanted[DEFAULT_FILE] = project.root / project.config / DEFAULT_FILE
    missing = {name: path for name, path in wanted.items() if not path.exists()}
    for name, path in missing.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        with as_file(files("dbtasks") / "templates" / name) as template:
            shutil.copyfile(template, path)
    (project.alembic_folder / "versions").mkdir(parents=True, exist_ok=True)
    return (*missing.values(), *_head(project))


def _head(project: Project) -> tuple[Path, ...]:
    """Return the file HEAD, if there were revisions and it was not there; what is wrong with them is told elsewhere."""
    if history.headfile.read(project) is None:
        with contextlib.suppress(DbtasksError):
            if history.headfile.follow(history.load(project)):
                return (history.headfile.path(project),)
    return ()
