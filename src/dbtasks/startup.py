"""For applications: the schema is there, and at head, before the first request."""

import logging
from dataclasses import dataclass
from pathlib import Path

from dbtasks import guard, history, migrate, plan, project, settings, status
from dbtasks.errors import PendingRevisions
from dbtasks.guard import Consent
from dbtasks.lock import Holder
from dbtasks.road import Caller, Step

ADVICE = "inv db.upgrade, which asks; or state in the revision what was reviewed: accepts_loss = [...]"

log = logging.getLogger("dbtasks")


@dataclass(frozen=True, slots=True)
class PreparedSchema:
    """The schema that an application starts with.

    Attributes:
        revision: what the database records; several are separated by ", "; None when nothing is applied.
        applied: the revisions that this very call applied, in order.
    """

    revision: str | None
    applied: tuple[str, ...]


def prepare_schema(root: Path | str | None = None) -> PreparedSchema:
    """Bring the database to head, or check that it is, as the setting ``database.on_startup`` says.

    ``upgrade`` applies what is pending, in one of several workers that start at once; ``check`` refuses to start;
    ``off`` only looks. It is called from plain code or from a running event loop, which waits for it.

    Args:
        root: a folder in the project; by default the working directory.

    Raises:
        PendingRevisions: the setting is ``check``, and revisions are pending.
        DbtasksError: any other error of the settings, the history or the database.
    """
    here = project.find(Path(root or Path.cwd()).resolve())
    configured = settings.load(here)
    revisions = history.load(here)
    if configured.database.on_startup == "off":
        return PreparedSchema(", ".join(status.of(revisions, configured).current) or None, ())
    wanted = plan.upgrade(revisions, configured)
    if wanted.steps and configured.database.on_startup == "check":
        raise PendingRevisions(wanted.database, tuple(step.id for step in wanted.steps))
    if wanted.losing and wanted.environment is not None:
        consent = Consent("prepare_schema()")
        guard.permit_unasked(configured, wanted.environment, consent, guard.at_stake(wanted.losing), ADVICE)
    guard.check_limit(configured, "prepare_schema()", wanted.stakes, ADVICE)
    report = migrate.run(revisions, configured, wanted, Caller("prepare_schema", _log, _wait))
    return PreparedSchema(", ".join(report.heads) or None, tuple(step.revision for step in report.steps))


def load_settings(root: Path | str | None = None) -> settings.Settings:
    """Return the settings that the tasks use, so that the application connects to the same database.

    Raises:
        DbtasksError: they cannot be used; the message says why.
    """
    return settings.load(project.find(Path(root or Path.cwd()).resolve()))


def _wait(holder: Holder) -> None:
    log.info("waiting for %s", holder)


def _log(step: Step) -> None:
    log.info("applied revision %s in %.2f s", step.revision, step.seconds)
