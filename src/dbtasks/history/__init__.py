"""Revisions on disk: which there are, how they hang together, and what a user means by a name; no database."""

from dbtasks.history import headfile
from dbtasks.history.files import load, parents_in, read, read_or_load
from dbtasks.history.fingerprints import fingerprint
from dbtasks.history.graph import Direction, Heads, History, Revision

__all__ = [
    "Direction",
    "Heads",
    "History",
    "Revision",
    "fingerprint",
    "headfile",
    "load",
    "parents_in",
    "read",
    "read_or_load",
]
