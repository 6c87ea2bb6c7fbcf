"""Steps that are to be taken, and what came of trying them; how they are tried is in :mod:`dbtasks.rehearsal`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dbtasks.history import Direction, Heads, History, Revision

if TYPE_CHECKING:
    from dbtasks.watch import Loss


@dataclass(frozen=True, slots=True)
class Way:
    """Steps to take, in one direction, from where a database is."""

    history: History
    current: Heads
    steps: tuple[Revision, ...]
    direction: Direction


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What came of it.

    Attributes:
        losses: what the revisions take away, in their order.
        sql: the statements of each revision that has any.
        was_run: whether they were run; otherwise they were read.
    """

    losses: "tuple[Loss, ...]"
    sql: dict[str, tuple[str, ...]]
    was_run: bool


NOTHING = Rehearsal((), {}, was_run=True)  # of steps that need none
