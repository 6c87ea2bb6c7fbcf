"""What a rehearsal finds, and what keeps it from being held."""

from dbtasks.errors.base import DbtasksError, quoted


class ServerMissing(DbtasksError):
    """A server of a dialect is needed, and none can be started on this machine."""

    dialect: str
    programs: tuple[str, ...]
    package: str

    def what(self) -> str:
        return f"There is no server for {self.dialect}; nothing was rehearsed on it."

    def why(self) -> str:
        return (
            f"{' and '.join(self.programs)} are not installed, and 'database.servers' of the configuration names none."
        )

    def fix(self) -> str:
        return f"apt install {self.package}, or name a server in 'database.servers.{self.dialect}'."


class ServerDoesNotStart(DbtasksError):
    """The programs of a server are there, and it does not come up."""

    package: str
    cause: str

    def what(self) -> str:
        return f"A private server of {self.package} does not start."

    def why(self) -> str:
        return f"{self.cause.rstrip('.')}."

    def fix(self) -> str:
        return "name a server in 'database.servers' of the configuration instead."


class NothingToRehearse(DbtasksError):
    """What was asked for names no revisions."""

    asked: str
    cause: str

    def what(self) -> str:
        return f"'{self.asked}' does not tell which revisions to rehearse."

    def why(self) -> str:
        return f"{self.cause.rstrip('.')}."

    def fix(self) -> str:
        return "inv db.history shows the revisions; inv --help db.verify what can be asked for."


class _InRevision(DbtasksError):
    """What a rehearsal finds in a revision on a dialect."""

    revision: str
    dialect: str


class UpgradeFails(_InRevision):
    """A revision cannot be applied."""

    cause: str

    def what(self) -> str:
        return f"On {self.dialect} the upgrade of revision {self.revision} fails: {self.cause.rstrip('.')}."

    def fix(self) -> str:
        return "correct its upgrade; what comes after it was not rehearsed."


class UpgradeFailsOnRows(_InRevision):
    """A revision can be applied as long as the tables are empty."""

    cause: str

    def what(self) -> str:
        return (
            f"On {self.dialect} the upgrade of revision {self.revision} works with empty tables, "
            f"and fails when they have rows: {self.cause.rstrip('.')}."
        )

    def fix(self) -> str:
        return "give the rows what they lack first: a default, or a backfill (inv db.revision --safe drafts one)."


class DowngradeFails(_InRevision):
    """A revision cannot be reverted."""

    cause: str
    with_rows: bool

    def what(self) -> str:
        when = " works with empty tables, and fails when they have rows" if self.with_rows else " fails"
        return f"On {self.dialect} the downgrade of revision {self.revision}{when}: {self.cause.rstrip('.')}."

    def fix(self) -> str:
        return "correct its downgrade; if there is no way back: raise NotImplementedError with the reason."


class DowngradeDiffers(_InRevision):
    """A downgrade does not lead back to where the upgrade began."""

    differences: tuple[str, ...]

    def what(self) -> str:
        return (
            f"On {self.dialect} the schema is not as before once revision {self.revision} was applied and reverted: "
            f"{'; '.join(self.differences)}."
        )

    def fix(self) -> str:
        return "have its downgrade undo all that its upgrade does."


class UpgradeNotRepeatable(_InRevision):
    """A revision that was applied and reverted cannot be applied again, or does something else then."""

    cause: str
    differences: tuple[str, ...]

    def what(self) -> str:
        again = f"On {self.dialect} revision {self.revision}, applied, reverted and applied again,"
        if self.cause:
            return f"{again} fails the second time: {self.cause.rstrip('.')}."
        return f"{again} does not do the same: {'; '.join(self.differences)}."

    def fix(self) -> str:
        return (
            "have its downgrade take away all that its upgrade brings: rows, too, and types, sequences and functions."
        )


class LosesRows(_InRevision):
    """A revision takes away rows or values of which it does not say so."""

    direction: str
    lost: tuple[str, ...]

    def what(self) -> str:
        return f"On {self.dialect} the {self.direction} of revision {self.revision} loses {', '.join(self.lost)}."

    def fix(self) -> str:
        names = tuple(one.rpartition(" ")[2] for one in self.lost)
        return f"keep them (rename or alter instead of drop and create), or state it: accepts_loss = [{quoted(names)}]"
