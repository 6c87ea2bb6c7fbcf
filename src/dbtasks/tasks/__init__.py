"""The edge: the Invoke collection ``db``, the task ``onboard``, and the program that the wrapper ``inv`` runs.

Listing tasks must be fast, so SQLAlchemy, Alembic and the services are imported inside the tasks only.
"""

from dbtasks.tasks.collection import db, onboard
from dbtasks.tasks.program import main

__all__ = ["db", "main", "onboard"]
