"""Move a whole database out of the way, and back: one file per dialect over a cautious base."""

from dbtasks.dialects.moves.base import MARK, Moves
from dbtasks.dialects.moves.mysql import MySQLMoves
from dbtasks.dialects.moves.postgresql import PostgreSQLMoves
from dbtasks.dialects.moves.sqlite import SQLiteMoves

__all__ = ["MARK", "Moves", "MySQLMoves", "PostgreSQLMoves", "SQLiteMoves"]
