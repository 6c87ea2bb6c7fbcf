"""Errors of what was set aside."""

from dataclasses import dataclass

from dbtasks.errors.base import DbtasksError


@dataclass(eq=False)
class NothingKept(DbtasksError):
    """There is nothing set aside, or not under that id."""

    database: str
    id: str

    def what(self) -> str:
        under = f" under the id {self.id}" if self.id else " that was not restored already"
        return f"Nothing is set aside for '{self.database}'{under}."

    def fix(self) -> str:
        return "inv db.kept"


@dataclass(eq=False)
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
