"""Copy a whole database, and keep copies for the next time: one file per dialect over a cautious base."""

from dbtasks.dialects.clones.base import Clones, Shelf
from dbtasks.dialects.clones.mysql import MySQLClones
from dbtasks.dialects.clones.postgresql import PostgreSQLClones
from dbtasks.dialects.clones.sqlite import SQLiteClones

__all__ = ["Clones", "MySQLClones", "PostgreSQLClones", "SQLiteClones", "Shelf"]
