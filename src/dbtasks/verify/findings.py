"""What a rehearsal finds in one revision on one dialect, as findings with their place."""

from dataclasses import dataclass, field

from dbtasks import errors
from dbtasks.checks.findings import Finding, RehearsalCode
from dbtasks.errors import DbtasksError
from dbtasks.history import Direction, Revision
from dbtasks.project import Project
from dbtasks.verify import ways
from dbtasks.verify.stage import cause


@dataclass(slots=True)
class Findings:
    """Collects what is found in a revision."""

    project: Project
    dialect: str
    revision: Revision
    found: list[Finding] = field(default_factory=list)

    def up_fails(self, error: DbtasksError) -> None:
        """Note that it cannot be applied."""
        told = errors.UpgradeFails(self.revision.id, self.dialect, cause(error))
        self._add("upgrade-fails", told, "upgrade", error)

    def up_fails_on_rows(self, error: DbtasksError) -> None:
        """Note that it cannot be applied when there are rows."""
        told = errors.UpgradeFailsOnRows(self.revision.id, self.dialect, cause(error))
        self._add("upgrade-fails-on-rows", told, "upgrade", error)

    def down_fails(self, error: DbtasksError, *, with_rows: bool = False) -> None:
        """Note that it cannot be reverted, or not when there are rows."""
        told = errors.DowngradeFails(self.revision.id, self.dialect, cause(error), with_rows)
        self._add("downgrade-fails", told, "downgrade", error)

    def down_differs(self, differences: tuple[str, ...]) -> None:
        """Note that reverting it does not lead back."""
        told = errors.DowngradeDiffers(self.revision.id, self.dialect, differences)
        self._add("downgrade-differs", told, "downgrade")

    def not_repeatable(self, error: DbtasksError | None, differences: tuple[str, ...] = ()) -> None:
        """Note that it cannot be applied a second time, or does something else then."""
        said = cause(error) if error else ""
        told = errors.UpgradeNotRepeatable(self.revision.id, self.dialect, said, differences)
        self._add("upgrade-not-repeatable", told, "upgrade", error)

    def loses(self, lost: tuple[str, ...], direction: Direction) -> None:
        """Note what it loses, if it does."""
        if lost:
            told = errors.LosesRows(self.revision.id, self.dialect, direction, lost)
            self._add("loses-rows", told, direction)

    def _add(
        self, code: RehearsalCode, told: DbtasksError, direction: Direction, error: DbtasksError | None = None
    ) -> None:
        self.found.append(Finding(code, told, ways.place(self.project, self.revision, direction, error)))
