"""The other half of ``env.py``: what plain ``alembic`` is allowed, and the one road that it shares with the tasks."""

import logging
from collections.abc import Sequence
from logging.config import fileConfig
from pathlib import Path
from typing import Any

from alembic import context
from alembic.config import Config
from sqlalchemy import MetaData

from dbtasks import dialects, history, project, road, settings
from dbtasks.lock import Holder
from dbtasks.road import Caller, Run, discovered_metadata, template

__all__ = ["discovered_metadata", "run_offline", "run_online", "template"]

READING = frozenset({"branches", "check", "current", "heads", "history", "revision", "show"})  # Alembic's commands

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
    command = config.cmd_opts.cmd[0].__name__ if config.cmd_opts else ""
    if command and config.config_file_name and config.file_config.has_section("loggers"):
        # Not in a program, whose logging is its own.
        fileConfig(config.config_file_name, disable_existing_loggers=False)
    here = project.find(Path(context.script.dir).resolve())
    configured = settings.load(here)
    database = configured.database
    shown = dialects.of(database.url).database_name(database.url)
    writes = command not in READING
    if writes:
        history.load(here)  # Alembic by itself runs only one of two files with the same id
    return Run(
        here,
        database.url,
        shown,
        Caller(f"alembic {command}".strip(), on_wait=_tell),
        writes=writes,
        environment=configured.environment,
        lock_seconds=database.lock_timeout,
    )


def _tell(holder: Holder) -> None:
    log.warning("waiting for %s", holder)
