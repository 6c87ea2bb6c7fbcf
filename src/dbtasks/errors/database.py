"""Errors of a database and its server."""

from dbtasks.errors.base import DbtasksError


class ServerUnreachable(DbtasksError):
    """Nothing answers at the address of the database server."""

    address: str
    cause: str

    def what(self) -> str:
        return f"The database server at {self.address} does not answer."

    def why(self) -> str:
        return f"{self.cause}."

    def fix(self) -> str:
        return "start the server, or correct host and port in DATABASE_URL or 'database.url'."


class AccessDenied(DbtasksError):
    """The server knows the user or the password not."""

    address: str
    user: str

    def what(self) -> str:
        return f"The database server at {self.address} does not let '{self.user}' in."

    def why(self) -> str:
        return "the user or the password is wrong, or the user has no access to this database."

    def fix(self) -> str:
        return "correct user and password in DATABASE_URL or 'database.url' (percent-encode special characters)."


class DatabaseMissing(DbtasksError):
    """The server is there, the database is not."""

    database: str
    address: str

    def what(self) -> str:
        return f"The database '{self.database}' does not exist ({self.address})."

    def why(self) -> str:
        return "it was never created, or DATABASE_URL or 'database.url' names another one than you think."

    def fix(self) -> str:
        return "inv db.create"


class DatabaseReadOnly(DbtasksError):
    """The database can be read but not written."""

    database: str
    cause: str

    def what(self) -> str:
        return f"The database '{self.database}' cannot be written."

    def why(self) -> str:
        return f"{self.cause}."

    def fix(self) -> str:
        return "give your user the right to write there, or point DATABASE_URL elsewhere."


class DatabaseUnusable(DbtasksError):
    """The database refused, for a reason that only its own words tell."""

    database: str
    cause: str

    def what(self) -> str:
        return f"The database '{self.database}' did not do what it was asked."

    def why(self) -> str:
        return f"{self.cause}."


class PermissionDenied(DatabaseUnusable):
    """The server let the user in, but not do this."""


class MayNotCreateDatabase(DbtasksError):
    """The user may not create databases, and a database had to be created."""

    user: str
    address: str
    scratch: bool

    def what(self) -> str:
        purpose = "a scratch database" if self.scratch else "the database"
        return f"{purpose[0].upper()}{purpose[1:]} could not be created on {self.address}."

    def why(self) -> str:
        return f"the user '{self.user}' may not create databases there."

    def fix(self) -> str:
        if self.scratch:
            return (
                "set 'database.scratch.url' to a server where the user may (a local one will do), or grant the right."
            )
        return "create it as an administrator, or grant the right."


class LockTimeout(DbtasksError):
    """Another process is migrating the same database, and did not finish in time."""

    database: str
    seconds: float
    holder: str

    def what(self) -> str:
        return f"'{self.database}' is being migrated by {self.holder}."

    def why(self) -> str:
        return f"only one may migrate a database at a time, and it did not finish within {self.seconds:g} seconds."

    def fix(self) -> str:
        return "wait for it and run the command again, or wait longer: --lock-timeout or 'database.lock_timeout'."


class ScratchNotAllowed(DbtasksError):
    """A scratch database is needed, and the server is not one to make it on."""

    database: str

    def what(self) -> str:
        return f"The schema of '{self.database}' was not compared; nothing was changed."

    def why(self) -> str:
        return "that needs a scratch database, and none is made on a server that is protected or elsewhere."

    def fix(self) -> str:
        return "set 'database.scratch.url' to a server where one may be made (a local one will do)."
