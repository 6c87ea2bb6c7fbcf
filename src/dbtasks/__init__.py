"""Invoke tasks with which a Python backend of many services looks after its database.

For applications: ``prepare_schema()`` and ``load_settings()``. For a ``tasks.py``: ``from dbtasks.tasks import db``.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dbtasks.startup import PreparedSchema, load_settings, prepare_schema

__all__ = ["PreparedSchema", "load_settings", "prepare_schema"]


def __getattr__(name: str) -> Any:
    """Import the public names when they are used: listing the tasks must not import SQLAlchemy."""
    if name in __all__:
        from dbtasks import startup

        return getattr(startup, name)
    raise AttributeError(f"module 'dbtasks' has no attribute '{name}'")
