"""The one road on which every migration reaches a database, through ``env.py``."""

from dbtasks.road.environment import detour, run_offline, run_online
from dbtasks.road.journey import heads, inspect, migrate, sql, stamp, through_alembic
from dbtasks.road.metadata import discovered_metadata
from dbtasks.road.run import NOBODY, Caller, Journey, Run, Step

__all__ = [
    "NOBODY",
    "Caller",
    "Journey",
    "Run",
    "Step",
    "detour",
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
