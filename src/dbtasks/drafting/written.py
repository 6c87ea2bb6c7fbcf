"""A revision file with bodies that were worked out beforehand, through Alembic's own command."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

from alembic import command
from alembic.config import Config
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from alembic.script import Script
from sqlalchemy import URL

from dbtasks import scratch
from dbtasks.drafting.order import Body
from dbtasks.history import History
from dbtasks.road import Run, through_alembic

ENVIRONMENT = "revision_environment"  # runs env.py for a revision that is not drafted by Alembic
SERVICES = "services"  # the argument of script.py.mako


def revision(
    history: History, url: URL, message: str, bodies: tuple[Body, Body], services: Sequence[str]
) -> Script | None:
    """Return the script that Alembic wrote; None when a hook of the project's own emptied it."""
    up, down = bodies

    def fill(context: MigrationContext, _revision: Any, directives: list[ops.MigrationScript]) -> None:
        script = directives[0]
        if script.upgrade_ops is not None and script.downgrade_ops is not None:
            script.upgrade_ops.ops, script.downgrade_ops.ops = up, down
        context.opts["template_args"][SERVICES] = tuple(services)

    run = Run(history.project, url, scratch.SHOWN)
    with through_alembic(history.config, run, "revision") as config, _with_environment(config):
        made = command.revision(config, message.strip(), process_revision_directives=cast("Any", fill))
    return made if isinstance(made, Script) else None


@contextmanager
def _with_environment(config: Config) -> Iterator[None]:
    section = config.config_ini_section
    before = config.file_config.get(section, ENVIRONMENT, fallback=None)
    config.set_main_option(ENVIRONMENT, "true")
    try:
        yield
    finally:
        if before is None:
            config.remove_main_option(ENVIRONMENT)
        else:
            config.set_main_option(ENVIRONMENT, before)
