"""The other half of ``env.py``: the one road on which every migration reaches a database."""

from dbtasks.runtime.environment import discovered_metadata, run_offline, run_online
from dbtasks.runtime.journey import Run, Step, heads, inspect, migrate, sql, stamp, through_alembic

__all__ = [
    "Run",
    "Step",
    "discovered_metadata",
    "heads",
    "inspect",
    "migrate",
    "run_offline",
    "run_online",
    "sql",
    "stamp",
    "through_alembic",
]
