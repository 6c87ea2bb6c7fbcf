"""Refusals: a destructive command that a guard did not let run."""

from dataclasses import dataclass

from dbtasks.errors.base import Refused, quoted


@dataclass(eq=False)
class ProtectedEnvironment(Refused):
    """The configured environment is a protected one."""

    command: str
    environment: str
    protected: tuple[str, ...]

    def what(self) -> str:
        return f"db.{self.command} was refused; nothing was changed."

    def why(self) -> str:
        return f"the environment '{self.environment}' is protected ('database.protected': {quoted(self.protected)})."

    def fix(self) -> str:
        return "point ENVIRONMENT and DATABASE_URL at a development database."


@dataclass(eq=False)
class NotThisMachine(Refused):
    """The database server is neither this machine nor listed."""

    command: str
    host: str

    def what(self) -> str:
        return f"db.{self.command} was refused; nothing was changed."

    def why(self) -> str:
        if not self.host:
            return "the database URL names no host, so that it is not certain that the server is this machine."
        return f"the database server '{self.host}' is not this machine, and not in 'database.reset_hosts'."

    def fix(self) -> str:
        if not self.host:
            return "write the host, for example localhost, into DATABASE_URL or 'database.url'."
        return f"if its data may be lost, add '{self.host}' to 'database.reset_hosts' in the configuration."


@dataclass(eq=False)
class NotNamed(Refused):
    """The user did not name the database that would be lost."""

    command: str
    database: str
    given: str

    def what(self) -> str:
        return f"db.{self.command} was refused; nothing was changed."

    def why(self) -> str:
        if self.given:
            return f"'{self.given}' is not the name of the database."
        return f"it deletes everything in '{self.database}', and the database was not named."

    def fix(self) -> str:
        return f"inv db.{self.command} --confirm {self.database}"


@dataclass(eq=False)
class DowngradeToBase(Refused):
    """A downgrade to base would drop every table."""

    def what(self) -> str:
        return "db.downgrade --rev base was refused; nothing was changed."

    def why(self) -> str:
        return "it drops every table with its data, and downgrades written long ago often cannot run."

    def fix(self) -> str:
        return "inv db.reset, or to keep one revision: inv db.downgrade --rev REVISION"
