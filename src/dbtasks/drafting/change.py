"""One thing that a revision does, and how it is undone."""

from dataclasses import dataclass
from enum import IntEnum

from alembic.operations.ops import MigrateOperation

from dbtasks.compare import Difference


class Phase(IntEnum):
    """When something is done on the way up; on the way down everything comes in the reverse order."""

    FIRST = 0  # what has to be committed before the rest
    RENAMES = 1
    SCHEMAS = 2
    KEYS_AWAY = 3  # foreign keys that would be in the way of what follows
    TYPES = 4
    NEW_TABLES = 5
    TABLES = 6
    OLD_TABLES = 7
    KEYS = 8  # foreign keys that needed all of it
    OLD_TYPES = 9


class Place(IntEnum):
    """When something is done within its table."""

    KEY_AWAY = 0
    CHECK_AWAY = 1
    INDEX_AWAY = 2
    COMPUTED_AWAY = 3  # before SQLite rebuilds the table, which cannot copy what is computed
    NEW_COLUMN = 4
    COLUMN = 5
    PRIMARY = 6
    OLD_KEY = 7  # columns that may be null once they are no part of the key
    INDEX_FIRST = 8  # what takes the place of one that MySQL makes for a foreign key
    OLD_COLUMN = 9
    COMPUTED = 10  # after every rebuild
    INDEX = 11
    CHECK = 12
    KEY = 13
    COMMENT = 14


@dataclass(frozen=True, slots=True)
class Change:
    """What is done, and undone.

    Attributes:
        phase: when.
        said: the same for people.
        up: Alembic's operations, in order; empty when the way up needs nothing.
        down: likewise.
        place: when within the table.
        lost: the sentence that says what is lost on the way up; "" when nothing is.
        lost_down: likewise on the way down.
    """

    phase: Phase
    said: Difference
    up: tuple[MigrateOperation, ...] = ()
    down: tuple[MigrateOperation, ...] = ()
    place: Place = Place.COLUMN
    lost: str = ""
    lost_down: str = ""

    @property
    def table(self) -> str:
        """Return the full name of the table; "" when it is about none."""
        return self.said.table
