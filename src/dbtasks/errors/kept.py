"""Errors of what was set aside."""

from dbtasks.errors.base import DbtasksError


class NothingKept(DbtasksError):
    """There is nothing set aside, or not under that id."""

    database: str
    id: str

    def what(self) -> str:
        under = f" under the id {self.id}" if self.id else " that was not restored already"
        return f"Nothing is set aside for '{self.database}'{under}."

    def fix(self) -> str:
        return "inv db.kept"


class CannotRestore(DbtasksError):
    """The schema does not have what the rows belong to."""

    database: str
    missing: str

    def what(self) -> str:
        return f"Nothing was restored to '{self.database}'."

    def why(self) -> str:
        return f"{self.missing} is not there; rows come back once the schema has their table and columns again."

    def fix(self) -> str:
        return "inv db.upgrade, then run the command again"


class DatabaseInUse(DbtasksError):
    """Others are connected to a database that is to be moved."""

    database: str
    others: tuple[str, ...]

    def what(self) -> str:
        return f"'{self.database}' was not moved; nothing was changed."

    def why(self) -> str:
        return f"others are connected to it: {'; '.join(self.others) or 'they have just gone'}."

    def fix(self) -> str:
        return "let them end, or end them: --force (only on this machine, and where nothing is protected)"


class CannotMove(DbtasksError):
    """A database, or something in it, cannot be moved by this user."""

    database: str
    cause: str

    def what(self) -> str:
        return f"'{self.database}' cannot be set aside; nothing was changed."

    def why(self) -> str:
        return f"{self.cause}."

    def fix(self) -> str:
        return "grant the right, or drop what is in it, without a copy: --discard"
