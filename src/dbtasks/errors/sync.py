"""Errors of revisions that a database has and this branch has not."""

from dbtasks.errors.base import DbtasksError, counted, quoted


class UnknownDatabaseRevision(DbtasksError):
    """The database records a revision that no file has."""

    database: str
    revisions: tuple[str, ...]
    sourceless: tuple[str, ...] = ()  # those, and others below them, whose source the ledger does not have either

    def what(self) -> str:
        return f"The database '{self.database}' is at {quoted(self.revisions)}, which no revision file has."

    def why(self) -> str:
        cause = "another branch was applied to it, or the file was deleted or renamed"
        if self.sourceless:
            how = "which was stamped, or applied before dbtasks came"
            return f"{cause}; and the database has not kept the source of {quoted(self.sourceless)}, {how}."
        return f"{cause}; the database has kept its source."

    def fix(self) -> str:
        if self.sourceless:
            finding = f"git log --all --diff-filter=A -- '*{self.sourceless[0]}*'"
            return f"check out the branch that has it ({finding}) and downgrade there, or bring the file back."
        return "inv db.sync"


class NeverRun(DbtasksError):
    """The database counts revisions as applied that were put below an applied one, and never run."""

    database: str
    revisions: tuple[str, ...]
    above: str
    before: tuple[str, ...]
    current: tuple[str, ...]

    def what(self) -> str:
        return f"The database '{self.database}' counts {quoted(self.revisions)} as applied, which was never run on it."

    def why(self) -> str:
        before = quoted(self.before) or "nothing"
        return f"{self.above} was applied on top of {before}, and its file says now that it comes after that one."

    def fix(self) -> str:
        return (
            f"inv db.sync reverts {self.above} and applies it again at its place; if all of that was done by hand, "
            f"inv db.stamp --rev {','.join(self.current)}."
        )


class KeptSourceBroken(DbtasksError):
    """The source of a revision that the ledger kept cannot be used."""

    quotes_others = True

    revision: str  # "" when it is the history of all of them that cannot be put together
    cause: str

    def what(self) -> str:
        of = f" of {self.revision}" if self.revision else "s of the applied revisions"
        return f"The source{of} that the database kept cannot be loaded."

    def why(self) -> str:
        return f"{self.cause}."

    def fix(self) -> str:
        return "check out the branch that has it, and downgrade there."


class RevertFailed(DbtasksError):
    """A revision that this branch does not have could not be reverted."""

    quotes_others = True

    revision: str
    line: int | None
    cause: str
    database: str
    reverted: tuple[str, ...]
    may_be_half: bool

    def what(self) -> str:
        where = f" (line {self.line} of the source that was kept)" if self.line else ""
        return f"Revision {self.revision}{where} could not be reverted on '{self.database}'."

    def why(self) -> str:
        return f"{self.cause}."

    def fix(self) -> str:
        number = len(self.reverted)
        before = f"{counted(number, 'revision')} above it {'was' if number == 1 else 'were'} reverted. "
        if self.may_be_half:
            return (
                f"{before if number else ''}It may be half reverted, since this database commits every DDL statement "
                "by itself: inv db.repair takes that back; then check out the branch that has it."
            )
        left = f"{before}Now" if number else "nothing was changed;"
        return f"{left} check out the branch that has it, or begin anew: inv db.reset, which sets everything aside."
