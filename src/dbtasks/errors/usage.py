"""Errors of the command line."""

from dataclasses import dataclass

from dbtasks.errors.base import DbtasksError, did_you_mean


@dataclass(eq=False)
class UnknownWord(DbtasksError):
    """A task or a flag that does not exist was given."""

    word: str
    task: str
    known: tuple[str, ...]

    def what(self) -> str:
        if self.task:
            return f"The task {self.task} has no flag '{self.word}'."
        return f"There is no task '{self.word}'."

    def why(self) -> str | None:
        return did_you_mean(self.word, self.known).strip() or None

    def fix(self) -> str:
        return f"inv --help {self.task}" if self.task else "inv --list"


@dataclass(eq=False)
class BadCommandLine(DbtasksError):
    """A flag lacks its value, or has one that it cannot have."""

    problem: str
    task: str

    def what(self) -> str:
        return "The command line cannot be understood."

    def why(self) -> str:
        return f"{self.problem.rstrip('.!')}."

    def fix(self) -> str:
        return f"inv --help {self.task}" if self.task else "inv --list"
