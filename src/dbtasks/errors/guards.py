"""Refusals: a destructive command that a guard did not let run."""

from dbtasks.errors.base import Refused, quoted


class ProtectedEnvironment(Refused):
    """The database is in a protected environment, as it says itself or as the configuration says."""

    environment: str
    protected: tuple[str, ...]
    is_recorded: bool

    def why(self) -> str:
        says = "the database says that it is" if self.is_recorded else "the configuration says that this is"
        return f"{says} '{self.environment}', which is protected ('database.protected': {quoted(self.protected)})."

    def fix(self) -> str:
        if self.is_recorded:
            return "if that is wrong: inv db.environment; otherwise point DATABASE_URL at a development database."
        return "point ENVIRONMENT and DATABASE_URL at a development database."


class EnvironmentsDiffer(Refused):
    """The database says that it belongs to another environment than the configured one."""

    recorded: str
    configured: str

    def why(self) -> str:
        return f"the database says that it is '{self.recorded}', and the configuration says '{self.configured}'."

    def fix(self) -> str:
        return "correct ENVIRONMENT or DATABASE_URL; if the database's own record is wrong: inv db.environment"


class NotThisMachine(Refused):
    """The database server is elsewhere, and the database does not say what it is."""

    host: str

    def why(self) -> str:
        if not self.host:
            return "the database URL names no host, so that it is not certain that the server is this machine."
        return f"the server '{self.host}' is not this machine, and the database does not say which environment it is."

    def fix(self) -> str:
        if not self.host:
            return "write the host, for example localhost, into DATABASE_URL or 'database.url'."
        return (
            f"if its data may be lost: inv db.environment --set NAME, or add '{self.host}' to 'database.reset_hosts'."
        )


class NotThrowaway(Refused):
    """Databases for tests would be made on a server that may have something to lose."""

    environment: str
    address: str
    is_protected: bool

    def why(self) -> str:
        if self.is_protected:
            return f"the environment is '{self.environment}', which is protected; tests are not run in it."
        return f"the server at {self.address} is not this machine, and nothing says that its databases may be lost."

    def fix(self) -> str:
        return "point ENVIRONMENT or DATABASE_URL elsewhere, or name a server in 'database.scratch.url'."


class NotNamed(Refused):
    """The user did not name the database that something would be lost from."""

    arguments: str
    database: str
    given: str
    consequence: str

    def why(self) -> str:
        if self.given:
            return f"'{self.given}' is not the name of the database."
        return f"{self.consequence}, and the database was not named."

    def fix(self) -> str:
        return f"inv {' '.join(part for part in (self.command, self.arguments) if part)} --confirm {self.database}"


class LossNotAccepted(Refused):
    """A run without anybody to ask would lose data where that is protected."""

    database: str
    consequence: str
    fixes: str

    def why(self) -> str:
        return f"{self.consequence}, and '{self.database}' is protected, or not of the configured environment."

    def fix(self) -> str:
        return self.fixes


class DowngradeToBase(Refused):
    """A downgrade to base would drop every table."""

    command: str = "db.downgrade --rev base"

    def why(self) -> str:
        return "it drops every table with its data, and downgrades written long ago often cannot run."

    def fix(self) -> str:
        return "inv db.reset, or to keep one revision: inv db.downgrade --rev REVISION"
