"""The other half of ``env.py``: what plain ``alembic`` is allowed, and the one road that it shares with the tasks.

What only plain ``alembic`` needs is imported where it is used: every task comes through here, too.
"""

import atexit
import gc
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from alembic import context
from alembic.config import Config
from sqlalchemy import MetaData

from dbtasks import history, project, road, settings
from dbtasks.history import History
from dbtasks.lock import Holder
from dbtasks.road import Caller, Journey, Run, discovered_metadata, template
from dbtasks.settings import Settings

__all__ = ["discovered_metadata", "run_offline", "run_online", "template"]

# Alembic's commands
READING = frozenset({"branches", "check", "current", "heads", "history", "revision", "show"})
COMPARING = frozenset({"check", "revision"})

log = logging.getLogger("dbtasks")


def run_online(target_metadata: Sequence[MetaData], **options: Any) -> None:
    """Do what the command wants done on the database; ``options`` go to ``context.configure``.

    Raises:
        CommandError: it failed, and plain ``alembic`` is to say so. The tasks get the error as it is.
    """
    road.run_online(target_metadata, _plain, **options)


def run_offline(target_metadata: Sequence[MetaData], **options: Any) -> None:
    """Write the SQL of the command, and touch no database; ``options`` go to ``context.configure``.

    Raises:
        CommandError: the settings cannot be used, and plain ``alembic`` is to say so.
    """
    road.run_offline(target_metadata, _plain, **options)


def _plain(config: Config) -> Run:
    """Return the run of plain ``alembic``, or of a program that calls Alembic's commands by itself."""
    from logging.config import fileConfig

    command = config.cmd_opts.cmd[0].__name__ if config.cmd_opts else ""
    if command:  # not in a program, whose logging and memory are its own
        atexit.register(gc.freeze)  # so that Python does not look for garbage when it ends, and gives back all memory
        if config.config_file_name and config.file_config.has_section("loggers"):
            fileConfig(config.config_file_name, disable_existing_loggers=False)
    here = project.find(Path(context.script.dir).resolve())
    configured = settings.load(here)
    database = configured.database
    writes = command not in READING
    run = Run(
        here,
        database.url,
        database.name,
        Caller(f"alembic {command}".strip(), on_wait=_tell),
        writes=writes,
        environment=configured.environment,
        lock_seconds=database.lock_timeout,
    )
    if command in COMPARING:
        from dbtasks.plain import Plain

        run.options = Plain(here, configured).options(command)
    if writes:
        # Alembic by itself runs only one of two files with the same id.
        revisions = history.read_or_load(here, config, context.script)
        run.before = lambda journey: _agree(run, revisions, configured, journey)
    return run


def _agree(run: Run, revisions: History, configured: Settings, journey: Journey) -> None:
    """Have what is at stake set aside; where the database is protected ``-x confirm=NAME`` is needed as well.

    Raises:
        LossNotAccepted: it was not given.
        TooMuchToSetAside: more rows than the setting allows, and no ``-x set-aside=no``.
    """
    from dbtasks import stakes
    from dbtasks.way import Way

    steps = tuple(revisions.get(one) for one in journey.revisions)
    way = Way(revisions, journey.heads, steps, run.direction)
    if journey.stamped is None and not stakes.may_lose(way, configured.database):
        return
    # What only a run needs that may lose something.
    from dbtasks import environment, guard, plan
    from dbtasks.aside import Aside
    from dbtasks.guard import Consent

    given = context.get_x_argument(as_dictionary=True)
    name = configured.database.name
    consent = Consent(run.caller.command, str(given.get("confirm", "")))
    advice = f"alembic -x confirm={name} ..., or inv"
    if journey.stamped is not None:
        forgotten = guard.forgets(revisions, journey.heads, journey.stamped)
        if forgotten:
            consequence = f"the database would not know any more that {', '.join(forgotten)} ran"
            guard.permit_unasked(configured, environment.read(configured), consent, consequence, advice)
        return
    way = replace(way, history=history.load(run.project))  # a rehearsal is a trip with a Config of its own
    where = environment.read(configured)
    planned = plan.of_steps(configured, way, where.recorded)
    if planned.losing:
        guard.permit_unasked(configured, where, consent, guard.at_stake(planned.losing), advice)
    if given.get("set-aside") != "no":
        guard.check_limit(configured, run.caller.command, planned.stakes, "alembic -x set-aside=no ...")
        copies = Aside(configured.database.url, planned.stakes)
        run.on_revision, run.on_end = copies.before, copies.end


def _tell(holder: Holder) -> None:
    log.warning("waiting for %s", holder)
