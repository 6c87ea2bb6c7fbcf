"""Errors of a run: a revision that fails, a record that disagrees, a schema that is behind."""

from pathlib import Path

from dbtasks.errors.base import DbtasksError, Source, counted


class MigrationFailed(DbtasksError):
    """A revision raised; what it did is undone where the database can undo it."""

    quotes_others = True

    revision: str
    direction: str
    source: Source | None
    cause: str
    database: str
    applied: tuple[str, ...]
    atomic: bool

    def what(self) -> str:
        where = f" ({self.source})" if self.source else ""
        return f"The {self.direction} of revision {self.revision}{where} failed on '{self.database}'."

    def why(self) -> str:
        return f"{self.cause}."

    def fix(self) -> str:
        kept = (
            f"{counted(len(self.applied), 'earlier revision')} of this run stay{'s' if len(self.applied) == 1 else ''}"
        )
        before = f"{kept} {'applied' if self.direction == 'upgrade' else 'reverted'}. " if self.applied else ""
        if self.atomic:
            return f"{before}Nothing of this one was kept: correct it and run the command again."
        return (
            f"{before}It may be half applied, since this database commits every DDL statement by itself: "
            "inv db.repair takes that back; then correct it and run the command again."
        )


class BrokenReferences(DbtasksError):
    """A revision left rows whose foreign key points nowhere."""

    revision: str
    tables: tuple[str, ...]

    def what(self) -> str:
        return f"Revision {self.revision} was taken back: it leaves rows that refer to nothing."

    def why(self) -> str:
        return f"rows in {', '.join(self.tables)} have a foreign key whose target is gone."

    def fix(self) -> str:
        return "let the revision delete or move these rows before it removes what they refer to."


class HeadsDisagree(DbtasksError):
    """After a run the database does not record what was applied."""

    database: str
    expected: tuple[str, ...]
    found: tuple[str, ...]

    def what(self) -> str:
        found = ", ".join(self.found) or "no revision"
        return (
            f"The database '{self.database}' records {found} after the run, not {', '.join(self.expected) or 'none'}."
        )

    def why(self) -> str:
        return "env.py ran the revisions outside their transaction, or someone else wrote at the same time."

    def fix(self) -> str:
        return "inv db.status"


class NotCarriedOut(DbtasksError):
    """``env.py`` came to its end, and did not do what it was asked."""

    environment: Path
    database: str

    def what(self) -> str:
        return f"{self.environment.as_posix()} did not carry out what it was asked for '{self.database}'."

    def why(self) -> str:
        return "it swallows an error, or connects by itself instead of calling runtime.run_online()."

    def fix(self) -> str:
        return "let it end with runtime.run_online(target_metadata), outside any try."


class DatabaseMoved(DbtasksError):
    """Another process migrated the database between the plan and the run."""

    database: str
    added: tuple[str, ...]
    reverted: tuple[str, ...] = ()

    def what(self) -> str:
        return f"The database '{self.database}' has moved while this command waited; nothing was changed."

    def why(self) -> str:
        if self.reverted:
            return f"another process reverted {', '.join(self.reverted)}, on which this plan builds."
        return f"another process applied {', '.join(self.added)}, which this plan does not know."

    def fix(self) -> str:
        return "inv db.status, then run the command again"


class PendingRevisions(DbtasksError):
    """The application is newer than the database, and is configured not to migrate it."""

    database: str
    pending: tuple[str, ...]

    def what(self) -> str:
        return f"The database '{self.database}' is {counted(len(self.pending), 'revision')} behind this code."

    def why(self) -> str:
        return f"not applied: {', '.join(self.pending)}; and 'database.on_startup' is 'check'."

    def fix(self) -> str:
        return "inv db.upgrade"


class AlembicFailed(DbtasksError):
    """Alembic refused, for a reason that only its own words tell."""

    quotes_others = True

    command: str
    cause: str

    def what(self) -> str:
        return f"Alembic did not run '{self.command}'."

    def why(self) -> str:
        return f"{self.cause}."


class Interrupted(DbtasksError):
    """The user pressed Ctrl-C."""

    exit_code = 130

    def what(self) -> str:
        return "Interrupted."

    def why(self) -> str:
        return "the revision that was running is undone where the database can undo it; scratch databases are gone."

    def fix(self) -> str:
        return "inv db.status"


class PlanMoved(DbtasksError):
    """The plan that was looked at is not the plan that there is now."""

    database: str
    expected: str
    found: str

    def what(self) -> str:
        return f"The plan {self.expected} does not fit '{self.database}' any more; nothing was changed."

    def why(self) -> str:
        return f"a revision file or the database has changed since: the plan is now {self.found}."

    def fix(self) -> str:
        return f"look at it again (inv db.plan), then give --plan {self.found}"


class TooMuchToSetAside(DbtasksError):
    """More rows are at stake than are copied without being asked for."""

    command: str
    table: str
    rows: int
    limit: int
    advice: str = "--no-set-aside"

    def what(self) -> str:
        return f"{self.command} did not run; nothing was changed."

    def why(self) -> str:
        return (
            f"{self.rows:,} rows of {self.table} would have to be set aside, and 'database.set_aside_limit' is "
            f"{self.limit:,}."
        )

    def fix(self) -> str:
        return f"raise 'database.set_aside_limit', or let go of the rows: {self.advice}"
