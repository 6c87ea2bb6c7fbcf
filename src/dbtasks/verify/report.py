"""What came of a rehearsal."""

from collections.abc import Callable
from dataclasses import dataclass

from dbtasks.checks.findings import Finding


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A revision that was rehearsed on a dialect.

    Attributes:
        number: which one it is, of how many.
        seconds: how long it took; None as long as it is going on.
        is_applied: whether it could be applied.
        has_way_down: whether it was reverted; otherwise it has no way down, or refuses to be reverted.
        empty: the tables that no row could be made for, each with the reason.
    """

    revision: str
    message: str
    dialect: str
    number: int
    total: int
    seconds: float | None = None
    is_applied: bool = True
    has_way_down: bool = True
    empty: tuple[tuple[str, str], ...] = ()


Progress = Callable[[Rehearsed], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What was rehearsed, and what is to be corrected.

    Attributes:
        rehearsed: revision by revision, one dialect after the other.
        findings: by code, file and line; empty when everything holds.
        passed: how many have passed before, and were left out.
        unreached: (dialect, revision) of those that could not be rehearsed, since one before them cannot be applied.
    """

    dialects: tuple[str, ...]
    rehearsed: tuple[Rehearsed, ...]
    findings: tuple[Finding, ...]
    passed: int
    unreached: tuple[tuple[str, str], ...] = ()

    @property
    def seconds(self) -> float:
        """Return how long all of it took."""
        return sum(one.seconds or 0.0 for one in self.rehearsed)

    @property
    def slowest(self) -> Rehearsed | None:
        """Return the revision that took longest, or None when none was rehearsed."""
        return max(self.rehearsed, key=lambda one: one.seconds or 0.0, default=None)
