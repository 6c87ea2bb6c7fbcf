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
