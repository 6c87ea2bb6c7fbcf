"""What comes of rehearsing one revision."""

from dataclasses import dataclass

from dbtasks.checks.findings import Finding
from dbtasks.rows import Empty


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of rehearsing a revision.

    Attributes:
        findings: what is wrong; empty when nothing is.
        has_way_down: whether it was reverted; otherwise it has no way down, or refuses to be reverted.
        is_applied: whether what comes after it can be rehearsed.
        empty: the tables that could not be given rows.
    """

    findings: tuple[Finding, ...]
    has_way_down: bool
    is_applied: bool
    empty: tuple[Empty, ...] = ()
