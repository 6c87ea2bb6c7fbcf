"""How each database says that its indexes and constraints are made, and how one is made again from that.

One file per dialect over a cautious base; each is imported by its dialect only.
"""

from dbtasks.dialects.definitions.base import (
    CHECK,
    EXCLUDE,
    FOREIGN,
    INDEX,
    PRIMARY,
    UNIQUE,
    Definition,
    Definitions,
    Key,
    Objects,
    Reader,
)

__all__ = [
    "CHECK",
    "EXCLUDE",
    "FOREIGN",
    "INDEX",
    "PRIMARY",
    "UNIQUE",
    "Definition",
    "Definitions",
    "Key",
    "Objects",
    "Reader",
]
