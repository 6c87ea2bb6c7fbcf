"""Alembic's environment. Every migration comes through here: from inv, the application, pytest and plain alembic."""

from alembic import context

from dbtasks import runtime

# The metadata of every service: of the packages that match "models" below the "services" roots ([tool.dbtasks] in
# pyproject.toml; by default **/db_models below services/). They are found and imported only when a command compares
# them with a database (revision --autogenerate, check), and never to upgrade or downgrade.
target_metadata = runtime.discovered_metadata(context.config)

# The database URL comes from config/ and the environment. Arguments of context.configure() can be added to the calls.
if context.is_offline_mode():
    runtime.run_offline(target_metadata)
else:
    runtime.run_online(target_metadata)
